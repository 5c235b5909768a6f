"""Parsing of what people type: rows, stages, names, numbers, days."""

from __future__ import annotations

import math
import re
from datetime import date
from difflib import get_close_matches

from leadline.errors import RecordError, SettingsError
from leadline.phases.lifecycle import ROWS, Row, Stage

_LONGEST = 80
_EXACT = 2**53  # beyond, floats skip whole numbers
_WHOLE = re.compile(r"[-+]?[0-9]{1,18}\Z")  # as many digits as 64 bits hold


def parse_row(name: str) -> Row:
    """Return the row of a name.

    Raises
    ------
    RecordError
        If the life cycle has none of that name.

    Examples
    --------
    >>> parse_row("curve").stage.value
    'train'
    """
    if name not in ROWS:
        raise RecordError(*_unknown("row", name, tuple(ROWS)))
    return ROWS[name]


def parse_stage(name: str) -> Stage:
    """Return the stage of a name.

    Raises
    ------
    RecordError
        If there is none.

    Examples
    --------
    >>> parse_stage("ship")
    <Stage.SHIP: 'ship'>
    """
    try:
        return Stage(name)
    except ValueError:
        raise RecordError(*_unknown("stage", name, tuple(Stage))) from None


def parse_person(name: str, doing: str) -> str:
    """Return a person's name without stray space.

    Raises
    ------
    SettingsError
        If it is empty or too long to be a name.

    Examples
    --------
    >>> parse_person("  Ada   Lovelace ", "judging")
    'Ada Lovelace'
    """
    clean = " ".join(name.split())
    if not clean:
        raise SettingsError(
            f"Nobody is named for {doing}.", "The record keeps who.", "Give your name."
        )
    if len(clean) > _LONGEST or not clean.isprintable():
        raise SettingsError(
            f"The name for {doing} cannot be kept.",
            f"At most {_LONGEST} printable characters are needed.",
            "Give a shorter name.",
        )
    return clean


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> tuple[str, str, str]:
    near = get_close_matches(name, known, n=1)
    guess = f"Did you mean {str(near[0])!r}?" if near else "Look at the name again."
    found = f"There is no {kind} {name[:_LONGEST]!r}."
    return found, f"One of {', '.join(known)} is needed.", guess


def canonical_number(text: str) -> str:
    """A number in the one spelling that the record keeps, so that equal answers are equal.

    Raises
    ------
    ValueError
        If it is not a finite number.

    Examples
    --------
    >>> canonical_number(" 12.0"), canonical_number("1e-3"), canonical_number("9007199254740993")
    ('12', '0.001', '9007199254740993')
    """
    if _WHOLE.match(text.strip()):
        return str(int(text))
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text!r} is not finite")
    is_whole = number.is_integer() and abs(number) < _EXACT
    return str(int(number)) if is_whole else repr(number)


def parse_amounts(text: str) -> tuple[float, ...]:
    """Return amounts of money written with spaces between them; none for nothing.

    Raises
    ------
    SettingsError
        If one is no number.

    Examples
    --------
    >>> parse_amounts("200 1,000"), parse_amounts(" ")
    ((200.0, 1000.0), ())
    """
    try:
        return tuple(float(each.replace(",", "")) for each in text.split())
    except ValueError:
        raise SettingsError(
            f"{text[:_LONGEST]!r} is no amount of money.",
            "Numbers are needed, with spaces between them.",
            "Write 200 500 1000, or leave it empty.",
        ) from None


def parse_day(text: str) -> date | None:
    """Return a day written as YYYY-MM-DD; None for nothing.

    Raises
    ------
    SettingsError
        If it is no day.

    Examples
    --------
    >>> parse_day("2027-01-31"), parse_day(" ")
    (datetime.date(2027, 1, 31), None)
    """
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise SettingsError(
            f"{text[:_LONGEST]!r} is no day.",
            "A day is needed, year first.",
            "Write it as 2027-01-31, or leave it empty.",
        ) from None
