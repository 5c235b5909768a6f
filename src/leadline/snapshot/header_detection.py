"""Header detection: column names from the first row, or from positions."""

from __future__ import annotations

from collections import Counter
from itertools import islice

import numpy as np
import polars as pl

from leadline.errors import DataError
from leadline.snapshot.date_parsing import looks_dated
from leadline.snapshot.delimited import Cells
from leadline.snapshot.number_parsing import numbers_in
from leadline.snapshot.source import Note

_SAMPLE_ROWS = 2_000
_SAMPLE_COLUMNS = 500
_MOST_OF_A_COLUMN = 0.8
_FEWEST_IN_A_RUN = 3


def name_columns(cells: Cells, name: str, note: Note) -> Cells:
    """Call the columns by the first row, or by position if that row is data.

    Parameters
    ----------
    cells : Cells
        With columns called by position.
    name : str
        The file's, for messages.
    note : callable
        Told if there is no header, or an unnamed column was dropped.

    Returns
    -------
    Cells
        Without the header row. Columns of a file without header are called column_1,
        column_2 and so on.

    Raises
    ------
    DataError
        If two columns share a name, a filled column has none, or only a header is there.
    """
    first, rest = cells.frame.row(0), cells.frame.slice(1)
    if rest.height == 0:
        raise DataError(
            f"{name} has one line only.", "A header and rows below it are needed.", "Export again."
        )
    if _is_data(first, rest.head(_SAMPLE_ROWS)):
        note(
            f"{name} has no header, its first line is data: the columns are called "
            "column_1, column_2 and so on. Add a first line with names if you want others."
        )
        names = [f"column_{position}" for position in range(1, len(first) + 1)]
        return Cells(cells.frame.rename(dict(zip(cells.frame.columns, names, strict=True))),
                     cells.lines, cells.delimiter)  # fmt: skip
    names = _names(first, rest, f"{name} line {cells.lines[0]:,}", note)
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
    return Cells(frame, cells.lines[1:][keep.to_numpy()], cells.delimiter)


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
    return numbers_in(text).count() / len(text)


def _run_of_numbers(first: tuple[str, ...]) -> set[str]:
    """Find whole numbers that count up by one: names such as 0, 1, 2 or 2019, 2020, 2021."""
    whole = [cell for cell in first if cell.isdecimal()]
    values = [int(cell) for cell in whole]
    counts_up = values == list(range(values[0], values[0] + len(values))) if values else False
    return set(whole) if counts_up and len(values) >= _FEWEST_IN_A_RUN else set()


def _names(first: tuple[str, ...], rest: pl.DataFrame, place: str, note: Note) -> list[str]:
    """Name each column; an empty name stands for one to drop."""
    names = [" ".join(cell.split()) for cell in first]
    for column, count in Counter(names).items():
        if column and count > 1:
            places = [str(place) for place, other in enumerate(names, start=1) if other == column]
            raise DataError(
                f"{place}: columns {' and '.join(places)} are both called {column!r}.",
                "Each column needs a name of its own.",
                "Rename one.",
            )
    for position, column in enumerate(names):
        if column:
            continue
        if (rest.to_series(position) == "").all():
            note(f"{place}: column {position + 1} has neither name nor values and was left out.")
        elif position == 0 and "column_1" not in names:
            # what spreadsheets and data frames write for row names
            names[0] = "column_1"
            note(f"{place}: the first column has no name and is called column_1.")
        else:
            raise DataError(
                f"{place}: column {position + 1} has no name, but it has values.",
                "Each column needs a name.",
                "Add it, or mend the row that has one value too many.",
            )
    return names
