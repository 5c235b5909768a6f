"""All projects of a database: each as its own record has it, and none hidden by another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy
from tests.examples import example_decision, example_release, example_verdicts

from leadline.errors import RecordError
from leadline.monitoring.release_in_service import in_service
from leadline.phases.lifecycle import ROWS, Stage, standing
from leadline.phases.verdict import Answer
from leadline.record import AllProjects, ProjectEntries, Record, WorkState, WorkStatement
from leadline.record.tables import entry as table

Change = Callable[[Record], object]


@dataclass(frozen=True)
class Blocks:
    """Some fields of a monitor's verdict."""

    currency: str
    n_reference_blocks: int


def fill(record: Record, *rows: str) -> None:
    for row in ROWS:
        if row in rows or not rows:
            append(record, row)


def append(record: Record, row: str, verdict: object = None) -> int:
    newest = record.newest(ROWS)
    on = {name: newest[name] for name in ROWS[row].stands_on if name in newest}
    said = verdict or example_verdicts()[row]
    return record.append(row, said, by="Ada", on=on).number  # type: ignore[arg-type]


def only(found: tuple[ProjectEntries, ...], name: str) -> ProjectEntries:
    (one,) = [each for each in found if each.name == name]
    return one


def test_each_project_stands_as_its_own_record_says(database_url: str) -> None:
    with Record.open(database_url, "whole") as whole, Record.open(database_url, "begun") as begun:
        fill(whole)
        fill(begun, "problem", "data", "feasibility")
        # what stands on the old problem is stale, and the old problem no longer the newest
        append(begun, "problem", replace(example_verdicts()["problem"], target_score=0.9))  # type: ignore[call-arg]
        begun.jobs.put("data", by="Ben")
        Record.open(database_url, "Empty").close()
        found = tuple(whole.all_projects.newest({"monitor": Blocks}))
        assert [each.name for each in found] == ["begun", "Empty", "whole"]
        for record in (whole, begun):
            one = only(found, record.project)
            assert standing(one.marks) == record.standing()
        assert not only(found, "Empty").marks
        assert standing(only(found, "begun").marks)["feasibility"].state == "stale"
        assert [job.row for job in only(found, "begun").jobs] == ["data"]
        assert only(found, "whole").jobs == ()
        assert only(found, "begun").parts == {}
        part = only(found, "whole").parts["monitor"]
        entry = whole.latest("monitor")
        assert entry is not None
        assert part.told == Blocks("USD", 20)
        assert (part.at, part.on) == (entry.at, entry.on)


def worse() -> object:
    return replace(example_release(), answer=Answer.UNCLEAR)


@pytest.mark.parametrize(
    "changes",
    [
        (),
        (lambda record: append(record, "release", worse()),),
        (
            lambda record: append(record, "release", worse()),
            lambda record: append(record, "decision.ship"),
            lambda record: append(record, "release", worse()),
        ),
        (
            lambda record: append(record, "release", worse()),
            lambda record: append(
                record, "decision.ship", replace(example_decision(Stage.SHIP), answer=Answer.NO)
            ),
        ),
    ],
    ids=["a go", "a worse one waits", "a worse one that somebody approved", "refused"],
)
def test_the_release_in_service_is_the_one_that_serves(
    tmp_path: Path, changes: tuple[Change, ...]
) -> None:
    with Record.open(f"sqlite:///{tmp_path / 'team.db'}", "flights") as record:
        fill(record)
        for change in changes:
            change(record)
        (one,) = record.all_projects.newest()
        served = in_service(record)
        assert served is not None
        assert (one.release, one.released_at) == (served.number, served.at)


def test_without_a_release_none_is_in_service(tmp_path: Path) -> None:
    with Record.open(f"sqlite:///{tmp_path / 'team.db'}", "flights") as record:
        fill(record, "problem")
        append(record, "problem")
        (one,) = record.all_projects.newest()
        assert (one.release, one.released_at) == (None, None)


def test_what_a_later_version_wrote_hides_no_other_project(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'team.db'}"
    with Record.open(url, "later") as later, Record.open(url, "now") as now:
        fill(later)
        fill(now)
        with sqlalchemy.create_engine(url).begin() as connection:
            connection.execute(
                table.update()
                .where(table.c.project_id == 1, table.c.row == "monitor")
                .values(version=99)
            )
        found = tuple(now.all_projects.newest({"monitor": Blocks}))
        assert "version 99" in only(found, "later").unreadable
        assert only(found, "later").parts == {}
        assert only(found, "now").unreadable == ""


def test_a_row_that_only_a_later_version_knows_is_passed_over(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'team.db'}"
    with Record.open(url, "flights") as record:
        fill(record, "problem")
        append(record, "problem")
        with sqlalchemy.create_engine(url).begin() as connection:
            connection.execute(table.update().where(table.c.number == 2).values(row="dream"))
        (one,) = record.all_projects.newest()
        assert [mark.row for mark in one.marks] == ["problem"]


def test_a_database_is_read_without_being_one_of_its_projects(database_url: str) -> None:
    with Record.open(database_url, "flights") as record:
        append(record, "problem")
    with AllProjects.open(database_url) as projects:
        assert [each.name for each in projects.newest()] == ["flights"]


def test_a_database_that_is_not_there_is_refused_and_not_made(tmp_path: Path) -> None:
    path = tmp_path / "mistyped.db"
    with pytest.raises(RecordError, match="holds no record"), AllProjects.open(f"sqlite:///{path}"):
        pass
    assert not path.exists()


def test_the_newest_move_says_which_release_serves(tmp_path: Path) -> None:
    with Record.open(f"sqlite:///{tmp_path / 'team.db'}", "flights") as record:
        fill(record)
        first = record.newest(ROWS)["release"]
        second = append(record, "release")
        for number in (second, first):
            record.promotions.add(number, person="Ada", why="because")
            (one,) = record.all_projects.newest()
            assert one.release == number


def test_a_job_that_runs_is_under_way(tmp_path: Path) -> None:
    with Record.open(f"sqlite:///{tmp_path / 'team.db'}", "flights") as record:
        record.jobs.put("data", by="Ben")
        assert record.jobs.claim("a worker") is not None
        (one,) = record.all_projects.newest()
        assert [job.row for job in one.jobs] == ["data"]


def test_of_work_what_it_took_is_told_and_where_it_stands(tmp_path: Path) -> None:
    said = WorkStatement(
        item="seal",
        stage="ship",
        title="Seal the release",
        state=WorkState.OPEN,
        estimate=None,
        owner="Ben",
        due=None,
        every="week",
        hours=None,
        why="",
        by="Ada",
        at=datetime(2026, 3, 2, tzinfo=UTC),
    )
    done, again = replace(said, state=WorkState.DONE, hours=2.0), replace(said, owner="Ada")
    with Record.open(f"sqlite:///{tmp_path / 'team.db'}", "flights") as record:
        record.work.state("seal", lambda _: said)
        record.work.state("seal", lambda _: done)
        record.work.state("seal", lambda _: again)
        (one,) = record.all_projects.newest()
        assert one.work == (done, again)
