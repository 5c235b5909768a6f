"""``leadline worker``: compute what people ask for on the pages."""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING

import click

from leadline.cli.terminal.options import echo_json, verb

if TYPE_CHECKING:
    from leadline.cli.terminal.progress import Display
    from leadline.record import Job


@verb("worker", may=(), example="leadline worker --once")
@click.option("--once", is_flag=True, help="Stop when nothing is waiting.")
@click.option("--until-eof", is_flag=True, hidden=True, help="Stop when standard input closes.")
def command(once: bool, until_eof: bool, folder: Path, as_json: bool) -> None:
    """Compute what people ask for on the pages, one job at a time.

    Several workers may run, on several machines with one database: no two take the same job.
    """
    # SIGTERM of a service manager: the job is recorded as given up, not as lost
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    if until_eof:
        threading.Thread(target=_stop_at_eof, daemon=True).start()

    from leadline.cli.terminal.progress import Display
    from leadline.cli.terminal.text_layout import console
    from leadline.worker import work
    from leadline.workspace import Workspace

    screen = console(as_json=as_json)
    with Workspace.open(folder) as workspace, Display(screen) as display:
        if not as_json:
            screen.print("Waiting for jobs (Ctrl-C stops the worker).")
        work(workspace, once=once, progress=_Shown(display).show)
        if as_json:
            jobs = workspace.record.jobs.newest(limit=20)
            echo_json([{"job": j.number, "row": j.row, "state": j.state.value} for j in jobs])


def _stop_at_eof() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


class _Shown:
    """Begins a line for each new job."""

    def __init__(self, display: Display) -> None:
        self._display = display
        self._number = 0

    def show(self, job: Job) -> None:
        """Show how far the job is."""
        if job.number != self._number:
            self._number = job.number
            self._display.start(job.row)
        self._display.show(job)
