"""Append-only tables: rows that are added, read, and withdrawn by a further row.

A row is never changed and never removed. A withdrawal is a row of its own that names the one it
withdraws; the unique constraint on `withdraws` lets each be withdrawn once. So a row counts if it
is no withdrawal and none names it, and whatever was there before it counts again by itself.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from leadline.record.database import Database
from leadline.record.sql_types import utc

R = TypeVar("R")


class TimedAnswer(Protocol):
    """What a person answered: how long it took, and when."""

    @property
    def seconds(self) -> float:
        """How long it took."""

    @property
    def at(self) -> datetime | None:
        """When; None: now."""


def add(database: Database, table: Table, **values: Any) -> None:
    """Add one row to a table, in a transaction of its own."""
    with database.writing() as connection:
        database.insert(connection, table, values)


def rows_of(
    database: Database,
    table: Table,
    *conditions: ColumnElement[bool],
    within: Connection | None = None,
) -> list[Row[Any]]:
    """Rows of the project, in the order they came; within a transaction, or in one of its own."""
    query = select(table).where(database.mine(table), *conditions).order_by(table.c.id)
    if within is not None:
        return list(within.execute(query))
    with database.reading() as connection:
        return list(connection.execute(query))


def withdraw_newest(
    database: Database, connection: Connection, table: Table, *conditions: ColumnElement[bool]
) -> Row[Any] | None:
    """Withdraw the newest row that counts and fits, and return it; None if there is none."""
    query = select(table).where(database.mine(table), *conditions, counts(table))
    newest = connection.execute(query.order_by(table.c.id.desc()).limit(1)).one_or_none()
    if newest is not None:
        # what the withdrawn row was bound to, it stays bound to
        own = {"withdraws": newest.id, "at": utc(), "seconds": 0.0}
        own |= {name: None for name in ("assignment", "price") if name in table.c}
        withdrawal = dict(newest._mapping) | own
        del withdrawal["id"]
        connection.execute(table.insert().values(withdrawal))
    return newest


def columns_of_answer(answer: TimedAnswer) -> dict[str, Any]:
    """The columns of a person's answer.

    Raises
    ------
    ValueError
        If the seconds are negative or not finite, or the time has no zone.
    """
    if not (math.isfinite(answer.seconds) and answer.seconds >= 0):
        raise ValueError(f"seconds must be at least 0; got {answer.seconds}")
    return vars(answer) | {"at": utc(answer.at)}


def counts(table: Any) -> ColumnElement[bool]:
    """The condition that a row is neither a withdrawal nor withdrawn; of a table or its alias."""
    other = table.alias()
    is_withdrawn = select(other.c.id).where(other.c.withdraws == table.c.id).exists()
    # of "IS NULL" SQLite thinks that the unique index leaves one row: it would read all of them
    is_withdrawal = table.c.withdraws.is_not(None).self_group()
    condition: ColumnElement[bool] = ~is_withdrawal & ~is_withdrawn
    return condition


def latest(found: Iterable[tuple[Hashable, R]]) -> list[R]:
    """The last row of each key, in the order of those rows.

    Examples
    --------
    >>> latest([("Ada", 1), ("Bo", 2), ("Ada", 3)])
    [2, 3]
    """
    newest: dict[Hashable, R] = {}
    for key, row in found:
        newest.pop(key, None)
        newest[key] = row
    return list(newest.values())
