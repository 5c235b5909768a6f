"""Sheets of a workbook (xlsx, xlsb, ods): dates, numbers and booleans as they were typed."""

from __future__ import annotations

import logging
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import polars as pl

from leadline.errors import DataError, first_line
from leadline.reading.file_forms.below_header import n_descriptions, tell_descriptions
from leadline.reading.file_forms.delimited import Cells
from leadline.reading.file_forms.header import column_names, titles_above
from leadline.reading.file_forms.source import Note
from leadline.reading.file_forms.trim_advice import Advice, no_rows_below
from leadline.reading.file_forms.workbook_marks import workbook_marks

if TYPE_CHECKING:
    from fastexcel import ExcelReader

_HEAD_ROWS = 2_000


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet.

    Attributes
    ----------
    frame : polars.DataFrame
        As they were typed; a column of several types is text.
    first_row : int
        Number that the workbook gives to the first of them.
    percents : frozenset of str
        Columns of fractions that the workbook shows in percent.
    """

    frame: pl.DataFrame
    first_row: int
    percents: frozenset[str] = frozenset()


def read_sheet(
    data: bytes,
    name: str,
    note: Note,
    *,
    sheet: str = "",
    skip_lines: int = 0,
    known: Collection[str] = (),
    advice: Advice = Advice.PROJECT,
) -> Sheet:
    """Read one sheet; its first row names the columns.

    Parameters
    ----------
    data : bytes
        The workbook.
    name : str
        The file's, for messages.
    note : callable
        Told which sheet was read, if there are several, and what `column_names` tells.
    sheet : str, default=""
        Which one; empty: the first.
    skip_lines : int, default=0
        Rows above the header.
    known : collection of str
        Names of columns that are known already: they tell a header from titles above it.
    advice : Advice
        Where a person can name a sheet.

    Raises
    ------
    DataError
        If it cannot be read, has no such sheet, or no usable names of columns.
    """
    import fastexcel

    # it warns of each empty column
    logging.getLogger("fastexcel").setLevel(logging.ERROR)
    others = ""
    try:
        workbook = fastexcel.read_excel(data)
        chosen, others = _chosen(name, workbook.sheet_names, sheet, advice)
        if others:
            note(others)
        top, head = _head(workbook, chosen, skip_lines)
        if not skip_lines and (n_titles := titles_above(head.iter_rows(), known)):
            note(f"{name}: rows above the header left out: {n_titles:,}.")
            top, head = top + n_titles, head.slice(n_titles)
        if head.is_empty():
            raise no_rows_below(name, skip_lines, advice)
        cells = Cells(head, np.arange(head.height) + top + 1, "")
        names = column_names(cells, name, note, known=known, advice=advice)
        first = top if names is None else top + 1
        if names is not None:
            n_told = n_descriptions(head.slice(1))
            tell_descriptions(head.slice(1), n_told, f"{name} row {first + 1:,}", note)
            first += n_told
        frame = workbook.load_sheet(
            chosen,
            header_row=None,
            skip_rows=first,
            column_names=head.columns,
            # by a sample of rows, what is of another type further down would be lost
            schema_sample_rows=None,
        ).to_polars()
    except fastexcel.InvalidParametersError:
        # no other parameter depends on a person: more rows are skipped than there are
        raise no_rows_below(name, skip_lines, advice) from None
    except fastexcel.FastExcelError as error:
        raise DataError(
            f"{name} cannot be read as a workbook: {first_line(error)}.",
            "A whole workbook is needed.",
            "Open it in the program that wrote it and save the table as CSV (UTF-8).",
        ) from None
    except DataError as error:
        # of a cover the way out is another sheet
        raise DataError(error.found, error.needed, f"{error.next} {others}".strip()) from None
    names = names or [f"column_{position + 1}" for position in range(frame.width)]
    kept = {str(position): column for position, column in enumerate(names) if column}
    marks = workbook_marks(data, chosen, first + 1)
    errors = [
        f"{column!r} ({n:,})" for at, column in enumerate(names) if (n := marks.n_errors.get(at))
    ]
    if errors:
        note(
            f"{name}: cells that hold an error, such as #N/A, were read as no value: "
            f"{', '.join(errors)}."
        )
    frame = frame.select(pl.col(old).alias(new) for old, new in kept.items())
    percents = frozenset(
        column
        for at, column in enumerate(names)
        if column and _is_in_percent(frame[column], marks.n_percent.get(at, 0))
    )
    return Sheet(frame, first + 1, percents)


def _is_in_percent(column: pl.Series, n_percent: int) -> bool:
    """Whether the numbers of a column are shown in percent, all of them."""
    return column.dtype.is_numeric() and 0 < column.count() <= n_percent


def _head(workbook: ExcelReader, sheet: str, skip_lines: int) -> tuple[int, pl.DataFrame]:
    """How many rows stand above the first that is filled, and the first rows as text."""
    frame = workbook.load_sheet(
        sheet, header_row=None, skip_rows=skip_lines, n_rows=_HEAD_ROWS, dtypes="string"
    ).to_polars()
    frame = frame.select(pl.all().str.strip_chars().fill_null(""))
    frame.columns = [str(position) for position in range(frame.width)]
    is_filled = frame.select(pl.any_horizontal(pl.all() != "")).to_series()
    n_blank = int(is_filled.arg_max() or 0) if is_filled.any() else frame.height
    return skip_lines + n_blank, frame.slice(n_blank)


def _chosen(name: str, sheets: list[str], sheet: str, advice: Advice) -> tuple[str, str]:
    """The sheet to read, and what is told of the others where nobody named one."""
    if sheet and sheet not in sheets:
        raise DataError(
            f"{name} has no sheet {sheet!r}.",
            f"It has {', '.join(map(repr, sheets))}.",
            advice.said("Name one of them", "sheet", "NAME"),
        )
    if sheet or len(sheets) == 1:
        return sheet or sheets[0], ""
    other = advice.said(
        "If another is meant, name it",
        "sheet",
        "NAME",
        otherwise="If another is meant, save it as a file of its own",
    )
    shown = ", ".join(map(repr, sheets))
    return sheets[0], f"{name} has {len(sheets)} sheets ({shown}); {sheets[0]!r} was read. {other}"
