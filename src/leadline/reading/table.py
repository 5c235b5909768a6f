"""Tables of strangers' files: recognised the first time, read by the schema ever after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from leadline.errors import DataError
from leadline.reading.across_files import in_unit, mixed_zones
from leadline.reading.cell_values import read_cells, stripped
from leadline.reading.correction import Correction, corrected, odd_as_said
from leadline.reading.file_forms.raw import RawTable, Trim, open_table, refuse_other_columns
from leadline.reading.file_forms.source import Note
from leadline.reading.file_forms.trim_advice import Advice
from leadline.reading.images.image_columns import (
    RECOGNISED,
    Images,
    from_paths,
    from_values,
    white_in,
)
from leadline.reading.missing import is_missing
from leadline.reading.odd import OddCells, refuse_odd
from leadline.reading.recognised import Doubt, Hints, Recognised
from leadline.reading.recognition import file_decimals, recognise
from leadline.reading.schema import CellType, ColumnReading, ReadingSchema
from leadline.reading.totals import note_of_totals, refuse_totals

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
    options, note = options or ReadingOptions(), note or _keep_silent
    known = schema.names if schema else ()
    tables = [open_table(path, note, options.trim, known) for path in named]
    for table in tables[1:]:
        refuse_other_columns(tables[0], table)
    return read_raw(tables, schema or ReadingSchema(), options, note)


def read_raw(
    tables: Sequence[RawTable], schema: ReadingSchema, options: ReadingOptions, note: Note
) -> Table:
    """Turn cells into values: as `read_tables`, of tables that were opened.

    Raises
    ------
    DataError
        If a cell does not fit, by its place, or each file has its own kind of a column.
    """
    hints, advice = _hints(tables, options), options.trim.advice
    columns: list[pl.Series] = []
    readings: list[ColumnReading] = []
    found: list[Recognised] = []
    odd: list[OddCells] = []
    words: Counter[str] = Counter()
    for name in tables[0].frame.columns:
        parts = [table.frame[name] for table in tables]
        recognised = _reading_of(name, tables, schema, hints, options)
        reading = recognised.reading
        of_column = _for(options, name, parts, schema)
        column, faults = _column(parts, tables, reading, of_column, note)
        if faults and _is_unread(name, schema, options):
            # lists and the like are no words either
            reading = replace(reading, type=CellType.WORDS)
            column, faults = _column(parts, tables, reading, options, note)[0], []
        if told := mixed_zones(parts, reading):
            note(told)
        odd += faults
        columns.append(column)
        found.append(recognised)
        words.update(_words_for_nothing(parts, column, reading))
        if column.null_count() < column.len():
            readings.append(_as_read(reading, column, of_column.images))
    if odd:
        refuse_totals(odd, tables, advice)
        refuse_odd(odd, advice)
    for table in tables:
        if table.n_totals:
            note(note_of_totals(table.frame, table.place, table.n_totals, advice))
    if advice is Advice.PROJECT:
        _tell(found, words, tables, note)
    doubts = tuple(each.doubt for each in found if each.doubt is not None)
    frame = pl.DataFrame(columns)
    return Table(frame, ReadingSchema(tuple(readings)), doubts, partial(_place, tables))


def _is_unread(name: str, schema: ReadingSchema, options: ReadingOptions) -> bool:
    """Whether nobody learns from a column: it is left out, or new in a later file."""
    is_later = bool(schema) and options.trim.advice is not Advice.PROJECT
    return name in options.exclude or (is_later and schema.get(name) is None)


def _place(tables: Sequence[RawTable], row: int) -> str:
    """The place of a row of several files."""
    for table in tables:
        if row < table.frame.height:
            return table.place(row)
        row -= table.frame.height
    raise IndexError(row)


def _keep_silent(_: str) -> None:
    """Take no note."""


def _hints(tables: Sequence[RawTable], options: ReadingOptions) -> Hints:
    decimals = [file_decimals(table.frame.iter_columns(), options.missing) for table in tables]
    return Hints(
        missing=options.missing,
        decimals=frozenset().union(*decimals),
        comma_is_decimal=any(table.has_semicolons for table in tables),
        odd=options.odd_cells,
    )


def _reading_of(
    name: str,
    tables: Sequence[RawTable],
    schema: ReadingSchema,
    hints: Hints,
    options: ReadingOptions,
) -> Recognised:
    """As a person says, else as it is known, else recognised."""
    if (correction := options.corrections.get(name)) is not None:
        parts = [table.frame[name] for table in tables]
        is_text = all(part.dtype == pl.String for part in parts)
        return corrected(pl.concat(parts) if is_text else parts[0], correction, hints)
    if (known := schema.get(name)) is not None:
        texts = [table.frame[name] for table in tables if table.frame[name].dtype == pl.String]
        if options.is_odd_said and texts:
            hints = replace(hints, is_time=name == options.time)
            known = odd_as_said(pl.concat(texts), known, hints)
        return Recognised(known)
    return _recognised(name, tables, hints, options)


def _for(
    options: ReadingOptions, name: str, parts: Sequence[pl.Series], schema: ReadingSchema
) -> ReadingOptions:
    """Options of one column: what is known of its images is not looked for anew."""
    if (images := options.images) is None:
        return options
    known = schema.get(name)
    if known is not None:
        images = replace(images, names=(name,) if known.type is CellType.IMAGE else ())
    white = None if known is None else known.white
    return replace(options, images=replace(images, white=white or white_in(parts)))


def _as_read(reading: ColumnReading, column: pl.Series, images: Images | None) -> ColumnReading:
    """A reading that says what the column was found to hold."""
    if column.dtype != pl.Binary:
        return reading
    white = reading.white if images is None else images.white
    return replace(reading, type=CellType.IMAGE, white=white)


def _recognised(
    name: str, tables: Sequence[RawTable], hints: Hints, options: ReadingOptions
) -> Recognised:
    """Recognise a column by all its files; refuse files of which each has its own kind."""
    hints = replace(hints, is_time=name == options.time)
    parts = [table.frame[name] for table in tables]
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


def _column(
    parts: Sequence[pl.Series],
    tables: Sequence[RawTable],
    reading: ColumnReading,
    options: ReadingOptions,
    note: Note,
) -> tuple[pl.Series, list[OddCells]]:
    """A column of all files as values; and its odd cells, a file each."""
    values: list[pl.Series] = []
    odd: list[OddCells] = []
    images = None if reading.name in options.exclude else options.images
    for part, table in zip(parts, tables, strict=True):
        pictures = _as_images(part, reading, images, table, note)
        if images is not None and images.names is None:
            # what is an image in the first file is one in the others, be it lost there
            images = replace(images, names=() if pictures is None else (part.name,))
        if pictures is not None:
            values.append(pictures)
            continue
        if options.images is None and _is_picture(part, reading):
            values.append(part)
            continue
        read = read_cells(in_unit(part, reading, table, note), reading)
        values.append(read.values)
        if read.is_odd.any():
            odd.append(OddCells.of(part, read.is_odd, reading, table.place))
    return _stacked(values), odd


def _is_picture(part: pl.Series, reading: ColumnReading) -> bool:
    """Whether a column is left as it is, where images are not read."""
    is_image = reading.type is CellType.IMAGE
    return is_image or part.dtype in (pl.Binary, pl.Object) or part.dtype.is_nested()


def _as_images(
    part: pl.Series, reading: ColumnReading, images: Images | None, table: RawTable, note: Note
) -> pl.Series | None:
    """A column of images; None where it is none, or images are not read."""
    if images is None or reading.type in (CellType.NUMBER, CellType.DATE):
        return None
    if images.names is not None and part.name not in images.names:
        return None
    if part.dtype == pl.String:
        read = from_paths(part, images, table.path, note, reading.missing)
        return read if read.dtype == pl.Binary else None
    return from_values(part, images, table.path, note)


def _stacked(values: Sequence[pl.Series]) -> pl.Series:
    dtypes = {each.dtype for each in values if each.null_count() < each.len()}
    if len(dtypes) > 1:
        # whole in one file, with parts in another
        return pl.concat([each.cast(pl.Float64) for each in values])
    dtype = dtypes.pop() if dtypes else values[0].dtype
    return pl.concat([each.cast(dtype) for each in values])


def _words_for_nothing(
    parts: Sequence[pl.Series], column: pl.Series, reading: ColumnReading
) -> Counter[str]:
    """Words that stood for no value, and how often."""
    words: Counter[str] = Counter()
    if reading.type is CellType.IMAGE:
        return words
    is_quantity = reading.type in (CellType.NUMBER, CellType.DATE)
    start = 0
    for part in parts:
        values = column.slice(start, part.len())
        start += part.len()
        if part.dtype == pl.String and values.null_count():
            text = stripped(part.filter(values.is_null()))
            nothing = is_missing(text, reading.missing, in_numbers=is_quantity)
            words.update(text.filter(nothing).drop_nulls().to_list())
    return words


def _tell(
    found: Sequence[Recognised], words: Counter[str], tables: Sequence[RawTable], note: Note
) -> None:
    files = tables[0].path.name if len(tables) == 1 else f"{len(tables)} files"
    if words:
        counts = sorted(words.items(), key=lambda item: (-item[1], item[0]))
        told = ", ".join(f'"{word}" ({count:,})' for word, count in counts[:_MOST_WORDS])
        note(f"{files}: read as no value: {told}.")
    for each in found:
        for remark in each.remarks:
            note(f"{files}: {remark}")
