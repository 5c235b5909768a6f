"""``leadline worker``: compute what people ask for on the pages."""

from __future__ import annotations

from pathlib import Path

import click

from leadline.cli.options import echo_json, verb


@verb("worker", example="leadline worker --once")
@click.option("--once", is_flag=True, help="Stop when nothing is waiting.")
def command(once: bool, folder: Path, as_json: bool) -> None:
    """Compute what people ask for on the pages, one job at a time.

    Several workers may run, on several machines with one database: no two take the same job.
    """
    from leadline.worker import work
    from leadline.workspace import Workspace

    with Workspace.open(folder) as workspace:
        if not as_json:
            click.echo("Waiting for jobs (Ctrl-C stops the worker)")
        work(workspace, once=once)
        if as_json:
            jobs = workspace.record.jobs(limit=20)
            echo_json([{"job": j.number, "row": j.row, "state": j.state.value} for j in jobs])
