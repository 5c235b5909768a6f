"""Votes: what people say the label of an item is.

What a vote was worth is fixed when it is given. Votes on items whose label is known (gold) and
on items that the same person has answered before (repeat) tell about the people, not about the
items: they are read by their own methods.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, select

from leadline.record import tables
from leadline.record.arriving import Arriving, columns_of_answer, counts, latest
from leadline.record.counting import account, recount


class VoteKind(StrEnum):
    """Why a person was shown an item."""

    PLAIN = "plain"
    GOLD = "gold"
    REPEAT = "repeat"


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
    judge: str
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


class Ballots(Arriving):
    """The part of the record that holds votes."""

    def add_vote(self, vote: Vote) -> None:
        """Keep a vote that no assignment asked for; many at once are for `add_votes`.

        Raises
        ------
        ValueError
            If the seconds are negative or not finite, or the time has no zone.
        """
        with self._store.writing() as connection:
            self._keep(connection, vote)

    def add_votes(self, choose: Callable[[tuple[Vote, ...]], Sequence[Vote]]) -> int:
        """Keep votes that no assignment asked for: all of them, or none if anything fails.

        Parameters
        ----------
        choose : callable
            Given the votes that are there, as `votes` gives them, returns those to keep. Nobody
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
        with self._store.writing() as connection:
            chosen = choose(self._votes(VoteKind.PLAIN, within=connection))
            for vote in chosen:
                self._keep(connection, vote)
        return len(chosen)

    def votes(self) -> tuple[Vote, ...]:
        """The votes that count: the latest of each judge on each item, in the order they came.

        Those on gold items and repeats are left out, as are skips.
        """
        return self._votes(VoteKind.PLAIN)

    def gold_votes(self) -> tuple[Vote, ...]:
        """Votes on items whose label is known, in the order they came."""
        return self._votes(VoteKind.GOLD)

    def repeat_votes(self) -> tuple[Vote, ...]:
        """Votes on items that the same person had answered before, in the order they came."""
        return self._votes(VoteKind.REPEAT)

    def skips(self) -> tuple[Vote, ...]:
        """Items that people passed on, and why, in the order they came."""
        found = self._arrived(tables.label, tables.label.c.is_skip, counts(tables.label))
        return tuple(_vote(row) for row in found)

    def paid_for_votes(self) -> tuple[int, int]:
        """What all votes that count cost, in millionths, and how many have no price of their own.

        Gold, repeats and answers of "unsure" cost what any vote costs; skips cost nothing.
        """
        columns = tables.label.c
        mine = columns.project_id == self._store.project_id
        query = select(
            func.coalesce(func.sum(columns.price), 0), func.count() - func.count(columns.price)
        ).where(mine, ~columns.is_skip, counts(tables.label))
        with self._store.reading() as connection:
            priced, n_unpriced = connection.execute(query).one()
        return int(priced), int(n_unpriced)

    def undo_vote(self, judge: str) -> str | None:
        """Withdraw a judge's newest vote; return its item, or None if there is none."""
        with self._store.writing() as connection:
            undone = self._withdraw_newest(connection, tables.label, tables.label.c.judge == judge)
            if undone is None:
                return None
            if not undone.is_skip:
                account(connection, self._store.project_id, undone.price, sign=-1)
            recount(connection, self._store.project_id, undone.item)
        return str(undone.item)

    def _keep(self, connection: Connection, vote: Vote, *, set_aside: int = 0) -> None:
        """Insert a vote, and count it; what was set aside for it is spent, or free again."""
        values = columns_of_answer(vote) | {"kind": vote.kind.value}
        self._insert(connection, tables.label, values)
        price = 0 if vote.is_skip else vote.price
        account(connection, self._store.project_id, price, set_aside=-set_aside)
        recount(connection, self._store.project_id, vote.item)

    def _votes(self, kind: VoteKind, within: Connection | None = None) -> tuple[Vote, ...]:
        columns = tables.label.c
        which = (columns.kind == kind.value, ~columns.is_skip, counts(tables.label))
        found = self._arrived(tables.label, *which, within=within)
        return tuple(_vote(row) for row in latest(((row.item, row.judge), row) for row in found))


def _vote(row: object) -> Vote:
    values = {name: getattr(row, name) for name in _FIELDS}
    return Vote(**values | {"kind": VoteKind(values["kind"])})
