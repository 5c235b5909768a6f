"""Evidence that arrives a row at a time: trials, votes, judgments, observations.

Nothing is overwritten. Who answers twice is counted once, with the later answer; an undo is a
row of its own that withdraws one, and brings back the answer before it.
"""

from __future__ import annotations

import json
import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from leadline.errors import RecordError
from leadline.phases.trial import Trial
from leadline.record import tables
from leadline.record.codec import decode, encode, to_json
from leadline.record.opening import Store
from leadline.record.tables import utc


@dataclass(frozen=True)
class Vote:
    """What a person says is the label of an item.

    Attributes
    ----------
    item : str
        The row of data.
    judge : str
        Who says so.
    value : str or None
        The label; None: unsure.
    seconds : float >= 0
        How long it took.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    """

    item: str
    judge: str
    value: str | None
    seconds: float
    at: datetime | None = None


@dataclass(frozen=True)
class Judgment:
    """What a person says of a row of the real stream.

    Attributes
    ----------
    tuning : int
        Number of the entry whose operating points are tried.
    row : int
        Row of the stream.
    judge : str
        Who says so.
    is_positive : bool or None
        Whether it is a hit; None: unsure.
    seconds : float >= 0
        How long it took.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    """

    tuning: int
    row: int
    judge: str
    is_positive: bool | None
    seconds: float
    at: datetime | None = None


@dataclass(frozen=True)
class Observation:
    """What was seen of a block of new data.

    Attributes
    ----------
    release_id : str
        The release that scored it.
    block : str
        Name of the block; a later observation of the same name takes the place of an earlier one.
    block_at : str
        First time in it, ISO; empty if not dated.
    n_rows : int
        Rows in it.
    payload : mapping of str to object
        What was measured, as JSON can say it.
    at : datetime or None, default=None
        When it was measured, with a time zone; None: now.
    """

    release_id: str
    block: str
    block_at: str
    n_rows: int
    payload: Mapping[str, Any]
    at: datetime | None = None


