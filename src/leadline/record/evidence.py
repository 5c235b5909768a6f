"""Evidence that arrives a row at a time: trials, judgments, observations; votes beside it.

Nothing is overwritten. Who answers twice is counted once, with the later answer; an undo is a
row of its own that withdraws one, and brings back the answer before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from leadline.errors import RecordError
from leadline.phases.search.trial import Trial
from leadline.record import tables
from leadline.record.arriving import Arriving, columns_of_answer, counts, latest
from leadline.record.codec import decode, encode, to_json
from leadline.record.tables import utc


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


class Arrivals(Arriving):
    """The part of the record that holds evidence."""

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

    def add_judgment(self, judgment: Judgment) -> None:
        """Keep a judgment.

        Raises
        ------
        ValueError
            If the seconds are negative or not finite, or the time has no zone.
        RecordError
            If `tuning` is no entry of row 'tuning'.
        """
        values = columns_of_answer(judgment)
        with self._store.writing() as connection:
            self._require_tuning(connection, judgment.tuning)
            self._insert(connection, tables.judgment, values)

    def judgments(self, tuning: int) -> tuple[Judgment, ...]:
        """The judgments that count: each judge's latest on each row, in the order they came."""
        table = tables.judgment
        found = self._arrived(table, table.c.tuning == tuning, counts(table))
        newest = latest(((row.row, row.judge), row) for row in found)
        return tuple(
            Judgment(r.tuning, r.row, r.judge, r.is_positive, r.seconds, r.at) for r in newest
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
        newest = {row.block: row for row in found}.values()
        return tuple(
            Observation(r.release_id, r.block, r.block_at, r.n_rows, json.loads(r.body), r.at)
            for r in sorted(newest, key=lambda row: row.block_at)
        )

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
