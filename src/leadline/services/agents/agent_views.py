"""Standing, history, costs and brief of a project, as an agent may see them.

Answers of rows that were measured on hidden rows are left out: each would tell something of them.
So are reasons that people gave after the first of these. What they decided is shown, as an agent
meets its effect anyway; `later_decisions` charges it as an answer of the hold-out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from leadline.errors import NotAllowedError
from leadline.phases.decision import Decision
from leadline.phases.lifecycle import ROWS, Stage, decision_of, is_decision, rows_of
from leadline.phases.permissions import Action
from leadline.record import Entry, Record
from leadline.services.accounting import project_ledger
from leadline.services.agents.agent_evidence import BEFORE_HIDDEN, SHOWN
from leadline.services.agents.later_decisions import FIRST_HIDDEN
from leadline.services.briefing.brief import QUESTIONS
from leadline.services.identity.permission import require
from leadline.services.parsing import parse_stage
from leadline.workspace import Workspace


@dataclass(frozen=True)
class RowStanding:
    """Where a row stands.

    Attributes
    ----------
    row, stage, state : str
        Which, and whether it is waiting, open, current or stale; "hidden" of rows that stand on
        scores of hidden rows.
    entry : int or None
        Its newest verdict.
    answer : str or None
        go, no or unclear; None where there is none, or it rests on hidden rows.
    closed : str
        Why it may not be started now; empty if it may.
    """

    row: str
    stage: str
    state: str
    entry: int | None
    answer: str | None
    closed: str


@dataclass(frozen=True)
class ProjectStanding:
    """Where a project stands."""

    project: str
    question: str
    rows: tuple[RowStanding, ...]


@dataclass(frozen=True)
class HistoryLine:
    """One entry of the record.

    Attributes
    ----------
    entry : int
        Its number.
    row, by : str
        What, and who.
    at : datetime
        When, UTC.
    answer : str or None
        go, no or unclear; None where it rests on hidden rows.
    choice, why : str or None
        Of a person's decision on a stage before hidden rows are seen; None elsewhere, and `why`
        where it may speak of them.
    """

    entry: int
    row: str
    by: str
    at: datetime
    answer: str | None
    choice: str | None
    why: str | None


@dataclass(frozen=True)
class ProjectCosts:
    """Money of the project, in `currency`; nothing is left to say where nothing was granted."""

    granted: float
    spent: float
    committed: float
    left: float | None
    currency: str


@dataclass(frozen=True)
class StageBrief:
    """What a decision on a stage rests on.

    Attributes
    ----------
    stage, question : str
        What is to be decided.
    rows : tuple of RowStanding
        The rows it rests on.
    n_warnings : int
        Warnings and faults among their findings.
    decided : HistoryLine or None
        What a person said; None: nothing yet.
    costs : ProjectCosts
        Money so far.
    """

    stage: str
    question: str
    rows: tuple[RowStanding, ...]
    n_warnings: int
    decided: HistoryLine | None
    costs: ProjectCosts


def project_standing(workspace: Workspace) -> ProjectStanding:
    """Where the project stands."""
    require(workspace, Action.VIEW)
    problem = workspace.settings.problem
    return ProjectStanding(
        workspace.settings.name, problem.question, _standings(workspace.record, tuple(ROWS))
    )


def agent_history(workspace: Workspace, *, limit: int = 50) -> tuple[HistoryLine, ...]:
    """The newest entries, the newest first."""
    require(workspace, Action.VIEW)
    marks = workspace.record.marks()
    newest = sorted((mark.number for mark in marks), reverse=True)[: max(limit, 0)]
    return tuple(_line(workspace.record, workspace.record.entry(number)) for number in newest)


def agent_costs(workspace: Workspace) -> ProjectCosts:
    """What the project has cost."""
    ledger = project_ledger(workspace)
    return ProjectCosts(
        ledger.granted, ledger.spent, ledger.committed, ledger.left, ledger.currency
    )


def stage_brief(workspace: Workspace, stage: str) -> StageBrief:
    """What a decision on a stage rests on.

    Raises
    ------
    RecordError
        If there is no such stage.
    NotAllowedError
        If it rests on hidden rows.
    """
    require(workspace, Action.VIEW)
    asked = parse_stage(stage)
    if asked not in BEFORE_HIDDEN:
        raise NotAllowedError(
            f"{stage!r} is decided on hidden rows.",
            "An agent sees the briefs of "
            + ", ".join(s for s in Stage if s in BEFORE_HIDDEN)
            + ".",
            "Ask the owner.",
        )
    record = workspace.record
    names = [row.name for row in rows_of(asked)]
    entries = [entry for name in names if (entry := record.latest(name)) is not None]
    said = record.latest(decision_of(asked))
    return StageBrief(
        stage=asked.value,
        question=QUESTIONS[asked],
        rows=_standings(record, names),
        n_warnings=sum(
            finding.severity.value != "note" for e in entries for finding in e.verdict.findings
        ),
        decided=_line(record, said) if said else None,
        costs=agent_costs(workspace),
    )


def _standings(record: Record, rows: Sequence[str]) -> tuple[RowStanding, ...]:
    found = record.standing()
    return tuple(
        RowStanding(
            row=row,
            stage=ROWS[row].stage.value,
            state=(now := found[row]).state.value if _is_open(row) else "hidden",
            entry=now.number,
            answer=now.answer.value if now.answer and _is_shown(row) else None,
            closed=now.closed if _is_open(row) else "",
        )
        for row in rows
    )


def _line(record: Record, entry: Entry) -> HistoryLine:
    hidden = next((mark.number for mark in record.marks() if mark.row == FIRST_HIDDEN), None)
    is_shown = _is_shown(entry.row)
    said = entry.verdict if isinstance(entry.verdict, Decision) and is_shown else None
    is_free = hidden is None or entry.number < hidden
    return HistoryLine(
        entry=entry.number,
        row=entry.row,
        by=entry.by,
        at=entry.at,
        answer=entry.verdict.answer.value if is_shown else None,
        choice=said.choice.value if said else None,
        why=said.why if said and is_free else None,
    )


def _is_open(row: str) -> bool:
    """Whether the state of a row rests on nothing hidden."""
    return _is_shown(row) or row == FIRST_HIDDEN


def _is_shown(row: str) -> bool:
    return row in SHOWN or (is_decision(row) and ROWS[row].stage in BEFORE_HIDDEN)
