"""Progress on the terminal: a line that moves where there is a screen, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.table import Column

from leadline.cli.terminal.text_layout import Cell, print_line, printable
from leadline.phases.lifecycle import ROWS
from leadline.record import Job

_SHORT_S = 1.0


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

    def __enter__(self) -> Self:
        if self._screen.is_terminal:
            self._progress = Progress(
                TextColumn("{task.fields[row]}", markup=False, style="bold"),
                BarColumn(bar_width=24, complete_style="cyan", pulse_style="cyan"),
                TimeElapsedColumn(),
                TextColumn(
                    "{task.description}",
                    markup=False,
                    table_column=Column(ratio=1, no_wrap=True, overflow="ellipsis"),
                ),
                console=self._screen,
                transient=True,
                expand=True,
            )
            self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._progress is not None:
            self._progress.stop()

    def start(self, row: str, message: str = "starting") -> None:
        """Begin a row."""
        self.clear()
        if self._progress is not None:
            self._task = self._progress.add_task(printable(message), total=None, row=row)
        elif row in ROWS:
            print_line(self._screen, heading(row), "...")
        else:
            print_line(self._screen, [Cell("", 0)], f"{row}: {message} ...")

    def show(self, job: Job) -> None:
        """Show how far the job is."""
        self.tell(job.message, job.share)

    def tell(self, message: str, share: float | None = None) -> None:
        """Show a message and a share in [0, 1]."""
        if self._progress is not None and self._task is not None:
            total = 1.0 if share is not None else None
            self._progress.update(
                self._task, description=printable(message), total=total, completed=share or 0.0
            )

    def clear(self) -> None:
        """Clear the line before something else is printed."""
        if self._progress is not None and self._task is not None:
            self._progress.remove_task(self._task)
            self._progress.refresh()
            self._task = None


def tell_when_long(
    display: Display, row: str, *, clock: Callable[[], float] = time.monotonic
) -> Callable[[str, float | None], None]:
    """What tells of work on a display, once the work has lasted a second.

    Parameters
    ----------
    display : Display
        Where to.
    row : str
        What the work is called.
    clock : callable
        Seconds since any moment.

    Returns
    -------
    callable
        Takes what is being done, and the share of it that is done.
    """
    start, is_shown = clock(), False

    def tell(message: str, share: float | None) -> None:
        nonlocal is_shown
        if not is_shown:
            if clock() - start < _SHORT_S:
                return
            display.start(row, message)
            is_shown = True
        display.tell(message, share)

    return tell


def heading(row: str) -> list[Cell]:
    """Stage and row, as every line about a row begins."""
    stage = ROWS[row].stage.value
    return [Cell(stage, 6, "bold"), Cell(row.removesuffix(f".{stage}"), 11)]
