"""Tables in files, read and written in chunks of rows, in constant memory."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import polars as pl
from polars import selectors as cs

from leadline.errors import DataError, first_line
from leadline.reading.file_forms.below_header import n_descriptions
from leadline.reading.file_forms.delimited import delimiter_of, is_blank
from leadline.reading.file_forms.raw import open_table

SUFFIXES = (".csv", ".tsv", ".parquet")
_CHECKED_ROWS = 100
_BLOCK = 2**20
_LONGEST_FIELD = 2**31 - 1
_NEXT = "Export it again."


@dataclass(frozen=True)
class Chunk:
    """Some rows, and the words for the place of each in its file."""

    frame: pl.DataFrame
    place: Callable[[int], str]


def refuse_other_suffix(path: Path) -> None:
    """Refuse to write a file of another form.

    Raises
    ------
    DataError
        If the suffix is none of `SUFFIXES`.
    """
    if path.suffix.lower() not in SUFFIXES:
        raise DataError(
            f"{path.name} ends in {path.suffix!r}.",
            f"One of {', '.join(SUFFIXES)} is needed.",
            "Rename or convert it.",
        )


def read_chunks(source: Path, chunk_rows: int, known: Collection[str] = ()) -> Iterator[Chunk]:
    """The rows of a table in order; at least one chunk, be it empty.

    Parameters
    ----------
    source : Path
        Any file that a project can be made of. Parquet and plain text in UTF-8 are read a chunk
        at a time; files of other forms and encodings, and text whose quotes or names of columns
        are out of order, stand in memory as a whole.
    chunk_rows : int > 0
        Rows at once.
    known : collection of str
        Columns that the release needs: they tell a header from data.

    Yields
    ------
    Chunk
        All values of a text file are String, an empty one is null.

    Raises
    ------
    DataError
        If the file cannot be read; of text, names the line.
    """
    if not source.is_file():
        raise DataError(f"There is no file {source}.", "A table is needed.", "Check the path.")
    with source.open("rb") as file:
        is_parquet = file.read(4) == b"PAR1"
    if is_parquet:
        yield from _parquet_chunks(source, chunk_rows)
    elif not _is_plain_text(source, known):
        yield from _whole_chunks(source, chunk_rows, known)
    elif (error := _irregularity(source)) is None:
        yield from _text_chunks(source, chunk_rows)
    else:
        yield from _irregular_chunks(source, chunk_rows, known, error)


def _irregularity(source: Path) -> DataError | None:
    """Why plain text cannot be read row by row: its quotes are no quotes, a column has no name."""
    try:
        for _ in _text_rows(source, _CHECKED_ROWS):
            pass
    except DataError as error:
        return error
    return None


def _irregular_chunks(
    source: Path, chunk_rows: int, known: Collection[str], error: DataError
) -> Iterator[Chunk]:
    """The rows of text that has to be looked at whole, as it is where a project is made of it."""
    try:
        chunks = list(_whole_chunks(source, chunk_rows, known))
    except DataError:
        raise error from None
    yield from chunks


def _is_plain_text(source: Path, known: Collection[str]) -> bool:
    """Whether a file is text in UTF-8 whose first line names the columns that are known."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    head = ""
    try:
        with source.open("rb") as file:
            while block := file.read(_BLOCK):
                text = decoder.decode(block)
                head = head or text
                if "\0" in text:
                    return False
            decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    start = head.removeprefix("\ufeff").lstrip()
    is_other = start.startswith(('{"', '[{"', "[")) or start[:4].lower() == "sep="
    first = start.partition("\n")[0]
    return not is_other and all(name in first for name in known)


def write_chunks(frames: Iterable[pl.DataFrame], target: Path, *, chunk_rows: int) -> None:
    """Write frames of one schema below each other.

    Parameters
    ----------
    frames : iterable of polars.DataFrame
        At least one.
    target : Path
        CSV, TSV or Parquet by its suffix; its folder may be used for parts.
    chunk_rows : int > 0
        Rows of a group in Parquet.
    """
    if target.suffix.lower() == ".parquet":
        parts: list[Path] = []
        for frame in frames:
            parts.append(target.with_name(f"{len(parts):09d}.part"))
            frame.write_parquet(parts[-1], compression="lz4")
        # groups of the usual size would be gathered in memory first
        pl.scan_parquet(parts).sink_parquet(target, row_group_size=chunk_rows)
        return
    with target.open("wb") as file:
        for index, frame in enumerate(frames):
            _refuse_bytes(frame, target)
            separator = "\t" if target.suffix.lower() == ".tsv" else ","
            frame.write_csv(file, separator=separator, include_header=index == 0)


def _refuse_bytes(frame: pl.DataFrame, target: Path) -> None:
    """Refuse to write as text what is none."""
    for name, dtype in frame.schema.items():
        if dtype == pl.Binary or dtype.is_nested():
            raise DataError(
                f"{name!r} holds bytes or arrays, which {target.suffix} cannot.",
                "A Parquet file takes them.",
                f"Write to {target.with_suffix('.parquet').name} instead.",
            )


