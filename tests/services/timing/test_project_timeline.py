"""What the record knows of time, and when people will be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.services.accounting.busy import judged
from tests.services.test_commands import UNTIL_TUNING, judge_all

from leadline.charts.picture_cache import PictureCache
from leadline.errors import SettingsError
from leadline.phases.lifecycle import Stage
from leadline.phases.project_accounts.timeline import Stretch, Timeline, Wait
from leadline.record import Assignment
from leadline.services import account_sections, commands
from leadline.services.commands import LabelAnswer
from leadline.services.parsing import parse_day
from leadline.services.reviewing.stream_rows import rows_to_judge
from leadline.services.timing import (
    project_timeline,
    timeline_sentences,
    timeline_tables,
)
from leadline.services.timing.endings import ending
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
TODAY = date(2031, 3, 28)


def counts(*days: int) -> dict[date, int]:
    """Answers of the days before today, the newest last."""
    return {TODAY - timedelta(days=len(days) - n): each for n, each in enumerate(days)}


def test_an_even_pace_ends_on_the_day_that_it_reaches() -> None:
    found = ending("labels", 25, counts(*[10] * 14), today=TODAY, by=TODAY + timedelta(days=1))
    assert found.early == found.half == found.late == TODAY + timedelta(days=2)
    assert (found.n_days, found.n_seen, found.chance) == (14, 140, 0.0)
    later = ending("labels", 25, counts(*[10] * 14), today=TODAY, by=TODAY + timedelta(days=2))
    assert later.chance == 1.0


def test_todays_answers_tell_no_pace() -> None:
    days = counts(*[10] * 14) | {TODAY: 900}
    assert ending("labels", 25, days, today=TODAY).half == TODAY + timedelta(days=2)


@pytest.mark.parametrize(
    ("days", "told"),
    [
        ((), "Nobody has answered yet."),
        ((0, 5, 5, 5), "3 whole days of answers so far, and 7 are needed."),
        ((9, *[0] * 40), "Nobody has answered for 28 days."),
    ],
)
def test_without_evidence_no_day_is_named(days: tuple[int, ...], told: str) -> None:
    found = ending("labels", 25, counts(*days), today=TODAY, by=TODAY)
    assert found.why_unknown == told
    assert (found.half, found.chance) == (None, None)


def test_a_pace_that_cannot_reach_it_is_said_not_to() -> None:
    found = ending("labels", 10**6, counts(*[1] * 14), today=TODAY)
    assert (found.half, found.late, found.why_unknown) == (None, None, "")


def test_an_empty_project_has_not_begun(make: Make) -> None:
    timeline = project_timeline(make(()))
    assert timeline_sentences(timeline) == (
        "Nothing is on the record yet: the project has not begun.",
    )
    assert timeline_tables(timeline) == ()


def test_rows_that_wait_for_a_judgment_are_foretold_until_a_point_is_chosen(make: Make) -> None:
    workspace = make(UNTIL_TUNING)
    entry = workspace.record.latest("tuning")
    assert entry is not None
    rows = rows_to_judge(workspace.artifacts, entry.verdict)  # type: ignore[arg-type]
    judged(workspace, 9, list(rows[:4]))
    judged(workspace, 2, list(rows[4:10]))
    now = datetime(2031, 3, 28, 12, tzinfo=UTC)
    timeline = project_timeline(workspace, by=date(2031, 12, 31), now=now)
    (found,) = timeline.endings
    assert (found.what, found.n_left) == ("judgments", len(rows) - 10)
    assert (found.n_days, found.n_seen) == (9, 10)
    assert found.half is not None
    assert found.half > now.date()
    assert found.chance is not None
    assert 0.8 < found.chance < 1, "a few days leave doubt"
    assert timeline.waits[-1].end is None, "it waits for whoever judges"
    told = " ".join(timeline_sentences(timeline))
    assert "Chance by 31 December 2031: " in told
    assert "It waits now" in told
    judge_all(workspace)
    commands.choose_point(workspace, "balanced", 4.0, 1.0, "Enough.", "Ada")
    assert project_timeline(workspace, now=now).endings == ()


def test_votes_left_are_those_the_list_and_the_money_still_ask_for(make: Make) -> None:
    workspace = make(("problem", "data"))
    asked = commands.next_item(workspace, "Ada")
    assert isinstance(asked, Assignment)
    items = workspace.record.labels.items
    worklist = items.worklist()
    assert worklist is not None
    n_first = items.n_votes_open(worklist)
    assert n_first == worklist.n_items * worklist.votes
    commands.vote(workspace, asked.id, LabelAnswer(value="yes"), "Ada")
    assert items.n_votes_open(worklist) == n_first - 1
    (found,) = project_timeline(workspace).endings
    assert found.n_left == n_first - 1


def test_a_forecast_stands_beside_what_was_measured(make: Make) -> None:
    workspace = make()
    timeline = project_timeline(workspace)
    (found,) = timeline.foretold
    assert found.measured == pytest.approx(0.813, abs=0.001)
    assert found.is_reached is False
    assert [each.stage for each in timeline.stretches] == list(Stage)
    captions = [table.caption for table in timeline_tables(timeline)]
    assert "What was forecast, and what was measured" in captions
    (box,) = timeline.time_boxes
    assert box.spent_s < box.granted_s
    slow = replace(timeline, time_boxes=(replace(box, spent_s=61.0, granted_s=15.0),))
    (table,) = [each for each in timeline_tables(slow) if each.caption.startswith("Time boxes")]
    assert table.rows[0][-1] == "all, and 46 seconds more"


def test_pictures_of_money_and_time_are_drawn_anew_each_day_and_not_each_minute(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = make(("problem", "data"))

    def keys(now: datetime) -> list[str]:
        kept: list[str] = []
        with monkeypatch.context() as patch:
            for name in ("project_ledger", "project_timeline"):
                made = getattr(account_sections, name)(workspace, now=now)
                patch.setattr(account_sections, name, lambda _, made=made: made)
            patch.setattr(PictureCache, "drawing", lambda _, key, __: kept.append(key))
            for section in account_sections.project_accounts(workspace).sections:
                section.draw()
        return kept

    now = datetime(2031, 3, 28, 12, tzinfo=UTC)
    money, time = keys(now)
    assert keys(now + timedelta(minutes=1)) == [money, time]
    assert not {money, time} & set(keys(now + timedelta(days=1)))


def test_days_in_which_two_people_were_waited_for_count_once() -> None:
    first, last = datetime(2031, 3, 3, tzinfo=UTC), datetime(2031, 3, 13, tzinfo=UTC)
    waits = (
        Wait("decision on find", "Ada", first, first + timedelta(days=3)),
        Wait("decision on train", "Bo", first + timedelta(days=1), first + timedelta(days=4)),
    )
    stretch = Stretch(Stage.TRAIN, first, last, 2)
    told = " ".join(timeline_sentences(Timeline(last, (stretch,), waits, (), (), (), ())))
    assert "It waited 4 days for people in 2 answers" in told


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(SettingsError, match="is no day"):
        parse_day("tomorrow")
