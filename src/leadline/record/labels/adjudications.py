"""Adjudications: decisions of one person on what the votes on an item leave open."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from leadline.errors import OutdatedAnswerError, RecordError
from leadline.record.append_only import columns_of_answer, counts, withdraw_newest
from leadline.record.codec import to_json
from leadline.record.database import Database
from leadline.record.labels.item_state import reopen, settle
from leadline.record.labels.unresolved import Opinion, Unresolved, opinions_on
from leadline.record.labels.worklist import Item
from leadline.record.tables import ItemState, adjudication, item, label

Values = tuple[tuple[str, str], ...]

# of a withdrawal, to be named beside the row that it withdraws
_UNDOING = adjudication.alias()


@dataclass(frozen=True)
class Adjudication:
    """A decision on one item.

    Attributes
    ----------
    item : str
        The item.
    adjudicator : str
        Who decides.
    value : str or None
        The label; None: it cannot be told, and the item is left out.
    seconds : float >= 0
        How long it took.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    reason : str, default=""
        Why; empty if nothing was said.
    guidelines : int or None, default=None
        Version of the guidelines that were at hand; None: none.
    shown : tuple of (str, str)
        Feature and value, as they were seen; filled in by the record.
    opinions : tuple of Opinion
        The votes, as they were seen; filled in by the record.
    undone_at : datetime or None, default=None
        When it was taken back; None: it was not.
    """

    item: str
    adjudicator: str
    value: str | None
    seconds: float
    at: datetime | None = None
    reason: str = ""
    guidelines: int | None = None
    shown: Values = ()
    opinions: tuple[Opinion, ...] = ()
    undone_at: datetime | None = None


class Adjudications:
    """Decisions on items whose votes make no label.

    A decision is kept with what the adjudicator saw of the item, so that it can be understood, and
    changed, when the item is long off the list. Votes stay as they are.

    Contract
    --------
    *Append-only.* Of several decisions on an item the latest counts; the earlier ones stay. An undo
    is a row that withdraws one, and brings back the decision before it.

    *Atomic.* A decision and the state of its item change in one transaction.

    *Concurrent writers* decide on what they saw: a decision names the `stamp` of the votes and
    decisions that were there, and is refused if any have come since. The same decision sent again
    counts once.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def unresolved(self) -> tuple[str, ...]:
        """Keys of the items that wait for a decision, in the order of the list."""
        query = select(item.c.key).where(
            self._database.mine(item), item.c.state == ItemState.UNRESOLVED
        )
        with self._database.reading() as connection:
            return tuple(connection.scalars(query.order_by(item.c.number)))

    def look_at(self, key: str) -> Unresolved | None:
        """An item to decide; None if it neither waits for a decision nor has one."""
        with self._database.reading() as connection:
            return self._look_at(connection, key)

    def decide(self, decision: Adjudication, stamp: str) -> None:
        """Keep a decision; the one before it stays on the record and counts no more.

        The same decision sent again changes nothing.

        Parameters
        ----------
        decision : Adjudication
            What is decided; what was seen is filled in here.
        stamp : str
            Of the `Unresolved` that the adjudicator saw.

        Raises
        ------
        RecordError
            If the item neither waits for a decision nor has one.
        OutdatedAnswerError
            If votes or decisions have come since the adjudicator looked.
        ValueError
            If the seconds are negative or not finite.
        """
        with self._database.writing() as connection:
            seen = self._look_at(connection, decision.item)
            if seen is None:
                raise RecordError(
                    "There is nothing to decide about this item.",
                    "Items are decided whose votes are all in and leave the label open.",
                    "Open the page of open items again.",
                )
            before = self._decision_on(connection, decision.item)
            if seen.stamp != stamp:
                if before is not None and _is_same(before, decision):
                    return
                raise _outdated(before)
            self._database.insert(connection, adjudication, _columns(decision, seen))
            settle(connection, self._database.project_id, decision.item)

    def undo(self, adjudicator: str) -> str | None:
        """Withdraw an adjudicator's newest decision; return its item, or None if there is none.

        The decision before it, if there is one, counts again.
        """
        with self._database.writing() as connection:
            own = adjudication.c.adjudicator == adjudicator
            undone = withdraw_newest(self._database, connection, adjudication, own)
            if undone is None:
                return None
            key = str(undone.item)
            if self._decision_on(connection, key) is None:
                reopen(connection, self._database.project_id, key)
        return key

    def labels(self) -> dict[str, str | None]:
        """The label of every item that was decided; None: it is left out."""
        columns = adjudication.c
        query = select(columns.item, columns.value).where(self._database.mine(adjudication))
        query = query.where(counts(adjudication)).order_by(columns.id)
        with self._database.reading() as connection:
            return {row.item: row.value for row in connection.execute(query)}

    def newest(self, *, limit: int | None = None) -> tuple[Adjudication, ...]:
        """The decisions that count, the newest first; at most so many.

        Of an item decided twice that is the later one.
        """
        mine = self._database.mine(adjudication)
        newest = (
            select(func.max(adjudication.c.id))
            .where(mine, counts(adjudication))
            .group_by(adjudication.c.item)
        )
        query = select(adjudication).where(mine, adjudication.c.id.in_(newest))
        query = query.order_by(adjudication.c.id.desc()).limit(limit)
        with self._database.reading() as connection:
            return tuple(_adjudication(row) for row in connection.execute(query))

    def history(self, key: str) -> tuple[Adjudication, ...]:
        """Every decision on an item, those taken back among them, the newest last."""
        undone = _UNDOING.c
        query = (
            select(adjudication, undone.at.label("undone_at"))
            .outerjoin(_UNDOING, undone.withdraws == adjudication.c.id)
            .where(
                self._database.mine(adjudication),
                adjudication.c.item == key,
                adjudication.c.withdraws.is_(None),
            )
            .order_by(adjudication.c.id)
        )
        with self._database.reading() as connection:
            return tuple(_adjudication(row) for row in connection.execute(query))

    def _look_at(self, connection: Connection, key: str) -> Unresolved | None:
        query = select(item.c.state, item.c.body).where(
            self._database.mine(item), item.c.key == key
        )
        listed = connection.execute(query).one_or_none()
        before = self._decision_on(connection, key)
        is_open = listed is not None and listed.state == ItemState.UNRESOLVED
        if before is None and not is_open:
            return None
        shown: Values = ()
        if listed is not None:
            shown = _values(json.loads(listed.body))
        elif before is not None:
            shown = _adjudication(before).shown
        opinions = opinions_on(connection, self._database.project_id, key)
        return Unresolved(Item(key, shown), opinions, self._stamp(connection, key))

    def _stamp(self, connection: Connection, key: str) -> str:
        """The newest row that says something of the item, a withdrawal as well."""
        newest = (
            connection.scalar(
                select(func.max(table.c.id)).where(self._database.mine(table), table.c.item == key)
            )
            for table in (label, adjudication)
        )
        return "-".join(str(number or 0) for number in newest)

    def _decision_on(self, connection: Connection, key: str) -> Row[Any] | None:
        query = select(adjudication).where(
            self._database.mine(adjudication), adjudication.c.item == key, counts(adjudication)
        )
        return connection.execute(query.order_by(adjudication.c.id.desc()).limit(1)).one_or_none()