class Arrivals:
    """The part of the record that holds evidence."""

    _store: Store

    def add_trial(self, box: str, trial: Trial) -> None:
        """Keep a candidate that was tried in a search; `box` names the search.

        Raises
        ------
        ValueError
            If a number is not finite.
        """
        self._add(tables.trial, box=box, body=to_json(encode(trial)), at=utc())

    def trials(self, box: str) -> tuple[Trial, ...]:
        """The trials of a search, in the order they came."""
        found = self._arrived(tables.trial, tables.trial.c.box == box)
        return tuple(decode(Trial, json.loads(row.body), 1) for row in found)

    def add_vote(self, vote: Vote) -> None:
        """Keep a vote.

        Raises
        ------
        ValueError
            If the seconds are negative or not finite, or the time has no zone.
        """
        self._add(tables.label, **_answer(vote))

    def votes(self) -> tuple[Vote, ...]:
        """The votes that count: the latest of each judge on each item, in the order they came."""
        found = self._arrived(tables.label, _counts(tables.label))
        latest = _latest(((row.item, row.judge), row) for row in found)
        return tuple(Vote(r.item, r.judge, r.value, r.seconds, r.at) for r in latest)

    def undo_vote(self, judge: str) -> str | None:
        """Withdraw a judge's newest vote; return its item, or None if there is none."""
        undone = self._withdraw(tables.label, tables.label.c.judge == judge)
        return None if undone is None else str(undone.item)

    def add_judgment(self, judgment: Judgment) -> None:
        """Keep a judgment.

        Raises
        ------
        ValueError
            If the seconds are negative or not finite, or the time has no zone.
        RecordError
            If `tuning` is no entry of row 'tuning'.
        """
        values = _answer(judgment)
        with self._store.writing() as connection:
            self._require_tuning(connection, judgment.tuning)
            self._insert(connection, tables.judgment, values)

    def judgments(self, tuning: int) -> tuple[Judgment, ...]:
        """The judgments that count: each judge's latest on each row, in the order they came."""
        table = tables.judgment
        found = self._arrived(table, table.c.tuning == tuning, _counts(table))
        latest = _latest(((row.row, row.judge), row) for row in found)
        return tuple(
            Judgment(r.tuning, r.row, r.judge, r.is_positive, r.seconds, r.at) for r in latest
        )

    def undo_judgment(self, tuning: int, judge: str) -> int | None:
        """Withdraw a judge's newest judgment; return its row, or None if there is none."""
        columns = tables.judgment.c
        undone = self._withdraw(tables.judgment, columns.tuning == tuning, columns.judge == judge)
        return None if undone is None else int(undone.row)

    def add_observation(self, o: Observation) -> None:
        """Keep what was seen of a block.

        Raises
        ------
        ValueError
            If a number is not finite, or the time has no zone.
        """
        self._add(
            tables.observation,
            release_id=o.release_id,
            block=o.block,
            block_at=o.block_at,
            n_rows=o.n_rows,
            body=to_json(o.payload),
            at=utc(o.at),
        )

    def observations(self, release_id: str) -> tuple[Observation, ...]:
        """The latest observation of each block, by time, then in the order they came."""
        table = tables.observation
        found = self._arrived(table, table.c.release_id == release_id)
        latest = {row.block: row for row in found}.values()
        return tuple(
            Observation(r.release_id, r.block, r.block_at, r.n_rows, json.loads(r.body), r.at)
            for r in sorted(latest, key=lambda row: row.block_at)
        )

    def _add(self, table: Table, **values: Any) -> None:
        with self._store.writing() as connection:
            self._insert(connection, table, values)

    def _insert(self, connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
        row = {"project_id": self._store.project_id, **values}
        connection.execute(table.insert().values(row))

    def _arrived(self, table: Table, *conditions: ColumnElement[bool]) -> list[Row[Any]]:
        mine = table.c.project_id == self._store.project_id
        query = select(table).where(mine, *conditions).order_by(table.c.id)
        with self._store.reading() as connection:
            return list(connection.execute(query))

    def _withdraw(self, table: Table, *conditions: ColumnElement[bool]) -> Row[Any] | None:
        mine = table.c.project_id == self._store.project_id
        query = select(table).where(mine, *conditions, _counts(table))
        with self._store.writing() as connection:
            newest = connection.execute(query.order_by(table.c.id.desc()).limit(1)).one_or_none()
            if newest is not None:
                withdrawal = dict(newest._mapping) | {"withdraws": newest.id, "at": utc()}
                del withdrawal["id"]
                connection.execute(table.insert().values(withdrawal | {"seconds": 0.0}))
        return newest

    def _require_tuning(self, connection: Connection, number: int) -> None:
        columns = tables.entry.c
        row = connection.scalar(
            select(columns.row).where(
                columns.project_id == self._store.project_id, columns.number == number
            )
        )
        if row != "tuning":
            found = f"Entry {number} is of {row!r}." if row else f"There is no entry {number}."
            raise RecordError(
                found,
                "A judgment is about the operating points of an entry of 'tuning'.",
                "Reload the page and look again.",
            )


def _answer(answer: Vote | Judgment) -> dict[str, Any]:
    """The columns of a person's answer."""
    if not (math.isfinite(answer.seconds) and answer.seconds >= 0):
        raise ValueError(f"seconds must be at least 0; got {answer.seconds}")
    return vars(answer) | {"at": utc(answer.at)}


def _counts(table: Table) -> ColumnElement[bool]:
    """Neither a withdrawal nor withdrawn."""
    other = table.alias()
    is_withdrawn = select(other.c.id).where(other.c.withdraws == table.c.id).exists()
    return table.c.withdraws.is_(None) & ~is_withdrawn


def _latest(found: Iterable[tuple[Hashable, Row[Any]]]) -> list[Row[Any]]:
    """The last row of each key, in the order of those rows."""
    latest: dict[Hashable, Row[Any]] = {}
    for key, row in found:
        latest.pop(key, None)
        latest[key] = row
    return list(latest.values())
