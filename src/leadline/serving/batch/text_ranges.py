"""Delimited text by ranges of bytes: where a file may be cut, and the rows of a range."""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.errors import DataError
from leadline.reading.file_forms.below_header import n_descriptions
from leadline.reading.file_forms.blocks import UnusualError, rows_of_lines
from leadline.reading.file_forms.delimited import delimiter_of, is_blank
from leadline.serving.batch.locations import Location

_MARK = b"\xef\xbb\xbf"
_HEAD = 2**20
_CHECKED_ROWS = 100
_LONGEST_FIELD = 2**31 - 1
_LONGEST_QUOTED = 8  # pieces
_NEWLINE, _QUOTE = 10, 34


class IrregularError(Exception):
    """Text that only the reader of all forms can judge, from the whole file.

    Parameters
    ----------
    location : Location
        Of the file.
    refusal : DataError
        What is said if that reader cannot take it either.
    """

    def __init__(self, location: Location, refusal: DataError) -> None:
        super().__init__(location, refusal)
        self.location, self.refusal = location, refusal


@dataclass(frozen=True)
class Layout:
    """How the rows of a file are written down.

    Attributes
    ----------
    delimiter : str
        Between the fields.
    names : tuple of str
        Of the columns.
    start : int
        The byte at which the rows begin, below the names and what describes them.
    """

    delimiter: str
    names: tuple[str, ...]
    start: int


@dataclass
class TextScan:
    """A file of text, looked at once from end to end.

    Attributes
    ----------
    digest : str
        SHA-256 of its bytes.
    is_plain : bool
        Whether it is text in UTF-8.
    head : bytes
        Its first megabyte.
    cuts : list of int
        Bytes at which a row begins, the first and the end of the file among them.
    """

    digest: str
    is_plain: bool
    head: bytes
    cuts: list[int]


