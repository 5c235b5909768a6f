from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import spearmanr

from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.curves.design import residual_variance

SIZES = np.array([100.0, 200, 400, 800, 1600, 3200])
# before, among, at and beyond what was measured, and beyond what was calibrated
AT = np.array([30.0, 500, 3200, 6400, 20_000, 100_000])
LEVELS = np.array([0.02, 0.05, 0.25, 0.5, 0.75, 0.95, 0.98])


def forecast(noise: float = 0.004, *, known: bool = True, n_sizes: int = 6) -> CurvePosterior:
    rng = np.random.default_rng(0)
    sizes = SIZES[:n_sizes]
    errors = 0.1 + 2 * sizes**-0.5 + noise * rng.standard_normal(n_sizes)
    return fit(sizes, errors, np.full(n_sizes, noise) if known else None, n_repeats=5)


@pytest.fixture
def posterior() -> CurvePosterior:
    return forecast()


@pytest.fixture
def close_to_chance() -> CurvePosterior:
    return fit(SIZES, [0.99, 0.97, 0.98, 0.95, 0.96, 0.94], np.full(6, 0.02), n_repeats=5)


def test_shapes_follow_the_arguments(posterior: CurvePosterior) -> None:
    assert posterior.quantile(1000, 0.5).shape == ()
    assert posterior.quantile([1000, 2000], [0.1, 0.5, 0.9]).shape == (3, 2)
    assert posterior.quantile([[1000], [2000]], 0.5).shape == (2, 1)
    assert posterior.cdf(1000, 0.2).shape == ()
    assert posterior.cdf([1000, 2000], 0.2).shape == (2,)
    assert posterior.cdf([[1000], [2000]], [0.1, 0.15, 0.2]).shape == (2, 3)
    assert posterior.sample(1000, 7).shape == (7,)
    assert posterior.sample([1000, 2000], 7).shape == (7, 2)
    assert posterior.sample([[1000], [2000], [3000]], 7).shape == (7, 3, 1)


def test_many_questions_are_answered_as_one_by_one(posterior: CurvePosterior) -> None:
    together = posterior.quantile(AT, LEVELS)
    for row, level in enumerate(LEVELS):
        for column, n in enumerate(AT):
            assert together[row, column] == pytest.approx(posterior.quantile(n, level), rel=1e-4)
    errors = np.array([0.1, 0.15, 0.2])
    chances = posterior.cdf(AT[:, None], errors)
    for row, n in enumerate(AT):
        for column, error in enumerate(errors):
            assert chances[row, column] == pytest.approx(posterior.cdf(n, error))


@pytest.mark.parametrize("noise", [0.001, 0.004, 0.02])
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("n_sizes", [3, 6])
def test_quantile_and_cdf_undo_each_other(noise: float, known: bool, n_sizes: int) -> None:
    posterior = forecast(noise, known=known, n_sizes=n_sizes)
    values = posterior.quantile(AT, LEVELS)
    # the ceiling is reached with certainty, whatever was asked for
    expected = np.where(values >= 1, 1.0, LEVELS[:, None])
    assert posterior.cdf(AT, values) == pytest.approx(expected, abs=1e-3)


def test_a_forecast_is_a_distribution(posterior: CurvePosterior) -> None:
    levels = np.linspace(0, 1, 101)
    assert np.all(np.diff(posterior.quantile(AT, levels), axis=0) >= 0)
    errors = np.linspace(-0.1, 1.2, 200)
    chances = posterior.cdf(AT[:, None], errors)
    assert np.all(np.diff(chances, axis=1) >= 0)
    assert chances.min() == 0
    assert chances.max() == 1
    assert np.all(posterior.cdf(AT, 0.0) == 0)


def test_samples_are_distributed_as_the_quantiles_say(posterior: CurvePosterior) -> None:
    draws = posterior.sample(AT, 40_000, rng=np.random.default_rng(1))
    for row, level in zip(posterior.quantile(AT, LEVELS), LEVELS, strict=True):
        shares = np.mean(draws <= row, axis=0)
        assert shares == pytest.approx(np.full(AT.size, level), abs=0.01)


def test_samples_are_whole_curves_and_repeatable(posterior: CurvePosterior) -> None:
    twice = posterior.sample([6400, 6400, 12_800], 900)
    assert np.array_equal(twice[:, 0], twice[:, 1])
    # of ranks: the few curves that peak are far above all others
    assert spearmanr(twice[:, 0], twice[:, 2]).statistic > 0.7
    assert np.array_equal(twice, posterior.sample([6400, 6400, 12_800], 900))
    other = posterior.sample([6400, 6400, 12_800], 900, rng=np.random.default_rng(5))
    assert not np.array_equal(twice, other)


