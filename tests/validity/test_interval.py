"""Do 90 % intervals of a proportion hold the truth 90 times in 100, on average over proportions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.stats import binom

from leadline.stats.arrays import Floats
from leadline.stats.interval import Interval, jeffreys_interval, wilson_interval

if TYPE_CHECKING:
    from collections.abc import Callable


# the least coverage over shares of .02 to .98, computed exactly: both dip near 0 and 1
@pytest.mark.parametrize(
    ("interval", "n", "least"),
    [
        (wilson_interval, 10, 0.817),
        (wilson_interval, 40, 0.859),
        (wilson_interval, 200, 0.860),
        (jeffreys_interval, 10, 0.773),
        (jeffreys_interval, 40, 0.824),
        (jeffreys_interval, 200, 0.861),
    ],
)
def test_coverage_is_right_on_average_and_dips_as_known(
    interval: Callable[..., Interval[Floats]], n: int, least: float
) -> None:
    hits = np.arange(n + 1)
    bounds = interval(hits, np.full(n + 1, n))
    shares = np.linspace(0.02, 0.98, 193)
    held = (bounds.low <= shares[:, None]) & (shares[:, None] <= bounds.high)
    coverage = np.sum(held * binom.pmf(hits, n, shares[:, None]), axis=1)
    assert np.mean(coverage) == pytest.approx(0.90, abs=0.015)
    assert np.min(coverage) == pytest.approx(least, abs=0.001)
