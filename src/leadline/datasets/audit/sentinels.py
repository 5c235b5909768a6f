"""Sentinels: values that stand for "not known", such as -200, 999 or 9999-12-31."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from leadline.phases.data import Sentinel

_FEWEST = 3
_LEAST_SHARE = 0.005
_FEWEST_OTHERS = 5
_SEVERAL = 2.0
_VERY_FAR = 2.0
_FEWEST_CODED = 5
_LONGEST_SCALE = 11
_LEAST_GAP = 3
_CODES = frozenset(
    {-1, 7, 8, 9, 97, 98, 99, 997, 998, 999, 9999}
    | {-nines * 10 - each for nines in (0, 9, 99) for each in (7, 8, 9)}
)
_PLAIN_CODES = frozenset({7, 97, 997})  # stand beside others only
_WORDS = frozenset(
    {
        "unknown", "not known", "not available", "n.a.", "unavailable", "unspecified",
        "not specified", "missing", "undefined", "unbekannt", "keine angabe", "k.a.", "inconnu",
        "desconocido", "sconosciuto",
    }
)  # fmt: skip
_DAYS = frozenset(
    {"0001-01-01", "1000-01-01", "1753-01-01", "1899-12-30", "1900-01-01", "1970-01-01",
     "2099-12-31", "2999-12-31", "9999-12-31"}
)  # fmt: skip


def sentinels(frame: pl.DataFrame) -> tuple[Sentinel, ...]:
    """Values that are frequent and far from all others of their column.

    A number is far where the gap to its neighbour is larger than all others lie apart, or where
    it is a negative code (-9, -99, -200) and no other value is negative. Among a scale of small
    whole numbers without a hole, such as the answers 1 to 5 of a survey, the codes of no answer are
    looked for: -1, 8, 9, 98, 99 and their like, three and more beyond its end. A day is far where
    it is a well-known filler at an end of the column. Words are the well-known ones.

    Parameters
    ----------
    frame : polars.DataFrame
        Columns of numbers, dates and words.

    Examples
    --------
    >>> values = [-200.0] * 5 + [float(value) for value in range(40)]
    >>> sentinels(pl.DataFrame({"co": values}))
    (Sentinel(column='co', value='-200', n_rows=5),)
    >>> sentinels(pl.DataFrame({"age": list(range(18, 90))}))
    ()
    """
    return tuple(each for column in frame.iter_columns() for each in _of_column(column))


def _of_column(column: pl.Series) -> Iterator[Sentinel]:
    filled = column.drop_nulls()
    fewest = max(_FEWEST, _LEAST_SHARE * len(filled))
    if len(filled) == 0:
        return
    if column.dtype == pl.String:
        yield from _known(
            filled, filled.filter(filled.str.to_lowercase().is_in(list(_WORDS))), fewest
        )
    elif column.dtype.is_temporal():
        days = filled.dt.to_string("%Y-%m-%d")
        ends = {days[int(filled.arg_min() or 0)], days[int(filled.arg_max() or 0)]} & _DAYS
        yield from _known(filled, days.filter(days.is_in(list(ends))), fewest)
    elif column.dtype.is_numeric():
        yield from _numbers(column.name, filled.to_numpy().astype(float), fewest)


def _known(column: pl.Series, found: pl.Series, fewest: float) -> Iterator[Sentinel]:
    for value, n_rows in found.value_counts(sort=True).iter_rows():
        if n_rows >= fewest:
            yield Sentinel(column=column.name, value=value, n_rows=n_rows)


def _numbers(name: str, values: np.ndarray, fewest: float) -> Iterator[Sentinel]:
    distinct, counts = np.unique(values, return_counts=True)
    coded = _coded_answers(distinct, counts, fewest)
    for value, n_rows in coded:
        yield Sentinel(column=name, value=str(value), n_rows=n_rows)
    if coded or distinct.size <= _FEWEST_OTHERS:
        return
    for end, others in ((0, distinct[1:]), (-1, distinct[:-1])):
        value, n_rows = distinct[end], int(counts[end])
        if n_rows < fewest or value != np.floor(value):
            continue
        gap = abs(value - others[end])
        is_far = gap > np.ptp(others)
        is_code = value <= -9 and _is_code(int(-value)) and others[0] >= 0
        # a filler stands there again and again, an outlier once or twice
        is_usual = n_rows >= _SEVERAL * np.median(counts) or gap > _VERY_FAR * np.ptp(others)
        if (is_far or is_code) and is_usual:
            yield Sentinel(column=name, value=str(int(value)), n_rows=n_rows)


def _coded_answers(
    distinct: np.ndarray, counts: np.ndarray, fewest: float
) -> list[tuple[int, int]]:
    """Codes for "no answer" beside a scale of answers, with their rows; else none.

    A count whose long tail has a hole is none: its large values come a few times only.
    """
    if distinct.size > _LONGEST_SCALE + len(_CODES) or not np.isfinite(distinct).all():
        return []
    if (distinct != np.floor(distinct)).any():
        return []
    whole = [int(value) for value in distinct]
    low, answers = [v for v in whole if v < 0], [v for v in whole if v >= 0]
    if not answers or answers[0] not in (0, 1):
        return []
    # a scale may reach to 7 or 10, past what are codes beside a shorter one
    scale = [value for place, value in enumerate(answers) if value == answers[0] + place]
    high = answers[len(scale) :]
    if not 2 <= len(scale) <= _LONGEST_SCALE or not _CODES.issuperset([*low, *high]):
        return []
    if high and (high[0] - scale[-1] < _LEAST_GAP or _PLAIN_CODES.issuperset(high)):
        high = []
    # -1, 0 and 1 are a scale of their own
    if low == [-1] and scale == [0, 1]:
        low = []
    rows = dict(zip(whole, counts.tolist(), strict=True))
    least = max(fewest, _FEWEST_CODED)
    return [(value, rows[value]) for value in (*low, *high) if rows[value] >= least]


def _is_code(value: int) -> bool:
    """Nines, or whole hundreds: what people fill in."""
    return set(str(value)) == {"9"} or value % 100 == 0
