from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from leadline.phases.curve import Point
from leadline.search.error_forecast import (
    LEAST_ERROR,
    ErrorForecast,
    Shape,
    curve_posterior_of,
    error_forecast_of,
    floors_of,
    forecast_beyond,
    mean_and_interval,
)


def points(*sizes: int, spread: float = 0.0) -> list[Point]:
    """A power law of exponent 0.3, in three repeats."""
    return [
        Point(n_train=n, errors=tuple(n**-0.3 * np.exp([-spread, 0.0, spread])), fit_s=0.1)
        for n in sizes
    ]


def forecast(measured: list[Point], n_next: int | None, **given: int) -> ErrorForecast:
    sizes: Any = {"n_largest": 1600, "n_affordable": 6400, "n_draws": 4000, "seed": 0, **given}
    return error_forecast_of(measured, n_next=n_next, scoring="accuracy", family="linear", **sizes)


def test_below_three_sizes_the_last_error_stands_with_a_tenth_a_doubling() -> None:
    found = forecast(points(100, 400), 1600)
    assert np.median(found.draws) == pytest.approx(400**-0.3, rel=0.01)
    assert np.std(np.log(found.draws)) == pytest.approx(0.2, rel=0.05), "two doublings to 1,600"
    assert found.log_error_std == pytest.approx(0.4, rel=0.01), "four doublings to 6,400"
    assert found.log_error_change == 0.0
    assert found.share_removed == 0.5


def test_below_three_sizes_a_candidate_changes_as_its_familys_default() -> None:
    default = points(50, 100, 200, 400, 1600)
    shape = Shape(default, ErrorForecast(np.array([0.1, 0.1]), 0.0, -0.25, 0.07), "accuracy")
    sizes: Any = {"n_largest": 1600, "n_affordable": 6400, "n_draws": 4000, "seed": 0}
    found = error_forecast_of(
        [Point(n_train=400, errors=(0.2, 0.2, 0.2), fit_s=0.1)],
        n_next=1600,
        scoring="accuracy",
        family="linear",
        shape=shape,
        **sizes,
    )
    assert np.median(found.draws) == pytest.approx(0.2 * 4**-0.3, rel=0.01)
    assert (found.log_error_change, found.log_error_std) == (-0.25, 0.07)
    assert shape.log_change(200, 1600) == pytest.approx(-0.3 * np.log(8))
    assert shape.log_change(800, 1600) is None, "not measured there"


@pytest.mark.parametrize("n_sizes", [2, 6])
@pytest.mark.parametrize("unit", [1e-7, 1e6])
def test_an_error_in_another_unit_is_forecast_alike(n_sizes: int, unit: float) -> None:
    """An RMSE may be of a concentration, or of a turnover."""
    sizes: Any = {"n_largest": 1600, "n_affordable": 6400, "n_draws": 400, "seed": 0}
    plain = points(*(50 * 2**k for k in range(n_sizes)), spread=1e-3)
    scaled = [replace(p, errors=tuple(unit * error for error in p.errors)) for p in plain]
    first, second = (
        error_forecast_of(
            each, n_next=800, scoring="root_mean_squared_error", family="linear", **sizes
        )
        for each in (plain, scaled)
    )
    assert second.draws == pytest.approx(first.draws * unit, rel=1e-6)
    assert second.log_error_std == pytest.approx(first.log_error_std, rel=1e-6)
    assert second.log_error_change == pytest.approx(first.log_error_change, rel=1e-6)


@pytest.mark.parametrize("unit", [1e-8, 1e6])
def test_in_another_unit_a_candidate_changes_as_the_default_too(unit: float) -> None:
    default = [
        replace(point, errors=tuple(unit * error for error in point.errors))
        for point in points(50, 100, 400, 1600)
    ]
    known = ErrorForecast(np.array([unit, unit]), 0.0, -0.25, 0.07)
    shape = Shape(default, known, "root_mean_squared_error")
    assert shape.log_change(400, 1600) == pytest.approx(-0.3 * np.log(4))


def test_a_burst_at_the_first_size_does_not_blur_the_second() -> None:
    """A linear model of as many columns as rows may miss by any multiple."""
    second = points(100, 400, spread=1e-3)[1]
    burst = [Point(n_train=100, errors=(1e12, 2e12, 3e12), fit_s=0.1), second]
    calm = [replace(burst[0], errors=(0.3, 0.3, 0.3)), second]
    sizes: Any = {"n_largest": 1600, "n_affordable": 1600, "n_draws": 400, "seed": 0}
    found, plain = (
        error_forecast_of(each, n_next=None, scoring="r2", family="linear", **sizes)
        for each in (burst, calm)
    )
    assert found.draws == pytest.approx(plain.draws)


def test_the_noise_of_measuring_adds_to_it() -> None:
    measured = points(1600, spread=0.3)
    stderr = measured[-1].stderr
    assert stderr is not None
    noise = stderr / measured[-1].mean
    found = forecast(measured, None)
    assert np.std(np.log(found.draws)) == pytest.approx(noise, rel=0.05), "no distance is left"
    assert found.log_error_std == pytest.approx(np.hypot(noise, 0.2))


