"""Cells of text formats: one value as text, and back."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from leadline.engines.annotation_format import (
    VOTE_COLUMNS,
    Answer,
    Fault,
    ImportedAnnotation,
    time_of,
)
from leadline.reading.images.pixels import data_uri

_WORDS = ("item", "judge", "guidelines", "reason", "comment")
_LARGEST_EXACT = 2**53
_OURS = "leadline_"


def plain(value: Any) -> Any:
    """A value as JSON can hold it: dates in ISO 8601, images as ``data:`` URI.

    Whole numbers that a float does not hold become text: a browser reads numbers as floats.

    Examples
    --------
    >>> plain(date(2026, 1, 31)), plain(1.5), plain(None), plain(2**53 + 1)
    ('2026-01-31', 1.5, None, '9007199254740993')
    """
    if isinstance(value, bytes):
        return data_uri(value)
    if isinstance(value, int) and abs(value) > _LARGEST_EXACT:
        return str(value)
    return value.isoformat() if isinstance(value, date) else value


def seconds_of(value: object) -> float:
    """A length of time in seconds; nothing is 0.

    Raises
    ------
    ValueError
        If it is not a number of at least 0.
    """
    try:
        seconds = float(str(value)) if value not in (None, "") else 0.0
    except ValueError:
        seconds = -1.0
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError(f"seconds is {str(value)[:40]!r}; a number of at least 0 is needed")
    return seconds


def row_of(answer: Answer) -> dict[str, Any]:
    """An answer as the columns of a table."""
    row = dict(vars(answer))
    row["at"] = answer.at.isoformat() if answer.at else None
    return row


def imported_annotation(
    where: str, row: Mapping[str, Any], columns: Collection[str] = ()
) -> ImportedAnnotation | Fault:
    """A row of a table as an answer.

    In a table of items, a column that the data have themselves is theirs, whatever its name:
    what belongs to the answer is then called ``leadline_value``, ``leadline_comment`` and so on.

    Parameters
    ----------
    where : str
        Its place in the file.
    row : mapping of str to object
        Column to value. No value, or no text, in ``value`` is "unsure". Columns that do not
        belong to an answer are the item's content.
    columns : collection of str
        What is shown of an item.
    """
    is_of_votes = all(name in row for name in VOTE_COLUMNS)
    taken = set() if is_of_votes else _taken(row, columns)
    if "value" in taken and f"{_OURS}value" not in row:
        found = "the data have a column 'value' themselves; write the label under 'leadline_value'"
        return Fault(where, found)
    content = {
        name: each for name, each in row.items() if name not in VOTE_COLUMNS or name in taken
    }
    row = {name: row.get(f"{_OURS}{name}" if name in taken else name) for name in VOTE_COLUMNS}
    if "item" in taken:
        # the key stays with the content, as a file without one is found by its content
        row["item"] = ""
    at, value = row["at"], row["value"]
    # a table of votes is written by leadline; JSON and Parquet hold numbers as such
    is_plain = is_of_votes or isinstance(value, int | float)
    try:
        answer = Answer(
            value=None if value in (None, "") else _text(value),
            seconds=seconds_of(row.get("seconds")),
            at=_time(at),
            **{name: _text(row.get(name)) for name in _WORDS},
        )
    except ValueError as error:
        return Fault(where, str(error))
    return ImportedAnnotation(where=where, answer=answer, content=content, is_plain=is_plain)


def _taken(row: Mapping[str, Any], columns: Collection[str]) -> set[str]:
    """Names of an answer that are columns of the data in a table of items."""
    is_of_items = all(name in row for name in columns)
    return set(columns) & set(VOTE_COLUMNS) if is_of_items else set()


def _text(value: object) -> str:
    if isinstance(value, bool):
        # as a snapshot writes its classes
        return str(value).lower()
    if isinstance(value, (dict, list)):
        raise ValueError(f"{str(value)[:40]} stands where a text or a number is needed")
    return "" if value is None else str(value)


def _time(value: object) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        return time_of(value.isoformat() if isinstance(value, date) else str(value))
    except ValueError:
        found = f"at is {str(value)[:40]!r}; a time such as 2026-03-01T08:30:00Z is needed"
        raise ValueError(found) from None
