"""Progress of a job: how long it has run, how long it will, and what that rests on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadline.phases.number_format import duration
from leadline.phases.wording import plural
from leadline.record import Job, JobState, Record

_LEAST_SHARE, _LEAST_S = 0.05, 5.0  # before, what is done says nothing of what is left


@dataclass(frozen=True)
class JobProgress:
    """A job with the time it takes, in words.

    Attributes
    ----------
    job : Job
        As its worker last reported.
    words : str
        How long it has run and will; empty once it is over.
    """

    job: Job
    words: str


def job_progress(record: Record, job: Job, now: datetime) -> JobProgress:
    """Say how long a job has run and will.

    Parameters
    ----------
    record : Record
        With the earlier jobs of its row.
    job : Job
        Of that record.
    now : datetime
        The moment it is.
    """
    if job.is_over:
        return JobProgress(job, "")
    past = record.activity.ended_runs(job.row)
    if job.state is JobState.WAITING or job.begun_at is None:
        waited = duration(max((now - job.put_at).total_seconds(), 0.0))
        return JobProgress(job, f"Waiting for {waited}. {past_words(past)}")
    ran_s = max((now - job.begun_at).total_seconds(), 0.0)
    return JobProgress(job, f"Running for {duration(ran_s)}. {left_words(ran_s, job.share, past)}")


def left_words(ran_s: float, share: float | None, past: Sequence[float]) -> str:
    """Return how long it will still run, and what that rests on.

    Parameters
    ----------
    ran_s : float >= 0
        Seconds so far.
    share : float in [0, 1] or None
        How much of it is done; None if not known.
    past : sequence of float
        Seconds of earlier runs, the newest first.

    Examples
    --------
    >>> left_words(60.0, 0.25, [])
    'About 3 minutes left, if it goes on as so far.'
    >>> left_words(20.0, None, [100.0, 40.0])
    'The last 2 runs took 40 seconds to 2 minutes.'
    """
    if share is not None and share >= _LEAST_SHARE and ran_s >= _LEAST_S:
        left_s = ran_s * (1 - share) / share
        return f"About {duration(left_s)} left, if it goes on as so far."
    if past and ran_s > max(past):
        return f"That is longer than any of the last {plural(len(past), 'run')}."
    return past_words(past)


def past_words(past: Sequence[float]) -> str:
    """Return how long earlier runs took."""
    if not past:
        return "How long it takes is not known: none has ended here yet."
    low, high = duration(min(past)), duration(max(past))
    if len(past) == 1 or low == high:
        runs = "run" if len(past) == 1 else f"{len(past)} runs"
        return f"The last {runs} took {high}."
    unit = high.split(" ")[-1]
    low = low.removesuffix(f" {unit}")
    return f"The last {len(past)} runs took {low} to {high}."
