"""One stage: its rows, and the decision on it."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.decision import Decision
from leadline.phases.lifecycle import Stage, decision_of, rows_of
from leadline.services.parsing import stage_named
from leadline.services.queries.project_state import RowGlance, Situation, Word
from leadline.workspace import Workspace


@dataclass(frozen=True)
class StagePage:
    """A stage.

    Attributes
    ----------
    stage : Stage
        Which.
    word : Word
        Its state.
    rows : tuple of (RowGlance, str)
        Each row with its verdict in one sentence; empty if there is none.
    decision : Decision or None
        The newest decision on it.
    decision_word : Word
        Whether the decision stands.
    can_decide : bool
        Whether there is anything to decide on.
    """

    stage: Stage
    word: Word
    rows: tuple[tuple[RowGlance, str], ...]
    decision: Decision | None
    decision_word: Word
    can_decide: bool


def stage_page(workspace: Workspace, name: str) -> StagePage:
    """Read one stage.

    Raises
    ------
    RecordError
        If there is none of that name.
    """
    stage = stage_named(name)
    now = Situation.of(workspace.record)
    decision = decision_of(stage)
    number = now.standings[decision].number
    verdict = workspace.record.entry(number).verdict if number is not None else None
    glances = [now.glance(row) for row in rows_of(stage)]
    return StagePage(
        stage=stage,
        word=now.word_of_stage(stage),
        rows=tuple((glance, _sentence(workspace, glance)) for glance in glances),
        decision=verdict if isinstance(verdict, Decision) else None,
        decision_word=now.word_of_row(decision),
        can_decide=not now.standings[decision].closed,
    )


def _sentence(workspace: Workspace, glance: RowGlance) -> str:
    if glance.number is None:
        return ""
    return workspace.record.entry(glance.number).verdict.summary
