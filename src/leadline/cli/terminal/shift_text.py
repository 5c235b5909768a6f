"""Shifts of inputs on the terminal."""

from __future__ import annotations

from collections.abc import Collection

from rich.console import Console

from leadline.cli.terminal.text_layout import Cell, print_line
from leadline.phases.monitor import Monitor
from leadline.phases.monitor.input_shift import shift_lines


def print_shifts(screen: Console, verdict: Monitor, seen: Collection[str]) -> None:
    """Print which columns of the newest block look different.

    Parameters
    ----------
    screen : Console
        Where to.
    verdict : Monitor
        With all blocks of the release.
    seen : collection of str
        Names of the blocks that were just handed over; the newest of them is told.
    """
    told = [block for block in verdict.blocks if block.name in seen] or list(verdict.blocks)
    if not told:
        return
    lines = shift_lines(told[-1].name, told[-1].shifts)
    if not lines:
        print_line(screen, [], f"{told[-1].name}: no column looks different from before.")
        return
    print_line(screen, [], lines[0])
    for line in lines[1:]:
        print_line(screen, [Cell("•", 0)], line)
