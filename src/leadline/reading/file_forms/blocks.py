"""Large delimited text, block by block: only files without anything unusual in them.

A file of which every row has as many fields as the first, without blank rows, without quotes that
hide the end of a line, in UTF-8. Every block is checked whole. Whatever else a file may hold is
left to `leadline.reading.file_forms.delimited`, which reads the same cells from such a file too,
but holds all of it in memory.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.errors import DataError
from leadline.reading.file_forms.below_header import n_descriptions
from leadline.reading.file_forms.delimited import Cells, delimiter_of, has_sep_line
from leadline.reading.file_forms.header import MARKS, column_names, first_lines, titles_above
from leadline.reading.file_forms.source import Form, form_of_text, is_unpacked_text

FEWEST_BYTES = 2**20
"""Smaller files are read whole: that costs nothing."""

_BLOCK_BYTES = 2**22
_HEAD_ROWS = 2_100
_BLANK = r"^[\s,;|\t]*$"
_NEWLINE, _RETURN, _QUOTE = 10, 13, 34


class UnusualError(Exception):
    """The file holds what only the reader of all forms can judge."""


@dataclass(frozen=True)
class PlainFile:
    """A file whose first rows are plain; `blocks` finds out whether the others are.

    Attributes
    ----------
    path : Path
        Of the file.
    delimiter : str
        Between the fields.
    names : tuple of str
        Of the columns.
    header : str or None
        The first cell of the header; None where the first row is data.
    notes : tuple of str
        What a person should know of the header.
    """

    path: Path
    delimiter: str
    names: tuple[str, ...]
    header: str | None
    notes: tuple[str, ...] = ()

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[tuple[pl.DataFrame, float]]:
        """The cells of the next rows, as they stand in the file, and the share read so far.

        Parameters
        ----------
        columns : sequence of str, optional
            Those wanted; else all.

        Raises
        ------
        UnusualError
            If a block is not plain.
        """
        wanted = self.names if columns is None else columns
        size, done = self.path.stat().st_size, 0
        is_first = True
        for block in _byte_blocks(self.path):
            done += len(block)
            frame = _parsed(block, self.delimiter, self.names, wanted)
            if columns is None:
                _refuse_ragged(block, frame, self.delimiter)
                _refuse_blank(frame)
            if is_first and self.header is not None:
                frame = frame.slice(1)
            is_first = False
            if columns is None and self.header is not None:
                _refuse_repeats(frame, self.header)
            yield frame, min(done / max(size, 1), 1.0)


def plain_file(path: Path, known: Collection[str] = ()) -> PlainFile | None:
    """A file that can be read block by block, as far as its first rows tell.

    Parameters
    ----------
    path : Path
        Of the file.
    known : collection of str
        Names of columns that are known already.
    """
    try:
        if not path.is_file() or path.stat().st_size < FEWEST_BYTES:
            return None
        head = next(_byte_blocks(path), b"")
        return _opened(path, head, known)
    except (UnusualError, OSError, DataError, csv.Error):
        # the reader of all forms says what is wrong, once it has seen the whole file
        return None


def _opened(path: Path, head: bytes, known: Collection[str]) -> PlainFile | None:
    is_text = is_unpacked_text(path, head) and form_of_text(head, path.name) is Form.DELIMITED
    if not is_text or titles_above(first_lines(head), known):
        return None
    text = head.decode()
    if has_sep_line(text):
        return None
    delimiter = delimiter_of(text)
    first = next(csv.reader([text.partition("\n")[0]], delimiter=delimiter, strict=True), [])
    if len(first) < 2:
        return None
    by_position = [str(position) for position in range(len(first))]
    rows = _parsed(head, delimiter, by_position, by_position).head(_HEAD_ROWS)
    rows = rows.select(pl.all().str.strip_chars())
    if rows.height < 2:
        return None
    notes: list[str] = []
    cells = Cells(rows, np.arange(1, rows.height + 1), delimiter)
    names = column_names(cells, path.name, notes.append, known=known)
    header = rows.item(0, 0) if names is not None else None
    if names is None:
        names = [f"column_{position + 1}" for position in range(len(first))]
    elif not _are_plain(rows, names):
        return None
    return PlainFile(path, delimiter, tuple(names), header, tuple(notes))


def _are_plain(rows: pl.DataFrame, names: Sequence[str]) -> bool:
    """Whether every column has a name, and only the first of some rows names them."""
    # whether a column without a name holds anything is not to be told by its first rows
    has_names = all(cell.strip(MARKS) for cell in rows.row(0))
    # and a name may be a pattern to polars
    has_pattern = any(name.startswith("^") for name in names)
    return has_names and not has_pattern and not n_descriptions(rows.slice(1))


def _byte_blocks(path: Path) -> Iterator[bytes]:
    """Whole lines, some megabytes at a time."""
    with path.open("rb") as file:
        rest = file.read(3).removeprefix(b"\xef\xbb\xbf")
        while part := file.read(_BLOCK_BYTES):
            end = part.rfind(b"\n") + 1
            if not end and len(part) == _BLOCK_BYTES:
                raise UnusualError("a line of many megabytes")
            block, rest = rest + part[:end], part[end:] if end else rest + part
            if end:
                _refuse_bytes(block)
                yield block
    if rest:
        _refuse_bytes(rest)
        yield rest


def _refuse_bytes(block: bytes) -> None:
    if b"\x00" in block:
        raise UnusualError("no text")
    if b"\r" in block and block.count(b"\r") != block.count(b"\r\n"):
        raise UnusualError("lines that end in several ways")
    if not block.isascii():
        try:
            block.decode()
        except UnicodeDecodeError:
            raise UnusualError("another encoding") from None


def rows_of_lines(block: bytes, delimiter: str, n_fields: int) -> pl.DataFrame:
    """The rows of some whole lines; a field in regular quotes may go over several.

    Parameters
    ----------
    block : bytes
        It begins with a row and ends with one.
    delimiter : str
        Between the fields.
    n_fields : int
        Of each row.

    Returns
    -------
    polars.DataFrame, shape (n_rows, n_fields)
        All String, named by position from 0, as they stand in the file; an empty field is "".

    Raises
    ------
    UnusualError
        If rows are blank lines or of several lengths, quotes are irregular, lines end in several
        ways, or it is not text in UTF-8.
    """
    names = [str(position) for position in range(n_fields)]
    if not block:
        return pl.DataFrame(schema=dict.fromkeys(names, pl.String))
    _refuse_bytes(block)
    frame = _parsed(block, delimiter, names, names)
    if b'"' not in block:
        _refuse_ragged(block, frame, delimiter)
    elif not _every_line_even(np.frombuffer(block, np.uint8), delimiter, n_fields, frame.height):
        raise UnusualError("rows of several lengths")
    return frame


def _parsed(
    block: bytes, delimiter: str, names: Sequence[str], wanted: Sequence[str]
) -> pl.DataFrame:
    try:
        frame = pl.read_csv(
            block,
            separator=delimiter,
            quote_char='"' if b'"' in block else None,
            has_header=False,
            schema={str(position): pl.String for position in range(len(names))},
            columns=None if wanted is names else [names.index(name) for name in wanted],
            empty_string_is_null=False,
        )
    except pl.exceptions.PolarsError:
        raise UnusualError("rows of several lengths") from None
    frame.columns = list(wanted)
    return frame


def _refuse_ragged(block: bytes, frame: pl.DataFrame, delimiter: str) -> None:
    """Refuse rows with more or fewer fields than the first, or that span several lines."""
    data = np.frombuffer(block, np.uint8)
    n_lines = int(np.count_nonzero(data == _NEWLINE)) + (data[-1] != _NEWLINE)
    if frame.height != n_lines:
        raise UnusualError("rows that span several lines")
    if b'"' not in block and bool((frame.to_series(-1) != "").all()):
        # no row is short, so that one too long shows in the sum
        n_delimiters = int(np.count_nonzero(data == ord(delimiter)))
        is_even = n_delimiters == n_lines * (frame.width - 1)
    else:
        is_even = _every_line_even(data, delimiter, frame.width, n_lines)
    if not is_even:
        raise UnusualError("rows of several lengths")


def _every_line_even(data: NDArray[np.uint8], delimiter: str, n_fields: int, n_lines: int) -> bool:
    """Whether each n-th mark outside of quotes ends a line, and quotes are regular."""
    is_mark = (data == ord(delimiter)) | (data == _NEWLINE)
    is_quote = data == _QUOTE
    if is_quote.any():
        # a tab in front of quotes: they may be plain characters as well
        if delimiter == "\t" or not _has_regular_quotes(data, is_mark, np.flatnonzero(is_quote)):
            return False
        is_mark &= np.add.accumulate(is_quote, dtype=np.uint8) % 2 == 0
    marks = data[np.flatnonzero(is_mark)]
    if data[-1] != _NEWLINE:
        marks = np.append(marks, np.uint8(_NEWLINE))
    is_line_end = marks == _NEWLINE
    is_even = len(marks) == n_lines * n_fields and is_line_end[n_fields - 1 :: n_fields].all()
    return bool(is_even) and int(np.count_nonzero(is_line_end)) == n_lines


def _has_regular_quotes(
    data: NDArray[np.uint8], is_mark: NDArray[np.bool_], quotes: NDArray[np.intp]
) -> bool:
    """Whether quotes open where a field begins, close where it ends, and are doubled within."""
    if len(quotes) % 2:
        return False
    opening, closing = quotes[::2], quotes[1::2]
    begins = opening[opening > 0] - 1
    ends = closing[closing < len(data) - 1] + 1
    is_doubled = np.zeros(len(data), bool)
    is_doubled[closing] = True
    opens_well = is_mark[begins] | is_doubled[begins]
    closes_well = is_mark[ends] | (data[ends] == _QUOTE) | (data[ends] == _RETURN)
    return bool(opens_well.all() and closes_well.all())


def _refuse_blank(frame: pl.DataFrame) -> None:
    """Refuse rows of nothing but delimiters; one column without a blank cell rules them out."""
    is_blank = pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
    for column in frame.iter_columns():
        is_blank &= column.str.contains(_BLANK)
        if not is_blank.any():
            return
    raise UnusualError("blank rows")


def _refuse_repeats(frame: pl.DataFrame, header: str) -> None:
    """Refuse rows that may be the header come again."""
    if (frame.to_series(0).str.strip_chars() == header).any():
        raise UnusualError("the header comes again")
