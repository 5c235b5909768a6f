"""Votes: the label that an annotator gives an item."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, select

from leadline.record.append_only import (
    columns_of_answer,
    counts,
    latest,
    rows_of,
    withdraw_newest,
)
from leadline.record.database import Database
from leadline.record.labels.item_state import account, recount
from leadline.record.tables import VoteKind, label


@dataclass(frozen=True)
class Vote:
    """What an annotator says is the label of an item.

    Attributes
    ----------
    item : str
        The row of data.
    annotator : str
        Who says so.
    value : str or None
        The label; None: unsure, or skipped.
    seconds : float >= 0
        How long it took.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    kind : VoteKind, default=VoteKind.PLAIN
        Why the item was shown.
    is_skip : bool, default=False
        Whether the person passed the item on; then it is no vote on it.
    reason : str, default=""
        Why unsure or skipped.
    comment : str, default=""
        What else the person said.
    guidelines : int or None, default=None
        Version of the guidelines that were at hand; None: none.
    price : int or None, default=None
        What it cost, in millionths of the currency; None: whatever a vote costs today.
    assignment : int or None, default=None
        The assignment it answers; no two votes answer the same.
    """

    item: str
    annotator: str
    value: str | None
    seconds: float
    at: datetime | None = None
    kind: VoteKind = VoteKind.PLAIN
    is_skip: bool = False
    reason: str = ""
    comment: str = ""
    guidelines: int | None = None
    price: int | None = None
    assignment: int | None = None


_FIELDS = tuple(one.name for one in fields(Vote))


class Votes:
    """The votes of all annotators.

    Votes on items whose label is known (gold), and on items that the same annotator has answered
    before (repeats), tell about the annotators and not about the items: they are read by methods
    of their own.

    Contract
    --------
    *Append-only.* Of an annotator's votes on one item the latest counts; the earlier ones stay. An
    undo is a row that withdraws one, and brings back the vote before it. What a vote cost is fixed
    when it is given.

    *Atomic.* A vote, the money it spends and the state of its item change in one transaction.
    `add_all` keeps all that it is given, or nothing.

    *Concurrent writers* take turns. No two votes answer the same assignment; each vote can be
    withdrawn once.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, vote: Vote) -> None:
        """Keep a vote that no assignment asked for; many at once are for `add_all`.

        Raises
        ------
        ValueError
            If the seconds are negative or not finite, or the time has no zone.
        """
        with self._database.writing() as connection:
            self.keep(connection, vote)

    def add_all(self, choose: Callable[[tuple[Vote, ...]], Sequence[Vote]]) -> int:
        """Keep votes that no assignment asked for: all of them, or none if anything fails.

        Parameters
        ----------
        choose : callable
            Given the votes that are there, as `plain` gives them, returns those to keep. Nobody
            else writes meanwhile.

        Returns
        -------
        int
            How many were kept.

        Raises
        ------
        ValueError
            If the seconds of one are negative or not finite, or its time has no zone.
        """
        with self._database.writing() as connection:
            chosen = choose(self._votes(VoteKind.PLAIN, within=connection))
            for vote in chosen:
                self.keep(connection, vote)
        return len(chosen)

    def plain(self) -> tuple[Vote, ...]:
        """The votes that count: the latest of each annotator on each item, in the order they came.

        Those on gold items and repeats are left out, as are skips.
        """
        return self._votes(VoteKind.PLAIN)

    def plain_history(self) -> tuple[Vote, ...]:
        """As `plain`, with the votes that were given before those that count, and not withdrawn."""
        return tuple(map(_vote, self._rows(VoteKind.PLAIN)))

    def gold(self) -> tuple[Vote, ...]:
        """Votes on items whose label is known, in the order they came."""
        return self._votes(VoteKind.GOLD)

    def repeats(self) -> tuple[Vote, ...]:
        """Votes on items that the same annotator had answered before, in the order they came."""
        return self._votes(VoteKind.REPEAT)

    def skips(self) -> tuple[Vote, ...]:
        """Items that annotators passed on, and why, in the order they came."""
        found = rows_of(self._database, label, label.c.is_skip, counts(label))
        return tuple(_vote(row) for row in found)

    def paid(self) -> tuple[int, int]:
        """What all votes that count cost, in millionths, and how many have no price of their own.

        Gold, repeats and answers of "unsure" cost what any vote costs; skips cost nothing.
        """
        price = label.c.price
        query = select(func.coalesce(func.sum(price), 0), func.count() - func.count(price)).where(
            self._database.mine(label), ~label.c.is_skip, counts(label)
        )
        with self._database.reading() as connection:
            priced, n_unpriced = connection.execute(query).one()
        return int(priced), int(n_unpriced)

    def undo(self, annotator: str) -> str | None:
        """Withdraw an annotator's newest vote or skip; return its item, or None if none is left."""
        with self._database.writing() as connection:
            undone = self.withdraw(connection, annotator)
        return None if undone is None else str(undone.item)

    def keep(self, connection: Connection, vote: Vote, *, set_aside: int = 0) -> None:
        """Add a vote within a transaction, and count it.

        Parameters
        ----------
        connection : Connection
            Of a transaction that writes.
        vote : Vote
            What was said.
        set_aside : int, default=0
            Money held for the vote, in millionths; it is spent now, or free again.
        """
        project_id = self._database.project_id
        self._database.insert(connection, label, columns_of_answer(vote))
        price = 0 if vote.is_skip else vote.price
        account(connection, project_id, price, set_aside=-set_aside)
        recount(connection, project_id, vote.item)

    def withdraw(self, connection: Connection, annotator: str) -> Row[Any] | None:
        """Withdraw an annotator's newest answer within a transaction, and count without it."""
        own = label.c.annotator == annotator
        undone = withdraw_newest(self._database, connection, label, own)
        if undone is None:
            return None
        if not undone.is_skip:
            account(connection, self._database.project_id, undone.price, sign=-1)
        recount(connection, self._database.project_id, undone.item)
        return undone

    def _votes(self, kind: VoteKind, within: Connection | None = None) -> tuple[Vote, ...]:
        found = self._rows(kind, within)
        newest = latest(((row.item, row.annotator), row) for row in found)
        return tuple(_vote(row) for row in newest)

    def _rows(self, kind: VoteKind, within: Connection | None = None) -> list[Row[Any]]:
        which = label.c.kind == kind, ~label.c.is_skip, counts(label)
        return rows_of(self._database, label, *which, within=within)


def _vote(row: Row[Any]) -> Vote:
    return Vote(**{name: getattr(row, name) for name in _FIELDS})
