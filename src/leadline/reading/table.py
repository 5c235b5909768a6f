"""Tables of strangers' files: recognised the first time, read by the schema ever after."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import polars as pl

from leadline.errors import DataError
from leadline.reading.column_values import column_values, number_values, words_for_nothing
from leadline.reading.correction import Correction, corrected
from leadline.reading.file_forms.packed import Packing, Tell, is_settled
from leadline.reading.file_forms.raw import RawTable, Trim, open_table
from leadline.reading.file_forms.source import Note
from leadline.reading.images.image_columns import RECOGNISED, Images
from leadline.reading.numbers import PLAIN
from leadline.reading.odd import OddCells, refuse_odd
from leadline.reading.recognised import Doubt, Hints, Recognised, number_reading
from leadline.reading.recognition import file_decimals, recognise
from leadline.reading.schema import CellType, ColumnReading, ReadingSchema

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
    for table in tables[1:]:
        _refuse_other_columns(tables[0], table)
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
    hints = _hints(tables, options)
    columns: list[_Column] = []
    names = tables[0].frame.columns
    for position, name in enumerate(names):
        done = f"{_files(tables)}: {position:,} of {len(names):,} columns recognised, now {name!r}"
        tell(done, position / len(names))
        columns.append(_read_column(name, tables, schema, hints, options, note))
    if odd := [cell for column in columns for cell in column.odd]:
        _refuse_totals(odd, tables)
        refuse_odd(odd)
    for table in tables:
        if table.n_totals:
            note(f"{_totals(table)} If so, leave them out: {_footer_words(table.n_totals)}.")
    found = [column.recognised for column in columns]
    _say(found, sum((column.words for column in columns), Counter()), tables, note)
    return Table(
        pl.DataFrame([column.values for column in columns]),
        ReadingSchema(tuple(column.schema for column in columns if not column.is_empty)),
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

    @property
    def schema(self) -> ColumnReading:
        is_image = self.values.dtype == pl.Binary
        return replace(self.reading, type=CellType.IMAGE) if is_image else self.reading


def _read_column(
    name: str,
    tables: Sequence[RawTable],
    schema: ReadingSchema,
    hints: Hints,
    options: ReadingOptions,
    note: Note,
) -> _Column:
    packed = [table.numbers[name] for table in tables if name in table.numbers]
    known = schema.get(name)
    if len(packed) == len(tables) and (known is not None or is_settled(packed)):
        reading = known or number_reading(packed[0].values, PLAIN, hints)
        words = sum((each.words for each in packed), Counter())
        return _Column(Recognised(reading), reading, number_values(packed), words)
    parts = [table.cells(name) for table in tables]
    recognised = _reading_of(name, parts, tables, schema, hints, options)
    reading = recognised.reading
    is_excluded = name in options.exclude
    images = _images(options, name, schema)
    column, odd = column_values(parts, tables, reading, images, note, is_excluded=is_excluded)
    if is_excluded and odd:
        # lists and the like are no words either: nobody learns from them
        reading = replace(reading, type=CellType.WORDS)
        column = column_values(parts, tables, reading, options.images, note, is_excluded=True)[0]
        odd = []
    words = words_for_nothing(parts, column, reading)
    return _Column(recognised, reading, column, words, odd)


def _may_pack(options: ReadingOptions, schema: ReadingSchema, name: str) -> bool:
    """Whether plain numbers in a column are read as such, as far as a person or a schema says."""
    if options.missing or name in options.corrections or name == options.time:
        return False
    known = schema.get(name)
    return known is None or known == ColumnReading(
        name=name, type=CellType.NUMBER, is_odd_missing=known.is_odd_missing
    )


def _refuse_totals(odd: Sequence[OddCells], tables: Sequence[RawTable]) -> None:
    """Refuse totals below the rows, where nothing else is odd."""
    for table in tables:
        last = {table.place(table.frame.height - 1 - row) for row in range(table.n_totals)}
        if last and all(each.n_cells <= table.n_totals and each.place in last for each in odd):
            raise DataError(
                _totals(table),
                "Each line is one row of data.",
                f"Leave them out: {_footer_words(table.n_totals)}.",
            )


def _totals(table: RawTable) -> str:
    row = table.frame.row(table.frame.height - table.n_totals)
    first = next(str(cell) for cell in row if cell)
    place = table.place(table.frame.height - table.n_totals)
    which = "this line looks" if table.n_totals == 1 else f"the last {table.n_totals} lines look"
    return f'{place} begins with "{first}": {which} like a total of the rows above.'


def _footer_words(n_rows: int) -> str:
    return f"--footer-rows {n_rows}, or [data] footer_rows = {n_rows}"


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
        return Recognised(known)
    return _recognised(name, parts, tables, hints, options)


def _images(options: ReadingOptions, name: str, schema: ReadingSchema) -> Images | None:
    """How images of a column are read: what is known to be none is not looked at as one."""
    if options.images is None or (known := schema.get(name)) is None:
        return options.images
    return replace(options.images, names=(name,) if known.type is CellType.IMAGE else ())


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
        return _agreed(name, tables, [recognise(part, hints) for part in typed])
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


def _refuse_other_columns(first: RawTable, table: RawTable) -> None:
    expected, columns = first.frame.columns, table.frame.columns
    lacking = [column for column in expected if column not in columns]
    extra = [column for column in columns if column not in expected]
    if lacking or extra:
        parts = [f"lacks {_list(lacking)}"] * bool(lacking) + [f"has also {_list(extra)}"] * bool(
            extra
        )
        raise DataError(
            f"{table.path.name} {' and '.join(parts)}, compared with {first.path.name}.",
            "All files need the same columns.",
            "Mend it, or leave the file out of [data] files.",
        )


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:5])
    return f"{shown} and {len(names) - 5:,} more" if len(names) > 5 else shown
