"""A file as columns of cells, before anybody says what they mean."""

from __future__ import annotations

import io
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray
from polars.exceptions import PolarsError

from leadline.errors import DataError, first_line
from leadline.reading.file_forms.blocks import PlainFile, UnusualError, plain_file
from leadline.reading.file_forms.delimited import read_delimited
from leadline.reading.file_forms.header import (
    first_lines,
    n_totals,
    name_columns,
    titles_above,
    without_footer,
)
from leadline.reading.file_forms.json_rows import read_json
from leadline.reading.file_forms.packed import (
    HEAD_ROWS,
    Numbers,
    Packing,
    read_packed,
    text_of,
)
from leadline.reading.file_forms.source import Form, Note, open_source
from leadline.reading.file_forms.spreadsheet import read_sheet
from leadline.reading.file_forms.trim_advice import Advice

_MOST_COLUMNS = 10_000
_MOST_SHOWN = 5


@dataclass(frozen=True)
class RawTable:
    """The cells of a file.

    Attributes
    ----------
    path : Path
        Of the file.
    frame : polars.DataFrame
        Columns of text, or of what the file itself typed them as.
    place : callable
        From the index of a row to its name in messages: "train.csv line 8,112".
    has_semicolons : bool
        Whether semicolons keep its fields apart.
    n_totals : int
        Rows at the end that look like totals of those above.
    percents : frozenset of str
        Columns of fractions that the file shows in percent.
    numbers : mapping of str to Numbers
        Columns of plain numbers whose text was not kept; in `frame` they are numbers.
    source : PlainFile or None
        Where the text of these can be read again.
    head : polars.DataFrame
        The first rows, as the file has them.
    """

    path: Path
    frame: pl.DataFrame
    place: Callable[[int], str]
    has_semicolons: bool = False
    n_totals: int = 0
    percents: frozenset[str] = frozenset()
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    source: PlainFile | None = None
    head: pl.DataFrame = field(default_factory=pl.DataFrame)

    def cells(self, name: str) -> pl.Series:
        """The cells of a column as the file has them."""
        if name in self.numbers and self.source is not None:
            return text_of(self.source, name)
        return self.frame[name]


@dataclass(frozen=True)
class Trim:
    """Lines of a file that are no rows.

    Attributes
    ----------
    skip_lines : int >= 0
        Lines above the header.
    footer_rows : int >= 0
        Rows below the data.
    sheet : str
        Of a workbook; empty: the first.
    advice : Advice
        Where a person can say so.
    """

    skip_lines: int = 0
    footer_rows: int = 0
    sheet: str = ""
    advice: Advice = Advice.PROJECT

    @property
    def is_asked(self) -> bool:
        """Whether a person has said anything."""
        return bool(self.skip_lines or self.footer_rows or self.sheet)


BY_COMMAND = Trim(advice=Advice.COMMAND)
"""Nothing is said; options of the command can."""

IN_FILE = Trim(advice=Advice.FILE)
"""Nothing is said, and nothing can be but in the file itself."""


def open_table(
    path: Path,
    note: Note,
    trim: Trim = Trim(),
    known: Collection[str] = (),
    packing: Packing | None = None,
) -> RawTable:
    """Read the cells of a file.

    Parameters
    ----------
    path : Path
        Of the file.
    note : callable
        Told what a person should know.
    trim : Trim
        Lines that are no rows.
    known : collection of str
        Names of columns that are known already: they tell a header from data, and from titles.
    packing : Packing, optional
        How large text is read block by block; without one a file is read whole.

    Raises
    ------
    DataError
        If it cannot be read whole, or is no table.
    """
    if packing is not None and (table := _by_blocks(path, note, trim, known, packing)) is not None:
        return table
    data, form = open_source(path, note)
    if form is Form.DELIMITED:
        table = _delimited(data, path, note, trim, known)
    elif form is Form.SPREADSHEET:
        table = _spreadsheet(data, path, note, trim, known)
    else:
        name = path.name
        frame = _parquet(data, name) if form is Form.PARQUET else read_json(data, name, note)
        table = typed_table(_without_last(frame, trim), path, note)
    _refuse_shape(table.frame, path.name, trim)
    return replace(table, head=table.frame.head(HEAD_ROWS))


