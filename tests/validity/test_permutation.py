"""Is the permutation p-value uniform without signal, and the stated power the one that is had."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.permutation import permutation_test, power_to_detect


def null_p_value(rng: np.random.Generator) -> float:
    """Difference of two group means of skewed data without any difference, 99 shuffles."""
    y = rng.exponential(size=30)
    orders = rng.permuted(np.tile(np.arange(30), (99, 1)), axis=1)
    means = y[orders][:, :10].mean(axis=1)
    return permutation_test(float(y[:10].mean()), means).p_value


def test_p_is_uniform_without_signal() -> None:
    rng = np.random.default_rng(0)
    p_values = np.array([null_p_value(rng) for _ in range(4000)])
    for level in (0.01, 0.05, 0.1, 0.5, 0.9):
        error = 3 * np.sqrt(level * (1 - level) / p_values.size)
        assert np.mean(p_values <= level) == pytest.approx(level, abs=error)


@pytest.mark.parametrize("shift", [0.3, 0.6, 1.0])
def test_stated_power_is_the_power_had(shift: float) -> None:
    rng = np.random.default_rng(1)
    seen = []
    for _ in range(1500):
        y = rng.standard_normal(60)
        y[:30] += shift
        orders = rng.permuted(np.tile(np.arange(60), (99, 1)), axis=1)
        means = y[orders][:, :30].mean(axis=1)
        seen.append(permutation_test(float(y[:30].mean()), means).p_value <= 0.05)
    # group mean minus overall mean: half the shift; its null spread is that of a finite sample
    stated = power_to_detect(shift / 2, np.sqrt(1 / 30 - 1 / 60))
    assert np.mean(seen) == pytest.approx(stated, abs=0.06)
