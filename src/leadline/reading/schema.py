"""The reading schema: column by column, what the first reading of a project recognised.

It is made once, fixed with the split, and signed with a release. Every later reader applies it
and guesses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from enum import StrEnum
from typing import Any, Self

IMAGE_SIZE = 64
"""Pixels of the longer side of images, where nobody has said otherwise."""


class CellType(StrEnum):
    """What the cells of a column are read as."""

    NUMBER = "number"
    DATE = "date"
    WORDS = "words"
    IMAGE = "image"


class DateOrder(StrEnum):
    """In which order a date is written; ISO 8601 is read beside each."""

    ISO = "year-month-day"
    DAY_FIRST = "day-month-year"
    MONTH_FIRST = "month-day-year"
    DAY_FIRST_SHORT = "day-month-yy"
    MONTH_FIRST_SHORT = "month-day-yy"


class Epoch(StrEnum):
    """What a number counts that stands for a time."""

    YEARS = "years"
    SECONDS = "seconds since 1970"
    MILLISECONDS = "milliseconds since 1970"
    MICROSECONDS = "microseconds since 1970"
    NANOSECONDS = "nanoseconds since 1970"


@dataclass(frozen=True, kw_only=True)
class ColumnReading:
    """How the cells of one column are read.

    Attributes
    ----------
    name : str
        Of the column, as the files have it.
    type : CellType
        What its cells are.
    decimal : {".", ","}
        The decimal mark of numbers written as text.
    thousands : {"", ",", ".", " ", "'"}
        The mark between groups of three digits; empty: none. A blank stands for every blank.
    unit : {"", "%", "€", "$", "£", "¥"}
        The sign of numbers; empty: none was seen. 25 % is 25. A bare number is of this unit.
    order : DateOrder
        Of dates that are written as text.
    epoch : Epoch or None
        What numbers count that stand for a time; None: dates are written as dates.
    is_boolean : bool
        Whether the words are true and false, in any spelling of upper and lower case.
    missing : tuple of str
        Words of this column that stand for no value, beside the well-known ones.
    is_odd_missing : bool
        Whether a cell that cannot be read counts as no value; otherwise it is refused.
    white : float or None
        The number that is white, where images are arrays of pixels.
    """

    name: str
    type: CellType
    decimal: str = "."
    thousands: str = ""
    unit: str = ""
    order: DateOrder = DateOrder.ISO
    epoch: Epoch | None = None
    is_boolean: bool = False
    missing: tuple[str, ...] = ()
    is_odd_missing: bool = False
    white: float | None = None

    @property
    def words(self) -> str:
        """What a person is told of it.

        Examples
        --------
        >>> ColumnReading(name="x", type=CellType.NUMBER, decimal=",", thousands=".").words
        'number, decimal mark ",", thousands mark "."'
        """
        said: list[str] = [self.type.value]
        if self.type is CellType.NUMBER:
            said += [f'decimal mark "{self.decimal}"'] * (self.decimal != ".")
            said += [f'thousands mark "{self.thousands}"'] * bool(self.thousands)
            said += [f"in {self.unit}"] * bool(self.unit)
        elif self.type is CellType.DATE:
            said.append(self.order.value if self.epoch is None else self.epoch.value)
        elif self.is_boolean:
            said.append("true and false")
        if self.missing:
            said.append(f"no value: {', '.join(map(repr, self.missing))}")
        if self.is_odd_missing:
            said.append("what cannot be read is no value")
        return ", ".join(said)


@dataclass(frozen=True)
class ReadingSchema:
    """How every column of a table is read.

    Attributes
    ----------
    columns : tuple of ColumnReading
        In the order of the first file.
    """

    columns: tuple[ColumnReading, ...] = ()

    def __iter__(self) -> Iterator[ColumnReading]:
        return iter(self.columns)

    def __bool__(self) -> bool:
        return bool(self.columns)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the columns."""
        return tuple(column.name for column in self.columns)

    def get(self, name: str) -> ColumnReading | None:
        """The reading of a column; None if it is not known."""
        return next((column for column in self.columns if column.name == name), None)

    def only(self, names: Iterable[str]) -> Self:
        """The schema of some columns, in its own order."""
        wanted = set(names)
        return type(self)(tuple(column for column in self.columns if column.name in wanted))

    def to_payload(self) -> list[dict[str, Any]]:
        """What JSON can say of it; a value that is the default is left out.

        Examples
        --------
        >>> schema = ReadingSchema((ColumnReading(name="x", type=CellType.NUMBER, decimal=","),))
        >>> schema.to_payload()
        [{'name': 'x', 'type': 'number', 'decimal': ','}]
        >>> ReadingSchema.from_payload(schema.to_payload()) == schema
        True
        """
        defaults = {each.name: each.default for each in fields(ColumnReading)}
        return [
            {
                key: value.value if isinstance(value, StrEnum) else value
                for key, value in asdict(column).items()
                if value != defaults[key]
            }
            for column in self.columns
        ]

    @classmethod
    def from_payload(cls, payload: Iterable[Mapping[str, Any]]) -> Self:
        """The schema that `to_payload` wrote.

        Raises
        ------
        ValueError, TypeError
            If it is none.
        """
        return cls(tuple(_column(dict(each)) for each in payload))


def _column(payload: dict[str, Any]) -> ColumnReading:
    payload["type"] = CellType(payload["type"])
    if "order" in payload:
        payload["order"] = DateOrder(payload["order"])
    if payload.get("epoch") is not None:
        payload["epoch"] = Epoch(payload["epoch"])
    if "missing" in payload:
        payload["missing"] = tuple(payload["missing"])
    return ColumnReading(**payload)
