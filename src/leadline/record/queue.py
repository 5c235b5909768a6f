"""The queue: rows that people asked for, and the workers that compute them.

A worker shows that it is alive by beating. One that falls silent has lost its job, and the row
can be asked for again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Row, func, select

from leadline.errors import RecordError
from leadline.phases.lifecycle import ROWS
from leadline.record.opening import Store
from leadline.record.tables import job as table
from leadline.record.tables import utc


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


@dataclass(frozen=True)
class Job:
    """A request to compute a row.

    Attributes
    ----------
    number : int
        Counts up within the project.
    row : str
        What is to be computed.
    state : JobState
        How far it is.
    by : str
        Who asked.
    worker : str
        Who computes it; empty while nobody does.
    put_at : datetime
        When it was asked for, UTC.
    beat_at : datetime or None
        Last sign of life, UTC.
    share : float in [0, 1] or None
        How much of it is done; None if not known.
    message : str
        What it is doing, or why it failed.
    """

    number: int
    row: str
    state: JobState
    by: str
    worker: str
    put_at: datetime
    beat_at: datetime | None
    share: float | None
    message: str


class Queue:
    """The part of the record that holds jobs."""

    _store: Store

    def put_job(self, row: str, *, by: str) -> Job:
        """Ask for a row to be computed.

        Raises
        ------
        ValueError
            If there is no such row, or only a person can answer it.
        """
        if row not in ROWS or not ROWS[row].is_computed:
            raise ValueError(f"{row!r} is no row that can be computed")
        mine = table.c.project_id == self._store.project_id
        with self._store.writing() as connection:
            last = connection.scalar(select(func.max(table.c.number)).where(mine))
            job = Job((last or 0) + 1, row, JobState.WAITING, by, "", utc(), None, None, "")
            values = {name: value for name, value in vars(job).items() if name != "by"}
            values |= {"put_by": by, "state": job.state.value}
            connection.execute(table.insert().values(project_id=self._store.project_id, **values))
        return job

    def claim_job(self, worker: str, *, number: int | None = None) -> Job | None:
        """Take the oldest waiting job, or the given one; no two workers take the same.

        Returns
        -------
        Job or None
            The job, now running; None if nothing waits.
        """
        waiting = (
            select(table.c.number)
            .where(
                table.c.project_id == self._store.project_id,
                table.c.state == JobState.WAITING.value,
            )
            .order_by(table.c.number)
            .limit(1)
        )
        if number is not None:
            waiting = waiting.where(table.c.number == number)
        with self._store.reading() as connection:
            # an idle worker asks often, and should not hold up those who write
            if connection.scalar(waiting) is None:
                return None
        with self._store.writing() as connection:
            found = connection.scalar(waiting)
            if found is None:
                return None
            claimed = connection.execute(
                table.update()
                .where(*self._is(found))
                .values(state=JobState.RUNNING.value, worker=worker, beat_at=utc())
                .returning(table)
            ).one()
        return _job(claimed)

    def beat(
        self, number: int, *, worker: str, message: str = "", share: float | None = None
    ) -> bool:
        """Show that a job is alive, and how far it is.

        Parameters
        ----------
        number : int
            The job.
        worker : str
            Who computes it.
        message : str, default=""
            What it is doing; empty leaves what was said before.
        share : float in [0, 1] or None, default=None
            How much is done; None leaves what was said before.

        Returns
        -------
        bool
            False if the job is no longer this worker's: it should stop.

        Raises
        ------
        ValueError
            If the share is not in [0, 1].
        """
        if share is not None and not (math.isfinite(share) and 0 <= share <= 1):
            raise ValueError(f"share must lie in [0, 1]; got {share}")
        news: dict[str, Any] = {"beat_at": utc()}
        news |= {"message": message} if message else {}
        news |= {} if share is None else {"share": float(share)}
        with self._store.writing() as connection:
            changed = connection.execute(
                table.update()
                .where(
                    *self._is(number),
                    table.c.worker == worker,
                    table.c.state == JobState.RUNNING.value,
                )
                .values(news)
            )
            return changed.rowcount == 1

    def finish_job(self, number: int, *, worker: str, state: JobState, message: str = "") -> None:
        """Put down how a job ended. A worker taken for lost may still say how it went.

        Raises
        ------
        ValueError
            If the state is not one that ends a job.
        RecordError
            If the job is not this worker's, or has ended before.
        """
        if state in (JobState.WAITING, JobState.RUNNING):
            raise ValueError(f"{state.value!r} does not end a job")
        endable = (JobState.RUNNING.value, JobState.LOST.value)
        with self._store.writing() as connection:
            changed = connection.execute(
                table.update()
                .where(*self._is(number), table.c.worker == worker, table.c.state.in_(endable))
                .values(state=state.value, message=message, beat_at=utc())
            )
        if changed.rowcount != 1:
            raise RecordError(
                f"Job {number} is not running with worker {worker!r}.",
                "Only the worker that claimed a job can end it, once.",
                "Ask for the row again if its verdict is missing.",
            )

    def sweep_jobs(self, *, silent_s: float = 30.0) -> int:
        """Give up running jobs without a sign of life; return how many there were.

        Parameters
        ----------
        silent_s : float, default=30.0
            Seconds without a beat after which a job counts as lost.
        """
        with self._store.writing() as connection:
            changed = connection.execute(
                table.update()
                .where(
                    table.c.project_id == self._store.project_id,
                    table.c.state == JobState.RUNNING.value,
                    table.c.beat_at < utc() - timedelta(seconds=silent_s),
                )
                .values(
                    state=JobState.LOST.value,
                    message=f"The worker gave no sign of life for {silent_s:g} s.",
                )
            )
            return changed.rowcount

    def job(self, number: int) -> Job:
        """One job.

        Raises
        ------
        RecordError
            If there is none of this number.
        """
        with self._store.reading() as connection:
            found = connection.execute(select(table).where(*self._is(number))).one_or_none()
        if found is None:
            raise RecordError(f"There is no job {number}.", next="See 'leadline status'.")
        return _job(found)

    def jobs(self, *, limit: int = 50) -> tuple[Job, ...]:
        """The latest jobs, the newest first."""
        query = (
            select(table)
            .where(table.c.project_id == self._store.project_id)
            .order_by(table.c.number.desc())
            .limit(limit)
        )
        with self._store.reading() as connection:
            return tuple(_job(found) for found in connection.execute(query))

    def _is(self, number: int) -> tuple[Any, Any]:
        return table.c.project_id == self._store.project_id, table.c.number == number


def _job(found: Row[Any]) -> Job:
    return Job(
        number=found.number,
        row=found.row,
        state=JobState(found.state),
        by=found.put_by,
        worker=found.worker,
        put_at=found.put_at,
        beat_at=found.beat_at,
        share=found.share,
        message=found.message,
    )
