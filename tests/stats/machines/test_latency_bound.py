from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.machines.latency_bound import further_run_bound, p99_upper_bound


def test_it_lies_above_the_percentile_and_below_the_slowest() -> None:
    values = np.random.default_rng(0).exponential(size=5000)
    bound = p99_upper_bound(values)
    assert np.quantile(values, 0.99) < bound < values.max()


def test_more_requests_bring_it_nearer() -> None:
    values = np.random.default_rng(1).exponential(size=50_000)
    assert p99_upper_bound(values) < p99_upper_bound(values[:2000])


def test_slow_ones_that_come_together_widen_it() -> None:
    values = np.random.default_rng(2).exponential(size=4000)
    together = np.concatenate([np.sort(values[:1000])[::-1], np.minimum(values[1000:], 1.0)])
    apart = np.random.default_rng(3).permutation(together)
    assert p99_upper_bound(together) > p99_upper_bound(apart)


def test_unanswered_requests_count_as_endless() -> None:
    values = np.full(1000, 0.01)
    values[::50] = np.inf
    assert p99_upper_bound(values) == np.inf


def test_without_a_latency_there_is_no_bound() -> None:
    with pytest.raises(ValueError, match="latencies is empty"):
        p99_upper_bound([])
    assert p99_upper_bound([0.1] * 29) == np.inf


def test_a_further_run_stays_below_its_bound_as_often_as_said() -> None:
    rng = np.random.default_rng(4)
    p99s = rng.normal(10, 2, (2000, 7))
    bounds = np.array([further_run_bound(runs[:6], confidence_level=0.9) for runs in p99s])
    assert np.mean(p99s[:, 6] <= bounds) == pytest.approx(0.9, abs=0.02)


def test_runs_that_differ_widen_the_bound_of_a_further_one() -> None:
    assert further_run_bound([0.01] * 6) == pytest.approx(0.01)
    assert further_run_bound([0.01] * 5 + [0.02]) > 0.02
    assert further_run_bound([0.01, np.inf]) == np.inf
    with pytest.raises(ValueError, match="two are needed"):
        further_run_bound([0.01])
