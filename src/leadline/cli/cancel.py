"""``leadline cancel``: end a job that waits or runs."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import by_option, echo_json, verb
from leadline.phases.permissions import Action

if TYPE_CHECKING:
    from leadline.record import Job
    from leadline.workspace import Workspace

_PATIENCE_S = 10.0  # a worker looks every two seconds


@verb("cancel", may=(Action.RUN,), example="leadline cancel 12")
@click.argument("number", type=int, required=False, metavar="[JOB]")
@by_option
def command(number: int | None, by: str, folder: Path, as_json: bool) -> None:
    """End a job that waits or runs: the one under way, or that of a number.

    Its worker ends the process that computes it, within seconds, whoever started it: a click on a
    page, 'leadline run' elsewhere. There is no verdict then; trials of a search are kept.
    """
    from leadline.services.commands import cancel_job
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        asked = cancel_job(workspace, _only_one(workspace) if number is None else number, by)
        job = _ended(workspace, asked)
    if as_json:
        echo_json({"job": job.number, "row": job.row, "state": job.state.value})
    elif job.is_over:
        click.echo(f"Job {job.number} ({job.row}) is over: {job.state.value}.")
    else:
        click.echo(
            f"Job {job.number} ({job.row}) still runs: its worker, {job.worker}, has not answered. "
            "If it is dead, the job is given up after half a minute without a sign of life."
        )


def _only_one(workspace: Workspace) -> int:
    from leadline.errors import RecordError

    jobs = workspace.record.activity.jobs_under_way()
    if len(jobs) == 1:
        return jobs[0].number
    found = ", ".join(f"{job.number} ({job.row}, {job.state.value})" for job in jobs)
    raise RecordError(
        f"Under way are {found}." if jobs else "No job is under way.",
        "One must be named." if jobs else "Only a job that waits or runs can be cancelled.",
        "Name it: 'leadline cancel 12'." if jobs else "Nothing is left to do.",
    )


def _ended(workspace: Workspace, job: Job) -> Job:
    """The job as it ended, or as it still is when patience ends."""
    until = time.monotonic() + _PATIENCE_S
    while not job.is_over and time.monotonic() < until:
        time.sleep(0.1)
        job = workspace.record.jobs.get(job.number)
    return job