def scan(location: Location, chunk_rows: int, *, has_quotes: bool) -> TextScan:
    """Look at a file of text from end to end.

    Parameters
    ----------
    location : Location
        Of the file.
    chunk_rows : int > 0
        About how many rows there are between two cuts.
    has_quotes : bool
        Whether a line may end within quotes, where no row begins.
    """
    digest, decoder = hashlib.sha256(), codecs.getincrementaldecoder("utf-8")()
    head, is_plain = b"", True
    cuts, position, is_quoted, n_between = [0], 0, False, 1
    for block in location.blocks():
        digest.update(block)
        is_plain = is_plain and _is_text(block, decoder)
        if not position:
            head = block[:_HEAD]
            n_between = chunk_rows * max(len(head) // max(head.count(b"\n"), 1), 1)
        looked = 0
        while (at := block.find(b"\n", max(cuts[-1] + n_between - position - 1, looked))) >= 0:
            is_quoted ^= has_quotes and block.count(b'"', looked, at) % 2 == 1
            looked, end = at + 1, position + at + 1
            # a quote that never closes is none, as in 5" pipes
            if not is_quoted or end > cuts[-1] + _LONGEST_QUOTED * n_between:
                cuts.append(end)
                is_quoted = False
        is_quoted ^= has_quotes and block.count(b'"', looked) % 2 == 1
        position += len(block)
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        is_plain = False
    if cuts[-1] < position or not position:
        cuts.append(position)
    return TextScan(digest.hexdigest(), is_plain, head, cuts)


def _is_text(block: bytes, decoder: codecs.IncrementalDecoder) -> bool:
    if b"\0" in block:
        return False
    if block.isascii() and decoder.getstate()[0] == b"":
        return True
    try:
        decoder.decode(block)
    except UnicodeDecodeError:
        return False
    return True


def layout_of(head: bytes, known: Collection[str], location: Location) -> Layout | None:
    """The layout that the first lines show; None where they are of another form.

    Parameters
    ----------
    head : bytes
        Text in UTF-8, be it cut in a letter.
    known : collection of str
        Columns that the release needs: they tell a header from data.
    location : Location
        Of the file.

    Raises
    ------
    IrregularError
        If its first line names no columns.
    """
    text = head.removeprefix(_MARK).decode(errors="ignore")
    shown = text.lstrip()
    if shown.startswith(('{"', "[")) or shown[:4].lower() == "sep=":
        return None
    if not all(each in shown.partition("\n")[0] for each in known):
        return None
    delimiter = delimiter_of(text)
    rows, lines = _first_rows(text, delimiter)
    names = [each.strip() for each in rows[0]] if rows else []
    if not names or "" in names or len(set(names)) < len(names):
        raise IrregularError(
            location,
            DataError(
                f"{location.name} line 1 cannot be read as names of columns.",
                "A name for each column, all different, is needed.",
                "Add or mend the first line.",
            ),
        )
    below = [row for row in rows[1:] if len(row) == len(names)]
    frame = pl.DataFrame(below, schema=dict.fromkeys(names, pl.String), orient="row")
    n_lines = lines[n_descriptions(frame) if len(below) == len(rows) - 1 else 0]
    start = len(head) if n_lines > head.count(b"\n") else _after_line(head, n_lines)
    return Layout(delimiter, tuple(names), start)


def _first_rows(text: str, delimiter: str) -> tuple[list[list[str]], list[int]]:
    """The names and the rows below them, and the line that each ends on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row in reader:
            if not rows or not is_blank(row):
                rows.append(row)
                lines.append(int(reader.line_num))
            if len(rows) > _CHECKED_ROWS:
                break
    except csv.Error:
        return rows, lines
    return rows, lines


def _after_line(head: bytes, n_lines: int) -> int:
    at = 0
    for _ in range(n_lines):
        at = head.index(b"\n", at) + 1
    return at


@dataclass(frozen=True)
class TextRows:
    """The rows of a range.

    Attributes
    ----------
    frame : polars.DataFrame
        All String; an empty value is null.
    name : str
        Of the file.
    """

    frame: pl.DataFrame
    name: str
    _location: Location = field(repr=False)
    _start: int = 0
    _block: bytes = field(default=b"", repr=False)
    _kept: NDArray[np.intp] | None = field(default=None, repr=False)
    _lines: list[int] | None = field(default=None, repr=False)

    def place(self, row: int) -> str:
        """The line on which a row begins, in the words of messages."""
        index = row if self._kept is None else int(self._kept[row])
        if self._lines is not None:
            within = self._lines[index]
        elif index:
            end = int(self._ends[index - 1]) + 1
            within = self._block.count(b"\n", 0, end)
        else:
            within = 0
        return f"{self.name} line {within + 1 + lines_before(self._location, self._start):,}"

    @cached_property
    def _ends(self) -> NDArray[np.intp]:
        """Where each line of the range ends that ends a row."""
        data = np.frombuffer(self._block, np.uint8)
        is_outside = np.add.accumulate(data == _QUOTE, dtype=np.uint8) % 2 == 0
        return np.flatnonzero((data == _NEWLINE) & is_outside)


def lines_before(location: Location, start: int) -> int:
    """Lines of a file above a byte of it."""
    return sum(block.count(b"\n") for block in location.blocks(0, start))


def rows_of(location: Location, start: int, stop: int, layout: Layout) -> TextRows:
    """The rows of a range; blank ones and repeated headers are left out.

    Parameters
    ----------
    location : Location
        Of the file.
    start, stop : int
        Bytes; both are where a row begins, or the end.
    layout : Layout
        Of the file.

    Raises
    ------
    IrregularError
        If quotes or rows are out of order.
    """
    block = location.read(start, stop)
    try:
        frame = rows_of_lines(block, layout.delimiter, len(layout.names))
        lines = None
    except UnusualError:
        frame, lines = _row_by_row(location, start, block, layout)
    frame.columns = list(layout.names)
    kept = _kept(frame, layout.names)
    if kept is not None:
        frame = frame[kept]
    frame = frame.select(pl.when(pl.col(pl.String) != "").then(pl.col(pl.String)))
    return TextRows(frame, location.name, location, start, block, kept, lines)


def _kept(frame: pl.DataFrame, names: tuple[str, ...]) -> NDArray[np.intp] | None:
    """Rows that hold something, and are no header; None where all do."""
    marks = ",;|\t" if frame.width > 1 else ""
    left_out = pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
    for column in frame.iter_columns():
        left_out &= column.str.strip_chars(f" \r\n{marks}") == ""
        if not left_out.any():
            break
    begins_alike = frame.to_series(0).str.strip_chars() == names[0]
    if begins_alike.any():
        cells = [pl.col(pl.String).str.strip_chars()]
        same = frame.select(cells).select(pl.all_horizontal(pl.col(name) == name for name in names))
        left_out |= same.to_series()
    return np.flatnonzero(~left_out.to_numpy()) if left_out.any() else None


def _row_by_row(
    location: Location, start: int, block: bytes, layout: Layout
) -> tuple[pl.DataFrame, list[int]]:
    """Rows as Python's own reader splits them, and the line of the range each begins on."""
    limit = csv.field_size_limit(_LONGEST_FIELD)
    text = io.StringIO(block.decode(), newline="")
    reader = csv.reader(text, delimiter=layout.delimiter, strict=True)
    rows: list[list[str]] = []
    lines: list[int] = []
    try:
        for row, line in _filled(reader):
            if len(row) != len(layout.names):
                shown = line + lines_before(location, start)
                raise IrregularError(location, _of_other_length(location.name, shown, row, layout))
            rows.append(row)
            lines.append(line - 1)
    except csv.Error as error:
        shown = int(reader.line_num) + lines_before(location, start)
        found = f"{location.name} line {shown:,} cannot be read: {error}."
        refusal = DataError(found, "Quotes that pair up are needed.", "Mend that line.")
        raise IrregularError(location, refusal) from error
    finally:
        csv.field_size_limit(limit)
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(layout.names)
    names = [str(position) for position in range(len(layout.names))]
    data = dict(zip(names, columns, strict=True))
    return pl.DataFrame(data, schema=dict.fromkeys(names, pl.String)), lines


def _filled(reader: Iterator[list[str]]) -> Iterator[tuple[list[str], int]]:
    """Rows that are not blank, and the line each begins on."""
    line = 0
    for row in reader:
        start, line = line + 1, int(reader.line_num)  # type: ignore[attr-defined]
        if not is_blank(row):
            yield row, start


def _of_other_length(name: str, line: int, row: list[str], layout: Layout) -> DataError:
    return DataError(
        f"{name} line {line:,} cannot be read: it has {len(row)} values.",
        f"The first line names {len(layout.names)} columns.",
        "Mend that line; a value that holds the delimiter stands in quotes.",
    )
