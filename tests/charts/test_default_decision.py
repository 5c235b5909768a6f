"""Pictures where there is no threshold: class by class, or the share of rows by distance."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.default_decisions import (
    KINDS,
    default_decision,
    default_monitor,
    default_review,
    default_tuning,
)
from tests.phases.again import again

from leadline.charts import chart_of, description, svg
from leadline.phases.verdict import Bounds, Verdict


def drawing(verdict: Verdict) -> str:
    chart = chart_of(verdict)
    assert chart is not None
    return svg(chart)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("make", [default_tuning, default_review, default_monitor])
def test_there_is_a_picture_and_words_for_it(make: type, kind: str) -> None:
    verdict = make(kind)
    assert "NaN" not in drawing(verdict)
    chart = chart_of(verdict)
    assert chart is not None
    assert len(description(chart).split()) >= 8


def test_the_class_found_least_is_the_message() -> None:
    assert "cancelled" in description(chart_of(default_tuning("classes")))  # type: ignore[arg-type]


def test_all_right_is_said_so() -> None:
    point = default_decision("classes")
    sure = Bounds(estimate=1.0, low=0.9, high=1.0)
    classes = tuple(replace(each, recall=sure) for each in point.classes)
    drawn = drawing(again(default_tuning("classes"), plain=replace(point, classes=classes)))
    assert "All 3 classes are told without an error" in drawn


def test_of_many_classes_the_most_frequent_are_drawn() -> None:
    point = default_decision("classes")
    classes = tuple(replace(point.classes[0], name=f"class {i}") for i in range(40))
    drawn = drawing(again(default_tuning("classes"), plain=replace(point, classes=classes)))
    assert "The 20 most frequent of 40 classes." in drawn
    assert "class 19 (" in drawn
    assert "class 20 (" not in drawn


@pytest.mark.parametrize(
    ("kind", "words"), [("classes", "Mean confidence"), ("numbers", "Mean prediction")]
)
def test_the_monitor_draws_what_the_model_says_on_average(kind: str, words: str) -> None:
    drawn = drawing(default_monitor(kind))
    assert words in drawn
    assert "Rows that were flagged" not in drawn
