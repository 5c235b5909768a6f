from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.special import gammaln, xlogy
from scipy.stats import binom, multinomial, ttest_1samp

from leadline.stats.machine_votes.behind_test import (
    MOST_EXACT_ROWS,
    _outcomes,
    _score,
    behind_p_value,
)


def test_score_has_the_likeliest_shares() -> None:
    behind, ahead, rest, epsilon = 3, 2, 15, 0.15

    def loss(share: float) -> float:
        still = 1 - 2 * share - epsilon
        return -(
            behind * math.log(share + epsilon) + ahead * math.log(share) + rest * math.log(still)
        )

    share = float(minimize_scalar(loss, bounds=(1e-6, 0.42), method="bounded").x)
    variance = 2 * share + epsilon - epsilon**2
    z = (behind - ahead - 20 * epsilon) / math.sqrt(20 * variance)
    assert _score(ahead, behind, 20, epsilon) == pytest.approx(z, rel=1e-4)


def test_a_few_rows_lost_and_none_won_are_counted_exactly() -> None:
    for n, n_lost, epsilon in ((20, 1, 0.2), (50, 2, 0.1), (100, 5, 0.1)):
        outcome = [1] * n_lost + [0] * (n - n_lost)
        # it is largest for a machine that never wins a row
        assert behind_p_value(outcome, epsilon) == pytest.approx(binom.cdf(n_lost, n, epsilon))
    assert ttest_1samp([1] * 2 + [0] * 48, 0.1, alternative="less").pvalue < 0.02


@pytest.mark.parametrize(("n", "epsilon"), [(12, 0.2), (30, 0.15), (50, 0.1)])
def test_who_is_behind_by_what_is_forgiven_hardly_ever_passes(n: int, epsilon: float) -> None:
    won, lost = np.nonzero(np.add.outer(np.arange(n + 1), np.arange(n + 1)) <= n)
    near = lost - won < n * epsilon  # no other outcome speaks for the machine
    won, lost = won[near], lost[near]
    counts = np.stack([won, lost, n - won - lost], axis=1)
    p_values = [behind_p_value(np.repeat([-1, 1, 0], each), epsilon) for each in counts]
    passes = counts[np.array(p_values) <= 0.05]
    assert len(passes) > 5
    for share in (0.0, 0.004, 0.03, 0.11, 0.2, 0.31):
        shares = [share, share + epsilon, 1 - 2 * share - epsilon]
        assert multinomial.pmf(passes, n, shares).sum() <= 0.0501, share


def test_beyond_so_many_rows_it_is_the_t_test_of_the_authors() -> None:
    outcome = np.repeat([1, -1, 0], [24, 18, MOST_EXACT_ROWS + 1 - 42])
    by_t = ttest_1samp(outcome, 0.1, alternative="less").pvalue
    assert behind_p_value(outcome, 0.1) == pytest.approx(by_t)
    assert behind_p_value(outcome[:-1], 0.1) == pytest.approx(by_t, rel=0.5)


def test_one_who_never_differs_is_not_behind() -> None:
    assert 0.9**40 <= behind_p_value([0] * 40, 0.1) < 0.025
    assert behind_p_value([1] * 40, 0.1) == 1.0
    assert behind_p_value([0] * 12, 0.0) == pytest.approx(1.0)


@pytest.mark.parametrize(("n_won", "n_lost", "n"), [(5, 0, 30), (3, 0, 30), (29, 14, 120)])
def test_no_share_of_rows_won_makes_a_score_likelier(n_won: int, n_lost: int, n: int) -> None:
    """The largest probability is looked for between the shares that are tried first, too."""
    epsilon, most = 0.1, 0.45
    outcome = [-1] * n_won + [1] * n_lost + [0] * (n - n_won - n_lost)
    won, lost = _outcomes(n)
    seen = _score(n_won, n_lost, n, epsilon)
    tail = _score(won, lost, n, epsilon) <= seen + 1e-9
    log_ways = gammaln(n + 1) - gammaln([won + 1, lost + 1, n - won - lost + 1]).sum(axis=0)
    largest = max(
        np.exp(
            (log_ways + xlogy(won, share) + xlogy(lost, share + epsilon))[tail]
            + xlogy(n - won - lost, max(1 - 2 * share - epsilon, 0))[tail]
        ).sum()
        for share in np.linspace(0, most, 800)
    )
    assert behind_p_value(outcome, epsilon) >= 0.99 * largest
