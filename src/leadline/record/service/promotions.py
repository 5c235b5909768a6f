"""Promotions: each move of the release in service or of its candidate, with who and why."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import EllipsisType
from typing import Any

from sqlalchemy import Connection, Row, select

from leadline.errors import OutdatedAnswerError
from leadline.record.database import Database
from leadline.record.service.service_tables import promotion as table
from leadline.record.sql_types import utc


@dataclass(frozen=True)
class Promotion:
    """One move of the pointer to the release in service and its candidate.

    Attributes
    ----------
    counter : int
        Grows with every move of the project, from 1.
    entry : int
        The entry of the release that is in service from now on.
    person : str
        Who moved it.
    why : str
        The reason.
    at : datetime
        When, UTC.
    candidate : int or None
        The entry of the release that is tried beside it; None if there is none.
    share : float in [0, 1) or None
        Requests that the candidate answers; 0: none, it scores the same ones in the shadow. None
        without a candidate.
    """

    counter: int
    entry: int
    person: str
    why: str
    at: datetime
    candidate: int | None = None
    share: float | None = None


class Promotions:
    """Which release was in service, from when on, by whom and why.

    Contract
    --------
    *Append-only.* A move is never changed; the newest says which release is in service, and which
    is its candidate.

    *Atomic.* What `publish` does, and the move, are there together, or the move is not.

    *Concurrent writers* move one after the other; whoever says with `replacing` what they saw is
    refused if somebody has moved meanwhile.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Promotion, ...]:
        """Every move, the newest last."""
        query = select(table).where(self._database.mine(table)).order_by(table.c.counter)
        with self._database.reading() as connection:
            return tuple(map(_promotion, connection.execute(query)))

    def into_service(self) -> tuple[Promotion, ...]:
        """The moves of the release in service, without those of a candidate; the newest last."""
        moves = self.all()
        return tuple(
            move
            for before, move in zip((None, *moves), moves, strict=False)
            if move.candidate is None
            and (before is None or before.candidate is None or before.entry != move.entry)
        )

    def newest(self) -> Promotion | None:
        """The last move; None if there was none."""
        with self._database.reading() as connection:
            return self._newest(connection)

    def add(
        self,
        entry: int,
        *,
        person: str,
        why: str,
        candidate: int | None = None,
        share: float | None = None,
        publish: Callable[[Promotion], object] | None = None,
        replacing: int | EllipsisType | None = ...,
        after: int = 0,
    ) -> Promotion:
        """Put a release into service, or a candidate beside it.

        Parameters
        ----------
        entry : int
            The entry of the release in service from now on.
        person, why : str
            Who, and the reason.
        candidate : int or None, default=None
            The entry of the candidate; None: there is none from now on.
        share : float in [0, 1) or None, default=None
            Requests that the candidate answers.
        publish : callable, optional
            Called with the move before it is committed; if it raises, nothing has moved.
        replacing : int or None, optional
            Counter of the move that the person saw, None if there was none. Left out, it is moved
            whatever came in between.
        after : int, default=0
            A counter that was published and is not on the record: this move gets a higher one.

        Raises
        ------
        OutdatedAnswerError
            If somebody has moved it meanwhile.
        """
        with self._database.writing() as connection:
            newest = self._newest(connection)
            counter = newest.counter if newest else None
            if replacing is not ... and replacing != counter:
                raise OutdatedAnswerError(
                    "Another release has gone into service meanwhile.",
                    "What is in service must be known before it is changed.",
                    "Look again: 'leadline releases'.",
                )
            number = max(counter or 0, after) + 1
            made = Promotion(number, entry, person, why, utc(), candidate, share)
            self._database.insert(connection, table, vars(made))
            if publish is not None:
                publish(made)
        return made

    def _newest(self, connection: Connection) -> Promotion | None:
        query = select(table).where(self._database.mine(table)).order_by(table.c.counter.desc())
        found = connection.execute(query.limit(1)).one_or_none()
        return None if found is None else _promotion(found)


def _promotion(found: Row[Any]) -> Promotion:
    said = (found.counter, found.entry, found.person, found.why, found.at)
    return Promotion(*said, found.candidate, found.share)
