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
    from rich.console import Console

    from leadline.cli.terminal.progress import Display
    from leadline.errors import LeadlineError
    from leadline.record import Entry, Job


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
        shown = _Shown(display, screen)
        work(workspace, once=once, progress=shown.show, ended=None if as_json else shown.end)
        if as_json:
            jobs = workspace.record.jobs.newest(limit=20)
            echo_json([{"job": j.number, "row": j.row, "state": j.state.value} for j in jobs])


def _stop_at_eof() -> None:
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


class _Shown:
    """Begins a line for each new job, and ends it with the verdict or the reason for none."""

    def __init__(self, display: Display, screen: Console) -> None:
        self._display, self._screen = display, screen
        self._number = 0

    def show(self, job: Job) -> None:
        """Show how far the job is."""
        if job.number != self._number:
            self._number = job.number
            self._display.start(job.row)
        self._display.show(job)

    def end(self, outcome: Entry | LeadlineError) -> None:
        """Say what became of the job."""
        from leadline.cli.terminal.entry_text import print_entry
        from leadline.errors import LeadlineError

        self._display.clear()
        if isinstance(outcome, LeadlineError):
            self._screen.print(f"No verdict: {outcome}", markup=False)
        else:
            print_entry(self._screen, outcome)
