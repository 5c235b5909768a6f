"""Cells of files of votes, read by the reading of the column they belong to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import polars as pl

from leadline.reading.schema import CellType, ColumnReading
from leadline.reading.values.cell_values import read_cells, stripped
from leadline.services.parsing import canonical_number
from leadline.snapshot import class_texts

_NEEDED = {
    CellType.NUMBER: "a number",
    CellType.DATE: "a date",
    CellType.WORDS: "one text or number",
    CellType.IMAGE: "an image",
}
_BOOLEANS = {"true", "false"}
_LARGEST = 2**63


@dataclass(frozen=True)
class ReadValues:
    """Values of a column, and what is wrong with some.

    Attributes
    ----------
    values : polars.Series of shape (n_values,)
        In the type of the snapshot; null where there is none.
    faults : mapping of int to str
        Position to what a person is told: "'soon'; a date is needed".
    """

    values: pl.Series
    faults: Mapping[int, str] = field(default_factory=dict)


def reading_of(name: str, dtype: pl.DataType) -> ColumnReading:
    """How leadline itself writes the values of a type: a decimal point, dates in ISO 8601."""
    kind = CellType.NUMBER if dtype.is_numeric() else CellType.WORDS
    return ColumnReading(name=name, type=CellType.DATE if dtype.is_temporal() else kind)


def read_values(values: Sequence[Any], reading: ColumnReading, dtype: pl.DataType) -> ReadValues:
    """Read the values of a column, each a text or typed by JSON or Parquet.

    Parameters
    ----------
    values : sequence of object
        From a file of votes.
    reading : ColumnReading
        Of the column.
    dtype : DataType
        Of the column in the snapshot.

    Examples
    --------
    >>> amount = ColumnReading(name="amount", type=CellType.NUMBER)
    >>> read = read_values(["1.5", 1.5, "soon"], amount, pl.Float64())
    >>> read.values.to_list(), read.faults
    ([1.5, 1.5, None], {2: "'soon'; a number is needed"})
    """
    read: list[Any] = [None] * len(values)
    faults: dict[int, str] = {}
    for kind, rows in _by_type(values).items():
        if kind == pl.Int64 and dtype.is_integer():
            for row in rows:
                read[row] = values[row]
            continue
        column = pl.Series([_cell(values[row]) for row in rows], dtype=kind)
        cells = read_cells(column, reading)
        for row, value, is_odd in zip(rows, cells.values, cells.is_odd, strict=True):
            read[row] = value
            if is_odd:
                faults[row] = _told(values[row], _needed(reading))
            elif dtype.is_integer() and isinstance(value, float):
                read[row] = int(value) if value.is_integer() else None
                if read[row] is None:
                    faults[row] = _told(values[row], "a whole number")
    for row, value in enumerate(values):
        if isinstance(value, (dict, list, bytes)):
            faults[row] = _told(value, _needed(reading))
    return ReadValues(pl.Series(read, dtype=dtype, strict=False), faults)


def read_class(value: str, classes: Sequence[str], reading: ColumnReading | None) -> str | None:
    """The class that a label is, in the spelling of the data; None where nothing is said.

    Parameters
    ----------
    value : str
        As a person or a program wrote it.
    classes : sequence of str
        The classes of the project.
    reading : ColumnReading or None
        How the label's column of the data is read.

    Raises
    ------
    ValueError
        If it is none of the classes.

    Examples
    --------
    >>> stars = ColumnReading(name="stars", type=CellType.NUMBER)
    >>> [read_class(each, ["4", "5"], stars) for each in ("4.0", " 5 ", "", "4")]
    ['4', '5', None, '4']
    """
    text = stripped(pl.Series([value]))[0]
    if text is None or text in classes:
        return text  # type: ignore[no-any-return]
    if reading is not None and reading.type is not CellType.IMAGE:
        cells = read_cells(pl.Series([text]), reading)
        if not cells.is_odd[0]:
            named = class_texts(cells.values)[0]
            if named is None or named in classes:
                return named  # type: ignore[no-any-return]
    if text.lower() in _BOOLEANS and text.lower() in classes:
        return str(text.lower())
    number = _number(text)
    same = [name for name in classes if number is not None and _number(name) == number]
    if len(same) == 1:
        return same[0]
    raise ValueError(f"{value[:40]!r}; one of {', '.join(classes)} is needed")


def read_number(value: str, reading: ColumnReading | None) -> str | None:
    """A number in the one spelling of the record; None where nothing is said.

    A decimal point is read as one; the marks of the data are read too, unless both make sense
    and differ.

    Parameters
    ----------
    value : str
        As a person or a program wrote it.
    reading : ColumnReading or None
        How the label's column of the data is read.

    Raises
    ------
    ValueError
        If it is no number, or could be two.

    Examples
    --------
    >>> price = ColumnReading(name="price", type=CellType.NUMBER, decimal=",", thousands=".")
    >>> [read_number(each, price) for each in ("12.5", "12,5", "1500", "")]
    ['12.5', '12.5', '1500', None]
    >>> read_number("1.220", price)
    Traceback (most recent call last):
    ...
    ValueError: '1.220'; it could be 1.22 or 1220, write it without a thousands mark
    """
    plain, marked = _number(value), None
    if reading is not None and reading.type is CellType.NUMBER:
        cells = read_cells(pl.Series([value]), reading)
        if cells.values[0] is None and not cells.is_odd[0]:
            return None
        marked = None if cells.is_odd[0] else canonical_number(str(cells.values[0]))
    elif not value.strip():
        return None
    if plain is None and marked is None:
        raise ValueError(f"{value[:40]!r}; a number is needed")
    if plain is not None and marked is not None and plain != marked:
        raise ValueError(
            f"{value[:40]!r}; it could be {plain} or {marked}, write it without a thousands mark"
        )
    return plain if plain is not None else marked


def _number(text: str) -> str | None:
    try:
        return canonical_number(text)
    except ValueError:
        return None


def _by_type(values: Sequence[Any]) -> dict[Any, list[int]]:
    """Positions of the values that are read together, by the type they are read as."""
    rows: dict[Any, list[int]] = {}
    for row, value in enumerate(values):
        if value is None or value == "" or isinstance(value, (dict, list, bytes)):
            continue
        kind: Any = pl.String
        if isinstance(value, bool):
            kind = pl.Boolean
        elif isinstance(value, float):
            kind = pl.Float64
        elif isinstance(value, int) and abs(value) < _LARGEST:
            kind = pl.Int64
        elif isinstance(value, date):
            kind = pl.Datetime("us")
        rows.setdefault(kind, []).append(row)
    return rows


def _cell(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    if isinstance(value, date):
        return datetime(value.year, value.month, value.day)  # noqa: DTZ001 - as the snapshot
    is_plain = isinstance(value, (bool, float, str)) or abs(value) < _LARGEST
    return value if is_plain else str(value)


def _needed(reading: ColumnReading) -> str:
    needed = _NEEDED[reading.type]
    how = reading.words.partition(", ")[2]
    is_told = reading.type is not CellType.WORDS and how and how != "year-month-day"
    return f"{needed} ({how})" if is_told else needed


def _told(value: Any, needed: str) -> str:
    return f"{str(value)[:40]!r}; {needed} is needed"
