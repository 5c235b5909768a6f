"""Cells become values, as the reading of their column says; nothing is guessed here."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadline.reading.schema import CellType, ColumnReading
from leadline.reading.values.dates import parse_dates, parse_epochs
from leadline.reading.values.distinct import few_values
from leadline.reading.values.missing import is_missing
from leadline.reading.values.numbers import NumberStyle, parse_numbers, settled
from leadline.reading.values.units import has_other_unit

_DATETIME = pl.Datetime("us")
_BEYOND_ASCII = r"[^\x00-\x7F]"
_UNCLEAN = rf"^\s|\s$|{_BEYOND_ASCII}"


@dataclass(frozen=True)
class ReadCells:
    """A column as values, and what could not be read.

    Attributes
    ----------
    values : polars.Series of shape (n_rows,)
        Int64 or Float64, Datetime[us] in UTC, or String; null where there is no value.
    is_odd : polars.Series of bool, shape (n_rows,)
        Cells with something in them that the reading cannot take; null among the values.
    """

    values: pl.Series
    is_odd: pl.Series


def read_cells(column: pl.Series, reading: ColumnReading) -> ReadCells:
    """Read the cells of a column, text or typed.

    Parameters
    ----------
    column : polars.Series of shape (n_rows,)
        As the file has them: text, or what Parquet, JSON or a data frame typed them as.
    reading : ColumnReading
        Of a type other than image.

    Examples
    --------
    >>> amount = ColumnReading(name="amount", type=CellType.NUMBER, decimal=",", thousands=".")
    >>> read = read_cells(pl.Series("amount", ["1.500", "none", "1.5 kg"]), amount)
    >>> read.values.to_list(), read.is_odd.to_list()
    ([1500, None, None], [False, False, True])
    >>> read_cells(pl.Series("amount", [1500.0]), amount).values.to_list()
    [1500]
    """
    if column.dtype == pl.String:
        if (few := few_values(column)) is not None:
            read = read_cells(few.values, reading)
            is_odd = few.spread(read.is_odd).fill_null(value=False)
            return ReadCells(few.spread(read.values).alias(column.name), is_odd)
        values, is_empty = _of_text(column, reading)
    else:
        values = _of_typed(column, reading).alias(column.name)
        is_empty = column.is_null()
        if column.dtype.is_float():
            is_empty |= ~column.is_finite().fill_null(value=True)
    if reading.missing:
        is_named = _is_named(values, reading)
        values, is_empty = values.set(is_named, None), is_empty | is_named
    is_odd = values.is_null() & ~is_empty
    if reading.is_odd_missing:
        is_odd = pl.repeat(value=False, n=len(is_odd), dtype=pl.Boolean, eager=True)
    return ReadCells(values, is_odd)


def _is_named(values: pl.Series, reading: ColumnReading) -> pl.Series:
    """Values that a person named as no value, however they are written: -200,0 is -200."""
    words = pl.Series(list(reading.missing), dtype=pl.String)
    if values.dtype == pl.String:
        named = words
    elif values.dtype.is_numeric():
        style = NumberStyle(reading.decimal, reading.thousands)
        named = pl.concat([parse_numbers(words), parse_numbers(words, style)])
        values = values.cast(pl.Float64)
    else:
        named = parse_dates(words)
    return values.is_in(named.drop_nulls().to_list()).fill_null(value=False)


def stripped(text: pl.Series) -> pl.Series:
    r"""Text without white space around it, in composed letters; nothing left is no value.

    Examples
    --------
    >>> stripped(pl.Series(["cafe\u0301 ", " "])).to_list() == ["caf\u00e9", None]
    True
    """
    # to look is cheaper than to change, and most columns need no change
    if text.str.contains(_UNCLEAN).any():
        text = text.str.strip_chars()
        if text.str.contains(_BEYOND_ASCII).any():
            text = text.str.normalize("NFC")
    is_empty = text == ""
    return text.set(is_empty, None) if is_empty.any() else text


def as_text(column: pl.Series) -> pl.Series:
    """Typed values as the words a text file would have for them: 7 and 7.0 are "7".

    Examples
    --------
    >>> as_text(pl.Series([7.0, 0.5, None])).to_list(), as_text(pl.Series([True])).to_list()
    (['7', '0.5', None], ['true'])
    """
    if column.dtype == pl.String:
        return stripped(column)
    if column.dtype.is_float():
        finite = column.set(~column.is_finite().fill_null(value=True), None).cast(pl.Float64)
        whole = finite.cast(pl.Int64, strict=False)
        is_whole = (whole.cast(pl.Float64) == finite).fill_null(value=False)
        return whole.cast(pl.String).zip_with(is_whole, finite.cast(pl.String))
    if column.dtype.is_decimal():
        # as it is written, but for noughts that say nothing
        words = column.cast(pl.String)
        return words.str.replace(r"(\.\d*?)0+$", "${1}").str.strip_suffix(".")
    if column.dtype.is_nested() or column.dtype in (pl.Binary, pl.Object):
        return pl.Series(column.name, [None] * len(column), dtype=pl.String)
    if column.dtype.is_temporal():
        return _date_words(column)
    return stripped(column.cast(pl.String))


def _date_words(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Duration | pl.Time):
        return column.cast(pl.String)
    instants = _instants(column)
    whole_days = bool((instants == instants.dt.truncate("1d")).all())
    return instants.dt.to_string("%Y-%m-%d" if whole_days else "%Y-%m-%d %H:%M:%S%.f")


def _of_text(column: pl.Series, reading: ColumnReading) -> tuple[pl.Series, pl.Series]:
    text = stripped(column)
    is_words = reading.type is CellType.WORDS
    style = NumberStyle(reading.decimal, reading.thousands)
    if reading.type is CellType.NUMBER and not reading.missing:
        numbers = _of_one_unit(text, parse_numbers(text, style), reading)
        if numbers.null_count() == text.null_count():
            # every cell is a number: no word stands for none
            return settled(numbers), text.is_null()
    is_empty = is_missing(text, reading.missing, in_numbers=not is_words)
    filled = text.set(is_empty, None) if is_empty.any() else text
    if is_words:
        return filled.str.to_lowercase() if reading.is_boolean else filled, is_empty
    if reading.type is CellType.NUMBER or reading.epoch is not None:
        numbers = settled(_of_one_unit(filled, parse_numbers(filled, style), reading))
        if reading.epoch is None:
            return numbers, is_empty
        dates = parse_epochs(numbers, reading.epoch)
        return dates.zip_with(dates.is_not_null(), parse_dates(filled)), is_empty
    return parse_dates(filled, reading.order), is_empty


def _of_one_unit(text: pl.Series, numbers: pl.Series, reading: ColumnReading) -> pl.Series:
    """Numbers without those in another unit than the column's."""
    return numbers.set(has_other_unit(text, reading.unit), None) if reading.unit else numbers


