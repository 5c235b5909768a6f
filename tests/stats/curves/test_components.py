from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.curves.components import LEVEL_VARIANCE, Components
from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.marginal_likelihood import DesignMatrices, posterior_components
from leadline.stats.curves.measured import Measured, measured
from leadline.stats.curves.shapes import shapes
from leadline.stats.metric import METRICS

SIZES = np.array([50.0, 120, 300, 700, 1600, 3000])
# before, among, at and beyond what was measured
AT = np.log(np.array([20.0, 300, 1000, 3000, 12_000, 100_000]) / SIZES[-1])
ALL = np.arange(len(kernels()))
STRETCH = 0.2


def curve() -> Measured:
    rng = np.random.default_rng(0)
    errors = 0.1 + 2 * SIZES**-0.5 + 0.01 * rng.standard_normal(SIZES.size)
    return measured(SIZES, errors, np.full(SIZES.size, 0.01), METRICS["error_rate"], 5)


def only(kernel: int, shape: int) -> Components:
    """The posterior, were it known which discrepancy and which shape is the true one."""
    data = curve()
    log_prior = np.full((ALL.size, len(shapes())), -1e6)
    log_prior[kernel, shape] = 0.0
    return posterior_components(data, log_prior, DesignMatrices.at(data.x, ALL))


def conditioned(kernel: int, shape: int) -> tuple[np.ndarray, np.ndarray]:
    """Mean and covariance at `AT` by conditioning one large normal distribution."""
    data = curve()
    both, n = np.append(data.x, AT), data.x.size
    height = shapes().at(both)[shape]
    covariance = kernels().take(kernel).covariance(both, both)[0] + LEVEL_VARIANCE
    covariance = covariance + STRETCH**2 * np.outer(height, height)
    noise = data.variance + kernels().noise[kernel] ** 2 * data.unit_variance
    gain = np.linalg.solve(covariance[:n, :n] + np.diag(noise), covariance[:n, n:]).T
    mean = height[n:] + gain @ (data.y - height[:n])
    return mean, covariance[n:, n:] - gain @ covariance[:n, n:]


@pytest.mark.parametrize("kernel", [0, 30, len(kernels()) - 1])
@pytest.mark.parametrize("shape", [0, 300, 600, len(shapes()) - 1])
def test_moments_are_those_of_conditioning(kernel: int, shape: int) -> None:
    mean, variance = only(kernel, shape).moments(AT)
    expected_mean, expected_covariance = conditioned(kernel, shape)
    assert mean[0] == pytest.approx(expected_mean, rel=1e-6, abs=1e-6)
    assert variance[0] == pytest.approx(np.diag(expected_covariance), rel=1e-4, abs=1e-7)


@pytest.mark.parametrize(("kernel", "shape"), [(0, 300), (40, 600), (len(kernels()) - 1, 5)])
def test_draws_vary_together_as_conditioning_says(kernel: int, shape: int) -> None:
    curves, floors = only(kernel, shape).draws(AT, 40_000, np.random.default_rng(1))
    mean, covariance = conditioned(kernel, shape)
    scale = np.sqrt(np.diag(covariance))
    assert (curves.mean(axis=0) - mean) / scale == pytest.approx(np.zeros(AT.size), abs=0.03)
    assert np.cov(curves.T) / np.outer(scale, scale) == pytest.approx(
        covariance / np.outer(scale, scale), abs=0.03
    )
    assert floors.shape == (40_000,)


def test_draws_of_many_components_are_distributed_as_their_mixture() -> None:
    data = curve()
    flat = np.zeros((ALL.size, len(shapes())))
    parts = posterior_components(data, flat, DesignMatrices.at(data.x, ALL))
    mean, variance = parts.moments(AT)
    curves, _ = parts.draws(AT, 60_000, np.random.default_rng(2))
    expected = parts.weight @ mean
    spread = np.sqrt(parts.weight @ (variance + mean**2) - expected**2)
    assert (curves.mean(axis=0) - expected) / spread == pytest.approx(np.zeros(AT.size), abs=0.03)
    assert curves.std(axis=0) / spread == pytest.approx(np.ones(AT.size), abs=0.05)


def test_the_floor_of_a_draw_follows_its_coefficient() -> None:
    shape = int(np.flatnonzero(shapes().floor == np.unique(shapes().floor)[3])[0])
    parts = only(0, shape)
    _, floors = parts.draws(AT, 20_000, np.random.default_rng(3))
    level = np.log(shapes().floor[shape])
    assert floors.mean() == pytest.approx(level * parts.coefficient[0], rel=0.02)
    assert floors.std() == pytest.approx(abs(level) / np.sqrt(parts.precision[0]), rel=0.05)
    _, none = only(0, 0).draws(AT, 10, np.random.default_rng(3))
    assert shapes().floor[0] == 0
    assert np.all(np.isneginf(none))


def test_the_same_seed_draws_the_same_curves() -> None:
    parts = only(40, 300)
    one, other = (parts.draws(AT, 50, np.random.default_rng(7))[0] for _ in range(2))
    assert np.array_equal(one, other)


def test_doubt_grows_with_distance() -> None:
    far = np.log([1.0, 2.0, 4.0, 8.0, 16.0])
    _, variance = only(len(kernels()) - 1, 300).moments(far)
    assert np.all(np.diff(variance[0]) > 0)
