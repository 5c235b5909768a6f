"""Explanations of single predictions by occlusion: words left out, values replaced by typical ones.

One word or value of the row is replaced at a time, and the prediction is compared with that for
the whole row. The model needs only to predict; words or values that matter only together are not
found.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.phases.search.trial import Reason
from leadline.phases.wording import plain_text, three_digits

_WORD = re.compile(r"\w[\w'-]*")
_MOST_WORDS = 40
_MOST_REASONS = 3
_WRITTEN_OUT = 10_000  # from which four digits would be written as a power of ten
_LEAST_SHARE = 0.02  # of the largest effect on the row: less is not worth a person's time


@dataclass(frozen=True)
class _Change:
    """One word or value of one row replaced."""

    row: int
    what: str
    name: str
    value: Any


def explain(
    predict: Callable[[pl.DataFrame, Sequence[int]], NDArray[np.float64]],
    rows: pl.DataFrame,
    background: pl.DataFrame,
    kinds: Mapping[str, str],
) -> list[tuple[Reason, ...]]:
    """The three words and values of each row, at most, that change its prediction the most.

    Parameters
    ----------
    predict : callable
        From a frame of features, and for each of its rows the one of `rows` it was made from, to a
        number a row: a probability or a prediction.
    rows : DataFrame of shape (n_samples, n_features)
        To be explained, cast to their kinds.
    background : DataFrame of shape (n_others, n_features)
        Rows that give typical values: the median of numbers and dates, the most frequent category.
    kinds : mapping of str to str
        Feature name to kind. Images are not explained.

    Returns
    -------
    list of tuple of Reason
        One tuple a row, the strongest first; empty where nothing changes the prediction.
    """
    changes = [
        change
        for index in range(rows.height)
        for name, kind in kinds.items()
        for change in _changes(index, rows, background, name, kind)
    ]
    if not changes:
        return [()] * rows.height
    whole = predict(rows, range(rows.height))
    without = predict(_changed(rows, changes), [change.row for change in changes])
    found: list[list[Reason]] = [[] for _ in range(rows.height)]
    for change, value in zip(changes, without, strict=True):
        found[change.row].append(Reason(what=change.what, effect=float(whole[change.row] - value)))
    return [_strongest(reasons) for reasons in found]


def _changes(
    index: int, rows: pl.DataFrame, background: pl.DataFrame, name: str, kind: str
) -> list[_Change]:
    value = rows[name][index]
    if kind == "text":
        words = list(dict.fromkeys(_WORD.findall(value)))[:_MOST_WORDS]
        return [_Change(index, f"“{word}”", name, _without(value, word)) for word in words]
    if kind == "image":
        return []
    typical = _typical(background[name], kind)
    if value == typical:
        return []
    return [_Change(index, f"{name} {_shown(value)}", name, typical)]


def _without(text: str, word: str) -> str:
    return re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", " ", text)


def _typical(values: pl.Series, kind: str) -> Any:
    """The median, or the most frequent category; None where all values are missing."""
    known = values.drop_nulls()
    if not known.len():
        return None
    if kind == "category":
        return known.mode().sort()[0]
    return known.sort()[known.len() // 2]


def _shown(value: Any) -> str:
    if value is None:
        return "missing"
    return amount_words(value) if isinstance(value, float) else plain_text(value)


def amount_words(value: float) -> str:
    """A number of a row with four digits that count, the large ones written out.

    Examples
    --------
    >>> amount_words(284512.3), amount_words(90.512), amount_words(0.0)
    ('284,512', '90.51', '0')
    """
    return three_digits(value) if abs(value) >= _WRITTEN_OUT else f"{value:.4g}"


def _changed(rows: pl.DataFrame, changes: list[_Change]) -> pl.DataFrame:
    """One row for each change: the row with that change and no other."""
    frame = rows[[change.row for change in changes]]
    columns = []
    for name in frame.columns:
        column = frame[name]
        values = column.to_list()
        for place, change in enumerate(changes):
            if change.name == name:
                values[place] = change.value
        columns.append(pl.Series(name, values, dtype=column.dtype))
    return pl.DataFrame(columns)


def _strongest(reasons: list[Reason]) -> tuple[Reason, ...]:
    ordered = sorted(reasons, key=lambda reason: -abs(reason.effect))[:_MOST_REASONS]
    if not ordered or not ordered[0].effect:
        return ()
    least = _LEAST_SHARE * abs(ordered[0].effect)
    return tuple(reason for reason in ordered if abs(reason.effect) > least)
