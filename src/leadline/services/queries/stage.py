"""Page model of a stage: its rows, and the decision on it."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.decision import Decision
from leadline.phases.lifecycle import ROWS, Badge, Stage, decision_of, rows_of
from leadline.phases.permissions import Action
from leadline.services.commenting.comment_lines import CommentLine, about_entry, comments_on
from leadline.services.identity.permission import require
from leadline.services.parsing import parse_stage
from leadline.services.queries.project_state import ProjectState, RowSummary
from leadline.workspace import Workspace


@dataclass(frozen=True)
class StagePage:
    """A stage.

    Attributes
    ----------
    stage : Stage
        Which.
    badge : Badge
        Its state.
    rows : tuple of (RowSummary, str)
        Each row with its verdict in one sentence; empty if there is none.
    decision : Decision or None
        The newest decision on it.
    decision_badge : Badge
        Whether the decision stands.
    can_decide : bool
        Whether there is anything to decide on.
    kept : int or None
        The entry of the decision, if it is out of date and may be kept, as every answer is as it
        was.
    comments : tuple of CommentLine
        What was said on it, and on entries of its rows.
    """

    stage: Stage
    badge: Badge
    rows: tuple[tuple[RowSummary, str], ...]
    decision: Decision | None
    decision_badge: Badge
    can_decide: bool
    kept: int | None = None
    comments: tuple[CommentLine, ...] = ()


def stage_page(workspace: Workspace, name: str) -> StagePage:
    """Read one stage.

    Raises
    ------
    RecordError
        If there is none of that name.
    """
    require(workspace, Action.VIEW)
    stage = parse_stage(name)
    now = ProjectState.of(workspace.record)
    decision = decision_of(stage)
    number = now.standings[decision].number
    verdict = workspace.record.entry(number).verdict if number is not None else None
    summaries = [now.summary_of(row) for row in rows_of(stage)]
    return StagePage(
        stage=stage,
        badge=now.of_stage(stage),
        rows=tuple((summary, _sentence(workspace, summary)) for summary in summaries),
        decision=verdict if isinstance(verdict, Decision) else None,
        decision_badge=now.of_row(decision),
        can_decide=not now.standings[decision].closed,
        kept=number if now.may_keep(stage) else None,
        comments=comments_on(workspace.record, stage.value, *_entries(now, stage)),
    )


def _entries(now: ProjectState, stage: Stage) -> list[str]:
    return [about_entry(mark.number) for mark in now.marks if ROWS[mark.row].stage is stage]


def _sentence(workspace: Workspace, summary: RowSummary) -> str:
    if summary.number is None:
        return ""
    return workspace.record.entry(summary.number).verdict.summary
