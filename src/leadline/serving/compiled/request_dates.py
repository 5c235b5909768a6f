"""Dates of a request: the usual ways to write one, read without a frame library.

What is written otherwise (a month by its name, a quarter) is not read here, although the reader of
files may know it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from leadline.reading.schema import DateOrder

_TIME = (
    r"(?:[T ](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})"
    r"(?::(?P<second>[0-9]{2})(?:\.(?P<part>[0-9]{1,9}))?)?"
    r"(?P<zone>Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)
_YEAR, _MONTH, _DAY = r"(?P<year>[0-9]{4})", r"(?P<month>[0-9]{1,2})", r"(?P<day>[0-9]{1,2})"
_MARK = "[-/.]"
_ISO = re.compile(rf"{_YEAR}{_MARK}{_MONTH}{_MARK}{_DAY}{_TIME}")
_DAY_FIRST = re.compile(rf"{_DAY}{_MARK}{_MONTH}{_MARK}{_YEAR}{_TIME}")
_MONTH_FIRST = re.compile(rf"{_MONTH}{_MARK}{_DAY}{_MARK}{_YEAR}{_TIME}")
_OTHER = {DateOrder.DAY_FIRST: _DAY_FIRST, DateOrder.MONTH_FIRST: _MONTH_FIRST}
_FULL_ISO = re.compile(
    r"(?P<year>[0-9]{4})(?P<mark>[-/])(?P<month>[0-9]{2})(?P=mark)(?P<day>[0-9]{2})" + _TIME
)
_FULL_DAY_FIRST = re.compile(r"(?P<day>[0-9]{2})\.(?P<month>[0-9]{2})\.(?P<year>[0-9]{4})" + _TIME)
_FULL_MONTH_FIRST = re.compile(r"(?P<month>[0-9]{2})/(?P<day>[0-9]{2})/(?P<year>[0-9]{4})" + _TIME)
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 -- times are UTC without a zone throughout
_MICROSECOND = timedelta(microseconds=1)
_PER_DAY = 86_400
# the frame library multiplies by the reciprocal, whose last digit is another
_YEARS = 1 / (365.2425 * _PER_DAY)
_HOURS = 1 / 60.0

DateReader = Callable[[str], datetime | None]
"""From stripped text to a time in UTC without a zone; None where it is none."""


def date_reader(order: DateOrder) -> DateReader:
    """The reader of a column whose order of day and month is known.

    Parameters
    ----------
    order : DateOrder
        Of the column; ISO 8601 is read beside each.

    Examples
    --------
    >>> date_reader(DateOrder.DAY_FIRST)("2.3.2022 14:30")
    datetime.datetime(2022, 3, 2, 14, 30)
    >>> date_reader(DateOrder.ISO)("2.3.2022") is None
    True
    """
    other = _OTHER.get(order)

    def read(text: str) -> datetime | None:
        found = _ISO.fullmatch(text) or (other.fullmatch(text) if other else None)
        time = _time(found) if found else None
        return time if time is not None and time.year >= 1000 else None

    return read


def usual_date(text: str) -> datetime | None:
    """A date of a column without a reading, as `leadline.reading.conform` reads it.

    Examples
    --------
    >>> usual_date("31.05.2024"), usual_date("05/31/2024")
    (datetime.datetime(2024, 5, 31, 0, 0), datetime.datetime(2024, 5, 31, 0, 0))
    """
    found = _FULL_ISO.fullmatch(text)
    if found is None:
        found = _FULL_DAY_FIRST.fullmatch(text) or _FULL_MONTH_FIRST.fullmatch(text)
        is_iso = False
    else:
        is_iso = found["mark"] == "-"
    if found is None or (found["hour"] and text[10] == "T" and not is_iso):
        return None
    if found["zone"] and not (is_iso and found["second"]):
        return None
    return _time(found)


def _time(found: re.Match[str]) -> datetime | None:
    part = found["part"]
    try:
        time = datetime(  # noqa: DTZ001
            int(found["year"]),
            int(found["month"]),
            int(found["day"]),
            int(found["hour"] or 0),
            int(found["minute"] or 0),
            int(found["second"] or 0),
            int(f"{part:0<6}"[:6]) if part else 0,
        )
        return time - _offset(found["zone"]) if found["zone"] else time
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta:
    if zone == "Z":
        return timedelta()
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    if hours > 23 or minutes > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset


def parts_of(date: datetime | None) -> tuple[float, float, float, float, float]:
    """Years since 1970, month, day of the month, weekday (Monday is 1) and hour; NaN for None.

    To the last digit what the columns of a model are given.
    """
    if date is None:
        return _NOTHING
    seconds = (date - _EPOCH) // _MICROSECOND // 1_000_000
    return (
        seconds * _YEARS,
        float(date.month),
        float(date.day),
        float(date.isoweekday()),
        date.hour + date.minute * _HOURS,
    )


_NAN = float("nan")
_NOTHING = (_NAN,) * 5