def _by_blocks(
    path: Path, note: Note, trim: Trim, known: Collection[str], packing: Packing
) -> RawTable | None:
    """Large text of plain rows; None where something is unusual, and the file is read whole."""
    if trim.skip_lines or trim.footer_rows or (source := plain_file(path, known)) is None:
        return None
    try:
        read = read_packed(source, packing)
    except UnusualError:
        return None
    if n_totals(read.tail):
        return None
    numbers = {name: each for name, each in read.columns.items() if isinstance(each, Numbers)}
    columns = {
        name: each.values if isinstance(each, Numbers) else each
        for name, each in read.columns.items()
    }
    table = RawTable(
        path,
        pl.DataFrame(columns),
        partial(_numbered_place, path.name, 1 if source.header is None else 2),
        source.delimiter == ";",
        numbers=numbers,
        source=source,
        head=read.head,
    )
    _refuse_shape(table.frame, path.name, trim)
    for said in source.notes:
        note(said)
    return table


def _numbered_place(name: str, first_line: int, row: int) -> str:
    return f"{name} line {row + first_line:,}"


def _delimited(data: bytes, path: Path, note: Note, trim: Trim, known: Collection[str]) -> RawTable:
    skip_lines = trim.skip_lines or titles_above(first_lines(data), known)
    if skip_lines > trim.skip_lines:
        note(f"{path.name}: lines above the header left out: {skip_lines:,}.")
    cells = read_delimited(data, path.name, note, skip_lines=skip_lines, advice=trim.advice)
    cells = name_columns(cells, path.name, note, known=known, advice=trim.advice)
    cells = without_footer(cells, trim.footer_rows)
    return RawTable(
        path,
        cells.frame,
        partial(_line_place, path.name, cells.lines),
        cells.delimiter == ";",
        n_totals(cells.frame),
    )


def _spreadsheet(
    data: bytes, path: Path, note: Note, trim: Trim, known: Collection[str]
) -> RawTable:
    sheet = read_sheet(
        data,
        path.name,
        note,
        sheet=trim.sheet,
        skip_lines=trim.skip_lines,
        known=known,
        advice=trim.advice,
    )
    table = typed_table(_without_last(sheet.frame, trim), path, note, first_row=sheet.first_row)
    percents = frozenset(" ".join(column.split()) for column in sheet.percents)
    return replace(table, n_totals=n_totals(table.frame), percents=percents)


def _without_last(frame: pl.DataFrame, trim: Trim) -> pl.DataFrame:
    return frame.head(max(frame.height - trim.footer_rows, 0))


def typed_table(frame: pl.DataFrame, path: Path, note: Note, *, first_row: int = 1) -> RawTable:
    """A table of which the file itself has the types.

    Parameters
    ----------
    frame : polars.DataFrame
        As the file has it.
    path : Path
        Of the file.
    note : callable
        Told of blank rows, which are left out.
    first_row : int, default=1
        What messages call the first row.

    Raises
    ------
    DataError
        If two columns have one name.
    """
    frame = frame.rename(_clean_names(frame, path.name))
    frame, rows = _without_blank(frame, path.name, note)
    place = partial(_row_place, path.name, rows + first_row)
    return RawTable(path, frame, place, n_totals=n_totals(frame))


def _line_place(name: str, lines: NDArray[np.int64], row: int) -> str:
    return f"{name} line {lines[row]:,}"


def _row_place(name: str, rows: NDArray[np.intp], row: int) -> str:
    return f"{name} row {rows[row]:,}"


def _without_blank(
    frame: pl.DataFrame, name: str, note: Note
) -> tuple[pl.DataFrame, NDArray[np.intp]]:
    """Rows with a value, as a text file has them; and the place of each."""
    empty = [
        pl.col(column).is_null() | (pl.col(column).str.strip_chars() == "")
        if dtype == pl.String
        else pl.col(column).is_null()
        for column, dtype in frame.schema.items()
    ]
    is_blank = frame.select(pl.all_horizontal(empty)).to_series().to_numpy()
    if n_blank := int(is_blank.sum()):
        note(f"{name}: rows left out because they are empty: {n_blank:,}.")
        frame = frame.filter(~is_blank)
    return frame, np.flatnonzero(~is_blank)


