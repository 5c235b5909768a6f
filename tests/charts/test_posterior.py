"""A forecast without a project has its picture too."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest

from leadline.charts import svg
from leadline.charts.posterior import chart
from leadline.stats.curves import CurvePosterior, fit

SIZES = (100, 200, 400, 800, 1600)
ERRORS = (0.31, 0.25, 0.2, 0.17, 0.15)


@pytest.fixture(scope="module")
def posterior() -> CurvePosterior:
    return fit(SIZES, ERRORS, (0.004,) * 5, n_repeats=5)


def words(posterior: CurvePosterior, *given: Any, **named: Any) -> str:
    drawn = svg(chart(posterior, *given, **named))
    return " ".join(ElementTree.fromstring(drawn).itertext())


def test_it_shows_the_forecast_of_an_error(posterior: CurvePosterior) -> None:
    shown = words(posterior)
    assert "At 25,600 rows the most likely error rate is 0.1" in shown
    assert "measured up to: 1,600 rows" in shown
    assert "more data pay" in shown
    assert "target" not in shown
    for band in ("50%", "80%", "90%"):
        assert f"{band}: " in shown


def test_a_target_is_drawn_with_the_rows_it_takes(posterior: CurvePosterior) -> None:
    shown = words(posterior, 0.14, chance_error=0.5, metric="accuracy")
    needed = posterior.rows_for(0.14, 0.5)
    assert isinstance(needed, float)
    assert f"even chance: {needed:,.0f} rows" in shown
    assert "target 0.86" in shown
    assert "guessing 0.5" in shown
    assert "The chance of meeting the target is" in shown


def test_it_reaches_as_far_as_it_is_asked_to(posterior: CurvePosterior) -> None:
    assert "at 5,000 rows" in words(posterior, n_most=5_000)


def test_what_should_not_be_trusted_is_said() -> None:
    few = fit(SIZES[:3], ERRORS[:3])
    assert "without standard errors" in words(few)


def test_of_a_curve_that_waits_or_rises_no_floor_is_drawn() -> None:
    waits = fit(SIZES, (0.499, 0.497, 0.502, 0.501, 0.498), (0.01,) * 5, n_repeats=5)
    rises = fit(SIZES, (0.18, 0.195, 0.21, 0.225, 0.24), (0.004,) * 5, n_repeats=5)
    for curve in (waits, rises):
        assert not curve.regions(chance_error=0.5).tells_floor
        shown = words(curve, chance_error=0.5)
        assert "best that data can do" not in shown
        assert "floor" not in shown


def test_what_cannot_be_drawn_is_refused(posterior: CurvePosterior) -> None:
    with pytest.raises(ValueError, match="beyond the largest measured size"):
        chart(posterior, n_most=800)
    with pytest.raises(ValueError, match="not known"):
        chart(posterior, metric="happiness")
