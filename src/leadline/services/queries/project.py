"""Page model of the whole project: state, cost, chance of success, next step."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.data import Data
from leadline.phases.lifecycle import Badge, Stage, rows_of
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.project_accounts.ledger import Ledger
from leadline.phases.target.measured_target import target_now
from leadline.phases.target.success_chance import SuccessChance, without_chance
from leadline.phases.verdict import Verdict
from leadline.record import Entry, Job, Record
from leadline.record.sql_types import utc
from leadline.services.accounting import project_ledger
from leadline.services.commenting.comment_lines import CommentLine, newest_comments
from leadline.services.delegation.machine_training import training_words
from leadline.services.identity.permission import require
from leadline.services.job_progress import JobProgress, job_progress
from leadline.services.queries.next_steps import Act, Step, steps
from leadline.services.queries.project_state import ProjectState, RowSummary
from leadline.services.queries.row import last_failed
from leadline.services.queries.success_chance_now import success_chance
from leadline.workspace import Workspace

# what the record holds as the file says it
_SAID = (
    *(
        "question",
        "label",
        "unit",
        "target_score",
        "cost_miss",
        "cost_false_alarm",
        "currency",
        "budget",
    ),
    *("time_box_s", "owner", "deputy", "today_misses", "today_false_alarms"),
)
_MOST_NAMED = 4


@dataclass(frozen=True)
class StageSummary:
    """A stage: its state, and its last verdict in one sentence."""

    stage: Stage
    badge: Badge
    sentence: str
    rows: tuple[RowSummary, ...]


@dataclass(frozen=True)
class ProjectPage:
    """State of the whole project, as a manager wants to see it.

    `whereabouts` says where it is and why, if people stopped it or sent it back; else it is empty.
    `machines` says which rows of those that models learn from only machines labelled; `unread`,
    what ``leadline.toml`` says of the problem and the record does not know yet; `without_chance`,
    why there is no chance of success; `failed`, the last attempt at what is next, if it came to
    nothing.
    """

    name: str
    question: str
    sentence: str
    stages: tuple[StageSummary, ...]
    costs: Ledger
    target: str
    chance: SuccessChance | None
    next: Step
    also: tuple[Step, ...]
    jobs: tuple[JobProgress, ...]
    n_entries: int
    latest: Entry | None
    whereabouts: str = ""
    comments: tuple[CommentLine, ...] = ()
    machines: str = ""
    unread: str = ""
    without_chance: str = ""
    failed: Job | None = None


def project_page(workspace: Workspace) -> ProjectPage:
    """Read the state of the whole project."""
    require(workspace, Action.VIEW)
    record = workspace.record
    now = ProjectState.of(record)
    verdicts = _Verdicts(record, now)
    problem = verdicts.of("problem")
    jobs = record.activity.jobs_under_way()
    first, *others = steps(now, jobs)
    stated = workspace.settings.problem
    newest = max(now.latest.values(), key=lambda mark: mark.number, default=None)
    return ProjectPage(
        name=workspace.settings.name,
        question=problem.question if isinstance(problem, Problem) else stated.question,
        sentence=problem.summary if problem else "",
        stages=tuple(_stage_summary(stage, now, verdicts) for stage in Stage),
        costs=project_ledger(workspace),
        target=_target(now, verdicts),
        chance=success_chance(record, now),
        next=first,
        also=tuple(others),
        jobs=tuple(job_progress(record, job, utc()) for job in jobs),
        n_entries=len(now.marks),
        latest=verdicts.entry(newest.row) if newest else None,
        whereabouts=now.whereabouts,
        comments=newest_comments(record),
        machines=training_words(workspace, record.latest_of(Data)),
        failed=_failed(record, first, verdicts),
        without_chance=without_chance(now.standings),
        unread=unread_settings(workspace),
    )


def _failed(record: Record, step: Step, verdicts: _Verdicts) -> Job | None:
    if step.act is not Act.RUN:
        return None
    jobs = [job for job in record.jobs.newest() if job.row == step.row]
    return last_failed(jobs, verdicts.entry(step.row))


def unread_settings(workspace: Workspace) -> str:
    """What was written into ``leadline.toml`` since the problem was put on the record, or ""."""
    held = workspace.record.latest_of(Problem)
    if held is None:
        return ""
    settings = workspace.settings
    stated = settings.problem
    changed = [key for key in _SAID if getattr(stated, key) != getattr(held, key)]
    changed += ["scoring"] if stated.scoring and stated.scoring != held.scoring else []
    changed += ["[ethics]"] if settings.ethics.checklist != held.ethics else []
    if not changed:
        return ""
    named = ", ".join(changed[:_MOST_NAMED]) + (", ..." if len(changed) > _MOST_NAMED else "")
    return (
        f"leadline.toml says something else of {named} than the verdicts stand on: "
        "'leadline run define' takes it up."
    )


class _Verdicts:
    """The newest verdict of each row, each decoded once at most."""

    def __init__(self, record: Record, now: ProjectState) -> None:
        self._record, self._now = record, now
        self._read: dict[str, Entry] = {}

    def entry(self, row: str) -> Entry | None:
        if row not in self._now.latest:
            return None
        if row not in self._read:
            self._read[row] = self._record.entry(self._now.latest[row].number)
        return self._read[row]

    def of(self, row: str) -> Verdict | None:
        entry = self.entry(row)
        return entry.verdict if entry else None


def _stage_summary(stage: Stage, now: ProjectState, verdicts: _Verdicts) -> StageSummary:
    rows = rows_of(stage)
    last = next((row.name for row in reversed(rows) if row.name in now.latest), None)
    verdict = verdicts.of(last) if last else None
    return StageSummary(
        stage,
        now.of_stage(stage),
        verdict.summary if verdict else "",
        tuple(now.summary_of(row) for row in rows),
    )


def _target(now: ProjectState, verdicts: _Verdicts) -> str:
    """The score that was measured beside the target; empty before one is."""
    found = {row: verdicts.of(row) for row in ("problem", "tuning", "review", "monitor")}
    known = {row: verdict for row, verdict in found.items() if verdict is not None}
    check = target_now(known, now.standings)
    return check.words if check else ""
