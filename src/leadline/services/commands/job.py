"""Requests for a row to be computed; a worker carries them out."""

from __future__ import annotations

import re

from leadline.errors import NotReadyError
from leadline.monitoring.release_in_service import upkeep_reading
from leadline.phases.permissions import Action
from leadline.record import Job
from leadline.services.identity.permission import acting
from leadline.services.parsing import parse_row
from leadline.workspace import Workspace

# a page of this site, and no address: "//elsewhere.example" would be one
_PATH = re.compile(r"/(?:[a-z0-9_.-]+(?:/[a-z0-9_.-]+)*)?")


def ask_for(workspace: Workspace, row: str, by: str, *, page: str = "") -> Job:
    """Put a row into the queue, unless it is there already.

    Parameters
    ----------
    workspace : Workspace
        The project.
    row : str
        A row that a machine may run.
    by : str
        Who asks.
    page : str, default=""
        Path of the page they ask on, to come back to; what is no path of this site is left out.

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
        if job.row == row and not job.is_over:
            return job
    own = page if _PATH.fullmatch(page) else ""
    return workspace.record.jobs.put(row, by=person, page=own)


def cancel_job(workspace: Workspace, number: int, by: str) -> Job:
    """Ask for the end of a job; its worker ends the process that computes it, within seconds.

    Parameters
    ----------
    workspace : Workspace
        The project.
    number : int
        The job.
    by : str
        Who asks.

    Returns
    -------
    Job
        Cancelled if nobody had begun it; still running otherwise.

    Raises
    ------
    RecordError
        If there is no such job, or it has ended.
    NotAllowedError
        If the person may not ask for rows to be computed.
    """
    workspace, person = acting(workspace, Action.RUN, by, "the cancellation")
    return workspace.record.jobs.cancel(number, by=person)
