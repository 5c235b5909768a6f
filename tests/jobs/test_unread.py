"""No job asks for a field that its row is said not to read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from tests.projects import customers, run

from leadline.monitoring.observations import observe_file
from leadline.phases.lifecycle import ROWS, unread
from leadline.phases.verdict import Verdict
from leadline.record import Reading
from leadline.workspace import Workspace

FOLLOWS = {"summary", "findings"}
# a verdict keeps the words it was said in
SAID = frozenset({"unit", "units", "hit", "miss", "false_alarm", "measured_in", "class_words"})
WATCHED = [row for row in ROWS.values() if row.is_computed and row.name != "capacity"]

_asked: dict[str, set[str]] = {}


class _Watched:
    """Mixed into a verdict's class: notes which of its fields are asked for."""

    def __getattribute__(self, name: str) -> Any:
        kind = type(self).__name__
        if name in _FIELDS[kind]:
            _asked.setdefault(kind, set()).add(name)
        return object.__getattribute__(self, name)


_FIELDS = {
    row.verdict.__name__: {field.name for field in fields(row.verdict)} for row in ROWS.values()
}
# children unpickle them by these names
globals().update(
    {
        row.verdict.__name__: type(row.verdict.__name__, (_Watched, row.verdict), {})
        for row in ROWS.values()
    }
)


def watched(verdict: Verdict) -> Verdict:
    twin = object.__new__(globals()[type(verdict).__name__])
    object.__getattribute__(twin, "__dict__").update(vars(verdict))
    assert isinstance(twin, Verdict)
    return twin


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, set[str]]]:
    """Class of a verdict to the fields that were asked for of those that a reading shows."""
    plain = Reading.__getitem__

    def shown(self: Reading, row: str) -> Verdict:
        return watched(plain(self, row))

    monkeypatch.setattr(Reading, "__getitem__", shown)
    _asked.clear()
    yield _asked
    _asked.clear()


@pytest.mark.parametrize("row", [row.name for row in WATCHED])
def test_a_job_reads_nothing_that_its_row_is_said_not_to(
    released_folder: Path, asked: dict[str, set[str]], row: str
) -> None:
    with Workspace.open(released_folder) as workspace:
        if row == "monitor":
            observe(workspace)
        run(workspace, row)
    assert asked, "else nothing was watched"
    for name in ROWS[row].stands_on:
        seen = asked.get(ROWS[name].verdict.__name__, set())
        left_out = unread(row, name) - SAID | FOLLOWS
        assert not seen & left_out, f"{row} reads {name}"


def observe(workspace: Workspace) -> None:
    file = workspace.folder / "later.csv"
    customers(200, 3, skipped=900).write_csv(file)
    observe_file(str(workspace.folder), str(file))


@pytest.mark.parametrize("reader", list(ROWS))
def test_what_is_not_read_is_a_field_of_something_the_row_stands_on(reader: str) -> None:
    for name in ROWS:
        left_out = unread(reader, name)
        if left_out:
            assert name in ROWS[reader].stands_on
        assert left_out <= _FIELDS[ROWS[name].verdict.__name__]
        assert "answer" not in left_out


def test_what_the_problem_says_reaches_somebody() -> None:
    """A field that no row reads must be one of words for people."""
    readers = [name for name in ROWS if "problem" in ROWS[name].stands_on]
    read_by_none = frozenset.intersection(*(unread(name, "problem") for name in readers))
    people = {"question", "owner", "deputy", "assumed", "rarer"}
    people |= {"today", "today_misses", "today_false_alarms"}  # what costs are held against
    people |= {"label_currency"}  # of what the label's name says
    people |= {"leaving"}  # asked before rows are sent outside, whatever row wants them
    assert read_by_none == SAID | people
