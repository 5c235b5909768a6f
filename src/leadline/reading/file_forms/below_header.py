"""Lines below a header that describe its columns: types, units, the questions that were asked."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto
from functools import cache

import polars as pl

from leadline.reading.file_forms.source import Note
from leadline.reading.values.dates import looks_dated
from leadline.reading.values.missing import is_missing
from leadline.reading.values.numbers import parse_numbers

_MOST_LINES = 3
_SAMPLE_ROWS = 200
SAMPLE_COLUMNS = 500
"""Columns beyond these are not looked at."""

_FEWEST_VALUES = 3
_NEARLY_ALL = 0.95
_FEWEST_WORDS = 2
_FEWEST_OF_A_CATEGORY = 20
_MOST_CATEGORIES = 10
_MOST_SHOWN = 3
_LONGEST_SHOWN = 30


class _Sign(Enum):
    """What a cell says of its row: that it describes the columns, perhaps, or that it is data."""

    WORD = auto()
    STRANGE = auto()
    VALUE = auto()
    NONE = auto()


def n_descriptions(frame: pl.DataFrame) -> int:
    """Rows at the top that say what the columns hold, as exports of surveys and of tools have them.

    Such a row has a word wherever it fills a column of numbers or dates, and no word that stands
    there again. The first of them has two such words, or one beside two words that stand nowhere
    among the few values of their columns.

    Parameters
    ----------
    frame : polars.DataFrame
        Cells below the header, all String and stripped.

    Examples
    --------
    >>> frame = pl.DataFrame(
    ...     {"height": ["cm", "171", "180", "168", "159", "175", "190"], "town": ["", *"abcabc"]}
    ... )
    >>> weight = pl.Series("weight", ["kg", "66", "81", "59", "61", "70", "88"])
    >>> n_descriptions(frame), n_descriptions(frame.with_columns(weight))
    (0, 1)
    """

    @cache
    def below(position: int) -> tuple[pl.Series, bool]:
        return _values(frame.to_series(position).slice(_MOST_LINES))

    for n_found, row in enumerate(frame.head(_MOST_LINES).rows()):
        n_words, n_strange = _signs(row[:SAMPLE_COLUMNS], below)
        is_first = n_words >= _FEWEST_WORDS or (n_words and n_strange >= _FEWEST_WORDS)
        if not (n_words if n_found else is_first):
            return n_found
    return min(frame.height, _MOST_LINES)


def begins_with_value(numbers: pl.Series) -> bool:
    """Whether the first cell of a column of numbers shows that its row is data.

    Parameters
    ----------
    numbers : polars.Series of numbers
        Null where a cell is no value.

    Examples
    --------
    >>> begins_with_value(pl.Series([5, 1, 2, 3, 4, 5])), begins_with_value(pl.Series([5, 1, 2]))
    (True, False)
    """
    return numbers[0] is not None and numbers.slice(_MOST_LINES).count() >= _FEWEST_VALUES


def tell_descriptions(frame: pl.DataFrame, n_rows: int, place: str, note: Note) -> None:
    """Say that the first rows of a frame are left out.

    Parameters
    ----------
    frame : polars.DataFrame
        As for `n_descriptions`.
    n_rows : int
        How many are left out; nothing is said of 0.
    place : str
        Where the first of them stands: "survey.csv line 2".
    note : callable
        Told which they are.
    """
    if n_rows:
        cells = [repr(cell[:_LONGEST_SHOWN]) for cell in frame.row(0) if cell][:_MOST_SHOWN]
        shown = ", ".join(cells)
        rest = "" if n_rows == 1 else f", and {n_rows - 1} below it,"
        note(f"{place}{rest} left out: no row, but what the columns hold ({shown}, ...).")


def _values(column: pl.Series) -> tuple[pl.Series, bool]:
    """Cells of a column, and whether nearly all of them are numbers or dates."""
    filled = column.filter(~is_missing(column, in_numbers=True))
    sample = filled.head(_SAMPLE_ROWS)
    if len(sample) < _FEWEST_VALUES:
        return filled, False
    is_number = parse_numbers(sample).count() >= _NEARLY_ALL * len(sample)
    return filled, is_number or looks_dated(sample)


def _signs(row: tuple[str, ...], below: Callable[[int], tuple[pl.Series, bool]]) -> tuple[int, int]:
    """Count words in columns of numbers and dates, and strange ones; (0, 0) if it has a value."""
    n_words = n_strange = 0
    for position, cell in enumerate(row):
        sign = _sign(cell, below, position)
        if sign is _Sign.VALUE:
            return 0, 0
        n_words += sign is _Sign.WORD
        n_strange += sign is _Sign.STRANGE
    return n_words, n_strange


def _sign(cell: str, below: Callable[[int], tuple[pl.Series, bool]], position: int) -> _Sign:
    alone = pl.Series([cell], dtype=pl.String)
    if is_missing(alone, in_numbers=True)[0]:
        return _Sign.NONE
    values, is_typed = below(position)
    is_again = (values == cell).any()
    if is_typed:
        is_value = is_again or parse_numbers(alone).count() or looks_dated(alone)
        return _Sign.VALUE if is_value else _Sign.WORD
    is_category = len(values) >= _FEWEST_OF_A_CATEGORY and values.n_unique() <= _MOST_CATEGORIES
    return _Sign.STRANGE if is_category and not is_again else _Sign.NONE
