from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadline.stats.labels.ceiling import BetaBinomial, agreement_ceiling, fit_beta_binomial


@pytest.mark.parametrize(("a", "b"), [(0.3, 0.3), (1.0, 1.0), (0.2, 2.0), (5.0, 1.5), (40.0, 40.0)])
def test_the_best_accuracy_is_the_mean_of_the_larger_share(a: float, b: float) -> None:
    share = np.random.default_rng(0).beta(a, b, 400_000)
    assert BetaBinomial(a, b).accuracy == pytest.approx(
        np.maximum(share, 1 - share).mean(), abs=2e-3
    )


def test_against_a_majority_all_that_is_flagged_is_counted() -> None:
    opinions, rng = BetaBinomial(0.5, 1.5), np.random.default_rng(1)
    share = rng.beta(0.5, 1.5, 400_000)
    majority = rng.binomial(3, share) >= 2
    limit = np.quantile(share, 0.8)
    (precision,), (recall,) = opinions.against_majority(3, [0.2])
    assert precision == pytest.approx(majority[share >= limit].mean(), abs=5e-3)
    assert recall == pytest.approx(majority[share >= limit].sum() / majority.sum(), abs=5e-3)


def test_flagging_everything_finds_everything() -> None:
    opinions = BetaBinomial(0.4, 1.2)
    (precision,), (recall,) = opinions.against_majority(1, [1.0])
    assert precision == pytest.approx(0.25, abs=1e-3)
    assert recall == 1


def test_more_judges_are_easier_to_be_right_about() -> None:
    opinions = BetaBinomial(0.4, 0.6)
    found = [opinions.against_majority(m, [0.4])[0][0] for m in (1, 3, 9, 99)]
    assert found == sorted(found)


@pytest.mark.parametrize(("a", "b"), [(0.3, 0.5), (2.0, 3.0)])
def test_the_fit_finds_what_the_votes_were_drawn_from(a: float, b: float) -> None:
    rng = np.random.default_rng(2)
    votes = rng.integers(2, 7, 20_000)
    found = fit_beta_binomial(rng.binomial(votes, rng.beta(a, b, votes.size)), votes)
    assert (found.a, found.b) == pytest.approx((a, b), rel=0.1)


def test_full_agreement_and_plain_chance() -> None:
    whole = agreement_ceiling([3] * 60 + [0] * 60, [3] * 120)
    assert whole.estimate > 0.97
    assert whole.high == pytest.approx(1.0)
    assert whole.low > 0.9
    rng = np.random.default_rng(3)
    chance = agreement_ceiling(rng.binomial(3, 0.5, 3000), np.full(3000, 3))
    assert chance.low == pytest.approx(0.5, abs=0.02)
    assert chance.estimate < 0.56


def test_items_with_one_vote_say_nothing() -> None:
    found = agreement_ceiling([3, 0, 1, 1], [3, 3, 3, 2])
    assert agreement_ceiling([3, 0, 1, 1, 1], [3, 3, 3, 2, 1]) == found


@pytest.mark.parametrize(
    ("yes", "votes", "said"),
    [
        ([3], [2], "between 0 and"),
        ([1, 0], [1, 1], "two votes"),
        ([1, 2], [3], "shapes"),
        ([[1]], [[2]], "shapes"),
    ],
)
def test_what_are_no_counts_is_refused(yes: list[Any], votes: list[Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        agreement_ceiling(yes, votes)
    with pytest.raises(ValueError, match=said):
        fit_beta_binomial(yes, votes)


def test_shares_outside_are_refused() -> None:
    with pytest.raises(ValueError, match="flagged"):
        BetaBinomial(1, 1).against_majority(3, [0.0])
    with pytest.raises(ValueError, match="n_annotators"):
        BetaBinomial(1, 1).against_majority(0, [0.5])


def test_the_estimate_lies_inside_the_bounds_where_all_disagree() -> None:
    votes = np.full(30, 2)
    assert fit_beta_binomial(votes // 2, votes).accuracy > 0.51
    assert agreement_ceiling(votes // 2, votes).estimate == 0.5


def test_agreement_without_exception_is_not_certain() -> None:
    assert 0.8 < agreement_ceiling(np.full(20, 2), np.full(20, 2)).low < 1


def test_a_majority_is_more_than_half() -> None:
    """Of two annotators both must say yes: E[pi^2] is a third where every pi is as frequent."""
    (precision,), _ = BetaBinomial(1, 1).against_majority(2, [1.0])
    assert precision == pytest.approx(1 / 3, abs=1e-3)


def test_both_bounds_allow_for_the_sampling_error_of_the_agreement() -> None:
    found = agreement_ceiling([2] * 80 + [1] * 20, [2] * 100)
    margin = 1.645 * (0.8 * 0.2 / 100) ** 0.5
    assert found.low == pytest.approx(0.8 - margin, abs=0.005)
    assert found.high == pytest.approx((1 + (2 * (0.8 + margin) - 1) ** 0.5) / 2, abs=0.005)
