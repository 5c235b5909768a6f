"""Run what is not current, in the order of the life cycle: first runs and retraining alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from leadline.datasets.source_files import source_digest
from leadline.errors import LeadlineError, NotReadyError
from leadline.phases.data import Data
from leadline.phases.lifecycle import ROWS, Stage, State, is_decision, rows_of
from leadline.phases.release import Release
from leadline.phases.verdict import Answer
from leadline.record import Entry
from leadline.services.commands import restate_problem
from leadline.worker.computing import Progress, is_computed, run_here

if TYPE_CHECKING:
    from leadline.workspace import Workspace

_JUDGE_FIRST = "Run 'leadline review', or open the review page, and choose a point."


def rows_named(names: Sequence[str]) -> dict[str, bool]:
    """The rows that stages and rows name, in order, and whether each is named itself.

    Parameters
    ----------
    names : sequence of str
        Stages, rows, or nothing for all.

    Raises
    ------
    LeadlineError
        If a name is neither.

    Examples
    --------
    >>> rows_named(["find", "curve"])
    {'search': False, 'curve': True}
    """
    stages = {stage.value for stage in Stage}
    runnable = [name for name in ROWS if not is_decision(name)]
    for name in names:
        if name not in stages and name not in runnable:
            raise LeadlineError(
                f"{name!r} is neither a stage nor a row.",
                f"Stages: {', '.join(stages_in_order())}. Rows: {', '.join(runnable)}.",
            )
    wanted = set(names or stages)
    of_stages = {row.name for stage in wanted & stages for row in rows_of(stage)}
    return {name: name in wanted for name in runnable if name in of_stages | wanted}


def stages_in_order() -> list[str]:
    """The six stages by name."""
    return [stage.value for stage in Stage]


def mend(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    by: str,
    started: Callable[[str], None] | None = None,
    progress: Progress | None = None,
) -> Iterator[Entry]:
    """Run the rows named that are missing or stale; a row named itself is run in any case.

    Ends after a verdict of "no", which people must answer, and, when nothing was named, where
    it is people's turn.

    Parameters
    ----------
    workspace : Workspace
        Where.
    names : sequence of str
        Stages and rows; nothing for the whole life cycle.
    by : str
        Who asked.
    started, progress : callable, optional
        Told the row that begins, and the job while it runs.

    Yields
    ------
    Entry
        Each new verdict.

    Raises
    ------
    NotReadyError
        If a row named cannot be run yet.
    """
    for row, is_explicit in rows_named(names).items():
        if row == "problem":
            restated = restate_problem(workspace, by)
            if restated is not None:
                yield restated
            continue
        if not is_explicit and not _is_due(workspace, row):
            continue
        if not is_computed(row) or _waits_for_people(workspace, row):
            if names and row == "review":
                raise NotReadyError("'review' is for people to judge.", "", _JUDGE_FIRST)
            if names:
                raise NotReadyError(
                    "No new data have been seen yet.", "", "Run 'leadline watch FILE' first."
                )
            return
        if started is not None:
            started(row)
        entry = run_here(workspace, row, by=by, progress=progress)
        yield entry
        if entry.verdict.answer is Answer.NO:
            return


def _is_due(workspace: Workspace, row: str) -> bool:
    """Whether a row is missing, stale, or read files that have changed since."""
    if workspace.record.standing()[row].state is not State.CURRENT:
        return True
    if row != "data":
        return False
    entry = workspace.record.latest("data")
    assert entry is not None
    assert isinstance(entry.verdict, Data)
    return entry.verdict.source_digest != source_digest(workspace)


def _waits_for_people(workspace: Workspace, row: str) -> bool:
    """Whether the monitor has nothing to look at: new data come from outside."""
    if row != "monitor":
        return False
    entry = workspace.record.latest("release")
    if entry is None:
        return False
    assert isinstance(entry.verdict, Release)
    return not workspace.record.observations.of(entry.verdict.release_id)
