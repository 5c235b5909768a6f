"""Progress on the terminal: a line that moves where there is a screen, plain lines elsewhere."""

from __future__ import annotations

import time
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from leadline.phases.lifecycle import ROWS
from leadline.record import Job


def console(*, as_json: bool = False) -> Console:
    """The screen; with JSON on standard output, progress goes to standard error."""
    return Console(stderr=as_json, highlight=False, soft_wrap=True)


class Display:
    """Shows one job at a time.

    Parameters
    ----------
    screen : Console
        Where to.
    """

    def __init__(self, screen: Console) -> None:
        self._screen = screen
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._row = ""
        self._message = ""
        self._started = time.monotonic()

    def __enter__(self) -> Self:
        if self._screen.is_terminal:
            self._progress = Progress(
                TextColumn("[bold]{task.fields[row]}"),
                BarColumn(bar_width=24),
                TextColumn("{task.description}"),
                TimeElapsedColumn(),
                console=self._screen,
                transient=True,
            )
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def start(self, row: str, message: str = "starting") -> None:
        """Begin a row."""
        self.clear()
        self._row, self._message, self._started = row, "", time.monotonic()
        if self._progress is not None:
            self._task = self._progress.add_task(message, total=None, row=row)
        else:
            stage = ROWS[row].stage.value if row in ROWS else "leadline"
            self._screen.print(f"{stage} / {row} ...")

    def show(self, job: Job) -> None:
        """Show how far the job is."""
        self.tell(job.message, job.share)

    def tell(self, message: str, share: float | None = None) -> None:
        """Show a message and a share in [0, 1]."""
        if self._progress is not None and self._task is not None:
            total = 1.0 if share is not None else None
            self._progress.update(
                self._task, description=message, total=total, completed=share or 0.0
            )
        self._message = message

    def clear(self) -> None:
        """Take the line away before something else is printed."""
        if self._progress is not None and self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None
