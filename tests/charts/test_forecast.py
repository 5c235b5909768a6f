"""The picture that managers decide by: what it must show, whatever the forecast says."""

from __future__ import annotations

import re
from dataclasses import fields
from typing import Any
from xml.etree import ElementTree

import pytest
from tests.examples import example_forecast

from leadline.charts import chart_of, svg
from leadline.phases import forecast
from leadline.phases.forecast import Forecast, Recommendation


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
    verdict = example_forecast()
    shown = words(verdict)
    for need, name in ((verdict.needs[0], "even chance"), (verdict.needs[2], "90% chance")):
        assert f"{name}: {need.n_rows:,}" in shown


def test_an_unreachable_target_is_still_in_the_picture() -> None:
    verdict = forecast_with(target_score=0.97)
    assert verdict.recommendation is Recommendation.UNREACHABLE
    shown = words(verdict)
    assert "Unreachable" in shown
    assert "target 0.97" in shown
    assert "even chance:" not in shown


def test_rows_far_beyond_the_budget_are_said_but_do_not_squeeze_the_picture() -> None:
    verdict = forecast_with(target_score=0.84, budget=0.0)
    even = verdict.needs[0]
    assert even.n_rows is not None
    assert even.n_rows > 4 * verdict.grid[-1]
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
