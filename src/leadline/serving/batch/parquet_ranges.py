"""Rows of Parquet by row groups; of a file elsewhere, only the bytes of the groups are fetched."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import polars as pl

from leadline.errors import DataError, first_line
from leadline.serving.batch.locations import Location
from leadline.serving.batch.parquet_footer import MAGIC, RowGroup, row_groups, tail_start

_NEXT = "Export it again."


@dataclass(frozen=True)
class RowRange:
    """Some rows, and the bytes that hold them.

    Attributes
    ----------
    start, n_rows : int
        The first row, counted from 0, and how many there are.
    first_byte, end_byte : int
        Where their row groups lie.
    tail : int
        Where the footer begins.
    """

    start: int
    n_rows: int
    first_byte: int
    end_byte: int
    tail: int


def ranges_of(location: Location, chunk_rows: int, footer_rows: int) -> list[RowRange]:
    """The ranges of a file: small row groups together, a large one cut.

    Parameters
    ----------
    location : Location
        Of the file.
    chunk_rows : int > 0
        Rows of a range; fewer than twice as many if a row group ends there.
    footer_rows : int >= 0
        Rows at the end that are left out.

    Raises
    ------
    DataError
        If it is not whole.
    """
    size = location.size()
    try:
        tail = tail_start(location.read(max(size - 8, 0), size), size)
        groups = row_groups(location.read(tail, size))
    except ValueError as error:
        raise _unreadable(location, str(error)) from None
    left = max(sum(group.n_rows for group in groups) - footer_rows, 0)
    ranges: list[RowRange] = []
    start = 0
    for first, last, n_rows in _gathered(groups, chunk_rows):
        for offset in range(0, min(n_rows, left), chunk_rows):
            n_here = min(chunk_rows, n_rows - offset, left - offset)
            ranges.append(RowRange(start + offset, n_here, first.start, last.stop, tail))
        start, left = start + n_rows, max(left - n_rows, 0)
    return ranges or [RowRange(0, 0, len(MAGIC), len(MAGIC), tail)]


def _gathered(groups: list[RowGroup], chunk_rows: int) -> Iterator[tuple[RowGroup, RowGroup, int]]:
    """Groups that are read together: the first, the last, and the rows of all."""
    together: list[RowGroup] = []
    for group in groups:
        n_rows = sum(each.n_rows for each in together)
        if together and n_rows + group.n_rows > chunk_rows:
            yield together[0], together[-1], n_rows
            together = []
        together.append(group)
    if together:
        yield together[0], together[-1], sum(each.n_rows for each in together)


def columns_of(location: Location, rows: RowRange) -> list[str]:
    """Names of the columns of a file."""
    with _here(location, rows) as path, _whole(location):
        return pl.scan_parquet(path).collect_schema().names()


def rows_of_range(location: Location, rows: RowRange) -> pl.DataFrame:
    """The rows of a range.

    Raises
    ------
    DataError
        If the file is not whole.
    """
    with _here(location, rows) as path, _whole(location):
        return pl.scan_parquet(path).slice(rows.start, rows.n_rows).collect()


@contextmanager
def _whole(location: Location) -> Iterator[None]:
    try:
        yield
    except pl.exceptions.PolarsError as error:
        raise _unreadable(location, first_line(error)) from error


def _unreadable(location: Location, reason: str) -> DataError:
    found = f"{location.name} cannot be read: {reason}."
    return DataError(found, "A whole Parquet file is needed.", _NEXT)


@contextmanager
def _here(location: Location, rows: RowRange) -> Iterator[Path]:
    if location.is_here:
        yield location.path
    else:
        yield _fetched(location, rows.first_byte, rows.end_byte, rows.tail).path


class _Fetched:
    """A file of this machine with a few bytes of another at their places, and holes between."""

    def __init__(self, location: Location, first: int, end: int, tail: int) -> None:
        folder = tempfile.mkdtemp(prefix="leadline-")
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)
        self.path = Path(folder) / "rows.parquet"
        with self.path.open("wb") as file:
            file.write(MAGIC)
            for start, stop in ((first, end), (tail, location.size())):
                file.seek(start)
                file.write(location.read(start, stop))


# the parts of one large row group come after one another, to each process
@lru_cache(maxsize=1)
def _fetched(location: Location, first: int, end: int, tail: int) -> _Fetched:
    return _Fetched(location, first, end, tail)
