"""Does the interval of fit times hold nine in ten of them, when fits also have a start-up cost?"""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.machines.fit_time import fit_time_law

SIZES = np.array([100.0, 200, 400, 800, 1600])


@pytest.mark.parametrize("ratio", [2, 8, 16])
def test_intervals_hold_nine_in_ten_times(ratio: int) -> None:
    rng = np.random.default_rng(0)
    at = ratio * SIZES[-1]
    held, misses = [], []
    for _ in range(150):
        exponent = rng.normal(1.2, 0.4)
        start = 10 ** rng.uniform(-3, 0)  # up to as much as the largest fit itself

        def seconds(n: np.ndarray, start: float = start, exponent: float = exponent) -> np.ndarray:
            noise = np.exp(0.1 * rng.standard_normal(n.shape))
            return np.asarray((start + (n / SIZES[-1]) ** exponent) * noise)

        law = fit_time_law(SIZES, seconds(SIZES))
        bounds, new = law.interval(at), seconds(np.array(at))
        held.append(bounds.low <= new <= bounds.high)
        misses.append(np.log(law.predict(at) / new))
    # on measured fits 0.89 at 8 and 0.90 at 16 times: benchmarks/curves/timing.py, 1,000 instances
    assert np.mean(held) >= 0.86
    assert abs(np.median(misses)) < 0.2