def _whole_chunks(source: Path, chunk_rows: int, known: Collection[str]) -> Iterator[Chunk]:
    """The rows of a file that fits into memory, whatever its encoding and quoting."""
    table = open_table(source, _keep_silent, known=known)
    text = pl.col(pl.String)
    frame = table.frame.select(pl.when(text != "").then(text).otherwise(None), ~cs.string())
    frame = frame.select(table.frame.columns)
    for start in range(0, frame.height, chunk_rows):
        yield Chunk(frame.slice(start, chunk_rows), partial(_place, table.place, start))


def _place(place: Callable[[int], str], start: int, row: int) -> str:
    return place(start + row)


def _keep_silent(_: str) -> None:
    """Take no note: what a person should know was said when the project was made."""


def _parquet_chunks(source: Path, chunk_rows: int) -> Iterator[Chunk]:
    try:
        table = pl.scan_parquet(source)
        start, n_rows = 0, int(table.select(pl.len()).collect().item())
        while start == 0 or start < n_rows:
            frame = table.slice(start, chunk_rows).collect()
            yield Chunk(frame, _row_places(source.name, start))
            start += chunk_rows
    except pl.exceptions.PolarsError as error:
        reason = first_line(error)
        found = f"{source.name} cannot be read: {reason}."
        raise DataError(found, "A whole Parquet file is needed.", _NEXT) from error


def _text_chunks(source: Path, chunk_rows: int) -> Iterator[Chunk]:
    for index, (names, rows, lines) in enumerate(_text_rows(source, chunk_rows)):
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        frame = pl.DataFrame(
            dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, pl.String)
        )
        n_told = n_descriptions(frame.head(_CHECKED_ROWS)) if index == 0 else 0
        blank = pl.when(pl.col(pl.String) != "").then(pl.col(pl.String))
        yield Chunk(frame.slice(n_told).select(blank), _line_places(source.name, lines[n_told:]))


def _text_rows(
    source: Path, chunk_rows: int
) -> Iterator[tuple[list[str], list[list[str]], list[int]]]:
    """Names of the columns, and some rows with the line each starts on; again and again."""
    limit = csv.field_size_limit(_LONGEST_FIELD)
    with source.open(encoding="utf-8-sig", newline="") as file:
        try:
            delimiter = delimiter_of(file.read(_BLOCK))
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            names = _header(next(reader, []), source.name)
            for rows, lines in _rows(reader, names, source.name, chunk_rows):
                yield names, rows, lines
        except UnicodeDecodeError as error:
            found = f"{source.name} is not UTF-8 throughout."
            raise DataError(found, "Text in UTF-8 is needed.", "Save it as UTF-8.") from error
        except csv.Error as error:
            found = f"{source.name} line {reader.line_num:,} cannot be read: {error}."
            raise DataError(found, "Quotes that pair up are needed.", "Mend that line.") from error
        finally:
            csv.field_size_limit(limit)


def _header(names: list[str], file: str) -> list[str]:
    """Column names, if they are usable."""
    names = [name.strip() for name in names]
    if not names or "" in names or len(set(names)) < len(names):
        raise DataError(
            f"{file} line 1 cannot be read as names of columns.",
            "A name for each column, all different, is needed.",
            "Add or mend the first line.",
        )
    return names


def _rows(
    reader: Iterator[list[str]], names: list[str], file: str, chunk_rows: int
) -> Iterator[tuple[list[list[str]], list[int]]]:
    """Rows that are not blank with the line each starts on; the first batch may be empty."""
    rows: list[list[str]] = []
    lines: list[int] = []
    is_first = True
    line = _line_of(reader)
    for row in reader:
        start, line = line + 1, _line_of(reader)
        # as where a project is made of the file
        if is_blank(row) or _is_header(row, names):
            continue
        if len(row) != len(names):
            raise DataError(
                f"{file} line {start:,} cannot be read: it has {len(row)} values.",
                f"The first line names {len(names)} columns.",
                "Mend that line; a value that holds the delimiter stands in quotes.",
            )
        rows.append(row)
        lines.append(start)
        if len(rows) == chunk_rows:
            yield rows, lines
            rows, lines, is_first = [], [], False
    if rows or is_first:
        yield rows, lines


def _is_header(row: list[str], names: list[str]) -> bool:
    """Whether a row repeats the names: files that were put one below the other."""
    return row[0].strip() == names[0] and [cell.strip() for cell in row] == names


def _line_of(reader: Iterator[list[str]]) -> int:
    """Lines that a csv reader has consumed."""
    return int(reader.line_num)  # type: ignore[attr-defined]


def _row_places(name: str, start: int) -> Callable[[int], str]:
    return lambda index: f"{name} row {start + index + 1:,}"


def _line_places(name: str, lines: list[int]) -> Callable[[int], str]:
    return lambda index: f"{name} line {lines[index]:,}"
