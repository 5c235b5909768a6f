"""Refresh of rows that are missing or stale, in the order of the life cycle."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from leadline.datasets.source_files import source_digest
from leadline.errors import LeadlineError, NotReadyError
from leadline.labelling.machine_teaching import machine_labels_now
from leadline.monitoring.release_in_service import has_decay_in_service, in_service
from leadline.phases.data import Data
from leadline.phases.lifecycle import ROWS, Stage, State, is_decision, rows_of, stale_after
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.verdict import Answer
from leadline.record import Entry
from leadline.record.views import views_of
from leadline.services.commands import problem_as_stated, restate_problem
from leadline.services.deciding.rerun_preview import RerunPreview, rerun_preview
from leadline.worker.computing import run_here
from leadline.worker.heartbeat import Progress

if TYPE_CHECKING:
    from leadline.workspace import Workspace


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


def preview(workspace: Workspace, names: Sequence[str] = ()) -> RerunPreview:
    """What `refresh` would compute, and what could become out of date by it.

    A verdict that is not known yet is taken to change: it is the most that can happen. The problem
    is known, as ``leadline.toml`` states it.

    Parameters
    ----------
    workspace : Workspace
        Where.
    names : sequence of str
        Stages and rows; nothing for the whole life cycle.
    """
    record = workspace.record
    marks, serving = record.marks(), record.gone_back_to()
    rows: list[str] = []
    views: dict[str, Mapping[str, str]] = {}
    for row, is_explicit in rows_named(names).items():
        if row == "problem":
            stated = problem_as_stated(workspace)
            if stated != record.latest_of(Problem):
                rows.append(row)
                views[row] = views_of(row, stated)
            continue
        is_lost = row in stale_after(marks, rows, views=views, serving=serving)
        if not (is_explicit or is_lost or _is_due(workspace, row)):
            continue
        if not ROWS[row].is_computed or _has_no_new_data(workspace, row):
            break
        rows.append(row)
    return rerun_preview(workspace, rows, views=views)


def refresh(
    workspace: Workspace,
    names: Sequence[str] = (),
    *,
    by: str,
    started: Callable[[str], None] | None = None,
    progress: Progress | None = None,
    waiting: Callable[[NotReadyError], None] | None = None,
) -> Iterator[Entry]:
    """Run the rows named that are missing or stale; a row named itself is run in any case.

    Ends after a verdict of "no", which people must answer, and where it is people's turn.

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
    waiting : callable, optional
        Told why it is people's turn, where it ends there.

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
        if not ROWS[row].is_computed or _has_no_new_data(workspace, row):
            turn = _peoples_turn(row)
            if is_explicit:
                raise turn
            if waiting is not None:
                waiting(turn)
            return
        if started is not None:
            started(row)
        entry = run_here(workspace, row, by=by, progress=progress)
        yield entry
        if entry.verdict.answer is Answer.NO:
            return


def _peoples_turn(row: str) -> NotReadyError:
    """Why a row named cannot be run: people come first."""
    its = ROWS[row]
    if its.is_computed:
        return NotReadyError("No new data have been seen yet.", "", f"Run '{its.command}' first.")
    do = f"Run '{its.command}', or open the {row} page, and choose a point."
    return NotReadyError(f"{row!r} is for people to judge.", "", do)


def _is_due(workspace: Workspace, row: str) -> bool:
    """Whether a row is missing, stale, or read files that have changed since."""
    standing = workspace.record.standing()
    if row == "decay" and standing["release"].state is State.STALE:
        # it stays out of date until there is a next release, and need not be measured each week
        return not has_decay_in_service(workspace.record)
    if standing[row].state is not State.CURRENT:
        return True
    if row != "data":
        return False
    data = workspace.record.latest_of(Data)
    assert data is not None
    return data.source_digest != source_digest(
        workspace
    ) or data.machine_labels != machine_labels_now(workspace, data)


def _has_no_new_data(workspace: Workspace, row: str) -> bool:
    """Whether the monitor has nothing to look at: new data come from outside."""
    if row != "monitor":
        return False
    entry = in_service(workspace.record)
    if entry is None:
        return False
    return not workspace.record.observations.of(entry.verdict_as(Release).release_id)
