from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from leadline.stats.curves.mixture import mixture_cdf, mixture_quantile

LEVELS = np.array([1e-4, 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99, 1 - 1e-4])


def some(
    n_components: int, n_mixtures: int, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    weight = rng.dirichlet(np.full(n_components, 0.3))
    mean = rng.normal(size=(n_components, n_mixtures))
    return weight, mean, np.exp(rng.normal(-1.0, 0.7, size=mean.shape))


def test_the_cdf_is_the_weighted_sum() -> None:
    weight, mean, sd = some(7, 3, 0)
    values = np.linspace(-3, 3, 12).reshape(4, 3)
    expected = sum(w * norm(m, s).cdf(values) for w, m, s in zip(weight, mean, sd, strict=True))
    assert mixture_cdf(weight, mean, sd, values) == pytest.approx(expected)


@pytest.mark.parametrize("seed", range(5))
def test_quantiles_are_those_of_root_finding(seed: int) -> None:
    weight, mean, sd = some(30, 2, seed)
    found = mixture_quantile(weight, mean, sd, np.tile(LEVELS[:, None], 2))
    for column in range(2):

        def below(value: float, level: float, column: int = column) -> float:
            at = np.array([[value]])
            return float(mixture_cdf(weight, mean[:, [column]], sd[:, [column]], at)[0, 0] - level)

        expected = [brentq(below, -60, 60, args=(level,)) for level in LEVELS]
        assert found[:, column] == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("narrow", [0.1, 0.01, 0.001])
def test_a_narrow_peak_on_a_wide_one_does_not_hide(narrow: float) -> None:
    weight = np.array([0.5, 0.5])
    mean, sd = np.array([[0.3], [0.0]]), np.array([[narrow], [1.0]])
    levels = np.linspace(0.02, 0.98, 49)[:, None]
    values = mixture_quantile(weight, mean, sd, levels)
    # a quantile that is not one is a promise that is not kept
    assert mixture_cdf(weight, mean, sd, values) == pytest.approx(levels, abs=1e-9)


def test_one_normal_distribution_has_its_own_quantiles() -> None:
    one = mixture_quantile(
        np.ones(1), np.array([[2.0, -1.0]]), np.array([[0.5, 3.0]]), np.tile(LEVELS[:, None], 2)
    )
    expected = np.column_stack([norm(2.0, 0.5).ppf(LEVELS), norm(-1.0, 3.0).ppf(LEVELS)])
    assert one == pytest.approx(expected, abs=1e-9)


def test_quantiles_ascend() -> None:
    weight, mean, sd = some(50, 4, 9)
    levels = np.linspace(0.001, 0.999, 200)
    values = mixture_quantile(weight, mean, sd, np.tile(levels[:, None], 4))
    assert np.all(np.diff(values, axis=0) >= 0)


def test_what_is_certain_is_finite() -> None:
    weight, mean, sd = some(5, 1, 1)
    ends = mixture_quantile(weight, mean, sd, np.array([[0.0], [1e-12], [1 - 1e-12], [1.0]]))
    assert np.isfinite(ends).all()
    assert np.all(np.diff(ends[:, 0]) >= 0)


def test_components_of_hardly_any_weight_do_not_move_a_quantile() -> None:
    # weights of the last digit more than 1: far out the sum of the cdf is above 1
    weight = np.array([0.5, 0.5 + 2.0**-52, 1e-28])
    assert weight.sum() > 1
    mean, sd = np.array([[0.0], [1.0], [-20.0]]), np.array([[0.02], [0.2], [300.0]])
    levels = LEVELS[:, None]
    values = mixture_quantile(weight, mean, sd, levels)
    assert mixture_cdf(weight, mean, sd, values) == pytest.approx(levels, abs=1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_a_quantile_between_narrow_components_is_one(seed: int) -> None:
    rng = np.random.default_rng(seed)
    weight = rng.dirichlet(np.ones(8))
    mean, sd = rng.normal(0.0, 3.0, size=(8, 50)), 10 ** rng.uniform(-3, 1, size=(8, 50))
    levels = np.tile(LEVELS[:, None], 50)
    values = mixture_quantile(weight, mean, sd, levels)
    assert mixture_cdf(weight, mean, sd, values) == pytest.approx(levels, abs=1e-6)
