"""Correction of a reading by a person; what they leave open is recognised."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

import polars as pl

from leadline.errors import DataError
from leadline.reading.recognised import (
    Hints,
    Recognised,
    number_reading,
    reading_as,
    words_reading,
)
from leadline.reading.recognition import recognise
from leadline.reading.schema import CellType, ColumnReading, DateOrder
from leadline.reading.values.cell_values import as_text, read_cells, stripped
from leadline.reading.values.dates import epoch_of, likeliest_order
from leadline.reading.values.missing import is_missing
from leadline.reading.values.numbers import (
    STYLES,
    NumberStyle,
    likeliest_style,
    most_fitting,
    parse_numbers,
)

_SAMPLE = 1_000


@dataclass(frozen=True)
class Correction:
    """How a person says that a column is read.

    Attributes
    ----------
    kind : {"", "number", "date", "category", "text"}
        What it holds; empty: a number where a mark is given, a date where an order is.
    decimal, thousands : str
        Marks of numbers; empty: as the cells have them.
    order : str
        Of day, month and year, as in `DateOrder`; empty: as the cells have it.
    missing : tuple of str
        Words of this column that stand for no value.
    odd_cells : {"", "refuse", "missing", "words"}
        As for `Hints.odd`; empty: as for all columns.
    """

    kind: str = ""
    decimal: str = ""
    thousands: str = ""
    order: str = ""
    missing: tuple[str, ...] = ()
    odd_cells: str = ""

    @property
    def type(self) -> CellType | None:
        """What its cells are; None where that is not said."""
        if self.kind in ("category", "text"):
            return CellType.WORDS
        if self.kind == "date" or (self.order and not self.kind):
            return CellType.DATE
        is_number = self.kind == "number" or self.decimal or self.thousands
        return CellType.NUMBER if is_number else None


def corrected(column: pl.Series, correction: Correction, hints: Hints) -> Recognised:
    """The reading of a column that a person has corrected.

    Parameters
    ----------
    column : polars.Series
        Text, or typed values: marks and order then tell how files of text write them.
    correction : Correction
        What the person says.
    hints : Hints
        What is known before.

    Raises
    ------
    DataError
        If no number can be written with the marks.

    Examples
    --------
    >>> cells = pl.Series("version", ["1.2.10", "3.4.11"])
    >>> corrected(cells, Correction(kind="date"), Hints()).reading.words
    'date, day-month-yy'
    """
    missing = (*hints.missing, *correction.missing)
    hints = replace(hints, missing=missing, odd=correction.odd_cells or hints.odd)
    if (kind := correction.type) is None:
        return recognise(column, hints)
    if kind is CellType.WORDS:
        text = as_text(column)
        filled = text.filter(~is_missing(text, missing, in_numbers=False))
        return Recognised(words_reading(filled, hints))
    cells = _written(column, missing)
    if kind is CellType.NUMBER:
        reading = number_reading(column, _style(cells, correction, hints), hints)
    else:
        order = DateOrder(correction.order) if correction.order else likeliest_order(cells)
        numbers = column if column.dtype.is_numeric() else parse_numbers(cells)
        epoch = None if cells.len() and numbers.null_count() else epoch_of(numbers)
        reading = reading_as(column, kind, hints, order=order, epoch=epoch)
    return Recognised(replace(reading, is_odd_missing=hints.odd == "missing"))


def odd_as_said(column: pl.Series, known: ColumnReading, hints: Hints) -> ColumnReading:
    """A reading that is known, with what a person says by now of odd cells.

    It changes only where there are such cells: a few among many that can be read.

    Parameters
    ----------
    column : polars.Series of str
        The cells that the reading was made of, as the files have them by now.
    known : ColumnReading
        How they were read.
    hints : Hints
        With what becomes of odd cells.

    Examples
    --------
    >>> cells = pl.Series("x", ["1.5", "2.5", "3.5", "4.5", "five"])
    >>> known = ColumnReading(name="x", type=CellType.NUMBER)
    >>> odd_as_said(cells, known, Hints(odd="missing")).words
    'number, what cannot be read is no value'
    >>> odd_as_said(cells, known, Hints(odd="words")).words
    'words'
    """
    if known.type is CellType.WORDS:
        return known if hints.odd == "words" else _words_as_said(column, known, hints)
    strict = replace(known, is_odd_missing=False)
    is_same = known.is_odd_missing and hints.odd == "missing"
    if known.type is CellType.IMAGE or is_same or hints.odd == "refuse":
        return known if is_same else strict
    if not read_cells(column, strict).is_odd.any():
        return known
    found = recognise(column, hints).reading
    if found.type is CellType.WORDS:
        return found
    return replace(known, is_odd_missing=found.is_odd_missing)


def _words_as_said(column: pl.Series, known: ColumnReading, hints: Hints) -> ColumnReading:
    """Words that are words only because a person said so of odd cells, read anew."""
    # a sample tells most others at once
    if recognise(column.head(_SAMPLE), hints).reading.type is CellType.WORDS:
        return known
    found = recognise(column, hints)
    return found.reading if found.needed or found.reading.is_odd_missing else known


def _written(column: pl.Series, missing: Collection[str]) -> pl.Series:
    """Cells with a value that are written as text: none where the file typed them."""
    if column.dtype != pl.String:
        return pl.Series(column.name, dtype=pl.String)
    text = stripped(column)
    return text.filter(~is_missing(text, missing, in_numbers=True))


def _style(cells: pl.Series, correction: Correction, hints: Hints) -> NumberStyle:
    """The marks that were given; what is left open is as most cells have it."""
    if not (correction.decimal or correction.thousands):
        return likeliest_style(cells, hints.decimals)
    styles = [
        style
        for style in STYLES
        if correction.decimal in ("", style.decimal)
        and correction.thousands in ("", style.thousands)
    ]
    if not styles:
        raise DataError(
            f"{cells.name!r} has {correction.decimal!r} for its decimal mark and for thousands.",
            "Two marks are needed, or one of them.",
            f"Correct [data.columns.{cells.name}].",
        )
    # who names one of point and comma will have the other for thousands
    styles.sort(key=lambda style: style.thousands not in (".", ","))
    return most_fitting(cells, styles)
