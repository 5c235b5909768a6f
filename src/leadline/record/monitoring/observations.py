"""Observations: what was seen of each block of new data that a release scored."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from typing import Any

from sqlalchemy import Row

from leadline.errors import OutdatedAnswerError
from leadline.record.append_only import rows_of
from leadline.record.codec import to_json
from leadline.record.database import Database
from leadline.record.monitoring.monitoring_tables import observation as table
from leadline.record.sql_types import utc


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


class Observations:
    """What was seen of new data, release by release.

    Contract
    --------
    *Append-only.* A later observation of a block of the same name takes the place of an earlier
    one, which stays.

    *Atomic.* An observation is there whole or not at all.

    *Concurrent writers* may observe the same block at once. Whoever says with `replacing` what they
    saw is refused if another observation of the block has come in between; of others, the one
    committed last counts.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, o: Observation, *, replacing: Observation | EllipsisType | None = ...) -> None:
        """Keep what was seen of a block.

        Parameters
        ----------
        o : Observation
            What was seen.
        replacing : Observation or None, optional
            The block's observation that this one was made from, None if there was none. Left out,
            it is kept whatever came in between.

        Raises
        ------
        ValueError
            If a number is not finite, or the time has no zone.
        OutdatedAnswerError
            If the block's newest observation is not the one to be replaced.
        """
        values = {"block_at": o.block_at, "n_rows": o.n_rows, "body": to_json(o.payload)}
        which = table.c.release_id == o.release_id, table.c.block == o.block
        with self._database.writing() as connection:
            if replacing is not ...:
                found = rows_of(self._database, table, *which, within=connection)
                newest = _observation(found[-1]) if found else None
                if newest != replacing:
                    raise OutdatedAnswerError(
                        f"Block {o.block} was observed by somebody else meanwhile.",
                        "Its rows must add up.",
                        "Hand the file over again.",
                    )
            named = {"release_id": o.release_id, "block": o.block, "at": utc(o.at)}
            self._database.insert(connection, table, named | values)

    def of(self, release_id: str) -> tuple[Observation, ...]:
        """The latest observation of each block, by time, then in the order they came."""
        found = rows_of(self._database, table, table.c.release_id == release_id)
        newest = {row.block: row for row in found}.values()
        return tuple(_observation(row) for row in sorted(newest, key=lambda row: row.block_at))

    def history(self, release_id: str, block: str) -> tuple[Observation, ...]:
        """Every observation of a block, the newest last."""
        which = table.c.release_id == release_id, table.c.block == block
        return tuple(_observation(row) for row in rows_of(self._database, table, *which))


def _observation(r: Row[Any]) -> Observation:
    return Observation(r.release_id, r.block, r.block_at, r.n_rows, json.loads(r.body), r.at)
