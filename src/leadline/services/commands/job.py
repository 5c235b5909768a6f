"""Requests for a row to be computed; a worker carries them out."""

from __future__ import annotations

from leadline.errors import NotReadyError
from leadline.monitoring.release_in_service import upkeep_reading
from leadline.phases.permissions import Action
from leadline.record import Job, JobState
from leadline.services.access.permission import acting
from leadline.services.parsing import parse_row
from leadline.workspace import Workspace

_UNDER_WAY = (JobState.WAITING, JobState.RUNNING)


def ask_for(workspace: Workspace, row: str, by: str) -> Job:
    """Put a row into the queue, unless it is there already.

    Parameters
    ----------
    workspace : Workspace
        The project.
    row : str
        A row that a machine may run.
    by : str
        Who asks.

    Returns
    -------
    Job
        The job put; or the one that is waiting or running for the row.

    Raises
    ------
    NotReadyError
        If a person answers the row, or something it stands on is missing.
    """
    workspace, person = acting(workspace, Action.RUN, by, "the request")
    asked = parse_row(row)
    if not asked.is_computed:
        raise NotReadyError(
            f"{row!r} is answered by people.",
            "A machine cannot do it for them.",
            "Answer it on the page.",
        )
    closed = workspace.record.standing()[row].closed
    if closed and upkeep_reading(workspace.record, row) is None:
        raise NotReadyError(closed, "", "Do that first.")
    for job in workspace.record.jobs.newest():
        if job.row == row and job.state in _UNDER_WAY:
            return job
    return workspace.record.jobs.put(row, by=person)
