"""The picture that managers decide by: what it must show, whatever the forecast says."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.examples import example_forecast

from leadline.charts import chart_of, details_of, svg
from leadline.charts.drawing.forecast_bands import kinds_along, region_spans
from leadline.phases import forecast
from leadline.phases.forecast import Forecast
from leadline.phases.forecast.advice import Recommendation
from leadline.phases.forecast.region import RegionKind
from leadline.phases.forecast.verification import Verified


def forecast_with(**changes: Any) -> Forecast:
    example = example_forecast()
    evidence = {f.name: getattr(example, f.name) for f in fields(forecast.Evidence)}
    return forecast.assess(forecast.Evidence(**evidence | changes))


def words(verdict: Forecast) -> str:
    chart = chart_of(verdict)
    assert chart is not None
    return " ".join(ElementTree.fromstring(svg(chart)).itertext())


def test_it_names_what_matters() -> None:
    verdict = example_forecast()
    shown = words(verdict)
    assert f"target {verdict.target_score:g}" in shown
    assert f"today: {verdict.n_available:,}" in shown
    assert f"budget reaches: {verdict.n_affordable:,}" in shown
    assert "most likely" in shown
    for band in ("50%", "80%", "90%"):
        assert f"{band}: " in shown


def test_the_rows_of_an_even_and_a_sure_chance_are_marked() -> None:
    verdict = forecast_with(target_score=0.815)
    shown = words(verdict)
    for need, name in ((verdict.needs[0], "even chance"), (verdict.needs[2], "90% chance")):
        assert f"{name}: {need.n_rows:,} rows" in shown
        assert f"for {need.cost:,.0f} USD" in shown


def test_what_the_budget_reaches_is_named_with_its_money() -> None:
    verdict = example_forecast()
    assert f"for {verdict.budget - verdict.spent:,.0f} USD: chance" in words(verdict)


def test_what_cannot_be_promised_has_no_mark() -> None:
    verdict = forecast_with(target_score=0.83)
    assert verdict.needs[2].n_rows is None
    shown = words(verdict)
    assert "A 90% chance cannot be promised" in shown
    assert "90% chance:" not in shown


def test_it_names_the_regions_chance_and_the_best_that_data_can_do() -> None:
    late = (0.5, 0.497, 0.499, 0.46, 0.4, 0.34)
    shown = words(forecast_with(errors=late, stderrs=(0.01,) * 6))
    assert "hardly better than guessing" in shown
    assert "more data pay" in shown
    assert "near the floor" not in shown
    assert "guessing 0.5" in shown
    assert "best that data can do" in shown
    steep = (0.2, 0.22, 0.25, 0.28, 0.31, 0.35)
    rising = words(forecast_with(errors=steep, stderrs=(0.004,) * 6))
    assert "best that data can do" not in rising


def test_a_flat_curve_is_near_the_floor() -> None:
    flat = (0.22, 0.204, 0.2004, 0.2002, 0.2001, 0.2)
    assert "near the floor" in words(forecast_with(errors=flat, stderrs=(0.0004,) * 6))


def test_regions_meet_half_way_between_their_sizes() -> None:
    kinds = kinds_along([0.8, 0.1, 0.0], [0.1, 0.1, 0.7])
    assert kinds == (RegionKind.SMALL, RegionKind.POWER, RegionKind.FLOOR)
    first, second, third = region_spans([10, 40, 160], kinds)
    assert (first.start, first.end) == (10, 20)
    assert (second.start, second.end) == (20, 80)
    assert (third.start, third.end) == (80, 160)


def test_chance_far_below_the_curve_does_not_squeeze_it() -> None:
    assert "guessing" not in words(forecast_with(chance_error=0.95))


def test_a_verdict_of_version_1_is_drawn_without_regions() -> None:
    old = replace(example_forecast(), regions=None, plan=None, fit_hours=None, chance_error=None)
    shown = words(old)
    assert "more data pay" not in shown
    assert "guessing" not in shown
    assert "target 0.825" in shown


def test_points_without_standard_errors_are_drawn_too() -> None:
    assert "most likely" in words(forecast_with(stderrs=(), n_repeats=1))


def test_the_first_purchase_is_said() -> None:
    verdict = example_forecast()
    assert verdict.plan is not None
    assert f"Buy {verdict.plan.rounds[0].n_more:,} rows first" in words(verdict)


def test_an_unreachable_target_is_still_in_the_picture() -> None:
    verdict = forecast_with(target_score=0.97)
    assert verdict.recommendation is Recommendation.UNREACHABLE
    shown = words(verdict)
    assert "Unreachable" in shown
    assert "target 0.97" in shown
    assert "even chance:" not in shown


def test_rows_far_beyond_the_budget_are_said_but_do_not_squeeze_the_picture() -> None:
    example = example_forecast()
    n_rows = round(5 * example.grid[-1])
    even = replace(example.needs[0], n_rows=n_rows, n_more=n_rows - example.n_available)
    verdict = replace(example, needs=(even, *example.needs[1:]))
    shown = words(verdict)
    assert f"An even chance takes {even.n_more:,} more rows" in shown
    assert "even chance:" not in shown


def test_free_rows_know_no_budget_line() -> None:
    assert "budget reaches" not in words(forecast_with(label_cost=0.0))


def test_a_loss_falls_towards_its_target() -> None:
    example = example_forecast()
    verdict = forecast_with(
        scoring="mean_absolute_error",
        target_score=8.0,
        errors=tuple(40 * error for error in example.errors),
        stderrs=tuple(40 * stderr for stderr in example.stderrs),
    )
    shown = words(verdict)
    assert "mean absolute error" in shown
    assert "target 8" in shown


@pytest.mark.parametrize("p_now", [0.0, 0.004, 0.996, 1.0])
def test_no_chance_is_called_certain(p_now: float) -> None:
    verdict = example_forecast()
    object.__setattr__(verdict, "p_now", p_now)
    assert not re.search(r"\b(0|100)%", words(verdict))


def test_earlier_forecasts_have_a_picture_of_their_own() -> None:
    assert details_of(example_forecast()) == {}
    held = Verified(
        entry=9, n_known=480, n_train=960, median=0.23, low=0.21, high=0.25, measured=0.236
    )
    missed = replace(held, entry=14, n_known=960, n_train=3840, measured=0.3, is_same=False)
    drawn = details_of(forecast_with(checks=(held, missed)))["verification"]
    root = ElementTree.fromstring(svg(drawn))
    shown = " ".join(root.itertext())
    assert "1 of 2 earlier forecasts held" in shown
    assert "entry 9: 480 to 960 rows" in shown
    assert "entry 14: 960 to 3,840 rows *" in shown
    assert "0.764" in shown  # the error .236 as a score
    assert "target 0.825" in shown
    assert float(root.attrib["width"]) <= 1_000
