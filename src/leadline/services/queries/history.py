"""Page models of the history of entries, and of a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from leadline.phases.decision import Decision
from leadline.phases.lifecycle import ROWS, Badge, State
from leadline.phases.permissions import Action
from leadline.phases.review import Review
from leadline.phases.verdict import Verdict
from leadline.record import Job, JobState, Record
from leadline.record.sql_types import utc
from leadline.services.identity.permission import require
from leadline.services.job_progress import job_progress
from leadline.services.queries.project_state import ProjectState, title_of
from leadline.workspace import Workspace

N_A_PAGE = 50
_FRESH = timedelta(seconds=20)
_MOST_OF_A_ROW = 20


@dataclass(frozen=True)
class EntryLine:
    """One entry in a list.

    Attributes
    ----------
    number : int
        Of the entry.
    row, title, stage : str
        The row by name and as a heading, and its stage.
    by : str
        Who.
    at : datetime
        When, UTC.
    badge : Badge
        The answer.
    summary : str
        What.
    why : str
        The reason a person gave; empty where a machine judged.
    is_current : bool
        Whether it stands today.
    """

    number: int
    row: str
    title: str
    stage: str
    by: str
    at: datetime
    badge: Badge
    summary: str
    why: str
    is_current: bool


@dataclass(frozen=True)
class HistoryPage:
    """Some of the entries, newest first."""

    lines: tuple[EntryLine, ...]
    page: int
    n_pages: int
    n_entries: int


@dataclass(frozen=True)
class JobPage:
    """Progress of a job.

    Attributes
    ----------
    job : Job
        As the worker last reported.
    is_over : bool
        Whether it has ended, one way or the other.
    entry : int or None
        The newest entry of its row, once it is done.
    words : str
        How long it has run, and how long it will; empty once it is over.
    back : str
        Path of the page to come back to.
    is_fresh : bool
        Whether it ended moments ago, so that who waited is brought back.
    """

    job: Job
    is_over: bool
    entry: int | None
    words: str
    back: str
    is_fresh: bool


def history_page(workspace: Workspace, page: int = 1) -> HistoryPage:
    """Read one page of the history; pages beyond the ends become the nearest."""
    require(workspace, Action.VIEW)
    now = ProjectState.of(workspace.record)
    n_pages = max(1, -(-len(now.marks) // N_A_PAGE))
    page = min(max(page, 1), n_pages)
    newest_first = [mark.number for mark in reversed(now.marks)]
    shown = newest_first[(page - 1) * N_A_PAGE : page * N_A_PAGE]
    lines = tuple(line_of(workspace.record, now, number) for number in shown)
    return HistoryPage(lines, page, n_pages, len(now.marks))


def job_page(workspace: Workspace, number: int) -> JobPage:
    """Read the progress of a job.

    Raises
    ------
    RecordError
        If there is no such job.
    """
    require(workspace, Action.VIEW)
    job = workspace.record.jobs.get(number)
    now = utc()
    entry = None
    if job.state is JobState.DONE:
        entry = workspace.record.standing()[job.row].number
    return JobPage(
        job,
        is_over=job.is_over,
        entry=entry,
        words=job_progress(workspace.record, job, now).words,
        back=job.page or f"/rows/{job.row}",
        is_fresh=job.beat_at is not None and now - job.beat_at < _FRESH,
    )


def lines_of_row(record: Record, now: ProjectState, row: str) -> tuple[EntryLine, ...]:
    """Return the newest entries of one row, newest first, twenty at most."""
    numbers = [mark.number for mark in now.marks if mark.row == row]
    return tuple(line_of(record, now, number) for number in reversed(numbers[-_MOST_OF_A_ROW:]))


def line_of(record: Record, now: ProjectState, number: int) -> EntryLine:
    """Return one entry as a list shows it."""
    entry = record.entry(number)
    standing = now.standings[entry.row]
    is_latest = standing.number == number
    return EntryLine(
        number=number,
        row=entry.row,
        title=title_of(entry.row),
        stage=ROWS[entry.row].stage.value,
        by=entry.by,
        at=entry.at,
        badge=Badge(entry.verdict.badge, entry.verdict.answer.value),
        summary=entry.verdict.summary,
        why=_why(entry.verdict),
        is_current=is_latest and standing.state is State.CURRENT,
    )


def _why(verdict: Verdict) -> str:
    return verdict.why if isinstance(verdict, Decision | Review) else ""
