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
from leadline.reading.file_forms.header import n_totals
from leadline.reading.file_forms.raw import BY_COMMAND, Trim, open_table
from leadline.reading.file_forms.source import Note

SUFFIXES = (".csv", ".tsv", ".parquet")
_CHECKED_ROWS = 100
_BLOCK = 2**20
_LONGEST_FIELD = 2**31 - 1
_NEXT = "Export it again."


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


def read_chunks(
    source: Path,
    chunk_rows: int,
    known: Collection[str] = (),
    *,
    trim: Trim = BY_COMMAND,
    note: Note | None = None,
) -> Iterator[Chunk]:
    """The rows of a table in order; at least one chunk, be it empty.

    Parameters
    ----------
    source : Path
        Any file that a project can be made of. Parquet and plain text in UTF-8 are read a chunk
        at a time; files of other forms and encodings, text whose quotes or names of columns are
        out of order, and text of which lines are left out, stand in memory as a whole.
    chunk_rows : int > 0
        Rows at once.
    known : collection of str
        Columns that the release needs: they tell a header from data.
    trim : Trim
        Lines that are no rows.
    note : callable, optional
        Told what a person should know of a file that is read as a whole.

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
    whole = partial(_whole_chunks, source, chunk_rows, known, trim, note or _keep_silent)
    if is_parquet:
        yield from _parquet_chunks(source, chunk_rows, trim.footer_rows)
    elif trim.is_asked or not _is_plain_text(source, known):
        yield from whole()
    elif (error := _irregularity(source)) is None:
        yield from _text_chunks(source, chunk_rows)
    else:
        yield from _irregular_chunks(whole, error)


def _irregularity(source: Path) -> DataError | None:
    """Why plain text cannot be read row by row: its quotes are no quotes, a column has no name."""
    try:
        for _ in _text_rows(source, _CHECKED_ROWS):
            pass
    except DataError as error:
        return error
    return None


def _irregular_chunks(whole: Callable[[], Iterator[Chunk]], error: DataError) -> Iterator[Chunk]:
    """The rows of text that has to be looked at whole, as it is where a project is made of it."""
    try:
        chunks = list(whole())
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


def _whole_chunks(
    source: Path, chunk_rows: int, known: Collection[str], trim: Trim, note: Note
) -> Iterator[Chunk]:
    """The rows of a file that fits into memory, whatever its encoding and quoting."""
    table = open_table(source, note, trim, known)
    text = pl.col(pl.String)
    frame = table.frame.select(pl.when(text != "").then(text).otherwise(None), ~cs.string())
    frame = frame.select(table.frame.columns)
    for start in range(0, frame.height, chunk_rows):
        is_last = start + chunk_rows >= frame.height
        place = partial(_place, table.place, start)
        yield Chunk(frame.slice(start, chunk_rows), place, table.n_totals if is_last else 0)


def _place(place: Callable[[int], str], start: int, row: int) -> str:
    return place(start + row)


def _keep_silent(_: str) -> None:
    """Take no note."""


def _parquet_chunks(source: Path, chunk_rows: int, footer_rows: int) -> Iterator[Chunk]:
    try:
        table = pl.scan_parquet(source)
        n_rows = max(int(table.select(pl.len()).collect().item()) - footer_rows, 0)
        start = 0
        while start == 0 or start < n_rows:
            frame = table.slice(start, min(chunk_rows, n_rows - start)).collect()
            is_last = start + chunk_rows >= n_rows
            place = _row_places(source.name, start)
            yield Chunk(frame, place, n_totals(frame) if is_last else 0)
            start += chunk_rows
    except pl.exceptions.PolarsError as error:
        reason = first_line(error)
        found = f"{source.name} cannot be read: {reason}."
        raise DataError(found, "A whole Parquet file is needed.", _NEXT) from error


def _text_chunks(source: Path, chunk_rows: int) -> Iterator[Chunk]:
    for index, (names, rows, lines, is_last) in enumerate(_text_rows(source, chunk_rows)):
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(names)
        frame = pl.DataFrame(
            dict(zip(names, columns, strict=True)), schema=dict.fromkeys(names, pl.String)
        )
        n_told = n_descriptions(frame.head(_CHECKED_ROWS)) if index == 0 else 0
        blank = pl.when(pl.col(pl.String) != "").then(pl.col(pl.String))
        frame = frame.slice(n_told).select(blank)
        n_last = n_totals(frame) if is_last else 0
        yield Chunk(frame, _line_places(source.name, lines[n_told:]), n_last)


def _text_rows(
    source: Path, chunk_rows: int
) -> Iterator[tuple[list[str], list[list[str]], list[int], bool]]:
    """Names of the columns, some rows with the line of each, whether they are the last; again."""
    limit = csv.field_size_limit(_LONGEST_FIELD)
    with source.open(encoding="utf-8-sig", newline="") as file:
        try:
            delimiter = delimiter_of(file.read(_BLOCK))
            file.seek(0)
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            names = _header(next(reader, []), source.name)
            for rows, lines, is_last in _rows(reader, names, source.name, chunk_rows):
                yield names, rows, lines, is_last
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
) -> Iterator[tuple[list[list[str]], list[int], bool]]:
    """Rows that are not blank, the line each starts on, and whether they are the last ones."""
    rows: list[list[str]] = []
    lines: list[int] = []
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
        if len(rows) == chunk_rows:
            # not before another row is there: the last ones may be totals
            yield rows, lines, False
            rows, lines = [], []
        rows.append(row)
        lines.append(start)
    yield rows, lines, True


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
