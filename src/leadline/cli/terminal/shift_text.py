"""Shifts of inputs on the terminal."""

from __future__ import annotations

from collections.abc import Collection

from rich.console import Console

from leadline.cli.terminal.text_layout import Cell, print_line
from leadline.phases.monitor import Monitor, compared_block
from leadline.phases.monitor.earlier_shifts import earlier_shifts
from leadline.phases.monitor.input_shift import shift_lines
from leadline.phases.wording import plural


def print_shifts(screen: Console, verdict: Monitor, seen: Collection[str]) -> None:
    """Print which columns of the newest block look different.

    Parameters
    ----------
    screen : Console
        Where to.
    verdict : Monitor
        With all blocks of the release.
    seen : collection of str
        Names of the blocks that were just handed over; the newest of them that has
        enough rows to be compared is told.
    """
    told = [block for block in verdict.blocks if block.name in seen] or list(verdict.blocks)
    if not told:
        return
    compared = compared_block(told)
    if compared is None:
        few = plural(told[-1].n_rows, "row")
        line = f"{told[-1].name}: {few} say nothing of whether a column looks different."
        print_line(screen, [], line)
        return
    lines = shift_lines(compared.name, compared.shifts)
    if not lines:
        print_line(screen, [], f"{compared.name}: no column looks different from before.")
    for place, line in enumerate(lines):
        print_line(screen, [Cell("•", 0)] if place else [], line)
    if before := earlier_shifts(told, compared):
        print_line(screen, [], before)
