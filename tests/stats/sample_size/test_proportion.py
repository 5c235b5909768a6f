from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from leadline.stats.interval import wilson_interval
from leadline.stats.metric import METRICS
from leadline.stats.metric.unseen_error import unseen_error
from leadline.stats.sample_size.proportion import n_to_show, power_of

CASES = [(0.8, 0.9), (0.9, 0.95), (0.5, 0.6), (0.3, 0.5), (0.95, 1.0), (0.7, 0.98), (0.1, 0.13)]


def brute_power(n: int, target: float, expected: float, level: float) -> float:
    hits = np.arange(n + 1)
    shown = wilson_interval(hits, np.full(n + 1, n), confidence_level=level).low >= target
    shown[-1] &= target**n <= (1 - level) / 2  # of Clopper and Pearson, as Wilson's is too high
    return float(binom.pmf(hits, n, expected)[shown].sum())


@pytest.mark.parametrize(("target", "expected"), CASES)
@pytest.mark.parametrize("level", [0.8, 0.9])
def test_power_is_the_sum_over_outcomes_that_prove(
    target: float, expected: float, level: float
) -> None:
    for n in (1, 5, 24, 60, 133):
        power = power_of(n, target, expected, confidence_level=level)
        assert power == pytest.approx(brute_power(n, target, expected, level), abs=1e-9)


@pytest.mark.parametrize(("target", "expected"), CASES)
@pytest.mark.parametrize("power", [0.5, 0.8, 0.95])
def test_n_to_show_is_the_row_after_the_last_that_fails(
    target: float, expected: float, power: float
) -> None:
    n = n_to_show(target, expected, power=power)
    assert n is not None
    assert n == 1 or power_of(n - 1, target, expected) < power
    assert all(power_of(m, target, expected) >= power for m in range(n, 2 * n + 50))


def test_rows_without_a_miss_show_what_the_rule_of_three_says() -> None:
    assert n_to_show(0.99, 1.0) == 299
    assert unseen_error(METRICS["accuracy"], 1.0, np.ones(299)) <= 0.01  # type: ignore[operator]
    assert unseen_error(METRICS["accuracy"], 1.0, np.ones(298)) > 0.01  # type: ignore[operator]


def test_what_is_not_expected_cannot_be_shown() -> None:
    assert n_to_show(0.9, 0.9) is None
    assert n_to_show(0.9, 0.5) is None
    assert n_to_show(0.9, 0.9 + 1e-9) is None


def test_a_small_gap_needs_many_rows() -> None:
    n = n_to_show(0.9, 0.901)
    normal = ((1.645 * np.sqrt(0.9 * 0.1) + 0.842 * np.sqrt(0.901 * 0.099)) / 0.001) ** 2
    assert n == pytest.approx(normal, rel=0.01)


def test_shares_are_checked() -> None:
    with pytest.raises(ValueError, match="target must lie in"):
        n_to_show(90, 0.95)
    with pytest.raises(ValueError, match="expected must lie in"):
        n_to_show(0.9, 95)
    with pytest.raises(ValueError, match="power must lie in"):
        n_to_show(0.9, 0.95, power=80)
    with pytest.raises(ValueError, match="n must be at least 1"):
        power_of(0, 0.9, 0.95)