def test_nothing_is_forecast_above_the_ceiling(close_to_chance: CurvePosterior) -> None:
    assert close_to_chance.quantile(AT, LEVELS).max() == 1
    assert close_to_chance.sample(AT, 2000).max() == 1
    assert np.all(close_to_chance.cdf(AT, 1.0) == 1)
    assert np.all(close_to_chance.cdf(AT, 0.97) < 1)


def test_without_a_ceiling_losses_may_be_large() -> None:
    losses = np.array([9.9, 9.7, 9.8, 9.5, 9.6, 9.4])
    posterior = fit(SIZES, losses, np.full(6, 0.2), metric="log_loss", n_repeats=5)
    assert posterior.quantile(6400, 0.95) > 9
    assert posterior.cdf(6400, 1.0) < 0.05


def test_a_square_is_forecast_by_its_root() -> None:
    roots = np.array([0.81, 0.7, 0.62, 0.55, 0.51, 0.48])
    root = fit(SIZES, roots, metric="root_mean_squared_error", family="forest", n_repeats=5)
    square = fit(SIZES, roots**2, metric="r2", family="forest", n_repeats=5)
    assert square.quantile(AT, LEVELS) == pytest.approx(root.quantile(AT, LEVELS) ** 2)
    assert square.cdf(AT, 0.2) == pytest.approx(root.cdf(AT, np.sqrt(0.2)))
    assert square.rows_for(0.2, 0.6) == pytest.approx(root.rows_for(np.sqrt(0.2), 0.6))
    assert square.sample(AT, 50) == pytest.approx(root.sample(AT, 50) ** 2)
    floors = square.regions().floor_error, root.regions().floor_error
    assert floors[0].high == pytest.approx(floors[1].high ** 2)
    # of a log error, which is twice as large
    assert square.noise == pytest.approx(2 * root.noise)
    of_square, of_root = (float(residual_variance(one, [0.2])[0]) for one in (square, root))
    assert of_square == pytest.approx(4 * of_root)


def test_rows_for_is_where_the_probability_is_reached(posterior: CurvePosterior) -> None:
    rows = posterior.rows_for(0.125, 0.7)
    assert isinstance(rows, float)
    assert posterior.cdf(rows, 0.125) == pytest.approx(0.7, abs=0.01)
    assert posterior.cdf(rows * 0.9, 0.125) < 0.7
    sooner = posterior.rows_for(0.125, 0.5)
    assert isinstance(sooner, float)
    assert sooner < rows


def test_what_is_not_reached_is_not_promised(posterior: CurvePosterior) -> None:
    assert posterior.rows_for(0.001, 0.9) is None
    assert posterior.rows_for(10.0, 0.9) == 1
    both = posterior.rows_for([0.001, 0.2], 0.9)
    assert isinstance(both, np.ndarray)
    assert np.isinf(both[0])
    assert np.isfinite(both[1])


@pytest.mark.parametrize("known", [True, False])
def test_the_noise_of_a_measurement_is_known(known: bool) -> None:
    """Either from its standard error or from how the sizes scatter, relative to the error."""
    noises = [forecast(noise, known=known).noise for noise in (0.002, 0.02)]
    relative = np.array([0.002, 0.02]) / (0.1 + 2 * 3200**-0.5)
    assert np.all(np.array(noises) > 0.4 * relative)
    assert np.all(np.array(noises) < 3 * relative)


def test_doubt_grows_with_distance(posterior: CurvePosterior) -> None:
    low, high = np.log(posterior.quantile(3200 * 2.0 ** np.arange(5), [0.05, 0.95]))
    assert np.all(np.diff(high - low) > 0)


def test_between_measured_points_there_is_less_doubt_than_at_one(
    posterior: CurvePosterior,
) -> None:
    low, high = posterior.quantile(600.0, [0.05, 0.95])
    truth = 0.1 + 2 * 600**-0.5
    assert low < truth < high
    assert high - low < 2 * 1.645 * 0.004 * 1.2


def test_bad_questions_are_refused(posterior: CurvePosterior) -> None:
    for n in (0, -1.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="n must be above 0"):
            posterior.quantile(n, 0.5)
        with pytest.raises(ValueError, match="n must be above 0"):
            posterior.regions(n)
    for q in (-0.1, 50, float("nan")):
        with pytest.raises(ValueError, match="q must lie in"):
            posterior.quantile(10, q)
    with pytest.raises(ValueError, match="error must be a number"):
        posterior.cdf(10, float("nan"))
    with pytest.raises(ValueError, match="probability"):
        posterior.rows_for(0.1, 90)
    with pytest.raises(ValueError, match="error must be finite"):
        posterior.rows_for(float("nan"), 0.9)
    with pytest.raises(ValueError, match="size must be at least 1"):
        posterior.sample(10, 0)