def _of_typed(column: pl.Series, reading: ColumnReading) -> pl.Series:
    if reading.type is CellType.WORDS:
        return as_text(column)
    if isinstance(column.dtype, pl.Categorical | pl.Enum):
        return read_cells(column.cast(pl.String), reading).values
    return (
        _typed_number(column) if reading.type is CellType.NUMBER else _typed_date(column, reading)
    )


def _typed_number(column: pl.Series) -> pl.Series:
    dtype = column.dtype
    if isinstance(dtype, pl.Duration):
        return column.dt.total_microseconds() / 1e6
    if dtype.is_numeric() or dtype == pl.Boolean:
        return settled(_number(column))
    return pl.Series([None] * len(column), dtype=pl.Float64)


def _typed_date(column: pl.Series, reading: ColumnReading) -> pl.Series:
    if isinstance(column.dtype, pl.Date | pl.Datetime):
        return _instants(column)
    if column.dtype.is_numeric() and reading.epoch is not None:
        return parse_epochs(column, reading.epoch)
    if column.dtype.is_integer():
        return parse_dates(column.cast(pl.String), reading.order)
    return pl.Series([None] * len(column), dtype=_DATETIME)


def _number(column: pl.Series) -> pl.Series:
    if column.dtype.is_integer() and column.dtype not in (pl.UInt64, pl.Int128, pl.UInt128):
        return column.cast(pl.Int64)
    numbers = column.cast(pl.Float64)
    return numbers.set(~numbers.is_finite().fill_null(value=True), None)


def _instants(column: pl.Series) -> pl.Series:
    if isinstance(column.dtype, pl.Datetime) and column.dtype.time_zone:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    return column.cast(_DATETIME)