def _clean_names(frame: pl.DataFrame, name: str) -> dict[str, str]:
    """Names without white space at their ends, as a text file has them."""
    names = {column: " ".join(column.split()) for column in frame.columns}
    names = {
        column: clean or f"column_{position}"
        for position, (column, clean) in enumerate(names.items(), start=1)
    }
    if len(set(names.values())) < len(names):
        every = list(names.values())
        repeated = sorted(clean for clean in every if every.count(clean) > 1)
        raise DataError(
            f"{name} has two columns called {repeated[0]!r}.",
            "Each column needs a name of its own.",
            "Rename one.",
        )
    return names


def _parquet(data: bytes, name: str) -> pl.DataFrame:
    try:
        return pl.read_parquet(io.BytesIO(data))
    except PolarsError as error:
        raise DataError(
            f"{name} is not whole Parquet: {first_line(error)}.",
            "A whole file is needed.",
            "Fetch or write it again.",
        ) from None


def _refuse_shape(frame: pl.DataFrame, name: str, trim: Trim) -> None:
    if frame.height == 0 and trim.footer_rows:
        raise DataError(
            f"{name} has no rows but the last {trim.footer_rows:,} that are left out.",
            "Rows are needed.",
            trim.advice.said("Leave out fewer", "footer_rows", "N"),
        )
    if frame.height == 0 or frame.width == 0:
        raise DataError(f"{name} has no rows.", "Rows are needed.", "Export it again.")
    if frame.width > _MOST_COLUMNS:
        raise DataError(
            f"{name} has {frame.width:,} columns.",
            f"At most {_MOST_COLUMNS:,} are read.",
            "Keep the columns that matter; were rows and columns swapped?",
        )


def same_columns(
    tables: Sequence[RawTable], exclude: Sequence[str], advice: Advice, note: Note
) -> list[RawTable]:
    """The files with empty columns where some lack one that a person leaves out.

    Parameters
    ----------
    tables : sequence of RawTable
        At least one.
    exclude : sequence of str
        Columns that nobody learns from.
    advice : Advice
        Where a person can name more of them.
    note : callable
        Told which columns these are.

    Raises
    ------
    DataError
        If a file lacks another column of the first, or has another one.
    """
    names = dict.fromkeys(name for table in tables for name in table.frame.columns)
    lacked = [
        name
        for name in names
        if name in exclude and not all(name in table.frame.columns for table in tables)
    ]
    if lacked:
        note(f"Not in every file, and left out: {_named(lacked)}.")
    tables = [_with_empty(table, lacked) for table in tables]
    for table in tables[1:]:
        _refuse_other_columns(tables[0], table, advice)
    return tables


def _with_empty(table: RawTable, names: Sequence[str]) -> RawTable:
    nothing = pl.lit(None, pl.String)
    empty = [nothing.alias(name) for name in names if name not in table.frame.columns]
    return replace(table, frame=table.frame.with_columns(empty)) if empty else table


def _refuse_other_columns(first: RawTable, table: RawTable, advice: Advice) -> None:
    expected, columns = first.frame.columns, table.frame.columns
    lacking = [column for column in expected if column not in columns]
    extra = [column for column in columns if column not in expected]
    if not lacking and not extra:
        return
    parts = [f"lacks {_named(lacking)}"] * bool(lacking)
    parts += [f"has also {_named(extra)}"] * bool(extra)
    shared = [column for column in columns if column in expected]
    way_out = "Mend it, or leave the file out."
    if lacking and extra and shared:
        way_out = (
            "If it belongs beside the rows, join the files into one first, by a column of both "
            f"({_named(shared)}); else mend it, or leave the file out."
        )
    elif advice is Advice.PROJECT:
        options = " ".join(f"--exclude {name}" for name in (*lacking, *extra)[:_MOST_SHOWN])
        way_out = f"Mend it, or leave the column out: {options}, or [data] exclude."
    raise DataError(
        f"{table.path.name} {' and '.join(parts)}, compared with {first.path.name}.",
        "Files are read one below the other: all need the same columns.",
        way_out,
    )


def _named(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:_MOST_SHOWN])
    more = len(names) - _MOST_SHOWN
    return f"{shown} and {more:,} more" if more > 0 else shown
