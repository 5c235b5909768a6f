"""Erasures: that rows of a person were deleted, by whom and when; not which."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from leadline.record.database import Database
from leadline.record.monitoring.monitoring_tables import erasure as table
from leadline.record.sql_types import utc


@dataclass(frozen=True)
class Erasure:
    """Rows that were deleted for good.

    Attributes
    ----------
    person : str
        Who did it.
    why : str
        The reason.
    n_keys : int
        Names of rows that were given.
    n_rows : int
        Rows deleted from blocks that were kept.
    n_blocks : int
        Blocks that they were of.
    n_lines : int
        Rows deleted from the log of served rows.
    n_labels : int
        Labels deleted that people gave on the page.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    """

    person: str
    why: str
    n_keys: int
    n_rows: int
    n_blocks: int
    n_lines: int
    n_labels: int
    at: datetime | None = None


class Erasures:
    """What was deleted for good, by whom and when.

    Contract
    --------
    *Append-only.* An erasure is never changed.

    *Says how many, never which.* Names of rows are not kept.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, erasure: Erasure) -> None:
        """Keep that something was deleted."""
        with self._database.writing() as connection:
            values = vars(erasure) | {"at": utc(erasure.at)}
            self._database.insert(connection, table, values)

    def all(self) -> tuple[Erasure, ...]:
        """Every erasure, the newest last."""
        query = select(table).where(self._database.mine(table)).order_by(table.c.id)
        with self._database.reading() as connection:
            found = connection.execute(query).all()
        return tuple(
            Erasure(
                person=one.person,
                why=one.why,
                n_keys=one.n_keys,
                n_rows=one.n_rows,
                n_blocks=one.n_blocks,
                n_lines=one.n_lines,
                n_labels=one.n_labels,
                at=one.at,
            )
            for one in found
        )
