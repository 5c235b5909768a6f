"""Tables of strangers' files: recognised the first time, read by the schema ever after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from leadline.errors import DataError
from leadline.reading.across_files import mixed_zones, perhaps_decimals
from leadline.reading.column_values import (
    as_read,
    column_values,
    images_of_column,
    number_values,
    words_for_nothing,
)
from leadline.reading.correction import Correction, corrected, odd_as_said
from leadline.reading.file_forms.packed import Packing, Tell, is_settled
from leadline.reading.file_forms.raw import RawTable, Trim, open_table, same_columns
from leadline.reading.file_forms.source import Note
from leadline.reading.file_forms.trim_advice import Advice
from leadline.reading.images.image_columns import RECOGNISED, Images
from leadline.reading.odd import OddCells, refuse_odd
from leadline.reading.recognised import Doubt, Hints, Recognised, number_reading
from leadline.reading.recognition import file_decimals, recognise
from leadline.reading.schema import CellType, ColumnReading, ReadingSchema
from leadline.reading.totals import note_of_totals, refuse_totals
from leadline.reading.values.numbers import PLAIN

_MOST_WORDS = 12


@dataclass(frozen=True)
class ReadingOptions:
    """What a person says of how files are read.

    Attributes
    ----------
    missing : tuple of str
        Words that stand for no value, in any column.
    exclude : tuple of str
        Columns nobody learns from: what cannot be read in them is left as text.
    time : str
        The column that dates the rows: its numbers may stand for times.
    corrections : mapping of str to Correction
        Column name to how a person says that it is read.
    odd_cells : {"refuse", "missing", "words"}
        What becomes of a few cells that are no numbers among many that are.
    is_odd_said : bool
        Whether that holds for columns that a schema knows, too: of the files that made it.
    trim : Trim
        Lines above the header and below the rows.
    images : Images or None
        How images are read; None leaves paths, bytes and arrays as they are.
    """

    missing: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    time: str = ""
    corrections: Mapping[str, Correction] = field(default_factory=dict)
    odd_cells: str = "refuse"
    is_odd_said: bool = False
    trim: Trim = field(default_factory=Trim)
    images: Images | None = RECOGNISED


@dataclass(frozen=True)
class Table:
    """Rows, and how they were read.

    Attributes
    ----------
    frame : polars.DataFrame
        Columns are Int64, Float64, String, Datetime[us] in UTC or Binary (images, as PNG); null
        where there is no value.
    schema : ReadingSchema
        Of every column with a value.
    doubts : tuple of Doubt
        Readings that were guessed, and what they could be as well.
    place : callable
        From the index of a row to its name in messages: "train.csv line 8,112".
    """

    frame: pl.DataFrame
    schema: ReadingSchema
    doubts: tuple[Doubt, ...] = ()
    place: Callable[[int], str] = "row {}".format


def read_tables(
    paths: Iterable[Path | str],
    *,
    schema: ReadingSchema | None = None,
    options: ReadingOptions | None = None,
    note: Note | None = None,
    tell: Tell | None = None,
) -> Table:
    r"""Read several files with the same columns, one below the other.

    Parameters
    ----------
    paths : iterable of Path or str
        At least one; CSV, TSV, JSON lines (also gzipped or alone in a zip), Parquet or a workbook.
        The first gives the order of the columns.
    schema : ReadingSchema, optional
        How columns are read; those it does not know are recognised.
    options : ReadingOptions, optional
        What a person says.
    note : callable, optional
        Called with each sentence a person should know about how the files were read.
    tell : callable, optional
        Called with what is being done, and with the share of it that is done.

    Raises
    ------
    DataError
        If a file cannot be read whole, or its columns differ from the first file's; names file,
        line and column.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "late.csv"
    ...     _ = path.write_text("day;delay;carrier\n31.12.2020;1,5;UA\n01.01.2021;NA;AA\n")
    ...     table = read_tables([path])
    >>> [column.words for column in table.schema]
    ['date, day-month-year', 'number, decimal mark ","', 'words']
    >>> table.frame["delay"].to_list()
    [1.5, None]
    """
    named = [Path(path) for path in paths]
    if not named:
        raise DataError("No file of data is named.", "One is needed.", "Name it in [data] files.")
    options, note, tell = options or ReadingOptions(), note or _keep_silent, tell or _keep_silent
    known = schema.names if schema else ()
    packing = Packing(partial(_may_pack, options, schema or ReadingSchema()), tell)
    tables = [open_table(path, note, options.trim, known, packing) for path in named]
    tables = same_columns(tables, options.exclude, options.trim.advice, note)
    return read_raw(tables, schema or ReadingSchema(), options, note, tell)


def read_raw(
    tables: Sequence[RawTable],
    schema: ReadingSchema,
    options: ReadingOptions,
    note: Note,
    tell: Tell,
) -> Table:
    """Turn cells into values: as `read_tables`, of tables that were opened.

    Raises
    ------
    DataError
        If a cell does not fit, by its place, or each file has its own kind of a column.
    """
    hints, advice = _hints(tables, options), options.trim.advice
    columns: list[_Column] = []
    names = tables[0].frame.columns
    for position, name in enumerate(names):
        done = f"{_files(tables)}: {position:,} of {len(names):,} columns recognised, now {name!r}"
        tell(done, position / len(names))
        columns.append(_read_column(name, tables, schema, hints, options, note))
    if odd := [cell for column in columns for cell in column.odd]:
        refuse_totals(odd, tables, advice)
        refuse_odd(odd, advice)
    for table in tables:
        if table.n_totals:
            note(note_of_totals(table.frame, table.place, table.n_totals, advice))
    found = [column.recognised for column in columns]
    if advice is Advice.PROJECT:
        _say(found, sum((column.words for column in columns), Counter()), tables, note)
    return Table(
        pl.DataFrame([column.values for column in columns]),
        ReadingSchema(tuple(column.reading for column in columns if not column.is_empty)),
        tuple(each.doubt for each in found if each.doubt is not None),
        partial(_place, [(table.frame.height, table.place) for table in tables]),
    )


@dataclass(frozen=True)
class _Column:
    """A column of all files, read."""

    recognised: Recognised
    reading: ColumnReading
    values: pl.Series
    words: Counter[str]
    odd: list[OddCells] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        return self.values.null_count() == self.values.len()


def _read_column(
    name: str,
    tables: Sequence[RawTable],
    schema: ReadingSchema,
    hints: Hints,
    options: ReadingOptions,
    note: Note,
) -> _Column:
    if (plain := _plain_column(name, tables, schema, hints, options)) is not None:
        return plain
    parts = [table.cells(name) for table in tables]
    recognised = _reading_of(name, parts, tables, schema, hints, options)
    reading = recognised.reading
    is_excluded = name in options.exclude
    images = images_of_column(options.images, parts, schema.get(name))
    column, odd = column_values(parts, tables, reading, images, note, is_excluded=is_excluded)
    if odd and _is_unread(name, schema, options):
        # lists and the like are no words either
        reading = replace(reading, type=CellType.WORDS)
        column, _ = column_values(
            parts, tables, reading, options.images, note, is_excluded=is_excluded
        )
        odd = []
    if told := mixed_zones(parts, reading):
        note(told)
    if name in schema.names and options.trim.advice is not Advice.PROJECT:
        for part, table in zip(parts, tables, strict=True):
            if told := perhaps_decimals(part, reading):
                note(f"{table.path.name}: {told}")
    words = words_for_nothing(parts, column, reading)
    return _Column(recognised, as_read(reading, column, images), column, words, odd)


def _plain_column(
    name: str,
    tables: Sequence[RawTable],
    schema: ReadingSchema,
    hints: Hints,
    options: ReadingOptions,
) -> _Column | None:
    """A column of plain numbers whose text was not kept; None where its text is needed.

    Such numbers have no sign of a unit, and none of them is odd.
    """
    packed = [table.numbers[name] for table in tables if name in table.numbers]
    reading = schema.get(name)
    if len(packed) < len(tables) or (reading is None and not is_settled(packed)):
        return None
    if reading is None:
        reading = number_reading(packed[0].values, PLAIN, hints)
    elif options.is_odd_said:
        reading = odd_as_said(pl.Series(name, [], dtype=pl.String), reading, hints)
    words = sum((each.words for each in packed), Counter())
    return _Column(Recognised(reading), reading, number_values(packed), words)


def _may_pack(options: ReadingOptions, schema: ReadingSchema, name: str) -> bool:
    """Whether plain numbers in a column are read as such, as far as a person or a schema says."""
    if options.missing or name in options.corrections or name == options.time:
        return False
    known = schema.get(name)
    return known is None or known == ColumnReading(
        name=name, type=CellType.NUMBER, is_odd_missing=known.is_odd_missing
    )


def _is_unread(name: str, schema: ReadingSchema, options: ReadingOptions) -> bool:
    """Whether nobody learns from a column: it is left out, or new in a later file."""
    is_later = bool(schema) and options.trim.advice is not Advice.PROJECT
    return name in options.exclude or (is_later and schema.get(name) is None)


def _place(files: Sequence[tuple[int, Callable[[int], str]]], row: int) -> str:
    """The place of a row of several files, of each the rows and their places."""
    for height, place in files:
        if row < height:
            return place(row)
        row -= height
    raise IndexError(row)


def _keep_silent(*_: object) -> None:
    """Take no note."""


def _hints(tables: Sequence[RawTable], options: ReadingOptions) -> Hints:
    decimals = [file_decimals(table.head.iter_columns(), options.missing) for table in tables]
    return Hints(
        missing=options.missing,
        decimals=frozenset().union(*decimals),
        comma_is_decimal=any(table.has_semicolons for table in tables),
        odd=options.odd_cells,
    )


def _reading_of(
    name: str,
    parts: Sequence[pl.Series],
    tables: Sequence[RawTable],
    schema: ReadingSchema,
    hints: Hints,
    options: ReadingOptions,
) -> Recognised:
    """As a person says, else as it is known, else recognised."""
    if (correction := options.corrections.get(name)) is not None:
        is_text = all(part.dtype == pl.String for part in parts)
        return corrected(pl.concat(parts) if is_text else parts[0], correction, hints)
    if (known := schema.get(name)) is not None:
        texts = [part for part in parts if part.dtype == pl.String]
        if options.is_odd_said and texts:
            hints = replace(hints, is_time=name == options.time)
            known = odd_as_said(pl.concat(texts), known, hints)
        return Recognised(known)
    return _recognised(name, parts, tables, hints, options)


def _recognised(
    name: str,
    parts: Sequence[pl.Series],
    tables: Sequence[RawTable],
    hints: Hints,
    options: ReadingOptions,
) -> Recognised:
    """Recognise a column by all its files; refuse files of which each has its own kind."""
    hints = replace(hints, is_time=name == options.time)
    texts = [part for part in parts if part.dtype == pl.String]
    typed = [part for part in parts if part.dtype not in (pl.String, pl.Null)]
    if typed and not texts:
        agreed = _agreed(name, tables, [recognise(part, hints) for part in typed])
        is_percent = any(name in table.percents for table in tables)
        if is_percent and agreed.reading.type is CellType.NUMBER:
            return replace(agreed, reading=replace(agreed.reading, unit="%"))
        return agreed
    whole = recognise(pl.concat(texts), hints) if texts else recognise(parts[0], hints)
    if len(parts) == 1 or whole.is_forced or whole.reading.type is not CellType.WORDS:
        return whole
    _agreed(name, tables, [recognise(part, hints) for part in parts])
    return whole


def _agreed(name: str, tables: Sequence[RawTable], found: list[Recognised]) -> Recognised:
    filled = [
        (table, each)
        for table, each in zip(tables, found, strict=False)
        if table.frame[name].null_count() < table.frame.height
    ] or [(tables[0], found[0])]
    first, expected = filled[0]
    for table, other in filled[1:]:
        kinds = expected.reading.type, other.reading.type
        if kinds[0] is not kinds[1]:
            raise DataError(
                f"{name!r} holds {_SORTS[kinds[0]]} in {first.path.name}, but {_SORTS[kinds[1]]} "
                f"in {table.path.name}.",
                "One column holds one kind of value.",
                "Mend one of the files; where images are meant, check that the paths lead to them.",
            )
    return expected


_SORTS = {
    CellType.NUMBER: "numbers",
    CellType.DATE: "dates",
    CellType.WORDS: "words",
    CellType.IMAGE: "images",
}


def _say(
    found: Sequence[Recognised], words: Counter[str], tables: Sequence[RawTable], note: Note
) -> None:
    files = _files(tables)
    if words:
        counts = sorted(words.items(), key=lambda item: (-item[1], item[0]))
        told = ", ".join(f'"{word}" ({count:,})' for word, count in counts[:_MOST_WORDS])
        note(f"{files}: read as no value: {told}.")
    for each in found:
        for remark in each.remarks:
            note(f"{files}: {remark}")


def _files(tables: Sequence[RawTable]) -> str:
    return tables[0].path.name if len(tables) == 1 else f"{len(tables)} files"
