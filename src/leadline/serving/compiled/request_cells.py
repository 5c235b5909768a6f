"""Cells of a request: values as the reading schema of a release has them, column by column.

To the last letter what `leadline.reading.conform` makes of them; a value that is read otherwise
only there is refused here with the same words.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from math import isfinite
from typing import Any, TypeAlias

from leadline.reading.misfits import misfit
from leadline.reading.schema import ColumnReading, DateOrder
from leadline.reading.values.missing_words import IN_NUMBERS, IN_WORDS
from leadline.serving.compiled.request_dates import DateReader, date_reader, usual_date

Column: TypeAlias = list[Any]
"""Floats with NaN, texts with None, or times with None: one value a row."""

ODD: Any = object()
"""A value that cannot be read."""

_NAN = float("nan")
# Unicode's white space: Python's own adds four controls
_BLANKS = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)
_PLAIN_NUMBER = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,15})?")
_LAST_COMPOSED = 0x20000


class RequestCells:
    """Reads the rows of a request.

    Parameters
    ----------
    columns : sequence of mapping
        One a column in the order of the values: ``name``, ``kind``, ``how`` ("typed" without a
        reading; "number", "words", "code" or "date" with one), and what that needs beside it.
    """

    def __init__(self, columns: Sequence[Mapping[str, Any]]) -> None:
        self._columns = [
            (
                column["name"],
                column["kind"],
                column.get("unit", ""),
                _READERS[column["how"]](column),
            )
            for column in columns
        ]

    def read(self, rows: Sequence[tuple[Any, ...]], first: int = 0) -> list[Column]:
        """The values of each column.

        Parameters
        ----------
        rows : sequence of tuple
            Values in the order of the columns: numbers as float, all else as text, None where a
            value is not known.
        first : int, default=0
            What the first row is called in a message.

        Raises
        ------
        DataError
            If a value does not fit; it is said to be of ``rows[first + index]``.
        """
        read = []
        given = zip(*rows, strict=True)
        for (name, kind, unit, reader), values in zip(self._columns, given, strict=True):
            cells = [reader(value) for value in values]
            if ODD in cells:
                odd = [index for index, cell in enumerate(cells) if cell is ODD]
                place, n_more = f"rows[{first + odd[0]}]", len(odd) - 1
                raise misfit(place, name, values[odd[0]], kind, n_more=n_more, unit=unit)
            read.append(cells)
        return read


def _typed_reader(column: Mapping[str, Any]) -> Callable[[Any], Any]:
    return _TYPED[column["kind"]]


def _typed_number(value: float | None) -> Any:
    if value is None or value != value:  # noqa: PLR0124 -- NaN is no value
        return _NAN
    return value if isfinite(value) else ODD


def _typed_category(value: str | None) -> str | None:
    return value if value and value.strip(_BLANKS) else None


def _typed_text(value: str | None) -> str:
    return value or ""


def _typed_date(value: str | None) -> Any:
    text = value.strip(_BLANKS) if value else ""
    if not text:
        return None
    date = usual_date(text)
    return ODD if date is None else date


_TYPED: dict[str, Callable[[Any], Any]] = {
    "number": _typed_number,
    "category": _typed_category,
    "text": _typed_text,
    "date": _typed_date,
}


def _number_reader(column: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Numbers of a column whose cells are numbers."""
    missing = frozenset(column["missing"])

    def read(value: float | None) -> float:
        if value is None or not isfinite(value) or value in missing:
            return _NAN
        return value

    return read


def _words_reader(column: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Categories or texts of a column whose cells are words."""
    nothing = IN_WORDS | set(column["missing"])
    missing = frozenset(column["missing"])
    is_boolean, absent = column["is_boolean"], "" if column["kind"] == "text" else None

    def read(value: str | None) -> Any:
        if value is None:
            return absent
        text = _stripped(value)
        if text is ODD or text in nothing:
            return ODD if text is ODD else absent
        if is_boolean:
            if not text.isascii():
                return ODD
            text = text.lower()
        return absent if text in missing else text

    return read


def _code_reader(column: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Categories of a column whose cells are numbers: 7 and 7.0 are "7"."""
    nothing = IN_WORDS | set(column["words"])
    missing = frozenset(column["missing"])
    may_have_point = column["decimal"] == "."

    def read(value: str | None) -> Any:
        text = _stripped(value) if value else ""
        if text is ODD:
            return ODD
        if text in nothing or text.lower() in IN_NUMBERS:
            return None
        fits = _PLAIN_NUMBER.fullmatch(text)
        if fits is None or (fits[1] and not may_have_point):
            return ODD
        number = float(text)
        if number in missing:
            return None
        if number.is_integer():
            return str(int(number))
        # beyond this, programs write the same float in different ways
        return repr(number) if abs(number) >= 1e-4 else ODD

    return read


def _date_reader(column: Mapping[str, Any]) -> Callable[[Any], Any]:
    """Dates of a column whose cells are dates."""
    parse: DateReader = date_reader(DateOrder(column["order"]))
    nothing = IN_WORDS | set(column["words"])
    missing = frozenset(map(datetime.fromisoformat, column["missing"]))

    def read(value: str | None) -> Any:
        text = _stripped(value) if value else ""
        if text is ODD:
            return ODD
        if text in nothing or text.lower() in IN_NUMBERS:
            return None
        date = parse(text)
        if date is None:
            return ODD
        return None if date in missing else date

    return read


_READERS: dict[str, Callable[[Mapping[str, Any]], Callable[[Any], Any]]] = {
    "typed": _typed_reader,
    "number": _number_reader,
    "words": _words_reader,
    "code": _code_reader,
    "date": _date_reader,
}


def can_be_compiled(kind: str, how: ColumnReading | None) -> bool:
    """Whether cells of a column can be read here at all.

    Parameters
    ----------
    kind : {"number", "category", "text", "date", "image"}
        Of the column.
    how : ColumnReading or None
        Its reading; None where the release has none.
    """
    if how is None:
        return kind in _TYPED
    return (kind, how.type.value) in _READABLE and how.epoch is None


_READABLE = {
    ("number", "number"): "number",
    ("category", "words"): "words",
    ("category", "number"): "code",
    ("text", "words"): "words",
    ("date", "date"): "date",
}


def reader_name(kind: str, how: ColumnReading | None) -> str:
    """The ``how`` of a column that `can_be_compiled`."""
    return "typed" if how is None else _READABLE[kind, how.type.value]


def _stripped(text: str) -> Any:
    """Text without white space around it, in composed letters."""
    text = text.strip(_BLANKS)
    if text.isascii():
        return text
    # letters that are newer than this Python may be composed by rules that it does not know
    return ODD if _newer_letters().search(text) else unicodedata.normalize("NFC", text)


@cache
def _newer_letters() -> re.Pattern[str]:
    """Letters that Unicode has no meaning for, as far as this Python knows."""
    unknown = [c for c in range(0x80, _LAST_COMPOSED) if unicodedata.category(chr(c)) == "Cn"]
    spans: list[list[int]] = []
    for code in unknown:
        if spans and spans[-1][1] == code - 1:
            spans[-1][1] = code
        else:
            spans.append([code, code])
    ranges = (f"{re.escape(chr(low))}-{re.escape(chr(high))}" for low, high in spans)
    return re.compile(f"[{''.join(ranges)}]")
