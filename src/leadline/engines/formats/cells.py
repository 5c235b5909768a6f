"""Cells of text formats: one value as text, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from leadline.engines.annotation_format import Answer, Fault, ImportedAnnotation, time_of
from leadline.reading.images.pixels import data_uri

_WORDS = ("item", "judge", "guidelines", "reason", "comment")


def plain(value: Any) -> Any:
    """A value as JSON can hold it: dates in ISO 8601, images as ``data:`` URI.

    Examples
    --------
    >>> plain(date(2026, 1, 31)), plain(1.5), plain(None)
    ('2026-01-31', 1.5, None)
    """
    if isinstance(value, bytes):
        return data_uri(value)
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


def imported_annotation(where: str, row: Mapping[str, Any]) -> ImportedAnnotation | Fault:
    """A row of a table as an answer.

    Parameters
    ----------
    where : str
        Its place in the file.
    row : mapping of str to object
        Column to value. No value, or no text, in ``value`` is "unsure". Columns that do not
        belong to an answer are the item's content.
    """
    at, value = row.get("at"), row.get("value")
    try:
        answer = Answer(
            value=None if value in (None, "") else _text(value),
            seconds=seconds_of(row.get("seconds")),
            at=_time(at),
            **{name: _text(row.get(name)) for name in _WORDS},
        )
    except ValueError as error:
        return Fault(where, str(error))
    content = {name: each for name, each in row.items() if name not in vars(answer)}
    return ImportedAnnotation(where=where, answer=answer, content=content)


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
