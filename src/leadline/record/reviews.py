"""Reviews of the real stream: rows drawn, judgments of them, and what a miss is worth to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from leadline.errors import RecordError
from leadline.record import tables
from leadline.record.append_only import (
    columns_of_answer,
    counts,
    latest,
    rows_of,
    withdraw_newest,
)
from leadline.record.artifacts import Artifact
from leadline.record.database import Database
from leadline.record.sql_types import utc
from leadline.record.tables import DrawReason


@dataclass(frozen=True)
class Judgment:
    """What a person says of a row of the real stream.

    Attributes
    ----------
    tuning : int
        Number of the entry whose operating points are tried.
    row : int
        Row of the stream.
    reviewer : str
        Who says so.
    is_positive : bool or None
        Whether it is a hit; of a number whose prediction was shown, whether that is near enough.
        None: unsure, or the answer is a value.
    seconds : float >= 0
        How long it took.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    value : str or None, default=None
        The class or the number that it is, as the record spells it.
    """

    tuning: int
    row: int
    reviewer: str
    is_positive: bool | None
    seconds: float
    at: datetime | None = None
    value: str | None = None

    @property
    def is_answer(self) -> bool:
        """Whether it says what the row is."""
        return self.is_positive is not None or self.value is not None


@dataclass(frozen=True)
class CostOpinion:
    """What a stakeholder says a miss is worth.

    Attributes
    ----------
    tuning : int
        Number of the entry whose operating points are compared.
    person : str
        Who says so.
    ratio : float > 0
        How many false alarms are as bad as one miss.
    why : str
        The reason; may be empty.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    """

    tuning: int
    person: str
    ratio: float
    why: str
    at: datetime | None = None


@dataclass(frozen=True)
class Draw:
    """All rows of a stream drawn for judging so far, once further ones were drawn.

    Attributes
    ----------
    tuning : int
        Number of the entry that drew the first ones.
    reason : DrawReason
        Why further ones were drawn, or none.
    sample, sample_rows, sample_scores : str
        Digests of the row numbers, of their features and of their scores: the tuning's verdict has
        fields of the same names.
    n_sample : int
        Rows drawn so far.
    by : str
        Who gave the answer after which they were drawn, or who asked.
    at : datetime or None, default=None
        When, with a time zone; None: now.
    """

    tuning: int
    reason: DrawReason
    sample: str
    sample_rows: str
    sample_scores: str
    n_sample: int
    by: str
    at: datetime | None = None


class Reviews:
    """What people say of the real stream and of the costs of errors, tuning by tuning.

    Contract
    --------
    *Append-only.* Whoever answers twice is counted once, with the later answer; the earlier one
    stays. An undo is a row that withdraws one, and brings back the answer before it. Opinions are
    never withdrawn.

    *Atomic.* Each method that writes is one transaction: the tuning it is about is looked up in the
    transaction that adds the row.

    *One draw after the other.* A draw names how many were there when its rows were chosen. If
    another came in between it is not kept, so that all reviewers judge the same rows.

    *Concurrent writers* may answer at once; answers are ordered by when they were committed. Each
    judgment can be withdrawn once, by its own reviewer.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

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
        with self._database.writing() as connection:
            self._require_tuning(connection, judgment.tuning, "A judgment")
            self._database.insert(connection, tables.judgment, values)

    def judgments(self, tuning: int) -> tuple[Judgment, ...]:
        """The judgments that count: each reviewer's latest on each row, in the order they came."""
        table = tables.judgment
        found = rows_of(self._database, table, table.c.tuning == tuning, counts(table))
        newest = latest(((row.row, row.reviewer), row) for row in found)
        return tuple(
            Judgment(r.tuning, r.row, r.reviewer, r.is_positive, r.seconds, r.at, r.value)
            for r in newest
        )

    def undo_judgment(self, tuning: int, reviewer: str) -> int | None:
        """Withdraw a reviewer's newest judgment; return its row, or None if there is none."""
        table = tables.judgment
        which = table.c.tuning == tuning, table.c.reviewer == reviewer
        with self._database.writing() as connection:
            undone = withdraw_newest(self._database, connection, table, *which)
        return None if undone is None else int(undone.row)

    def add_draw(self, draw: Draw, *, after: int, artifacts: Sequence[Artifact] = ()) -> bool:
        """Keep that further rows were drawn; return False if another draw came in between.

        Parameters
        ----------
        draw : Draw
            What was drawn.
        after : int
            Draws of the tuning that were there when its rows were chosen.
        artifacts : sequence of Artifact
            What was stored along with it; listed as the tuning's.

        Raises
        ------
        ValueError
            If the time has no zone.
        RecordError
            If `tuning` is no entry of row 'tuning'.
        """
        values = vars(draw) | {"place": after + 1, "made_by": draw.by, "made_at": utc(draw.at)}
        del values["by"], values["at"]
        with self._database.writing() as connection:
            self._require_tuning(connection, draw.tuning, "A draw")
            if len(self._draws(connection, draw.tuning)) != after:
                return False
            self._database.insert(connection, tables.draw, values)
            listed = tables.artifact.c
            known = connection.scalars(
                select(listed.digest).where(
                    self._database.mine(tables.artifact), listed.entry == draw.tuning
                )
            ).all()
            for one in {each.digest: each for each in artifacts}.values():
                if one.digest not in known:
                    values = {"entry": draw.tuning, **vars(one)}
                    self._database.insert(connection, tables.artifact, values)
        return True

    def draws(self, tuning: int) -> tuple[Draw, ...]:
        """Every draw after the tuning's own, the oldest first."""
        with self._database.reading() as connection:
            return self._draws(connection, tuning)

    def _draws(self, connection: Connection, tuning: int) -> tuple[Draw, ...]:
        table = tables.draw
        query = select(table).where(self._database.mine(table), table.c.tuning == tuning)
        return tuple(
            Draw(
                tuning=r.tuning,
                reason=r.reason,
                sample=r.sample,
                sample_rows=r.sample_rows,
                sample_scores=r.sample_scores,
                n_sample=r.n_sample,
                by=r.made_by,
                at=r.made_at,
            )
            for r in connection.execute(query.order_by(table.c.place))
        )

    def add_opinion(self, opinion: CostOpinion) -> None:
        """Keep what a stakeholder says a miss is worth.

        Raises
        ------
        ValueError
            If the ratio is not a finite number above 0, or the time has no zone.
        RecordError
            If `tuning` is no entry of row 'tuning'.
        """
        if not 0 < opinion.ratio < float("inf"):
            raise ValueError(f"ratio must be finite and above 0; got {opinion.ratio}")
        values = vars(opinion) | {"at": utc(opinion.at)}
        with self._database.writing() as connection:
            self._require_tuning(connection, opinion.tuning, "An opinion")
            self._database.insert(connection, tables.opinion, values)

    def opinions(self, tuning: int) -> tuple[CostOpinion, ...]:
        """The latest opinion of each person, in the order they came."""
        table = tables.opinion
        found = rows_of(self._database, table, table.c.tuning == tuning)
        newest = latest((row.person, row) for row in found)
        return tuple(CostOpinion(r.tuning, r.person, r.ratio, r.why, r.at) for r in newest)

    def _require_tuning(self, connection: Connection, number: int, what: str) -> None:
        columns = tables.entry.c
        mine = self._database.mine(tables.entry)
        row = connection.scalar(select(columns.row).where(mine, columns.number == number))
        if row != "tuning":
            found = f"Entry {number} is of {row!r}." if row else f"There is no entry {number}."
            raise RecordError(
                found,
                f"{what} is about the operating points of an entry of 'tuning'.",
                "Reload the page and look again.",
            )
