"""Text layout on the terminal: columns, wrapping, control characters removed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.text import Text

from leadline.phases.wording import is_picture

_LEAST_WIDTH = 30
_LONGEST_NAME = 24
_GAP = 2


@dataclass(frozen=True)
class Cell:
    """Words at the head of a line, in a column of their own."""

    words: str
    width: int
    style: str = ""


def console(*, as_json: bool = False) -> Console:
    """The screen; with JSON on standard output, progress goes to standard error."""
    return _Screen(stderr=as_json, highlight=False, soft_wrap=True)


class _Screen(Console):
    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def print_line(screen: Console, cells: Sequence[Cell], text: str) -> None:
    """Print cells and a text that wraps under itself; off the terminal it stays one line.

    Parameters
    ----------
    screen : Console
        Where to.
    cells : sequence of Cell
        Columns before the text.
    text : str
        As somebody wrote it: no markup is read in it.
    """
    head = Text()
    for cell in cells:
        head.append(cell.words, cell.style)
        head.append(" " * max(cell.width + _GAP - len(cell.words), 1))
    indent = sum(cell.width + _GAP for cell in cells)
    lines = [Text(printable(text))]
    if screen.is_terminal:
        width = max(screen.width - indent, _LEAST_WIDTH)
        lines = list(lines[0].wrap(screen, width)) or lines
    for number, line in enumerate(lines):
        whole = (Text(" " * indent) if number else head) + line
        whole.rstrip()
        screen.print(whole)


def print_pairs(screen: Console, pairs: Iterable[tuple[str, str]]) -> None:
    """Print names and values, the values under each other."""
    known = list(pairs)
    width = min(max((len(name) for name, _ in known), default=0), _LONGEST_NAME)
    for name, value in known:
        words = "an image: the page shows it" if is_picture(value) else value
        print_line(screen, [Cell("", 0), Cell(printable(name), width, "dim")], words)


def print_table(screen: Console, heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print columns under their heads; a cell may have several lines.

    Parameters
    ----------
    screen : Console
        Where to.
    heads : sequence of str
        One a column.
    rows : iterable of sequence of str
        Cells, one a column.
    """
    cells = [[cell.split("\n") for cell in row] for row in rows]
    widths = [
        max([len(head), *(len(line) for row in cells for line in row[column])])
        for column, head in enumerate(heads)
    ]
    for line in [list(heads), *_lines(cells)]:
        spaced = (cell.rjust(width) for cell, width in zip(line, widths, strict=True))
        screen.print(Text("  ".join(spaced).rstrip()))


def _lines(rows: Iterable[Sequence[Sequence[str]]]) -> Iterable[list[str]]:
    """Cells of several lines, a line at a time, and an empty one after each row."""
    for row in rows:
        height = max(len(cell) for cell in row)
        for number in range(height):
            yield [cell[number] if number < len(cell) else "" for cell in row]
        if height > 1:
            yield ["" for _ in row]


def printable(text: str) -> str:
    r"""Return a text without the control characters of a terminal.

    Examples
    --------
    >>> printable("a\tb\x1b[2J") == "a\tb\ufffd[2J"
    True
    """
    return "".join(c if c.isprintable() or c in "\n\t" else "\ufffd" for c in text)
