from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import dblquad

from leadline.stats.curves.discrepancy import KernelGrid, kernels, relative_variance


def one(*, level: float = 0.0, slope: float = 0.0, length: float = 1.0) -> KernelGrid:
    return KernelGrid(*(np.array([value]) for value in (0.0, level, slope, length)))


@pytest.mark.parametrize("length", [0.5, 1.0, 4.0])
@pytest.mark.parametrize("distance", [0.01, 0.7, 3.0])
def test_the_wandering_slope_is_an_integrated_ornstein_uhlenbeck(
    length: float, distance: float
) -> None:
    # the variance of an integral is the double integral of the covariance
    expected, _ = dblquad(
        lambda t, u: 0.3**2 * np.exp(-abs(t - u) / length), 0, distance, 0, distance
    )
    found = one(slope=0.3, length=length).variogram(np.array([distance]))[0, 0]
    assert found == pytest.approx(expected, rel=1e-3)


def test_a_simulated_slope_wanders_as_far_as_said() -> None:
    rng = np.random.default_rng(0)
    step, n_steps, n_paths = 0.02, 150, 20_000
    slope = 0.4 * rng.standard_normal(n_paths)
    decay = np.exp(-step / 1.5)
    walked = np.zeros(n_paths)
    for _ in range(n_steps):
        after = decay * slope + 0.4 * np.sqrt(1 - decay**2) * rng.standard_normal(n_paths)
        walked += step * (slope + after) / 2
        slope = after
    expected = one(slope=0.4, length=1.5).variogram(np.array([step * n_steps]))[0, 0]
    assert walked.var() == pytest.approx(expected, rel=0.04)


def test_a_wandering_level_is_brownian() -> None:
    x = np.array([-3.0, -1.0, 0.0, 0.5, 2.0])
    covariance = one(level=0.2).covariance(x, x)[0]
    shared = np.minimum(np.abs(x[:, None]), np.abs(x))
    same_side = x[:, None] * x > 0
    assert covariance == pytest.approx(0.2**2 * np.where(same_side, shared, 0.0))


def test_near_by_the_wander_is_a_slope_and_far_away_it_is_brownian() -> None:
    kernel = one(slope=0.3, length=2.0)
    near, far = kernel.variogram(np.array([1e-3, 1e4]))[0]
    assert near == pytest.approx((0.3 * 1e-3) ** 2, rel=1e-2)
    assert far == pytest.approx(2 * 0.3**2 * 2.0 * 1e4, rel=1e-3)


def test_every_kernel_has_a_covariance_that_is_one() -> None:
    x = np.linspace(-4.0, 3.0, 9)
    for covariance in kernels().covariance(x, x):
        assert covariance == pytest.approx(covariance.T)
        assert np.linalg.eigvalsh(covariance).min() > -1e-9


def test_increments_are_stationary() -> None:
    x = np.array([-2.0, -0.5, 0.3, 1.0, 2.5])
    for covariance, variogram in zip(
        kernels().covariance(x, x), kernels().variogram(np.abs(x[:, None] - x)), strict=True
    ):
        own = np.diag(covariance)
        assert own[:, None] + own - 2 * covariance == pytest.approx(variogram, abs=1e-12)


def test_kernels_are_all_different_and_some_can_be_taken() -> None:
    grid = kernels()
    rows = np.column_stack([grid.noise, grid.level, grid.slope, grid.length])
    assert np.unique(rows, axis=0).shape == rows.shape
    assert (rows[:, 0] > 0).all()
    two = grid.take(np.array([5, 2]))
    assert len(two) == 2
    assert two.noise.tolist() == grid.noise[[5, 2]].tolist()
    assert grid.take(3).slope.tolist() == [grid.slope[3]]


@pytest.mark.parametrize("error", [0.05, 0.2, 0.5])
def test_shares_are_as_noisy_as_counts(error: float) -> None:
    rng = np.random.default_rng(1)
    counts = rng.binomial(2000, error, 40_000) / 2000
    measured = np.log(counts).var() * 2000
    assert relative_variance(np.array([error]), 1.0)[0] == pytest.approx(measured, rel=0.06)


def test_without_a_ceiling_all_errors_are_equally_noisy() -> None:
    assert relative_variance(np.array([0.1, 5.0, 300.0]), None).tolist() == [1.0, 1.0, 1.0]
    # an error as large as can be is certain, but not beyond all doubt
    assert 0 < relative_variance(np.array([1.0]), 1.0)[0] < 0.1
