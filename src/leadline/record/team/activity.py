"""Activity: what was done on a project and when, a light row each; no verdict is decoded."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ColumnElement, Date, cast, func, select, type_coerce

from leadline.phases.project_accounts.timeline import Event
from leadline.record.append_only import counts
from leadline.record.database import Database
from leadline.record.jobs import UNDER_WAY, Job, job_of
from leadline.record.monitoring.monitoring_tables import block_label
from leadline.record.tables import JobState, adjudication, entry, job, judgment, label

_TIMED = ("search", "curve")  # their verdicts say what machine time they took
_NUMBERS = ("budget", "p_now", "p_affordable", "test_score", "target_score")


class AnswerKind(StrEnum):
    """What a person answered."""

    VOTE = "vote"
    ADJUDICATION = "adjudication"
    JUDGMENT = "judgment"
    BLOCK_LABEL = "block label"  # of a row of a block in service


@dataclass(frozen=True)
class DayOfAnswers:
    """What people answered on one day.

    Attributes
    ----------
    kind : AnswerKind
        What was asked.
    day : date
        UTC.
    n : int
        Answers that count: neither withdrawn nor a skip.
    seconds : float
        Time of all answers of the day, those withdrawn and skipped among them.
    price : int
        Millionths of the currency, of those that count and have a price of their own.
    n_unpriced : int
        Votes that count and have none: they cost what a vote costs today.
    """

    kind: AnswerKind
    day: date
    n: int
    seconds: float
    price: int = 0
    n_unpriced: int = 0


@dataclass(frozen=True)
class MachineRun:
    """Machine time that one verdict or one job took.

    Attributes
    ----------
    row : str
        What was computed.
    at : datetime
        When it ended, UTC.
    seconds : float
        How long it took.
    cost : float or None
        Money, where the verdict fixed it; None: at today's price.
    time_box_s : float or None
        Seconds granted; None where there is no such limit.
    """

    row: str
    at: datetime
    seconds: float
    cost: float | None = None
    time_box_s: float | None = None


@dataclass(frozen=True)
class EntryMoment(Event):
    """An entry without its verdict, but for the numbers that accounts are made of.

    Attributes
    ----------
    budget : float or None
        Of a problem, the money granted; None of all others.
    p_now, p_affordable : float in [0, 1] or None
        Of a forecast, the chances with the rows there are and with those the budget buys.
    test_score : float or None
        Of a tuning, on the test set.
    target_score : float or None
        Of a problem and a forecast.
    scoring : str or None
        The metric of scores.
    """

    budget: float | None = None
    p_now: float | None = None
    p_affordable: float | None = None
    test_score: float | None = None
    target_score: float | None = None
    scoring: str | None = None


class Activity:
    """What was done on a project; it only reads.

    Parameters
    ----------
    database : Database
        Where the record is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def answers(self) -> tuple[DayOfAnswers, ...]:
        """What people answered, a row for each kind and day, by kind and day."""
        return (
            *self._answers(AnswerKind.VOTE, label, is_skip=label.c.is_skip, price=label.c.price),
            *self._answers(AnswerKind.ADJUDICATION, adjudication),
            *self._answers(AnswerKind.JUDGMENT, judgment),
            *self._answers(AnswerKind.BLOCK_LABEL, block_label),
        )

    def machine_runs(self) -> tuple[MachineRun, ...]:
        """What machines did, the oldest first, whether or not it was superseded or failed.

        Of searches and curves their verdicts say what time they took; of all others, and of those
        that came to no verdict, the job does. A job that has not ended is left out.
        """
        query = select(
            entry.c.row,
            entry.c.made_at,
            self._number("spent_s").label("seconds"),
            self._number("cost").label("cost"),
            self._number("time_box_s").label("time_box_s"),
        ).where(self._database.mine(entry), entry.c.row.in_(_TIMED))
        with self._database.reading() as connection:
            told = [MachineRun(*found) for found in connection.execute(query)]
        told += [
            MachineRun(each.row, each.beat_at, (each.beat_at - each.begun_at).total_seconds())
            for each in self._jobs(job.c.begun_at.is_not(None))
            if each.beat_at and each.begun_at and each.is_over and not _is_told(each)
        ]
        return tuple(sorted(told, key=lambda run: run.at))

    def n_untimed_jobs(self) -> int:
        """Jobs that ended and whose machine time nobody knows: it was not kept at first."""
        old = self._jobs(job.c.begun_at.is_(None), job.c.worker != "")
        return sum(each.is_over and not _is_told(each) for each in old)

    def jobs_under_way(self) -> tuple[Job, ...]:
        """Jobs that wait or run, the oldest first."""
        return self._jobs(job.c.state.in_(UNDER_WAY))

    def ended_runs(self, row: str, *, limit: int = 20) -> tuple[float, ...]:
        """Seconds that the newest jobs of a row took from begin to verdict, the newest first."""
        done = (job.c.row == row, job.c.state == JobState.DONE, job.c.begun_at.is_not(None))
        return tuple(
            (each.beat_at - each.begun_at).total_seconds()
            for each in self._jobs(*done)[: -limit - 1 : -1]
            if each.beat_at and each.begun_at
        )

    def job_waits(self) -> tuple[Job, ...]:
        """Jobs of which it is known when they were begun, the oldest first."""
        return self._jobs(job.c.begun_at.is_not(None))

    def entries(self) -> tuple[EntryMoment, ...]:
        """Every entry, the oldest first."""
        columns = entry.c
        query = (
            select(
                columns.number,
                columns.row,
                columns.made_by,
                columns.made_at,
                columns.stands_on,
                self._text("scoring").label("scoring"),
                *(self._number(name).label(name) for name in _NUMBERS),
            )
            .where(self._database.mine(entry))
            .order_by(columns.number)
        )
        with self._database.reading() as connection:
            return tuple(
                EntryMoment(
                    number=found.number,
                    row=found.row,
                    by=found.made_by,
                    at=found.made_at,
                    scoring=found.scoring,
                    on=json.loads(found.stands_on),
                    **{name: getattr(found, name) for name in _NUMBERS},
                )
                for found in connection.execute(query)
            )

    def _answers(
        self,
        kind: AnswerKind,
        table: Any,
        *,
        is_skip: ColumnElement[bool] | None = None,
        price: Any = None,
    ) -> tuple[DayOfAnswers, ...]:
        day = self._day(table.c.at).label("day")
        is_answer = counts(table) if is_skip is None else counts(table) & ~is_skip
        columns = [func.count().filter(is_answer), func.sum(table.c.seconds)]
        if price is not None:
            columns.append(func.coalesce(func.sum(price).filter(is_answer), 0))
            columns.append(func.count().filter(is_answer & price.is_(None)))
        own = self._database.mine(table), table.c.withdraws.is_(None)
        query = select(day, *columns).where(*own).group_by(day).order_by(day)
        with self._database.reading() as connection:
            return tuple(
                DayOfAnswers(kind, _as_date(at), int(n), float(seconds), *map(int, money))
                for at, n, seconds, *money in connection.execute(query)
            )

    def _jobs(self, *conditions: ColumnElement[bool]) -> tuple[Job, ...]:
        query = select(job).where(self._database.mine(job), *conditions)
        with self._database.reading() as connection:
            return tuple(
                job_of(found) for found in connection.execute(query.order_by(job.c.number))
            )

    def _day(self, column: Any) -> Any:
        """The day of a moment; PostgreSQL would take it in the zone of the session."""
        if self._is_sqlite:
            return func.date(column)
        return cast(func.timezone("UTC", column), Date)

    def _number(self, name: str) -> Any:
        """A number of a verdict, read where it lies; NULL where the verdict has none."""
        return self._body[name].as_float()

    def _text(self, name: str) -> Any:
        """A word of a verdict; NULL where it has none."""
        return self._body[name].as_string()

    @property
    def _body(self) -> Any:
        return type_coerce(entry.c.body, JSON) if self._is_sqlite else cast(entry.c.body, JSON)

    @property
    def _is_sqlite(self) -> bool:
        return self._database.engine.dialect.name == "sqlite"


def _is_told(its: Job) -> bool:
    """Whether a verdict says what a job took."""
    return its.row in _TIMED and its.state is JobState.DONE


def _as_date(day: date | str) -> date:
    return day if isinstance(day, date) else date.fromisoformat(day)
