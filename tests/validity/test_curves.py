"""What the power-law forecast is worth: unbiased on true power laws, too narrow elsewhere."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.curves import fit

SIZES = np.array([100.0, 200, 400, 800, 1600, 3200])
BEYOND = np.array([6400.0, 12_800, 25_600])


@pytest.mark.parametrize(
    ("c", "a", "b", "noise"),
    [(0.1, 2.0, 0.5, 0.004), (0.2, 5.0, 0.9, 0.005), (0.02, 3.0, 0.6, 0.004)],
)
def test_the_median_is_unbiased_on_true_power_laws(
    c: float, a: float, b: float, noise: float
) -> None:
    rng = np.random.default_rng(0)
    truth = c + a * BEYOND**-b
    stderr = np.full(SIZES.size, noise)
    medians, held = [], []
    for _ in range(150):
        errors = np.abs(c + a * SIZES**-b + noise * rng.standard_normal(SIZES.size))
        low, median, high = fit(SIZES, errors, stderr, rng=rng).quantile(BEYOND, [0.05, 0.5, 0.95])
        medians.append(median)
        held.append((low <= truth) & (truth <= high))
    bias = np.mean(medians, axis=0) - truth
    assert np.all(np.abs(bias) < 4 * np.std(medians, axis=0) / np.sqrt(150) + 0.0005)
    # where the law and the noise are both as assumed, the interval is right
    assert np.mean(held) == pytest.approx(0.92, abs=0.05)


def test_the_interval_is_too_narrow_where_the_law_bends() -> None:
    rng = np.random.default_rng(1)
    # a plateau at chance first, then a power law: usual, and no c + a n^-b
    truth = 0.05 + 0.45 / (1 + (BEYOND / 1500) ** 1.2)
    held = []
    for _ in range(100):
        mean = 0.05 + 0.45 / (1 + (SIZES / 1500) ** 1.2)
        errors = mean + 0.004 * rng.standard_normal(SIZES.size)
        posterior = fit(SIZES, errors, np.full(SIZES.size, 0.004), rng=rng)
        low, high = posterior.quantile(BEYOND, [0.05, 0.95])
        held.append((low <= truth) & (truth <= high))
    # measured over 300 curves: not one interval held the truth at any of the three sizes
    assert np.mean(held) < 0.1
    assert "too narrow" in posterior.caution[0]
