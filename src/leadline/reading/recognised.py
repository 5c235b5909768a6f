"""Facts about a column around its recognition: hints before, a reading and doubts after."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadline.reading.schema import CellType, ColumnReading
from leadline.reading.values.numbers import NumberStyle
from leadline.reading.values.units import unit_of

_SAMPLE = 1_000
_BOOLEANS = {"true", "false"}


@dataclass(frozen=True)
class Hints:
    """What is known of a column before it is looked at.

    Attributes
    ----------
    missing : tuple of str
        Words for no value that a person named.
    decimals : frozenset of str
        Decimal marks that other columns of the files leave no doubt about.
    comma_is_decimal : bool
        Whether the fields of the files are kept apart by semicolons.
    is_time : bool
        Whether a person named the column as the one that dates the rows.
    odd : {"refuse", "missing", "words"}
        What becomes of a few cells that are neither numbers nor dates among many that are.
    """

    missing: tuple[str, ...] = ()
    decimals: frozenset[str] = frozenset()
    comma_is_decimal: bool = False
    is_time: bool = False
    odd: str = "refuse"


@dataclass(frozen=True)
class Doubt:
    """Two readings that the cells of a column allow.

    Attributes
    ----------
    taken, other : ColumnReading
        The one taken, and the one that fits as well.
    example : str
        A cell that is read in two ways.
    as_taken, as_other : str
        What it is in each.
    """

    taken: ColumnReading
    other: ColumnReading
    example: str
    as_taken: str
    as_other: str

    @property
    def correction(self) -> dict[str, str]:
        """Settings of the column by which the other reading is taken."""
        if self.other.type is CellType.DATE:
            return {"kind": "date", "order": self.other.order.value}
        return {"kind": "number", "decimal": self.other.decimal}

    @property
    def words(self) -> str:
        """What a person is told."""
        return (
            f'{self.taken.name!r}: "{self.example}" was read as {self.as_taken}; it could be '
            f"{self.as_other}."
        )


@dataclass(frozen=True)
class Recognised:
    """A column, recognised.

    Attributes
    ----------
    reading : ColumnReading
        How it is read.
    doubt : Doubt or None
        What it could be as well.
    remarks : tuple of str
        What a person should know.
    needed : {"", "a number", "a date"}
        What a few odd cells are not; empty where there is none.
    is_forced : bool
        Whether the cells left no choice of their own: a code is words in every file.
    """

    reading: ColumnReading
    doubt: Doubt | None = None
    remarks: tuple[str, ...] = ()
    needed: str = ""
    is_forced: bool = False


def reading_as(column: pl.Series, kind: CellType, hints: Hints, **more: object) -> ColumnReading:
    """The reading of a column as cells of a type; `more` are its other attributes."""
    return ColumnReading(name=column.name, type=kind, missing=hints.missing, **more)  # type: ignore[arg-type]


def words_reading(filled: pl.Series, hints: Hints) -> ColumnReading:
    """The reading of a column as words; `filled` are its cells with a value."""
    seen = filled.head(_SAMPLE).str.to_lowercase().unique()
    is_boolean = not seen.is_empty() and set(seen) <= _BOOLEANS
    is_boolean = is_boolean and set(filled.str.to_lowercase().unique()) <= _BOOLEANS
    return reading_as(filled, CellType.WORDS, hints, is_boolean=is_boolean)


def number_reading(text: pl.Series, style: NumberStyle, hints: Hints) -> ColumnReading:
    """The reading of a column as numbers with the marks of a style."""
    marks = {"decimal": style.decimal, "thousands": style.thousands, "unit": unit_of(text)}
    return reading_as(text, CellType.NUMBER, hints, **marks)
