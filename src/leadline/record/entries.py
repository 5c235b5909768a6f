"""Entries of the record: one verdict each, with who, when, and what it stands on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, select

from leadline.errors import OutdatedAnswerError, RecordError
from leadline.phases.lifecycle import ROWS, Mark
from leadline.phases.verdict import Answer, Verdict
from leadline.record.codec import decode, to_json
from leadline.record.database import Database
from leadline.record.row_reading import require_declared
from leadline.record.tables import entry as table
from leadline.record.views import views_of

V = TypeVar("V", bound=Verdict)


@dataclass(frozen=True)
class Entry:
    """One verdict on the record.

    Attributes
    ----------
    number : int
        Counts up within the project, from 1, without gaps.
    row : str
        The row of the life cycle.
    verdict : Verdict
        What was concluded.
    on : mapping of str to int
        Row to number of each entry it stood on.
    by : str
        Who put it there.
    at : datetime
        When, UTC.
    version : int
        Version of the verdict's class when it was written.
    user_id : int or None, default=None
        Account of who put it there; None where nobody had logged in.
    """

    number: int
    row: str
    verdict: Verdict
    on: Mapping[str, int]
    by: str
    at: datetime
    version: int
    user_id: int | None = None

    def verdict_as(self, kind: type[V]) -> V:
        """The verdict, as one of its row's class.

        Raises
        ------
        TypeError
            If it is of another class.
        """
        if not isinstance(self.verdict, kind):
            raise TypeError(f"entry {self.number} is of {self.row!r}: no {kind.__name__}")
        return self.verdict


def entry_of(found: Row[Any]) -> Entry:
    """The entry of a row of the table.

    Raises
    ------
    RecordError
        If it is of a row of the life cycle, or of a version, that is not known.
    """
    if found.row not in ROWS:
        raise RecordError(
            f"Entry {found.number} is of {found.row!r}, a row this Leadline does not know.",
            next="Upgrade Leadline.",
        )
    verdict = decode(ROWS[found.row].verdict, json.loads(found.body), found.version)
    on = json.loads(found.stands_on)
    by, at, version = found.made_by, found.made_at, found.version
    return Entry(found.number, found.row, verdict, on, by, at, version, found.user_id)


def mark_of(found: Row[Any]) -> Mark:
    """The mark of a row of the table."""
    on, views = json.loads(found.stands_on), json.loads(found.views or "{}")
    answer = Answer(found.answer)
    return Mark(found.number, found.row, on, answer, views, found.barrier or "", found.badge or "")


def columns_of(entry: Entry, body: str) -> dict[str, Any]:
    """The row of the table for an entry, whose verdict is encoded as `body`."""
    return {
        "number": entry.number,
        "row": entry.row,
        "answer": entry.verdict.answer.value,
        "version": entry.version,
        "body": body,
        "stands_on": to_json(entry.on),
        "views": to_json(views_of(entry.row, entry.verdict)),
        "barrier": entry.verdict.barrier or None,
        "badge": entry.verdict.badge,
        "made_by": entry.by,
        "made_at": entry.at,
    }


def require_row(row: str) -> None:
    """Refuse what is no row of the life cycle with a ValueError."""
    if row not in ROWS:
        raise ValueError(f"{row!r} is no row of the life cycle")


def require_fit(row: str, verdict: Verdict, by: str, on: Mapping[str, int]) -> None:
    """Refuse a verdict of another row, an entry by nobody, and one on what is not declared."""
    require_row(row)
    needed = ROWS[row].verdict
    if type(verdict) is not needed:
        raise TypeError(f"{row!r} takes a {needed.__name__}, not a {type(verdict).__name__}")
    if not by.strip():
        raise ValueError("an entry says who put it there; 'by' is empty")
    for name in on:
        require_declared(row, name)


def require_newest(row: str, seen: int | None, newest: int | None) -> None:
    """Refuse an answer to a page that is no longer what the record says."""
    if newest == seen:
        return
    if newest is None:
        raise RecordError(f"There is no entry {seen} of {row!r} to replace.")
    page = f"entry {seen} of {row!r}" if seen is not None else f"{row!r} when it had no entry"
    raise OutdatedAnswerError(
        f"You answered {page}, but entry {newest} has since taken its place.",
        next="Reload the page and look again.",
    )


def require_entries(connection: Connection, database: Database, on: Mapping[str, int]) -> None:
    """Refuse a verdict that stands on entries which are not there.

    Raises
    ------
    RecordError
        If one is not.
    """
    query = select(table.c.row, table.c.number).where(
        database.mine(table), table.c.number.in_(on.values())
    )
    there = {(found.row, found.number) for found in connection.execute(query)} if on else set()
    for row, number in on.items():
        if (row, number) not in there:
            raise RecordError(
                f"There is no entry {number} of {row!r}.",
                "A verdict stands on entries of this record.",
                "Read what it stands on from the record it is put on.",
            )
