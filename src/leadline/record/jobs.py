"""The queue of jobs: rows that people asked for, and the workers that compute them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, func, select

from leadline.errors import RecordError
from leadline.phases.lifecycle import ROWS
from leadline.record.database import Database
from leadline.record.sql_types import utc
from leadline.record.tables import JobState
from leadline.record.tables import job as table

UNDER_WAY = (JobState.WAITING, JobState.RUNNING)


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
    begun_at : datetime or None, default=None
        When a worker took it, UTC; None: nobody has, or it was not yet kept.
    cancelled_by : str, default=""
        Who asked for its end; empty while nobody has.
    page : str, default=""
        Path of the page it was asked for on; empty: in a terminal.
    user_id : int or None, default=None
        Account of who asked; None where nobody had logged in.
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
    begun_at: datetime | None = None
    cancelled_by: str = ""
    page: str = ""
    user_id: int | None = None

    @property
    def is_over(self) -> bool:
        """Whether it has ended, one way or the other."""
        return self.state not in UNDER_WAY


class Jobs:
    """The queue of a project; the one part of the record whose rows change.

    Contract
    --------
    *Numbers* count up from 1 within the project, without gaps; a job is never removed.

    *States* go from waiting to running to done, failed or cancelled, and no way back. A running job
    without a sign of life becomes lost; its worker, if it lives after all, may still end it.

    *A cancelled job* that waits has ended at once. One that runs is its worker's to end: the next
    `beat` says so, and until then the job is still running.

    *Claims are exclusive.* A waiting job is given to one worker only, however many ask at once.
    Only that worker can `beat` and `finish` it, and it ends once.

    *A worker that dies* leaves its job running until `sweep` gives it up. A lost job is not run
    again by itself: somebody asks for its row anew.

    Parameters
    ----------
    database : Database
        Where the jobs are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, row: str, *, by: str, page: str = "") -> Job:
        """Ask for a row to be computed.

        Parameters
        ----------
        row : str
            What to compute.
        by : str
            Who asks.
        page : str, default=""
            Path of the page they ask on; empty: in a terminal.

        Raises
        ------
        ValueError
            If there is no such row, or only a person can answer it.
        """
        if row not in ROWS or not ROWS[row].is_computed:
            raise ValueError(f"{row!r} is no row that can be computed")
        mine = self._database.mine(table)
        with self._database.writing() as connection:
            last = connection.scalar(select(func.max(table.c.number)).where(mine))
            number, user_id = (last or 0) + 1, self._database.user_id
            job = Job(
                number, row, JobState.WAITING, by, "", utc(), None, None, "",
                page=page, user_id=user_id,
            )  # fmt: skip
            values = {name: value for name, value in vars(job).items() if name != "by"}
            values["put_by"] = by
            self._database.insert(connection, table, values)
        return job

    def claim(self, worker: str, *, number: int | None = None) -> Job | None:
        """Take the oldest waiting job, or the given one; no two workers take the same.

        Returns
        -------
        Job or None
            The job, now running; None if nothing waits.
        """
        waiting = (
            select(table.c.number)
            .where(
                self._database.mine(table),
                table.c.state == JobState.WAITING,
            )
            .order_by(table.c.number)
            .limit(1)
        )
        if number is not None:
            waiting = waiting.where(table.c.number == number)
        with self._database.reading() as connection:
            # an idle worker asks often, and should not hold up those who write
            if connection.scalar(waiting) is None:
                return None
        with self._database.writing() as connection:
            found = connection.scalar(waiting)
            if found is None:
                return None
            now = utc()
            claimed = connection.execute(
                table.update()
                .where(*self._is(found))
                .values(state=JobState.RUNNING, worker=worker, beat_at=now, begun_at=now)
                .returning(table)
            ).one()
        return job_of(claimed)

    def cancel(self, number: int, *, by: str) -> Job:
        """Ask for the end of a job; whoever asked first is kept.

        Returns
        -------
        Job
            Cancelled if it waited; still running if a worker must end it first.

        Raises
        ------
        RecordError
            If there is no such job, or it has ended.
        """
        waiting, own = table.c.state == JobState.WAITING, self._is(number)
        with self._database.writing() as connection:
            ended = {"state": JobState.CANCELLED, "cancelled_by": by, "beat_at": utc()}
            connection.execute(table.update().where(*own, waiting).values(ended))
            running = table.c.state == JobState.RUNNING, table.c.cancelled_by == ""
            connection.execute(table.update().where(*own, *running).values(cancelled_by=by))
        job = self.get(number)
        if not job.cancelled_by or job.state in (JobState.DONE, JobState.FAILED, JobState.LOST):
            raise RecordError(
                f"Job {number} is over: {job.state.value}.",
                "Only a job that waits or runs can be cancelled.",
                "Nothing is left to do.",
            )
        return job

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
            False if the job is no longer this worker's, or somebody has cancelled it: it should
            stop.

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
        with self._database.writing() as connection:
            changed = connection.execute(
                table.update()
                .where(
                    *self._is(number),
                    table.c.worker == worker,
                    table.c.state == JobState.RUNNING,
                )
                .values(news)
                .returning(table.c.cancelled_by)
            )
            return changed.scalar_one_or_none() == ""

    def finish(self, number: int, *, worker: str, state: JobState, message: str = "") -> None:
        """Put down how a job ended. A worker taken for lost may still say how it went.

        Raises
        ------
        ValueError
            If the state is not one that ends a job.
        RecordError
            If the job is not this worker's, or has ended before.
        """
        if state in UNDER_WAY:
            raise ValueError(f"{state.value!r} does not end a job")
        endable = (JobState.RUNNING, JobState.LOST)
        with self._database.writing() as connection:
            changed = connection.execute(
                table.update()
                .where(*self._is(number), table.c.worker == worker, table.c.state.in_(endable))
                .values(state=state, message=message, beat_at=utc())
            )
        if changed.rowcount != 1:
            raise RecordError(
                f"Job {number} is not running with worker {worker!r}.",
                "Only the worker that claimed a job can end it, once.",
                "Ask for the row again if its verdict is missing.",
            )

    def sweep(self, *, silent_s: float = 30.0) -> int:
        """Give up running jobs without a sign of life; return how many there were.

        Parameters
        ----------
        silent_s : float, default=30.0
            Seconds without a beat after which a job counts as lost.
        """
        with self._database.writing() as connection:
            changed = connection.execute(
                table.update()
                .where(
                    self._database.mine(table),
                    table.c.state == JobState.RUNNING,
                    table.c.beat_at < utc() - timedelta(seconds=silent_s),
                )
                .values(
                    state=JobState.LOST,
                    message=f"The worker gave no sign of life for {silent_s:g} s.",
                )
            )
            return changed.rowcount

    def get(self, number: int) -> Job:
        """One job.

        Raises
        ------
        RecordError
            If there is none of this number.
        """
        with self._database.reading() as connection:
            found = connection.execute(select(table).where(*self._is(number))).one_or_none()
        if found is None:
            raise RecordError(f"There is no job {number}.", next="See 'leadline status'.")
        return job_of(found)

    def newest(self, *, limit: int = 50) -> tuple[Job, ...]:
        """The latest jobs, the newest first."""
        query = (
            select(table)
            .where(self._database.mine(table))
            .order_by(table.c.number.desc())
            .limit(limit)
        )
        with self._database.reading() as connection:
            return tuple(job_of(found) for found in connection.execute(query))

    def _is(self, number: int) -> tuple[Any, Any]:
        return self._database.mine(table), table.c.number == number


def job_of(found: Row[Any]) -> Job:
    """The job of a row of the table."""
    return Job(
        number=found.number,
        row=found.row,
        state=found.state,
        by=found.put_by,
        worker=found.worker,
        put_at=found.put_at,
        beat_at=found.beat_at,
        share=found.share,
        message=found.message,
        begun_at=found.begun_at,
        cancelled_by=found.cancelled_by,
        page=found.page,
        user_id=found.user_id,
    )
