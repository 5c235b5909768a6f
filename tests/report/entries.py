"""A record without a database: the example verdicts as entries."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from tests.examples import example_verdicts

from leadline.phases.lifecycle import ROWS, Mark, Standing, standing
from leadline.phases.verdict import Verdict
from leadline.record import Entry

START = datetime(2025, 3, 1, 9, tzinfo=UTC)


def entries_of(verdicts: Sequence[tuple[str, Verdict]]) -> list[Entry]:
    """One entry a verdict, each standing on the latest before it."""
    numbers: dict[str, int] = {}
    entries = []
    for number, (row, verdict) in enumerate(verdicts, 1):
        on = {name: numbers[name] for name in ROWS[row].stands_on if name in numbers}
        at = START + timedelta(hours=number)
        entries.append(Entry(number, row, verdict, on, "Ada Ops", at, verdict.VERSION))
        numbers[row] = number
    return entries


def example_entries(until: str = "") -> list[Entry]:
    """The example project, whole or up to a row."""
    verdicts = list(example_verdicts().items())
    rows = [row for row, _ in verdicts]
    return entries_of(verdicts[: rows.index(until) + 1] if until else verdicts)


def standing_of(entries: Sequence[Entry]) -> dict[str, Standing]:
    """Where the rows stand after these entries."""
    return standing(Mark(e.number, e.row, e.on, e.verdict.answer) for e in entries)
