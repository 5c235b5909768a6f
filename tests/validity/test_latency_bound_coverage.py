"""The upper bound of a p99 lies above the truth about as often as it says, in a queue too."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from leadline.stats.machines.latency_bound import p99_upper_bound

N_RUNS = 300


def latencies(rng: np.random.Generator, n: int, utilisation: float) -> NDArray[np.float64]:
    """Times in an M/M/1 queue that has run for a while (Lindley's recursion)."""
    n_all = n + 2000
    gaps, service = rng.exponential(1 / utilisation, n_all), rng.exponential(1, n_all)
    walk = np.cumsum(np.append(0.0, service[:-1] - gaps[1:]))
    found: NDArray[np.float64] = (walk - np.minimum.accumulate(walk) + service)[2000:]
    return found


@pytest.mark.parametrize(("utilisation", "n"), [(0.3, 1000), (0.6, 3000), (0.6, 8000)])
def test_it_covers_the_truth(utilisation: float, n: int) -> None:
    rng = np.random.default_rng(0)
    # time in such a queue is exponential with mean 1 / (1 - utilisation)
    truth = np.log(100) / (1 - utilisation)
    bounds = np.array([p99_upper_bound(latencies(rng, n, utilisation)) for _ in range(N_RUNS)])
    assert 0.84 <= np.mean(bounds >= truth) <= 0.99
    assert np.median(bounds) < 1.5 * truth
