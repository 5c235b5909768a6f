"""Portfolio: every project of a database on one line, sorted by money, with totals and hours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.examples import RELEASE_ID, example_decision, example_verdicts
from tests.phases.again import again

from leadline.phases.decision import Choice
from leadline.phases.lifecycle import ROWS, Stage
from leadline.phases.verdict import Verdict
from leadline.record import Estimated, Record, WorkState, WorkStatement
from leadline.services.upkeep import ModelLine, Portfolio, portfolio_of
from leadline.services.upkeep.portfolio_words import due_words, hours_words, total_words

Open = Callable[[str], Record]
UNTIL_SEARCH = ("problem", "data", "feasibility", "search")


@pytest.fixture
def opened(tmp_path: Path) -> Iterator[Open]:
    """Open a project of one database."""
    records: list[Record] = []

    def one(name: str) -> Record:
        records.append(Record.open(f"sqlite:///{tmp_path / 'team.db'}", name))
        return records[-1]

    yield one
    for record in records:
        record.close()


def fill(record: Record, rows: tuple[str, ...] = tuple(ROWS), **changed: Verdict) -> Record:
    """Put the examples on the record, or what is given in their place."""
    verdicts = example_verdicts()
    for row in ROWS:
        if row in rows:
            append(record, row, changed.get(row, verdicts[row]))
    return record


def append(record: Record, row: str, verdict: Verdict) -> None:
    newest = record.newest(ROWS)
    on = {name: newest[name] for name in ROWS[row].stands_on if name in newest}
    record.append(row, verdict, by="Ada", on=on)


def monitor(times: float = 1.0, **changed: Any) -> Verdict:
    told: Any = example_verdicts()["monitor"]
    blocks = [
        replace(
            block, cost=block.cost and replace(block.cost, estimate=times * block.cost.estimate)
        )
        for block in told.blocks
    ]
    scaled: Verdict = replace(told, blocks=tuple(blocks), **changed)
    return scaled


def line(page: Portfolio, name: str) -> ModelLine:
    (found,) = [each for each in page.lines if each.name == name]
    return found


def work(record: Record, item: str, stage: str, **changed: Any) -> None:
    said = WorkStatement(
        item=item,
        stage=stage,
        title=item,
        state=WorkState.OPEN,
        estimate=Estimated(least=2, likely=2, most=2),
        owner="Ada",
        due=None,
        every="",
        hours=None,
        why="",
        by="Ada",
    )
    record.work.state(item, lambda _: replace(said, **changed))


def test_the_dearest_errors_come_first_then_what_is_not_known(opened: Open) -> None:
    fill(opened("cheap"), monitor=monitor(0.5))
    fill(opened("dear"), monitor=monitor(2.0))
    fill(opened("begun"), UNTIL_SEARCH)
    fill(opened("Unwatched"), tuple(row for row in ROWS if row != "monitor"))
    record = fill(opened("usual"))
    page = portfolio_of(record.all_projects)
    assert [each.name for each in page.lines] == ["dear", "usual", "cheap", "Unwatched", "begun"]
    dear, usual = line(page, "dear"), line(page, "usual")
    assert dear.errors.estimate == pytest.approx(2 * (usual.errors.estimate or 0))
    assert (page.n_in_service, len(page.lines)) == (4, 5)
    (total,) = page.totals
    assert total.errors == pytest.approx(3.5 * (usual.errors.estimate or 0))
    assert (total.n_errors, total.n_saves) == (3, 4)
    assert total_words(total).startswith(f"Errors cost {total.errors:,.0f} USD a year (3 models)")


def test_amounts_of_several_currencies_are_neither_compared_nor_added(opened: Open) -> None:
    decay: Any = example_verdicts()["decay"]
    yen = replace(decay, currency="JPY")
    fill(opened("far"), monitor=monitor(200.0, currency="JPY"), decay=yen)
    fill(opened("near"))
    page = portfolio_of(fill(opened("also near")).all_projects)
    assert [each.name for each in page.lines] == ["also near", "near", "far"]
    assert [(each.currency, each.n_errors) for each in page.totals] == [("USD", 2), ("JPY", 1)]


def test_a_line_speaks_as_the_page_of_its_project(opened: Open) -> None:
    fill(opened("going on"))
    stopped = again(example_decision(Stage.WATCH), choice=Choice.STOP)
    on_hold = fill(opened("stopped"), tuple(row for row in ROWS if row != "decision.watch"))
    append(on_hold, "decision.watch", stopped)
    fill(opened("alarmed"), tuple(row for row in ROWS if row != "decision.watch"))
    stale = fill(opened("stale"))
    problem: Any = example_verdicts()["problem"]
    append(stale, "problem", replace(problem, cost_miss=1.0))
    fill(opened("begun"), UNTIL_SEARCH)
    page = portfolio_of(stale.all_projects)
    states = {each.name: (each.badge.text, each.badge.tone) for each in page.lines}
    assert states == {
        "going on": ("alarm, going on", "unclear"),
        "stopped": ("stopped", "no"),
        "alarmed": ("alarm", "no"),
        "stale": ("out of date", "stale"),
        "begun": ("not in service", "waiting"),
    }
    assert line(page, "going on").due is not None
    assert due_words(line(page, "alarmed").due).startswith("retrain ")
    assert due_words(line(page, "going on").due).startswith("check ")
    assert due_words(line(page, "begun").due) == "–"
    step = line(page, "begun").next
    assert step is not None
    assert step.command == "leadline run labelling"
    assert line(page, "stopped").next != line(page, "going on").next


def test_a_job_that_is_at_work_is_waited_for(opened: Open) -> None:
    record = fill(opened("begun"), UNTIL_SEARCH)
    record.jobs.put("labelling", by="Ben")
    (only,) = portfolio_of(record.all_projects).lines
    assert only.next is not None
    assert only.next.title == "Wait for labelling"


def test_a_release_that_nobody_has_looked_at_is_told_from_the_one_before(opened: Open) -> None:
    record = fill(opened("flights"))
    append(record, "release", again(example_verdicts()["release"], release_id="beef" * 3))
    now = datetime.now(UTC) + timedelta(days=400)
    (only,) = portfolio_of(record.all_projects, now=now).lines
    assert only.errors.rests_on.endswith("measured on another release")
    assert only.due is not None
    assert "after it went into service" in only.due.why
    assert only.due.is_late


def test_after_a_rollback_the_look_at_the_newer_release_is_not_of_the_one_in_service(
    opened: Open,
) -> None:
    record = fill(opened("flights"))
    first = record.newest(("release",))["release"]
    append(record, "release", again(example_verdicts()["release"], release_id="beef" * 3))
    append(record, "decay", example_verdicts()["decay"])
    append(record, "monitor", monitor(release_id="beef" * 3))
    record.promotions.add(first, person="Ada", why="it flags every second one")
    (before,) = portfolio_of(record.all_projects).lines
    assert before.badge.text == "not looked at"
    assert before.errors.rests_on.endswith("measured on another release")
    # the next look is at what serves, though the newest release is what it has read
    append(record, "monitor", monitor(release_id=RELEASE_ID))
    (looked,) = portfolio_of(record.all_projects).lines
    assert looked.badge.text != "not looked at"
    assert not looked.errors.rests_on.endswith("measured on another release")


def test_the_hours_of_the_team_are_split_into_new_models_and_upkeep(opened: Open) -> None:
    first, second = fill(opened("one")), fill(opened("two"))
    long_ago = datetime.now(UTC) - timedelta(days=400)
    work(first, "built", "ship", state=WorkState.DONE, hours=30.0)
    work(first, "forgotten", "ship", state=WorkState.DONE, hours=500.0, at=long_ago)
    work(second, "watched", "watch", state=WorkState.DONE, hours=10.0)
    work(second, "ahead", "ship")
    work(second, "each week", "watch", every="week")
    work(second, "blank", "watch", every="week", estimate=None)
    page = portfolio_of(first.all_projects)
    assert (page.hours.new, page.hours.upkeep, page.hours.share_new) == (30.0, 10.0, 0.75)
    assert page.hours.new_ahead == 2.0
    assert page.hours.upkeep_a_year == pytest.approx(2 * 365.25 / 7)
    assert page.hours.n_unknown == 1
    assert line(page, "two").upkeep.hours == pytest.approx(2 * 365.25 / 7)
    assert line(page, "one").upkeep.hours is None
    assert hours_words(page.hours) == (
        "Of 40 hours reported in the last year, 75% went into new models and 25% into upkeep.",
        (
            "Ahead: 104 hours of upkeep a year (not known of 1 model), and 2 hours of estimated "
            "work on new models."
        ),
    )


def test_an_empty_database_and_a_project_that_cannot_be_read_are_said(opened: Open) -> None:
    record = opened("nothing")
    page = portfolio_of(record.all_projects)
    assert (page.totals, page.n_in_service) == ((), 0)
    assert hours_words(page.hours)[0].startswith("Nobody has reported hours")
    fill(record)
    with record._database.writing() as connection:
        connection.exec_driver_sql("UPDATE entry SET version = 99 WHERE row = 'decay'")
    (only,) = portfolio_of(record.all_projects).lines
    assert only.badge.text == "not readable"
    assert "version 99" in only.unreadable
    assert only.since is not None
