"""Page models of a row and of an entry: verdict, picture, history, actions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import ROWS, Badge, Row, Stage, State, stale_after
from leadline.phases.monitor import Monitor
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.without_model import CostComparison
from leadline.phases.release import Release
from leadline.phases.search import Search
from leadline.phases.target.measured_target import measured_target
from leadline.phases.target.metric_sentences import verdict_sentence
from leadline.phases.target.success_chance import SuccessChance
from leadline.phases.tuning import Tuning
from leadline.phases.vocabulary.project_words import NO_WORDS, Words
from leadline.record import Entry, Job, JobState, Record
from leadline.report.costing.cost_comparison import cost_comparison
from leadline.services.commenting.comment_lines import CommentLine, about_entry, comments_on
from leadline.services.deciding.rerun_preview import SIGNED
from leadline.services.identity.permission import require
from leadline.services.parsing import parse_row
from leadline.services.queries.history import EntryLine, lines_of_row
from leadline.services.queries.project_state import ProjectState, title_of
from leadline.services.queries.service_moves import (
    CandidateLine,
    MoveLine,
    candidate_line,
    service_moves,
)
from leadline.services.queries.success_chance_now import success_chance
from leadline.workspace import Workspace

_TELL_CHANCE = frozenset({"search", "forecast", "tuning"})


@dataclass(frozen=True)
class EntryPage:
    """One verdict, whatever its age.

    Attributes
    ----------
    row : Row
        The row of the life cycle.
    title : str
        Its heading.
    stage : Stage
        Where people see it.
    badge : Badge
        Its state.
    entry : Entry or None
        The verdict; None if there is none yet.
    picture : str
        Path of the picture; empty if the row has none.
    details : tuple of (str, str)
        Name and path of each further picture.
    stands_on : tuple of (str, int, bool)
        Row, entry number, and whether that entry is still the newest.
    is_latest : bool
        Whether no newer entry has taken its place.
    comparison : CostComparison or None
        Operating points beside what no model costs; None of rows without any.
    before : int or None
        The entry of the row that came before it; None if it is the first.
    comments : tuple of CommentLine
        What was said on it.
    words : Words
        What rows, classes and errors are called now.
    meaning : str
        What its score means, in these words; empty where it has none.
    target : str
        What was measured beside the target; empty where the verdict measures no score.
    chance : SuccessChance or None
        How likely success is, where the newest verdict of a row has a say in it; else None.
    """

    row: Row
    title: str
    stage: Stage
    badge: Badge
    entry: Entry | None
    picture: str
    details: tuple[tuple[str, str], ...]
    stands_on: tuple[tuple[str, int, bool], ...]
    is_latest: bool
    comparison: CostComparison | None
    before: int | None
    comments: tuple[CommentLine, ...]
    words: Words
    meaning: str
    target: str
    chance: SuccessChance | None


@dataclass(frozen=True)
class RowPage(EntryPage):
    """The newest verdict of a row, and what may be done about it.

    Attributes
    ----------
    history : tuple of EntryLine
        Its newest entries, newest first.
    closed : str
        Why it may not be run now; empty if it may.
    can_run : bool
        Whether a machine may be asked for it now.
    is_stale : bool
        Whether what it stood on has changed.
    job : Job or None
        Waiting or running for it.
    failed : Job or None
        The newest job of the row, if it did not end well and is newer than the verdict.
    moves : tuple of MoveLine
        Of the release: how it came about which one is in service, newest first.
    tried : CandidateLine or None
        Of the release: which one is tried beside it.
    is_signed_on : bool
        Whether people signed what would become out of date if it were run again and its answer
        changed.
    """

    history: tuple[EntryLine, ...]
    closed: str
    can_run: bool
    is_stale: bool
    job: Job | None
    failed: Job | None
    moves: tuple[MoveLine, ...] = ()
    tried: CandidateLine | None = None
    is_signed_on: bool = False


def row_page(workspace: Workspace, name: str) -> RowPage:
    """Read one row.

    Raises
    ------
    RecordError
        If the life cycle has none of that name.
    """
    require(workspace, Action.VIEW)
    row = parse_row(name)
    now = ProjectState.of(workspace.record)
    standing = now.standings[name]
    entry = workspace.record.entry(standing.number) if standing.number is not None else None
    jobs = [job for job in workspace.record.jobs.newest() if job.row == name]
    waiting = [job for job in jobs if not job.is_over]
    return RowPage(
        **_facts(workspace.record, now, row, entry),
        history=lines_of_row(workspace.record, now, name),
        closed=standing.closed,
        can_run=row.is_computed and not standing.closed and not waiting,
        is_stale=standing.state is State.STALE,
        job=waiting[0] if waiting else None,
        failed=last_failed(jobs, entry),
        moves=service_moves(workspace.record) if name == "release" else (),
        tried=candidate_line(workspace.record) if name == "release" else None,
        is_signed_on=not SIGNED.isdisjoint(
            stale_after(now.marks, [name], serving=workspace.record.gone_back_to())
        ),
    )


def entry_page(workspace: Workspace, number: int) -> EntryPage:
    """Read one entry.

    Raises
    ------
    RecordError
        If there is no such entry.
    """
    require(workspace, Action.VIEW)
    record = workspace.record
    entry = record.entry(number)
    return EntryPage(**_facts(record, ProjectState.of(record), ROWS[entry.row], entry))


def _facts(record: Record, now: ProjectState, row: Row, entry: Entry | None) -> dict[str, Any]:
    on = entry.on.items() if entry else ()
    problem = record.latest_of(Problem)
    words = problem.words if problem else NO_WORDS
    is_latest = entry is None or now.standings[row.name].number == entry.number
    return {
        "row": row,
        "title": title_of(row.name),
        "stage": row.stage,
        "badge": now.of_row(row.name),
        "entry": entry,
        "picture": picture_of(row, entry),
        "details": _details(entry),
        "stands_on": tuple((name, n, now.standings[name].number == n) for name, n in on),
        "before": max(_earlier(now, entry), default=None),
        "comments": comments_on(record, about_entry(entry.number)) if entry else (),
        "is_latest": is_latest,
        "comparison": cost_comparison(entry, record.entry) if entry else None,
        "target": _target(record, now, entry) if entry else "",
        "chance": success_chance(record, now) if is_latest and row.name in _TELL_CHANCE else None,
        "words": words,
        "meaning": verdict_sentence(entry.verdict, words) if entry else "",
    }


def _earlier(now: ProjectState, entry: Entry | None) -> list[int]:
    """The entries of a row before one of it."""
    if entry is None:
        return []
    return [one.number for one in now.marks if one.row == entry.row and one.number < entry.number]


def _target(record: Record, now: ProjectState, entry: Entry) -> str:
    """What was measured beside the target: that of today, or that an old entry stood on."""
    if isinstance(entry.verdict, Release):
        return entry.verdict.target.words if entry.verdict.target else ""
    if not isinstance(entry.verdict, Tuning | Monitor):
        return ""
    is_latest = now.standings[entry.row].number == entry.number
    stated = now.standings["problem"].number if is_latest else entry.on["problem"]
    tuning = entry if entry.row == "tuning" else record.entry(entry.on["tuning"])
    if stated is None:
        return ""
    check = measured_target(
        record.entry(stated).verdict_as(Problem).target_score,
        tuning.verdict_as(Tuning),
        monitor=entry.verdict if isinstance(entry.verdict, Monitor) else None,
    )
    return check.words if check else ""


def picture_of(row: Row, entry: Entry | None) -> str:
    """Path of the picture of an entry; empty if it has none."""
    if entry is None or not row.is_drawn(entry.verdict):
        return ""
    # browsers keep pictures for good, and another project may once answer at the same address
    return f"/entries/{entry.number}/picture.svg?at={entry.at.timestamp()}"


def _details(entry: Entry | None) -> tuple[tuple[str, str], ...]:
    names: tuple[str, ...] = ()
    if entry is not None and isinstance(entry.verdict, Search):
        importance = ("importance",) if entry.verdict.importance else ()
        names = (*importance, *(("architecture", "epochs") if entry.verdict.network else ()))
    elif entry is not None and isinstance(entry.verdict, Forecast) and entry.verdict.checks:
        names = ("verification",)
    if entry is None:
        return ()
    path, at = f"/entries/{entry.number}/picture", entry.at.timestamp()
    return tuple((name, f"{path}/{name}.svg?at={at}") for name in names)


def last_failed(jobs: list[Job], entry: Entry | None) -> Job | None:
    """The newest job of a row, if it ended without a verdict and no newer one stands."""
    if not jobs or jobs[0].state not in (JobState.FAILED, JobState.LOST, JobState.CANCELLED):
        return None
    ended = jobs[0].beat_at or jobs[0].put_at
    return None if entry and entry.at > ended else jobs[0]
