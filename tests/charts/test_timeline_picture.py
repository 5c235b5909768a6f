"""The picture of a timeline has its bars, its waits, and the answers of people below."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from leadline.charts import NARROW, WIDE, Sheet, svg
from leadline.charts.timeline import chart
from leadline.phases.lifecycle import Stage
from leadline.phases.project_accounts.timeline import (
    DailyCount,
    Event,
    Timeline,
    stretches_of,
    waits_of,
)

MONDAY = datetime(2031, 3, 3, 9, tzinfo=UTC)
EVENTS = (
    Event(1, "problem", "Ada", MONDAY, {}),
    Event(2, "data", "Ada", MONDAY + timedelta(days=1), {"problem": 1}),
    Event(3, "decision.define", "Bo", MONDAY + timedelta(days=4), {"data": 2, "problem": 1}),
)
TIMELINE = Timeline(
    at=MONDAY + timedelta(days=9),
    stretches=stretches_of(EVENTS, MONDAY + timedelta(days=9)),
    waits=waits_of(EVENTS),
    time_boxes=(),
    foretold=(),
    answers=(),
    endings=(),
)
ANSWERS = (
    DailyCount("labels", date(2031, 3, 4), 30),
    DailyCount("judgments", date(2031, 3, 4), 5),
)


@pytest.mark.parametrize("sheet", [WIDE, NARROW], ids=["wide", "narrow"])
def test_answers_of_people_stand_below(sheet: Sheet) -> None:
    without, answered = chart(TIMELINE, sheet), chart(replace(TIMELINE, answers=ANSWERS), sheet)
    assert without is not None
    assert answered is not None
    assert "Answers of people" not in svg(without)
    drawn = svg(answered)
    for words in (*map(str, Stage), "waits for people", "Answers of people", "judgments"):
        assert words in drawn


def test_nothing_is_drawn_before_the_first_entry() -> None:
    assert chart(replace(TIMELINE, stretches=())) is None
