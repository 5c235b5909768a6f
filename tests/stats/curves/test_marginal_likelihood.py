from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy.special import logsumexp, ndtr
from scipy.stats import multivariate_normal

from leadline.stats.curves.components import LEVEL_VARIANCE
from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.marginal_likelihood import (
    DesignMatrices,
    log_likelihoods,
    posterior_components,
)
from leadline.stats.curves.measured import Measured, measured
from leadline.stats.curves.mixture import mixture_cdf
from leadline.stats.curves.shapes import shapes
from leadline.stats.metric import METRICS

# one of them without any discrepancy and with the smallest noise there is
ACTIVE = np.array([1, len(kernels()) // 2, int(np.argmin(kernels().noise)), len(kernels()) - 2])
SIZES = np.array([100.0, 200, 400, 800, 1600])
AHEAD = np.log([2.0, 16.0])
STRETCH = 0.2


def curve(
    noise: float = 0.01, seed: int = 0, *, fall: float = 2.0, sizes: np.ndarray = SIZES
) -> Measured:
    rng = np.random.default_rng(seed)
    errors = 0.1 + fall * sizes**-0.5 + noise * rng.standard_normal(sizes.size)
    return measured(sizes, errors, np.full(sizes.size, noise), METRICS["error_rate"], 5)


def full_covariance(data: Measured, kernel: int, x: np.ndarray, height: np.ndarray) -> np.ndarray:
    """Of log errors at the points `x`, all unknowns but shape and kernel integrated out."""
    one = kernels().take(kernel).covariance(x, x)[0]
    return np.asarray(one + LEVEL_VARIANCE + STRETCH**2 * np.outer(height, height))


def noise_of(data: Measured, kernel: int) -> np.ndarray:
    return np.diag(data.variance + kernels().noise[kernel] ** 2 * data.unit_variance)


@cache
def brute_force(noise: float, fall: float = 2.0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Log likelihood of every kernel and shape, and mean and variance ahead, one by one."""
    data = curve(noise, fall=fall)
    both = np.append(data.x, AHEAD)
    n = data.x.size
    heights = shapes().at(both)
    log_likelihood = np.empty((ACTIVE.size, len(shapes())))
    mean, variance = (np.empty((*log_likelihood.shape, AHEAD.size)) for _ in range(2))
    for row, kernel in enumerate(ACTIVE):
        own = noise_of(data, int(kernel))
        for k, height in enumerate(heights):
            covariance = full_covariance(data, int(kernel), both, height)
            seen = covariance[:n, :n] + own
            log_likelihood[row, k] = multivariate_normal(height[:n], seen).logpdf(data.y)
            gain = np.linalg.solve(seen, covariance[:n, n:]).T
            mean[row, k] = height[n:] + gain @ (data.y - height[:n])
            variance[row, k] = np.diag(covariance[n:, n:] - gain @ covariance[:n, n:])
    return log_likelihood, mean, variance


# a curve that is flat and measured closely is far from every shape as it stands in the grid, and
# of one that falls steeply the squares that are subtracted are large
@pytest.mark.parametrize(("noise", "fall"), [(0.001, 2.0), (0.03, 2.0), (1e-5, 0.0), (1e-5, 8.0)])
def test_likelihoods_are_those_of_the_full_normal_distribution(noise: float, fall: float) -> None:
    data = curve(noise, fall=fall)
    expected, _, _ = brute_force(noise, fall)
    found, _ = log_likelihoods(data, DesignMatrices.at(data.x, ACTIVE))
    near = expected > expected.max() - 30
    assert near.sum() > 100
    assert (found - found.max())[near] == pytest.approx((expected - expected.max())[near], abs=0.02)
    assert np.all((found - found.max())[~near] < -25)


@pytest.mark.parametrize("n_points", [5, 9, 22])
def test_precisions_are_those_of_the_covariances(n_points: int) -> None:
    data = curve(sizes=np.geomspace(100.0, 6400, n_points))
    _, inverse = log_likelihoods(data, DesignMatrices.at(data.x, ACTIVE))
    for row, kernel in enumerate(ACTIVE):
        covariance = full_covariance(data, int(kernel), data.x, np.zeros(data.x.size))
        covariance = covariance + noise_of(data, int(kernel))
        assert inverse[row] @ covariance == pytest.approx(np.eye(data.x.size), abs=1e-6)


@pytest.mark.parametrize("noise", [0.001, 0.03])
def test_a_few_components_forecast_as_all_together(noise: float) -> None:
    data = curve(noise)
    log_prior = np.random.default_rng(2).normal(size=(ACTIVE.size, len(shapes())))
    log_weight, mean, variance = brute_force(noise)
    # shapes and kernels are weighed by the root of their likelihood
    log_weight = 0.5 * log_weight + log_prior
    weight = np.exp(log_weight - logsumexp(log_weight)).ravel()
    few = posterior_components(data, log_prior, DesignMatrices.at(data.x, ACTIVE))
    few_mean, few_variance = few.moments(AHEAD)
    assert few.weight.sum() == pytest.approx(1)
    assert few.weight.size < weight.size
    for column in range(AHEAD.size):
        middle, spread = mean[..., column].ravel(), np.sqrt(variance[..., column]).ravel()
        centre = weight @ middle
        values = centre + np.linspace(-1.5, 1.5, 61)
        exact = weight @ ndtr((values - middle[:, None]) / spread[:, None])
        found = mixture_cdf(
            few.weight,
            few_mean[:, [column]],
            np.sqrt(few_variance[:, [column]]),
            values[:, None],
        )[:, 0]
        # single precision and 128 stand-ins for 3,356
        assert found == pytest.approx(exact, abs=0.03)


def test_curves_of_the_same_sizes_share_their_design() -> None:
    one, other = (curve(seed=seed) for seed in (0, 1))
    assert DesignMatrices.at(one.x, ACTIVE) is DesignMatrices.at(other.x, ACTIVE)
    fewer = DesignMatrices.at(one.x[1:], ACTIVE)
    assert fewer.basis == pytest.approx(DesignMatrices.at(one.x, ACTIVE).basis[:, 1:])
    assert DesignMatrices.at(one.x, ACTIVE[:2]).covariance.shape[0] == 2


def test_of_two_shapes_the_likelier_one_gets_the_root_of_the_ratio() -> None:
    data = curve()
    design = DesignMatrices.at(data.x, ACTIVE)
    fitted, _ = log_likelihoods(data, design)
    best = int(np.argmax(fitted[1]))
    other = int(np.argmin(np.abs(fitted[1] - fitted[1, best] + 2.0)))
    log_prior = np.full(fitted.shape, -1e6)
    log_prior[1, [best, other]] = 0.0
    two = posterior_components(data, log_prior, design)
    share = 1 / (1 + np.exp(0.5 * (fitted[1, other] - fitted[1, best])))
    assert 0.6 < share < 0.8
    assert two.weight[two.shape.tolist().index(best)] == pytest.approx(share, abs=0.01)


def test_a_prior_that_is_certain_is_believed() -> None:
    data = curve()
    log_prior = np.full((ACTIVE.size, len(shapes())), -1e6)
    log_prior[1, 40] = 0.0
    sure = posterior_components(data, log_prior, DesignMatrices.at(data.x, ACTIVE))
    assert sure.weight.tolist() == [1.0]
    assert (sure.kernel.tolist(), sure.shape.tolist()) == ([ACTIVE[1]], [40])


def test_an_exact_power_law_is_recognised() -> None:
    grid = shapes()
    law = int(np.flatnonzero((grid.floor == 0) & (grid.exponent > 0.5))[0])
    errors = 0.1 * (SIZES / SIZES[-1]) ** -grid.exponent[law]
    data = measured(SIZES, errors, np.zeros(SIZES.size), METRICS["mean_absolute_error"], 5)
    # hardly any noise, nothing wanders
    every = kernels()
    quiet = np.flatnonzero((every.level == 0) & (every.slope == 0))[:1]
    found = posterior_components(data, np.zeros((1, len(grid))), DesignMatrices.at(data.x, quiet))
    mean, _ = found.moments(AHEAD)
    assert found.weight @ mean == pytest.approx(-grid.exponent[law] * AHEAD, abs=0.05)