def _is_same(before: Row[Any], decision: Adjudication) -> bool:
    kept = (before.adjudicator, before.value, before.reason)
    return kept == (decision.adjudicator, decision.value, decision.reason)


def _outdated(before: Row[Any] | None) -> OutdatedAnswerError:
    who = f" {before.adjudicator} decided it last." if before is not None else ""
    return OutdatedAnswerError(
        f"Votes or decisions on this item have come since you looked.{who}",
        "A decision is made on all that was said.",
        "Open the item again and look once more.",
    )


def _columns(decision: Adjudication, seen: Unresolved) -> dict[str, Any]:
    values = columns_of_answer(decision)
    for name in ("shown", "opinions", "undone_at"):
        del values[name]
    opinions = [[o.annotator, o.value, o.reason, o.comment] for o in seen.opinions]
    return values | {"body": to_json({"shown": seen.item.values, "opinions": opinions})}


def _adjudication(row: Row[Any]) -> Adjudication:
    body = json.loads(row.body)
    return Adjudication(
        item=row.item,
        adjudicator=row.adjudicator,
        value=row.value,
        seconds=row.seconds,
        at=row.at,
        reason=row.reason,
        guidelines=row.guidelines,
        shown=_values(body["shown"]),
        opinions=tuple(Opinion(*one) for one in body["opinions"]),
        undone_at=getattr(row, "undone_at", None),
    )


def _values(found: Iterable[Sequence[str]]) -> Values:
    return tuple((str(name), str(value)) for name, value in found)
