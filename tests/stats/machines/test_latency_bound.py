from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.machines.latency_bound import p99_upper_bound


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
