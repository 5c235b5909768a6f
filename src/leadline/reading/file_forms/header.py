"""Header detection: column names from the first row, or from positions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from itertools import islice

import numpy as np
import polars as pl

from leadline.errors import DataError
from leadline.reading.file_forms.below_header import n_descriptions, tell_descriptions
from leadline.reading.file_forms.delimited import Cells
from leadline.reading.file_forms.source import Note
from leadline.reading.file_forms.trim_advice import Advice
from leadline.reading.values.dates import looks_dated
from leadline.reading.values.numbers import parse_numbers

_SAMPLE_ROWS = 2_000
_SAMPLE_COLUMNS = 500
_MOST_OF_A_COLUMN = 0.8
_FEWEST_IN_A_RUN = 3
_MOST_TITLES = 10
_BYTES_OF_HEAD = 2**20
_MOST_SHOWN = 5
_MOST_TOTALS = 3
MARKS = " ,;|\t\"'"
"""Marks between fields: a column of nothing else is what was left of the ends of lines."""

_TOTAL = re.compile(
    r"(grand |sub)?(totals?|sum|sums|summe|gesamt|insgesamt|average|mean)\b:?$",
    re.IGNORECASE,
)


def name_columns(
    cells: Cells,
    name: str,
    note: Note,
    *,
    known: Collection[str] = (),
    advice: Advice = Advice.PROJECT,
) -> Cells:
    """Call the columns by the first row, or by position if that row is data.

    Parameters
    ----------
    cells : Cells
        With columns called by position.
    name : str
        The file's, for messages.
    note : callable
        Told if there is no header, or an unnamed column was dropped.
    known : collection of str
        Names of columns that are known already: a first row with one of them is a header.
    advice : Advice
        Where a person can say that lines stand above the header.

    Returns
    -------
    Cells
        Without the header row, and without rows below it that describe the columns. Columns of a
        file without header are called column_1, column_2 and so on.

    Raises
    ------
    DataError
        If two columns share a name, a filled column has none, or only a header is there.
    """
    first, rest = cells.frame.row(0), cells.frame.slice(1)
    names = column_names(cells, name, note, known=known, advice=advice)
    if names is None:
        named = {str(position): f"column_{position + 1}" for position in range(len(first))}
        return Cells(cells.frame.rename(named), cells.lines, cells.delimiter)
    kept = {str(position): column for position, column in enumerate(names) if column}
    is_repeat = rest.select(
        pl.all_horizontal(pl.col(str(position)) == value for position, value in enumerate(first))
    ).to_series()
    if n_repeats := int(is_repeat.sum()):
        note(f"{name}: lines left out because they repeat the header: {n_repeats:,}.")
    keep = ~is_repeat
    frame = rest.filter(keep).select(pl.col(old).alias(new) for old, new in kept.items())
    if frame.height == 0:
        raise DataError(f"{name} has a header only.", "Rows are needed.", "Export it again.")
    lines = cells.lines[1:][keep.to_numpy()]
    n_told = n_descriptions(frame)
    tell_descriptions(frame, n_told, f"{name} line {lines[0]:,}", note)
    return Cells(frame.slice(n_told), lines[n_told:], cells.delimiter)


def column_names(
    cells: Cells,
    name: str,
    note: Note,
    *,
    known: Collection[str] = (),
    advice: Advice = Advice.PROJECT,
) -> list[str] | None:
    """Names of the columns by the first row; None if that row is data.

    Parameters
    ----------
    cells, name, note, known, advice
        As for `name_columns`.

    Returns
    -------
    list of str, shape (n_columns,)
        Empty for a column to drop: neither name nor values.

    Raises
    ------
    DataError
        As `name_columns` does.
    """
    first, rest = cells.frame.row(0), cells.frame.slice(1)
    if rest.height == 0:
        raise DataError(
            f"{name} has one line only.", "A header and rows below it are needed.", "Export again."
        )
    _refuse_title(cells, name, advice)
    is_known = not set(known).isdisjoint(_clean(first))
    if not is_known and _is_data(first, rest.head(_SAMPLE_ROWS)):
        note(
            f"{name} has no header, its first line is data: the columns are called "
            "column_1, column_2 and so on. Add a first line with names if you want others."
        )
        return None
    place = f"{name} line {cells.lines[0]:,}"
    return _names(first, rest, place, note, known)


def first_lines(data: bytes) -> list[list[str]]:
    """Fields of the first lines, as far as they can be told before the delimiter is known."""
    lines = data[:_BYTES_OF_HEAD].decode(errors="ignore").split("\n")
    return [[cell.strip(' "') for cell in re.split(r"[,;|\t]", line)] for line in lines]


def titles_above(rows: Iterable[Sequence[str]], known: Collection[str]) -> int:
    """Rows above the header, in a file of which the names of most columns are known.

    Parameters
    ----------
    rows : iterable of sequence of str
        Cells of the first rows; more than ten are not looked at.
    known : collection of str
        Names of columns.

    Returns
    -------
    int
        0 where the first row names a column that is known, or no row names half of them.

    Examples
    --------
    >>> titles_above([["Sales of May"], [], ["day", "amount"], ["1", "2"]], ["day", "amount"])
    2
    """
    wanted = set(known)
    n_known = [len(wanted.intersection(_clean(row))) for row in islice(rows, _MOST_TITLES + 1)]
    if not wanted or not n_known or n_known[0]:
        return 0
    most = max(n_known)
    return n_known.index(most) if 2 * most >= len(wanted) else 0


def without_footer(cells: Cells, n_rows: int) -> Cells:
    """Leave out rows at the end."""
    if not n_rows:
        return cells
    n_kept = max(cells.frame.height - n_rows, 0)
    return Cells(cells.frame.head(n_kept), cells.lines[:n_kept], cells.delimiter)


def n_totals(frame: pl.DataFrame) -> int:
    """Rows at the end that look like totals of those above: "Total", "Sum" and the like.

    Examples
    --------
    >>> n_totals(pl.DataFrame({"x": ["1", "2", "Total"], "y": ["a", "b", "3"]}))
    1
    """
    ends = frame.tail(_MOST_TOTALS).rows()
    firsts = [first_cell(row) for row in reversed(ends)]
    is_total = [bool(_TOTAL.match(first)) for first in firsts]
    return is_total.index(False) if False in is_total else len(is_total)


def first_cell(row: Sequence[object]) -> str:
    """The first cell of a row with something in it, as text.

    Examples
    --------
    >>> first_cell(["", None, "Total", 3])
    'Total'
    """
    return next((str(cell) for cell in row if cell not in ("", None)), "")


def _refuse_title(cells: Cells, name: str, advice: Advice) -> None:
    """Refuse lines of a report above the header, and say where the header is."""
    rows = cells.frame.head(_MOST_TITLES + 1).rows()
    width = cells.frame.width
    if width < 2 or 2 * sum(map(bool, rows[0])) > width:
        return
    for position, row in enumerate(rows[1:], start=1):
        below = cells.frame.slice(position + 1, _SAMPLE_ROWS)
        if all(row) and len(set(row)) == width and below.height and not _is_data(row, below):
            line = int(cells.lines[position])
            shown = ", ".join(map(repr, row[:_MOST_SHOWN])) + ", ..." * (width > _MOST_SHOWN)
            raise DataError(
                f"{name} line {cells.lines[0]:,} names too few columns; line {line:,} is more like "
                f"a header: {shown}.",
                "The first line that is read names the columns.",
                advice.said("Leave out what stands above it", "skip_lines", line - 1),
            )


def _clean(first: Sequence[str]) -> list[str]:
    return [" ".join(cell.split()) for cell in first]


def _is_data(first: tuple[str, ...], rest: pl.DataFrame) -> bool:
    """Weigh cell by cell whether the first row is like what stands below it."""
    run = _run_of_numbers(first)
    return sum(
        _weight(cell, column.filter(column != ""))
        for cell, column in islice(zip(first, rest.iter_columns(), strict=True), _SAMPLE_COLUMNS)
        if cell and cell not in run
    ) > 0  # fmt: skip


def _weight(cell: str, below: pl.Series) -> int:
    """Return 1 if a cell is one of the values below it, -1 if it is their name, 0 if unclear."""
    if below.is_empty():
        return 0
    if _share_of_numbers(below) >= _MOST_OF_A_COLUMN:
        return 1 if _share_of_numbers(pl.Series([cell])) else -1
    if looks_dated(below):
        return 1 if looks_dated(pl.Series([cell])) else -1
    if (below == cell).sum() >= 2:
        return 1
    return -1 if 4 * len(cell) < np.median(below.str.len_chars()) else 0


def _share_of_numbers(text: pl.Series) -> float:
    return parse_numbers(text).count() / len(text)


def _run_of_numbers(first: tuple[str, ...]) -> set[str]:
    """Find whole numbers that count up by one: names such as 0, 1, 2 or 2019, 2020, 2021."""
    whole = [cell for cell in first if cell.isdecimal()]
    values = [int(cell) for cell in whole]
    counts_up = values == list(range(values[0], values[0] + len(values))) if values else False
    # two are enough where they count as data frames do
    fewest = 2 if values and values[0] == 0 else _FEWEST_IN_A_RUN
    return set(whole) if counts_up and len(values) >= fewest else set()


def _is_marks_only(column: str, cells: pl.Series) -> bool:
    """Whether a column is what was left of lines that two programs ended in their own way."""
    if column.strip(MARKS) or (not column and (cells == "").all()):
        return False
    return bool((cells.str.strip_chars(MARKS) == "").all())


def _names(
    first: tuple[str, ...], rest: pl.DataFrame, place: str, note: Note, known: Collection[str]
) -> list[str]:
    """Name each column; an empty name stands for one to drop."""
    names = _clean(first)
    for column, count in Counter(names).items():
        if column and count > 1:
            places = [str(place) for place, other in enumerate(names, start=1) if other == column]
            raise DataError(
                f"{place}: columns {' and '.join(places)} are both called {column!r}.",
                "Each column needs a name of its own.",
                "Rename one.",
            )
    for position, column in enumerate(names):
        if _is_marks_only(column, rest.to_series(position)) and column not in known:
            names[position] = ""
            note(
                f"{place}: column {position + 1} holds nothing but marks between fields and was "
                "left out."
            )
            continue
        if column:
            continue
        if (rest.to_series(position) == "").all():
            note(f"{place}: column {position + 1} has neither name nor values and was left out.")
        else:
            names[position] = f"column_{position + 1}"
            note(f"{place}: column {position + 1} has no name and is called {names[position]}.")
    return names
