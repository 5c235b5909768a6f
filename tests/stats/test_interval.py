from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, binomtest

from leadline.stats.interval import Interval, jeffreys_interval, two_sided_z, wilson_interval


@pytest.mark.parametrize(("hits", "trials"), [(0, 5), (1, 7), (9, 10), (50, 50), (480, 1000)])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_wilson_agrees_with_scipy(hits: int, trials: int, level: float) -> None:
    oracle = binomtest(hits, trials).proportion_ci(level, method="wilson")
    ours = wilson_interval(hits, trials, confidence_level=level)
    assert ours.low == pytest.approx(oracle.low, abs=1e-12)
    assert ours.high == pytest.approx(oracle.high, abs=1e-12)


def test_jeffreys_is_the_beta_quantile_inside_and_closed_at_the_ends() -> None:
    ours = jeffreys_interval([3, 0, 8], [8, 8, 8])
    assert ours.low[0] == pytest.approx(beta.ppf(0.05, 3.5, 5.5))
    assert ours.high[0] == pytest.approx(beta.ppf(0.95, 3.5, 5.5))
    assert ours.low[1] == 0
    assert ours.high[2] == 1


@pytest.mark.parametrize("interval", [wilson_interval, jeffreys_interval])
def test_no_trials_rule_nothing_out(interval: object) -> None:
    assert callable(interval)
    assert interval(0, 0) == Interval(0.0, 1.0)


def test_scalars_give_floats_and_arrays_broadcast() -> None:
    assert type(wilson_interval(1, 2).low) is float
    assert type(wilson_interval(np.int64(1), 2).high) is float
    assert wilson_interval([[1], [2]], [3, 4, 5]).low.shape == (2, 3)


@pytest.mark.parametrize(("hits", "trials"), [(3, 2), (-1, 2), (float("nan"), 2)])
def test_impossible_counts_are_refused(hits: float, trials: float) -> None:
    with pytest.raises(ValueError, match="between 0 and n_trials"):
        wilson_interval(hits, trials)


def test_level_is_a_share() -> None:
    assert two_sided_z(0.9) == pytest.approx(1.6448536)
    with pytest.raises(ValueError, match="confidence_level"):
        wilson_interval(1, 2, confidence_level=95)
    with pytest.raises(ValueError, match="confidence_level"):
        jeffreys_interval(1, 2, confidence_level=1)
