"""Work plan: dates by simulation, who waits for whom, one's own past; and the words for it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from leadline.errors import LeadlineError, RecordError, SettingsError
from leadline.record import Estimated, WorkState
from leadline.services.commands import (
    WorkTerms,
    add_work,
    drop_work,
    estimate_work,
    finish_work,
    start_work,
)
from leadline.services.upkeep import WorkPlan, work_plan, work_section
from leadline.services.upkeep.checklist import CHECKLIST
from leadline.services.upkeep.work_plan import PlannedItem
from leadline.services.upkeep.work_words import basis, held_sentence, stage_sentences
from leadline.workspace import Workspace

Make = Callable[..., Workspace]
MONDAY = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SURE = (4.0, 4.0, 4.0)  # a working day of the default hours


def bare(make: Make) -> Workspace:
    """A project without anything of the checklist to do."""
    workspace = make(())
    for each in CHECKLIST:
        drop_work(workspace, each.item, "not here", "Ada")
    return workspace


def add(workspace: Workspace, title: str, **terms: object) -> str:
    return add_work(workspace, title, "ship", "Ada", WorkTerms(**terms)).item  # type: ignore[arg-type]


def planned(workspace: Workspace) -> dict[str, PlannedItem]:
    plan = work_plan(workspace, now=MONDAY)
    return {each.work.item: each for stage in plan.stages for each in stage.items}


def ship_words(workspace: Workspace) -> str:
    return " ".join(stage_sentences(work_plan(workspace, now=MONDAY).of("ship")))


def test_one_owner_does_one_thing_after_the_other_by_date(make: Make) -> None:
    workspace = bare(make)
    add(workspace, "later", hours=SURE, owner="Ada", due="2026-03-04")
    add(workspace, "first", hours=SURE, owner="Ada", due="2026-03-02")
    add(workspace, "undated", hours=SURE, owner="Ada")
    add(workspace, "beside", hours=SURE, owner="Ben", due="2026-03-02")
    found = planned(workspace)
    days = {name: found[name].sure for name in ("first", "later", "undated", "beside")}
    assert [day.day if day else 0 for day in days.values()] == [2, 3, 4, 2]
    assert [found[name].chance for name in days] == [1.0, 1.0, None, 1.0]
    ship = work_plan(workspace, now=MONDAY).of("ship")
    assert (ship.half, ship.sure) == (date(2026, 3, 4), date(2026, 3, 4))
    assert (ship.n_open, ship.n_dated, ship.due) == (4, 3, date(2026, 3, 4))


def test_what_is_begun_goes_before_what_is_due_the_same_day(make: Make) -> None:
    workspace = bare(make)
    for name in ("one", "two"):
        add(workspace, name, hours=SURE, owner="Ada", due="2026-03-02")
    assert [planned(workspace)[name].chance for name in ("one", "two")] == [1.0, 0.0]
    start_work(workspace, "two", "Ada")
    assert [planned(workspace)[name].chance for name in ("one", "two")] == [0.0, 1.0]
    assert work_plan(workspace, now=MONDAY).of("ship").chance == 0.0


def test_nobody_works_on_a_weekend_and_a_day_gone_by_is_no_day(make: Make) -> None:
    workspace = bare(make)
    add(workspace, "long", hours=(24.0, 24.0, 24.0), owner="Ada", due="2026-03-08")
    add(workspace, "gone", hours=SURE, owner="Ben", due="2026-03-01")
    found = planned(workspace)
    # six days of work from Monday on: the last of them is the next Monday
    assert (found["long"].half, found["long"].chance) == (date(2026, 3, 9), 0.0)
    assert found["gone"].chance == 0.0
    estimate_work(workspace, "long", "Ada", WorkTerms(due="2026-03-09"))
    assert planned(workspace)["long"].chance == 1.0


def test_the_hours_of_a_day_are_a_setting(make: Make) -> None:
    workspace = bare(make)
    add(workspace, "piece", hours=(8.0, 8.0, 8.0), owner="Ada")
    path = workspace.folder / "leadline.toml"
    path.write_text(path.read_text() + "\n[work]\nhours_per_day = 8\n")
    assert planned(workspace)["piece"].half == date(2026, 3, 3)
    with Workspace.open(workspace.folder) as again:
        assert planned(again)["piece"].half == date(2026, 3, 2)


def test_work_that_is_done_dropped_or_comes_again_is_not_waited_for(make: Make) -> None:
    workspace = bare(make)
    add(workspace, "weekly", hours=SURE, every="week", owner="Ada")
    item = add(workspace, "done", hours=SURE, owner="Ada")
    finish_work(workspace, item, 3.0, "Ada")
    assert all(each.half is None for each in planned(workspace).values())
    assert ship_words(workspace) == "Nothing of ship is left to do."


def test_five_finished_pieces_replace_the_textbook(make: Make) -> None:
    workspace = bare(make)
    add(workspace, "ahead", hours=(1.0, 3.0, 5.0), owner="Ada")
    for n, took in enumerate((8.0, 9.0, 7.0, 8.0)):
        item = add(workspace, f"past {n}", hours=(2.0, 4.0, 8.5), owner="Ben")
        finish_work(workspace, item, took, "Ben")
    before = work_plan(workspace, now=MONDAY)
    assert before.past is None
    assert "textbook (PERT)" in basis(before)
    unestimated = add(workspace, "no test")
    finish_work(workspace, unestimated, 99.0, "Ben")
    assert work_plan(workspace, now=MONDAY).past is None
    finish_work(workspace, add(workspace, "past 4", hours=(2.0, 4.0, 8.5)), 8.0, "Ben")
    plan = work_plan(workspace, now=MONDAY)
    assert plan.past is not None
    assert "your own past: 2.0 times the likely hours, from 5 finished pieces" in basis(plan)
    ahead = next(each for each in plan.of("ship").items if each.work.item == "ahead")
    was = next(each for each in before.of("ship").items if each.work.item == "ahead")
    assert (was.half, ahead.half) == (date(2026, 3, 2), date(2026, 3, 3))
    assert held_sentence(plan.held) == (
        "Of 5 finished pieces 1 took longer than their most, 5 longer than the likely."
    )


def test_the_past_of_all_projects_of_a_database_counts(
    make: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LEADLINE_STORE", f"sqlite:///{tmp_path / 'team.db'}")
    workspace = make(())
    for n in range(5):
        item = add(workspace, f"past {n}", hours=(1.0, 2.0, 3.0))
        finish_work(workspace, item, 3.0, "Ben")
    other = workspace.folder.parent / "other"
    other.mkdir()
    settings = (workspace.folder / "leadline.toml").read_text()
    (other / "leadline.toml").write_text(settings.replace("Late flights", "Other"))
    with Workspace.open(other) as second:
        plan = work_plan(second)
    assert plan.past is not None
    assert plan.past.typical == pytest.approx(1.5)
    assert plan.finished == ()


def test_the_words_say_what_a_date_rests_on(make: Make) -> None:
    workspace = make(())
    words = ship_words(workspace)
    assert "No date is stated: 'leadline work estimate ITEM --due DATE'." in words
    assert "8 of 8 open pieces rest on hours that are assumed" in words
    assert "8 pieces without an owner count as one person's." in words
    estimate_work(workspace, "seal", "Ada", WorkTerms(hours=SURE, owner="Ada", due="2026-03-20"))
    add(workspace, "blank", owner="Zoe")
    words = ship_words(workspace)
    assert "the dates of the 1 of 9 open pieces that have one (the last is 2026-03-20)" in words
    assert "over 99%" in words
    assert "1 piece without any estimate count" in words
    for each in CHECKLIST:
        drop_work(workspace, each.item, "no", "Ada")
    assert ship_words(workspace).startswith("Nobody has estimated the work of ship")


def test_the_report_tells_of_work_once_somebody_has(make: Make) -> None:
    workspace = make(())
    assert work_section(work_plan(workspace)) is None
    item = add(workspace, "Agree on the API", hours=(1, 2, 3), owner="Zoe")
    finish_work(workspace, item, 5.0, "Zoe")
    section = work_section(work_plan(workspace))
    assert section is not None
    work, held = section.tables
    assert ("Agree on the API", "ship", "Zoe", "1 – 2 – 3", "–", "–", "done in 5 h") in work.rows
    assert held.rows == (("Agree on the API", "1 – 2 – 3", "5", "2.50"),)
    assert "Of 1 finished piece 1 took longer than its most" in section.sentences[-1]


# --------------------------------------------------------------------------- what people say


def statement(workspace: Workspace, item: str) -> WorkPlan:
    plan = work_plan(workspace)
    assert plan.item(item) is not None
    return plan


def test_a_piece_of_the_checklist_keeps_its_name_and_leaves_its_hours_open(make: Make) -> None:
    workspace = make(())
    said = start_work(workspace, "look", "Ada")
    assert (said.title, said.every, said.stage) == (
        "Label a block, and look at the monitor",
        "week",
        "watch",
    )
    assert (said.estimate, said.owner, said.state) == (None, "Ada", WorkState.STARTED)


def test_terms_that_are_left_out_stay(make: Make) -> None:
    workspace = make(())
    terms = WorkTerms(hours=(1, 2, 3), owner=" Ben  Smith ", due="2026-03-20")
    estimate_work(workspace, "seal", "Ada", terms)
    said = estimate_work(workspace, "seal", "Ada", WorkTerms(due=""))
    assert (said.estimate, said.owner, said.due) == (
        Estimated(least=1, likely=2, most=3),
        "Ben Smith",
        None,
    )
    started = start_work(workspace, "seal", "Zoe")
    assert started.owner == "Ben Smith"
    again = estimate_work(workspace, "seal", "Ada", WorkTerms(hours=(4, 5, 6)))
    assert again.state is WorkState.STARTED


def test_weekly_work_is_due_again_a_week_after_it_was_due_or_done(make: Make) -> None:
    workspace = make(())
    estimate_work(workspace, "look", "Ada", WorkTerms(hours=(1, 2, 3), due="2026-03-04"))
    assert finish_work(workspace, "look", 1.0, "Ada", now=MONDAY).due == date(2026, 3, 11)
    late = datetime(2026, 3, 20, tzinfo=UTC)
    assert finish_work(workspace, "look", 1.0, "Ada", now=late).due == date(2026, 3, 27)


def test_what_was_dropped_is_open_again_once_it_is_estimated(make: Make) -> None:
    workspace = make(())
    dropped = drop_work(workspace, "container", " runs as a batch ", "Ada")
    assert (dropped.state, dropped.why) == (WorkState.DROPPED, "runs as a batch")
    said = estimate_work(workspace, "container", "Ada", WorkTerms(hours=(1, 2, 3)))
    assert (said.state, said.why) == (WorkState.OPEN, "")


def test_titles_make_short_names_of_their_own(make: Make) -> None:
    workspace = make(())
    assert add(workspace, "Load test!") == "load-test-2"
    assert add(workspace, "  Agree   on the API ") == "agree-on-the-api"
    assert add(workspace, "日本語") == "work"
    assert len(add(workspace, "x" * 100)) == 40


@pytest.mark.parametrize(
    ("call", "kind", "words"),
    [
        (lambda w: start_work(w, "nope", "Ada"), RecordError, "no work 'nope'"),
        (lambda w: start_work(w, "seal", " "), SettingsError, "Nobody is named"),
        (lambda w: estimate_work(w, "seal", "Ada", WorkTerms()), SettingsError, "Nothing is said"),
        (lambda w: add(w, "x", hours=(3, 2, 1)), SettingsError, "The hours are 3, 2, 1"),
        (lambda w: add(w, "x", hours=(1, 2)), SettingsError, "Least, likely and most"),
        (lambda w: add(w, "x", hours=(1, 2, 1e6)), SettingsError, "at most 10,000"),
        (lambda w: add(w, "x", due="20.3.2026"), SettingsError, "year first"),
        (lambda w: add(w, "x", every="day"), SettingsError, "week, month, quarter, year"),
        (lambda w: add(w, "  "), SettingsError, "printable"),
        (lambda w: add_work(w, "x", "find", "Ada"), SettingsError, "of ship or of watch"),
        (lambda w: add_work(w, "x", "nope", "Ada"), RecordError, "no stage"),
        (lambda w: finish_work(w, "seal", 0.0, "Ada"), SettingsError, "took 0 hours"),
        (lambda w: finish_work(w, "seal", float("nan"), "Ada"), SettingsError, "above 0"),
        (lambda w: drop_work(w, "seal", " ", "Ada"), SettingsError, "No reason"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_kept(
    make: Make, call: Callable[[Workspace], object], kind: type[LeadlineError], words: str
) -> None:
    workspace = make(())
    with pytest.raises(kind, match=words):
        call(workspace)
    assert workspace.record.work.all() == ()


def test_what_is_done_stays_as_it_was_said(make: Make) -> None:
    workspace = make(())
    finish_work(workspace, "seal", 2.0, "Ada")
    changes: tuple[Callable[[], object], ...] = (
        lambda: finish_work(workspace, "seal", 3.0, "Ada"),
        lambda: start_work(workspace, "seal", "Ada"),
        lambda: estimate_work(workspace, "seal", "Ada", WorkTerms(hours=(1, 2, 3))),
        lambda: drop_work(workspace, "seal", "why", "Ada"),
    )
    for change in changes:
        with pytest.raises(RecordError, match="is done: it took 2 hours"):
            change()
    assert len(workspace.record.work.all()) == 1