def test_a_curve_forecasts_the_fall_beyond_the_largest_size() -> None:
    found = forecast(points(50, 100, 200, 400, 800), 1600)
    assert np.median(found.draws) == pytest.approx(1600**-0.3, rel=0.05)
    # less than the power law says: of other curves few went on falling as they had
    assert -0.3 * np.log(4) < found.log_error_change < -0.15 * np.log(4)
    assert 0.9 < found.share_removed <= 1, "measuring at the largest size tells almost all"
    assert found.log_error_std > np.std(np.log(found.draws)), "farther is less certain"


def test_at_the_largest_size_the_measurement_stands_and_not_the_curve() -> None:
    measured = points(50, 100, 200, 400, 800)
    high = Point(n_train=1600, errors=(0.2, 0.2, 0.2), fit_s=0.1)
    found = forecast([*measured, high], None)
    assert np.mean(found.draws) == pytest.approx(0.2, rel=1e-3), "though the curve says 0.11"
    assert found.share_removed == 0.0, "nothing is measured next"


def test_draws_are_fixed_by_the_seed() -> None:
    measured = points(100, 200)
    one, same, other = (forecast(measured, 400, seed=seed).draws for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert abs(np.corrcoef(one, other)[0, 1]) < 0.1


def test_an_error_of_zero_is_held_to_be_the_least() -> None:
    perfect = [Point(n_train=n, errors=(0.0, 0.0, 0.0), fit_s=0.1) for n in (100, 200)]
    assert forecast(perfect, None).draws.min() > 0
    assert LEAST_ERROR < 1e-5


def test_folds_may_lift_a_candidate_above_the_worst_there_is() -> None:
    lifted = [replace(points(100)[0], errors=(1.03, 1.04, 1.05)), *points(200, 400)]
    posterior = curve_posterior_of(lifted, scoring="accuracy", family="linear")
    assert posterior.measured.errors[0] == 1.0
    loss = curve_posterior_of(lifted, scoring="root_mean_squared_error", family="linear")
    assert loss.measured.errors[0] == pytest.approx(1.04)


def test_who_was_never_wrong_on_a_hundred_rows_may_err_as_one_in_a_hundred() -> None:
    """Its log error is off by any multiple; its mean is not."""
    perfect = Point(n_train=1600, errors=(0.0,) * 3, fit_s=0.1, sampling=(0.01,) * 3)
    found = forecast([perfect], None)
    # of the ratio of the two, sqrt(log(1 + ratio^2)); the ratio itself would be some thousands
    ratio = (perfect.stderr or 0) / LEAST_ERROR
    assert np.std(np.log(found.draws)) == pytest.approx(np.sqrt(np.log1p(ratio**2)), rel=0.05)
    assert np.mean(found.draws) < 0.1


def test_a_measurement_moves_the_mean_by_its_share_of_the_variance() -> None:
    draws = np.array([0.1, 0.2, 0.3])
    quarter = ErrorForecast(draws, 0.25, 0.0, 0.1)
    assert quarter.posterior_means == pytest.approx([0.15, 0.2, 0.25])
    assert ErrorForecast(draws, 0.0, 0.0, 0.1).posterior_means == pytest.approx([0.2] * 3)
    assert ErrorForecast(draws, 1.0, 0.0, 0.1).posterior_means == pytest.approx(draws)


def test_the_interval_of_draws_holds_nine_of_ten() -> None:
    found = mean_and_interval(np.linspace(0.0, 1.0, 101) ** 2, 400)
    assert found.n_train == 400
    assert found.error == pytest.approx(np.mean(np.linspace(0, 1, 101) ** 2))
    assert (found.low, found.high) == pytest.approx((0.05**2, 0.95**2))


def test_the_forecast_goes_from_the_last_measured_size_to_the_affordable_one() -> None:
    measured = points(50, 100, 200, 400)
    found = forecast_beyond(measured, 6400, scoring="accuracy", family="linear")
    assert [each.n_train for each in found] == [400, 800, 1600, 3200, 6400]
    assert all(each.low < each.error < each.high for each in found)
    assert found[-1].error < found[0].error
    assert found[-1].high / found[-1].low > found[0].high / found[0].low
    here = forecast_beyond(measured, 100, scoring="accuracy", family="linear")
    assert [each.n_train for each in here] == [400], "fewer rows than measured can be afforded"
    assert forecast_beyond(measured[:2], 6400, scoring="accuracy", family="linear") == ()


def test_folds_that_agree_by_chance_are_not_without_noise() -> None:
    measured = points(100, 200, 400)
    alike = [replace(point, errors=(point.mean,) * 3) for point in measured]
    for scoring in ("accuracy", "root_mean_squared_error"):
        posterior = curve_posterior_of(alike, scoring=scoring, family="linear")
        assert posterior.measured.stderr == pytest.approx(floors_of(alike, scoring).stderr)
