"""How evidence is written and read, whatever it is of: rows that come, count, or are withdrawn."""

from __future__ import annotations

import math
from collections.abc import Hashable, Iterable, Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, Row, Table, select

from leadline.record.opening import Store
from leadline.record.tables import utc

R = TypeVar("R")


class Given(Protocol):
    """What a person gave: how long it took, and when."""

    @property
    def seconds(self) -> float:
        """How long it took."""

    @property
    def at(self) -> datetime | None:
        """When; None: now."""


class Arriving:
    """Rows that arrive one at a time, of one project."""

    _store: Store

    def _add(self, table: Table, **values: Any) -> None:
        with self._store.writing() as connection:
            self._insert(connection, table, values)

    def _insert(self, connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
        row = {"project_id": self._store.project_id, **values}
        connection.execute(table.insert(), row)

    def _arrived(
        self, table: Table, *conditions: ColumnElement[bool], within: Connection | None = None
    ) -> list[Row[Any]]:
        mine = table.c.project_id == self._store.project_id
        query = select(table).where(mine, *conditions).order_by(table.c.id)
        if within is not None:
            return list(within.execute(query))
        with self._store.reading() as connection:
            return list(connection.execute(query))

    def _withdraw(self, table: Table, *conditions: ColumnElement[bool]) -> Row[Any] | None:
        with self._store.writing() as connection:
            return self._withdraw_newest(connection, table, *conditions)

    def _withdraw_newest(
        self, connection: Connection, table: Table, *conditions: ColumnElement[bool]
    ) -> Row[Any] | None:
        mine = table.c.project_id == self._store.project_id
        query = select(table).where(mine, *conditions, counts(table))
        newest = connection.execute(query.order_by(table.c.id.desc()).limit(1)).one_or_none()
        if newest is not None:
            # what the withdrawn row was bound to, it stays bound to
            own = {"withdraws": newest.id, "at": utc(), "seconds": 0.0}
            own |= {name: None for name in ("assignment", "price") if name in table.c}
            withdrawal = dict(newest._mapping) | own
            del withdrawal["id"]
            connection.execute(table.insert().values(withdrawal))
        return newest


def columns_of_answer(answer: Given) -> dict[str, Any]:
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
    """Neither a withdrawal nor withdrawn; of a table or an alias of it."""
    other = table.alias()
    is_withdrawn = select(other.c.id).where(other.c.withdraws == table.c.id).exists()
    # of "IS NULL" SQLite thinks that the unique index leaves one row: it would read all of them
    is_withdrawal = table.c.withdraws.is_not(None).self_group()
    condition: ColumnElement[bool] = ~is_withdrawal & ~is_withdrawn
    return condition


def latest(found: Iterable[tuple[Hashable, R]]) -> list[R]:
    """The last row of each key, in the order of those rows."""
    newest: dict[Hashable, R] = {}
    for key, row in found:
        newest.pop(key, None)
        newest[key] = row
    return list(newest.values())
