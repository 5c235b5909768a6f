"""Work statements: what people said of the work on a release and on its upkeep."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, select

from leadline.record.append_only import rows_of
from leadline.record.database import Database
from leadline.record.sql_types import utc
from leadline.record.team.work_tables import WorkState
from leadline.record.team.work_tables import work as table


@dataclass(frozen=True, kw_only=True)
class Estimated:
    """Hours that somebody expects a piece of work to take.

    Attributes
    ----------
    least, likely, most : float > 0
        Hours if all goes well, as a rule, and if much goes wrong; in rising order.
    """

    least: float
    likely: float
    most: float

    def __post_init__(self) -> None:
        hours = (self.least, self.likely, self.most)
        if not (all(map(math.isfinite, hours)) and 0 < self.least <= self.likely <= self.most):
            raise ValueError(f"hours must be above 0, finite and in rising order; got {hours}")

    @property
    def mean(self) -> float:
        """Expected hours by the rule of PERT: the likely ones count four times.

        Examples
        --------
        >>> Estimated(least=1, likely=2, most=9).mean
        3.0
        """
        return (self.least + 4 * self.likely + self.most) / 6


@dataclass(frozen=True, kw_only=True)
class WorkStatement:
    """A piece of work, as it was said to stand at some moment.

    Attributes
    ----------
    item : str
        The piece of work, by a short name that is its own within the project.
    stage : str
        ship or watch.
    title : str
        In a few words.
    state : WorkState
        Open, started, done or dropped. Work that comes again is open again once it is done.
    estimate : Estimated or None
        Hours it is expected to take; None while nobody has said.
    owner : str
        Who does it; empty while nobody does.
    due : date or None
        The day by whose end it should be done.
    every : str
        How often it comes again: week, month, quarter or year; empty: once.
    hours : float > 0 or None
        Hours it took; only where it is done.
    why : str
        The reason, where it was dropped.
    by : str
        Who said so.
    at : datetime or None
        When, with a time zone; None: now.
    """

    item: str
    stage: str
    title: str
    state: WorkState
    estimate: Estimated | None
    owner: str
    due: date | None
    every: str
    hours: float | None
    why: str
    by: str
    at: datetime | None = None


class WorkStatements:
    """What people said of the work of a project.

    Contract
    --------
    *Append-only.* Each statement has a piece of work whole; the newest one of an item counts, and
    those before it stay: what was estimated can be held against what it took.

    *Atomic.* `state` reads the newest statement and adds the next one in one transaction, so that
    nothing that another person said in between is lost.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[WorkStatement, ...]:
        """Every statement, the newest last."""
        return tuple(statement_of(row) for row in rows_of(self._database, table))

    def state(
        self, item: str, change: Callable[[WorkStatement | None], WorkStatement]
    ) -> WorkStatement:
        """State a piece of work anew.

        Parameters
        ----------
        item : str
            The piece of work.
        change : callable
            From its newest statement, None if there is none, to the next one.

        Returns
        -------
        WorkStatement
            As it is on the record now.

        Raises
        ------
        ValueError
            If the statement is of another item, by nobody, or of hours that are not above 0.
        """
        newest = (
            select(table)
            .where(self._database.mine(table), table.c.item == item)
            .order_by(table.c.id.desc())
            .limit(1)
        )
        with self._database.writing() as connection:
            found = connection.execute(newest).one_or_none()
            said = change(None if found is None else statement_of(found))
            if said.item != item:
                raise ValueError(f"a statement on {item!r} is needed, not on {said.item!r}")
            columns = _columns_of(said)
            self._database.insert(connection, table, columns)
        return WorkStatement(**(vars(said) | {"at": columns["made_at"]}))


def statement_of(row: Row[Any]) -> WorkStatement:
    """The statement of a row of the table."""
    estimate = None
    if row.likely is not None:
        estimate = Estimated(least=row.least, likely=row.likely, most=row.most)
    return WorkStatement(
        item=row.item,
        stage=row.stage,
        title=row.title,
        state=row.state,
        estimate=estimate,
        owner=row.owner,
        due=None if row.due is None else date.fromisoformat(row.due),
        every=row.every,
        hours=row.hours,
        why=row.why,
        by=row.made_by,
        at=row.made_at,
    )


def _columns_of(said: WorkStatement) -> dict[str, Any]:
    if not said.by.strip():
        raise ValueError("a statement says who made it; 'by' is empty")
    if said.hours is not None and not (math.isfinite(said.hours) and said.hours > 0):
        raise ValueError(f"hours must be above 0; got {said.hours}")
    columns = vars(said) | {"due": None if said.due is None else said.due.isoformat()}
    estimate, by, at = columns.pop("estimate"), columns.pop("by"), columns.pop("at")
    hours = dict.fromkeys(("least", "likely", "most")) if estimate is None else vars(estimate)
    return columns | hours | {"made_by": by, "made_at": utc(at)}
