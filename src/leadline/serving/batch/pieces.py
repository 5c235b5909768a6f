"""Pieces of files: rows that are scored together, in memory that does not grow with the file."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from itertools import pairwise
from pathlib import Path

import polars as pl
from polars import selectors as cs

from leadline.errors import DataError
from leadline.reading.file_forms.header import n_totals
from leadline.reading.file_forms.json_rows import read_json
from leadline.reading.file_forms.raw import Trim, open_table, typed_table
from leadline.reading.file_forms.source import Note
from leadline.serving.batch.locations import Location
from leadline.serving.batch.parquet_footer import MAGIC
from leadline.serving.batch.parquet_ranges import RowRange, columns_of, ranges_of, rows_of_range
from leadline.serving.batch.text_ranges import (
    IrregularError,
    Layout,
    TextScan,
    layout_of,
    lines_before,
    rows_of,
    scan,
)

_HEAD = 2**20


class Form(StrEnum):
    """How rows are got out of a file."""

    TEXT = "text"
    JSON_LINES = "JSON lines"
    PARQUET = "Parquet"
    WHOLE = "whole"


@dataclass(frozen=True)
class Piece:
    """Some rows of a file.

    Attributes
    ----------
    location : Location
        Of the file.
    form : Form
        What it is.
    start, stop : int
        Bytes of text.
    rows : RowRange or None
        Rows of Parquet.
    layout : Layout or None
        Of delimited text.
    is_last : bool
        Whether the file ends with it.
    refusal : DataError or None
        Why the file has to be read whole: said if that fails too.
    """

    location: Location
    form: Form
    start: int = 0
    stop: int = 0
    rows: RowRange | None = None
    layout: Layout | None = None
    is_last: bool = True
    refusal: DataError | None = None


@dataclass(frozen=True)
class Plan:
    """A file as pieces.

    Attributes
    ----------
    location : Location
        Of the file.
    digest : str
        SHA-256 of its bytes; of Parquet in an object store, the tag that the store gives it.
    pieces : tuple of Piece
        In order; at least one, be it empty.
    columns : tuple of str
        Names of its columns, of JSON lines those of the first megabyte; empty where only the
        pieces tell.
    """

    location: Location
    digest: str
    pieces: tuple[Piece, ...]
    columns: tuple[str, ...] = ()

    @property
    def form(self) -> Form:
        """How rows are got out of it."""
        return self.pieces[0].form


@dataclass(frozen=True)
class Chunk:
    """Some rows, and the words for the place of each in its file.

    Attributes
    ----------
    frame : polars.DataFrame
        The rows.
    place : callable
        From the index of a row to its name in messages.
    n_totals : int
        Rows at the end of the file that look like totals of those above.
    """

    frame: pl.DataFrame
    place: Callable[[int], str]
    n_totals: int = 0


def plan(location: Location, chunk_rows: int, known: Collection[str], trim: Trim) -> Plan:
    """Look at a file, and cut it into pieces.

    Parquet and plain text in UTF-8, delimited or JSON lines, are cut. A file of another form or
    encoding, or one of which lines are left out, is one piece, and stands in memory as a whole.

    Parameters
    ----------
    location : Location
        Of a file that a project can be made of.
    chunk_rows : int > 0
        About how many rows a piece has.
    known : collection of str
        Columns that the release needs: they tell a header from data.
    trim : Trim
        Lines that are no rows.

    Raises
    ------
    DataError
        If there is no such file, or Parquet is not whole.
    """
    size = location.size()
    head = location.read(0, min(size, _HEAD))
    if head.startswith(MAGIC):
        return _plan_parquet(location, chunk_rows, trim.footer_rows)
    is_json = _is_json_lines(head)
    looked = scan(location, chunk_rows, has_quotes=not is_json)
    if trim.is_asked or not looked.is_plain:
        return whole_plan(location, looked.digest)
    if is_json:
        first = read_json(head[: head.rfind(b"\n") + 1], location.name)
        piece = Piece(location, Form.JSON_LINES)
        return _plan_text(location, looked, piece, tuple(first.columns))
    try:
        layout = layout_of(head, known, location)
    except IrregularError as error:
        return whole_plan(location, looked.digest, error.refusal)
    if layout is None:
        return whole_plan(location, looked.digest)
    piece = Piece(location, Form.TEXT, layout=layout)
    return _plan_text(location, looked, piece, layout.names)


def whole_plan(location: Location, digest: str, refusal: DataError | None = None) -> Plan:
    """A file that only the reader of all forms can judge.

    Parameters
    ----------
    location : Location
        Of the file.
    digest : str
        SHA-256 of its bytes.
    refusal : DataError, optional
        Why it is not cut: said if that reader fails too.
    """
    return Plan(location, digest, (Piece(location, Form.WHOLE, refusal=refusal),))


def _plan_parquet(location: Location, chunk_rows: int, footer_rows: int) -> Plan:
    ranges = ranges_of(location, chunk_rows, footer_rows)
    digest = hashlib.sha256()
    if location.is_here:
        for block in location.blocks():
            digest.update(block)
    else:
        digest.update(location.stamp().encode())
    pieces = tuple(
        Piece(location, Form.PARQUET, rows=rows, is_last=rows is ranges[-1]) for rows in ranges
    )
    return Plan(location, digest.hexdigest(), pieces, tuple(columns_of(location, ranges[0])))


def _plan_text(
    location: Location, looked: TextScan, model: Piece, columns: tuple[str, ...] = ()
) -> Plan:
    begin = model.layout.start if model.layout else 0
    cuts = [begin, *(cut for cut in looked.cuts if cut > begin)]
    if len(cuts) == 1:
        cuts.append(begin)
    pieces = tuple(
        Piece(
            location,
            model.form,
            start,
            stop,
            layout=model.layout,
            is_last=stop == cuts[-1],
        )
        for start, stop in pairwise(cuts)
    )
    return Plan(location, looked.digest, pieces, columns)


def _is_json_lines(head: bytes) -> bool:
    """Whether the first line is an object by itself, and another line follows."""
    first, _, rest = head.lstrip().partition(b"\n")
    if not first.startswith(b"{") or not rest.strip():
        return False
    try:
        return isinstance(json.loads(first), dict)
    except (ValueError, RecursionError):
        return False


def read_piece(
    piece: Piece, chunk_rows: int, known: Collection[str], trim: Trim, note: Note
) -> Iterator[Chunk]:
    """The rows of a piece; at least one chunk, be it empty.

    Parameters
    ----------
    piece : Piece
        As `plan` made it, with the same of what follows.
    chunk_rows, known, trim
        As for `plan`.
    note : callable
        Told what a person should know of a file that is read whole.

    Yields
    ------
    Chunk
        Of delimited text, all values are String and an empty one is null.

    Raises
    ------
    DataError
        If the rows cannot be read.
    IrregularError
        If only the reader of all forms can judge the file.
    """
    if piece.form is Form.PARQUET and piece.rows is not None:
        frame = rows_of_range(piece.location, piece.rows)
        place = partial(_numbered, piece.location.name, piece.rows.start)
        yield Chunk(frame, place, n_totals(frame) if piece.is_last else 0)
    elif piece.form is Form.TEXT and piece.layout is not None:
        rows = rows_of(piece.location, piece.start, piece.stop, piece.layout)
        yield Chunk(rows.frame, rows.place, n_totals(rows.frame) if piece.is_last else 0)
    elif piece.form is Form.JSON_LINES:
        yield _json_chunk(piece, note)
    else:
        yield from _whole_chunks(piece, chunk_rows, known, trim, note)


def _json_chunk(piece: Piece, note: Note) -> Chunk:
    location = piece.location
    data = location.read(piece.start, piece.stop)
    try:
        frame = read_json(data, location.name)
    except DataError:
        # which line it is of the file is looked for only now
        read_json(data, location.name, first_line=1 + lines_before(location, piece.start))
        raise
    table = typed_table(frame, Path(location.name), note)
    place = partial(_json_place, location, piece.start, data)
    return Chunk(table.frame, place, table.n_totals if piece.is_last else 0)


def _json_place(location: Location, start: int, data: bytes, row: int) -> str:
    filled = [index for index, line in enumerate(data.split(b"\n"), 1) if line.strip()]
    return f"{location.name} line {filled[row] + lines_before(location, start):,}"


def _whole_chunks(
    piece: Piece, chunk_rows: int, known: Collection[str], trim: Trim, note: Note
) -> Iterator[Chunk]:
    """The rows of a file that fits into memory, whatever its encoding and quoting."""
    try:
        with piece.location.copy_here() as path:
            table = open_table(path, note, trim, known)
    except DataError:
        if piece.refusal is not None:
            raise piece.refusal from None
        raise
    text = pl.col(pl.String)
    frame = table.frame.select(pl.when(text != "").then(text).otherwise(None), ~cs.string())
    frame = frame.select(table.frame.columns)
    for start in range(0, frame.height, chunk_rows):
        is_last = start + chunk_rows >= frame.height
        place = partial(_moved, table.place, start)
        yield Chunk(frame.slice(start, chunk_rows), place, table.n_totals if is_last else 0)


def _moved(place: Callable[[int], str], start: int, row: int) -> str:
    return place(start + row)


def _numbered(name: str, start: int, row: int) -> str:
    return f"{name} row {start + row + 1:,}"
