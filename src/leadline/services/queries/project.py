"""Page model of the whole project: state, cost, chance of success, next step."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.evaluation.budget import spent_on_machines
from leadline.phases.labelling import Labelling
from leadline.phases.lifecycle import Stage, rows_of
from leadline.phases.measured_target import target_now
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.success_chance import SuccessChance
from leadline.phases.verdict import Verdict
from leadline.record import Entry, Job, JobState, Record
from leadline.services.access.permission import require
from leadline.services.queries.next_steps import Step, steps
from leadline.services.queries.project_state import Badge, ProjectState, RowSummary
from leadline.services.queries.success_chance_now import success_chance
from leadline.workspace import Workspace

_UNDER_WAY = (JobState.WAITING, JobState.RUNNING)


@dataclass(frozen=True)
class StageSummary:
    """A stage: its state, and its last verdict in one sentence."""

    stage: Stage
    badge: Badge
    sentence: str
    rows: tuple[RowSummary, ...]


@dataclass(frozen=True)
class Costs:
    """Money spent, of money granted.

    Attributes
    ----------
    granted, labels, machine : float
        The budget; what labels and machine time have cost so far.
    currency : str
        Of all three.
    """

    granted: float
    labels: float
    machine: float
    currency: str

    @property
    def spent(self) -> float:
        """Labels and machine time."""
        return self.labels + self.machine

    @property
    def share(self) -> float | None:
        """Share of the budget that is spent; None if nothing was granted."""
        return min(self.spent / self.granted, 1.0) if self.granted > 0 else None


@dataclass(frozen=True)
class ProjectPage:
    """State of the whole project, as a manager wants to see it."""

    name: str
    question: str
    sentence: str
    stages: tuple[StageSummary, ...]
    costs: Costs
    target: str
    chance: SuccessChance | None
    next: Step
    also: tuple[Step, ...]
    jobs: tuple[Job, ...]
    n_entries: int
    latest: Entry | None


def project_page(workspace: Workspace) -> ProjectPage:
    """Read the state of the whole project."""
    require(workspace, Action.VIEW)
    record = workspace.record
    now = ProjectState.of(record)
    verdicts = _Verdicts(record, now)
    problem = verdicts.of("problem")
    jobs = tuple(job for job in record.jobs.newest() if job.state in _UNDER_WAY)
    first, *others = steps(now, jobs)
    stated = workspace.settings.problem
    newest = max(now.latest.values(), key=lambda mark: mark.number, default=None)
    return ProjectPage(
        name=workspace.settings.name,
        question=problem.question if isinstance(problem, Problem) else stated.question,
        sentence=problem.summary if problem else "",
        stages=tuple(_stage_summary(stage, now, verdicts) for stage in Stage),
        costs=_costs(workspace, verdicts),
        target=_target(now, verdicts),
        chance=success_chance(record, now),
        next=first,
        also=tuple(others),
        jobs=jobs,
        n_entries=len(now.marks),
        latest=verdicts.entry(newest.row) if newest else None,
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
        now.badge_of_stage(stage),
        verdict.summary if verdict else "",
        tuple(now.summary_of(row) for row in rows),
    )


def _costs(workspace: Workspace, verdicts: _Verdicts) -> Costs:
    problem, labelling = verdicts.of("problem"), verdicts.of("labelling")
    stated = problem if isinstance(problem, Problem) else workspace.settings.problem
    return Costs(
        granted=stated.budget,
        labels=labelling.cost if isinstance(labelling, Labelling) else 0.0,
        machine=spent_on_machines(workspace),
        currency=stated.currency,
    )


def _target(now: ProjectState, verdicts: _Verdicts) -> str:
    """The score that was measured beside the target; empty before one is."""
    found = {row: verdicts.of(row) for row in ("problem", "tuning", "review", "monitor")}
    known = {row: verdict for row, verdict in found.items() if verdict is not None}
    check = target_now(known, now.standings)
    return check.words if check else ""
