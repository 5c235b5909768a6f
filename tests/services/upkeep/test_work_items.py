"""Work items: the checklist, what was said of it, and what work took."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from leadline.phases.lifecycle import Stage
from leadline.record import Estimated, WorkState, WorkStatement
from leadline.services.upkeep.checklist import CHECKLIST
from leadline.services.upkeep.work_items import TIMES_A_YEAR, finished_work, work_items

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
FIRST, LATER = Estimated(least=1, likely=2, most=3), Estimated(least=5, likely=8, most=13)
SAID = WorkStatement(
    item="load-test",
    stage="ship",
    title="Test under load",
    state=WorkState.OPEN,
    estimate=FIRST,
    owner="Ben",
    due=None,
    every="",
    hours=None,
    why="",
    by="Ada",
    at=AT,
)
STARTED = replace(SAID, state=WorkState.STARTED)
DONE = replace(SAID, state=WorkState.DONE, hours=6.0)


def test_before_anybody_speaks_there_is_the_checklist_on_assumed_hours() -> None:
    items = work_items(())
    assert [each.item for each in items] == [each.item for each in CHECKLIST]
    assert all(each.is_assumed and each.is_open and not each.is_stated for each in items)
    assert {each.stage for each in items} == {Stage.SHIP, Stage.WATCH}
    assert [each.every for each in items if each.every] == ["week"]


def test_what_is_said_takes_the_place_of_the_checklist() -> None:
    items = {each.item: each for each in work_items((SAID, replace(SAID, item="extra")))}
    assert (items["load-test"].estimate, items["load-test"].is_assumed) == (FIRST, False)
    assert items["extra"].title == "Test under load"
    assert len(items) == len(CHECKLIST) + 1
    owned = {each.item: each for each in work_items((replace(SAID, estimate=None),))}["load-test"]
    assert (owned.owner, owned.is_assumed) == ("Ben", True)
    added = {each.item: each for each in work_items((replace(SAID, item="x", estimate=None),))}
    assert (added["x"].estimate, added["x"].is_assumed) == (None, False)


def test_added_work_stands_with_its_stage() -> None:
    stages = [each.stage for each in work_items((replace(SAID, item="extra"),))]
    assert stages == sorted(stages, key=["ship", "watch"].index)


def test_an_estimate_made_after_the_work_was_begun_is_no_test_of_it() -> None:
    later = replace(STARTED, estimate=LATER)
    (done,) = finished_work((SAID, STARTED, later, replace(DONE, estimate=LATER)))
    assert (done.hours, done.estimate) == (6.0, FIRST)
    (at_once,) = finished_work((SAID, replace(DONE, estimate=LATER)))
    assert at_once.estimate == FIRST
    (never,) = finished_work((replace(STARTED, estimate=None), DONE))
    assert never.estimate is None
    (changed,) = finished_work((SAID, replace(SAID, estimate=LATER), STARTED, DONE))
    assert changed.estimate == LATER


def test_work_that_comes_again_is_open_again_and_counts_each_time() -> None:
    weekly = [
        replace(each, every="week", at=AT + timedelta(days=day))
        for day, each in enumerate((SAID, DONE, replace(DONE, hours=2.0)))
    ]
    item = next(each for each in work_items(weekly) if each.item == "load-test")
    assert item.is_open
    assert [each.hours for each in item.finished] == [6.0, 2.0]
    assert [each.estimate for each in item.finished] == [FIRST, FIRST]
    assert item.hours_a_year == pytest.approx(4.0 * 365.25 / 7)
    before = next(each for each in work_items(weekly[:1]) if each.item == "load-test")
    assert before.hours_a_year == pytest.approx(2.0 * TIMES_A_YEAR["week"])


def test_work_done_once_or_dropped_takes_no_hours_a_year() -> None:
    once = next(each for each in work_items((SAID, DONE)) if each.item == "load-test")
    assert (once.is_open, once.hours_a_year) == (False, None)
    dropped = replace(SAID, every="week", state=WorkState.DROPPED)
    item = next(each for each in work_items((dropped,)) if each.item == "load-test")
    assert (item.is_open, item.hours_a_year) == (False, None)
