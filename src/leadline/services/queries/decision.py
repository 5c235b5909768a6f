"""Page model of a decision: the verdicts it stands on."""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.decision import Decision
from leadline.phases.lifecycle import Stage, State, decision_of, rows_of
from leadline.phases.permissions import Action
from leadline.phases.project_accounts.without_model import CostComparison
from leadline.phases.release import Release
from leadline.phases.target.success_chance import SuccessChance
from leadline.record import Entry
from leadline.report.costing.cost_comparison import cost_comparison
from leadline.services.identity.permission import require
from leadline.services.parsing import parse_stage
from leadline.services.queries.project_state import ProjectState, RowSummary
from leadline.services.queries.success_chance_now import success_chance
from leadline.workspace import Workspace


@dataclass(frozen=True)
class DecisionPage:
    """A decision to take.

    Attributes
    ----------
    stage : Stage
        What it is about.
    verdicts : tuple of (RowSummary, Entry)
        What it rests on.
    missing : tuple of RowSummary
        Rows of the stage without a verdict.
    standing_decision : Decision or None
        The newest decision; None if there was none.
    replacing : int or None
        Its entry number, for the form.
    seen : dict of str to int
        Row to number of each current verdict shown, for the form.
    closed : str
        Why nothing can be decided; empty if it can.
    barrier : str
        Why "go" is not on offer; empty if it is.
    comparison : CostComparison or None
        Operating points beside what no model costs, as the last verdict that has any tells.
    kept : int or None
        The entry of a decision that is out of date and may be kept, as every answer is as it was;
        None if there is none.
    changes : tuple of (str, int, int)
        Row, entry then and entry now of each verdict that is another one than the newest decision
        stood on.
    stages_back : tuple of Stage
        Where one can go back to: the earlier stages and this one.
    chance : SuccessChance or None
        How likely success is, by all that is known today; None where nothing says so.
    shortfall : str
        By what the release misses the target, which "go" must sign for; empty if it does not.
    """

    stage: Stage
    verdicts: tuple[tuple[RowSummary, Entry], ...]
    missing: tuple[RowSummary, ...]
    standing_decision: Decision | None
    replacing: int | None
    seen: dict[str, int]
    closed: str
    barrier: str = ""
    comparison: CostComparison | None = None
    kept: int | None = None
    changes: tuple[tuple[str, int, int], ...] = ()
    stages_back: tuple[Stage, ...] = ()
    chance: SuccessChance | None = None
    shortfall: str = ""


def decision_page(workspace: Workspace, name: str) -> DecisionPage:
    """Read what a decision on a stage rests on.

    Raises
    ------
    RecordError
        If there is no such stage.
    """
    require(workspace, Action.VIEW)
    stage = parse_stage(name)
    record = workspace.record
    now = ProjectState.of(record)
    summaries = [now.summary_of(row) for row in rows_of(stage)]
    number = now.standings[decision_of(stage)].number
    verdict = record.entry(number).verdict if number is not None else None
    verdicts = [record.entry(each.number) for each in summaries if each.number is not None]
    compared = [cost_comparison(entry, record.entry) for entry in verdicts]
    return DecisionPage(
        stage=stage,
        verdicts=tuple(
            zip((each for each in summaries if each.number is not None), verdicts, strict=True)
        ),
        comparison=next(filter(None, reversed(compared)), None),
        missing=tuple(summary for summary in summaries if summary.number is None),
        standing_decision=verdict if isinstance(verdict, Decision) else None,
        replacing=number,
        seen={
            summary.name: summary.number
            for summary in summaries
            if summary.number is not None and now.standings[summary.name].state is State.CURRENT
        },
        closed=now.standings[decision_of(stage)].closed,
        chance=success_chance(record, now),
        shortfall=next(
            (each.verdict.shortfall for each in verdicts if isinstance(each.verdict, Release)), ""
        ),
        barrier=next(filter(None, (now.barrier(row.name) for row in rows_of(stage))), ""),
        kept=number if now.may_keep(stage) else None,
        changes=_changes(now, decision_of(stage)),
        stages_back=tuple(Stage)[: tuple(Stage).index(stage) + 1],
    )


def _changes(now: ProjectState, decision: str) -> tuple[tuple[str, int, int], ...]:
    """Verdicts that have come in the place of those that the newest decision stood on."""
    mark = now.latest.get(decision)
    before = mark.on if mark is not None else {}
    return tuple(
        (row, number, newest)
        for row, number in before.items()
        if (newest := now.standings[row].number) is not None and newest != number
    )
