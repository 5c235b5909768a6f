"""Feature drift: columns of a block whose distribution differs from the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.reading.images.pixels import pixels
from leadline.stats.monitoring.drift import number_shift, share_shift

_MOST_CATEGORIES = 30
_LEAST_DISTANCE = 0.05
_MOST_SHOWN = 5
# enough to compare distributions, and fast to read
_MOST_IMAGES = 1_000
_SIDE = 16
_N_PATTERNS = 3
# blocks in which chance alone names a column
_BY_CHANCE = 0.05
# below, a test of counts sees too much in a few rows
_FEWEST_EXPECTED = 5


@dataclass(frozen=True)
class _Moved:
    """What moved in a column, and how often chance alone moves it as far."""

    words: str
    distance: float
    p_value: float


def column_shifts(
    block: pl.DataFrame, reference: pl.DataFrame, kinds: Mapping[str, str]
) -> list[dict[str, Any]]:
    """The columns that moved most.

    Parameters
    ----------
    block, reference : DataFrame of shape (n_rows, n_features)
        Cast to their kinds.
    kinds : mapping of str to str
        Feature name to kind; texts and dates are left out.

    Returns
    -------
    list of dict
        ``column``, ``distance`` in [0, 1] and ``words``, the largest distance first; at most
        five, none below .05, and none that rows drawn from the reference would move as far: all
        columns together, in one block of twenty.
    """
    compared = {name: kind for name, kind in kinds.items() if kind in _COMPARE}
    shifts: list[dict[str, Any]] = []
    for name, kind in compared.items():
        moved = _COMPARE[kind](name, block[name], reference[name])
        if moved is None or moved.distance < _LEAST_DISTANCE:
            continue
        # rows of a block are alike, so this lets too much pass, never too little
        if moved.p_value * len(compared) <= _BY_CHANCE:
            shifts.append({"column": name, "distance": moved.distance, "words": moved.words})
    return sorted(shifts, key=lambda shift: -shift["distance"])[:_MOST_SHOWN]


def _number(name: str, block: pl.Series, reference: pl.Series) -> _Moved | None:
    new, old = (series.drop_nulls().drop_nans().to_numpy() for series in (block, reference))
    if not new.size or not old.size:
        return None
    shift = number_shift(new, old)
    if lack := _more_missing(name, block, reference, shift.statistic):
        return lack
    side = "higher" if np.mean(new) > np.mean(old) else "lower"
    words = f"{name!r} is {side}: mean {np.mean(new):.3g}, {np.mean(old):.3g} before"
    return _Moved(words, shift.statistic, shift.p_value)


def _more_missing(
    name: str, block: pl.Series, reference: pl.Series, distance: float
) -> _Moved | None:
    """Missing values, if their share moved by more than the values did."""
    missing = block.null_count() / max(block.len(), 1)
    usual = reference.null_count() / max(reference.len(), 1)
    if missing - usual <= distance:
        return None
    words = f"{name!r} is missing in {missing:.0%} of the rows, {usual:.0%} before"
    counts = [[one.null_count(), one.count()] for one in (block, reference)]
    return _Moved(words, missing - usual, share_shift(*counts).p_value)


def _image(name: str, block: pl.Series, reference: pl.Series) -> _Moved | None:
    """Brightness, contrast, or the principal components of the reference: whichever moved most."""
    new, old = (_shades(series) for series in (block, reference))
    if not new.size or not old.size:
        return None
    light = {"brighter": (new.mean(axis=1), old.mean(axis=1))}
    light |= {"fuller of contrast": (new.std(axis=1), old.std(axis=1))}
    centre = old.mean(axis=0)
    patterns = np.linalg.svd(old - centre, full_matrices=False)[2][:_N_PATTERNS]
    found = {words: number_shift(*pair) for words, pair in light.items()}
    what = max(found, key=lambda words: found[words].statistic)
    now, before = (float(np.mean(values)) for values in light[what])
    side = {"brighter": "darker", "fuller of contrast": "flatter"}[what] if now < before else what
    words = f"{name!r} is {side}: {now:.2f} on average, {before:.2f} before (0 to 1)"
    shift = found[what]
    pattern = max(
        (number_shift((new - centre) @ one, (old - centre) @ one) for one in patterns),
        key=lambda each: each.statistic,
    )
    if pattern.statistic > shift.statistic:
        words, shift = f"{name!r} shows other patterns of light and dark than before", pattern
    lack = _more_missing(name, block, reference, shift.statistic)
    n_looks = len(light) + len(patterns)
    return lack or _Moved(words, shift.statistic, min(shift.p_value * n_looks, 1.0))


def _shades(images: pl.Series) -> NDArray[np.float64]:
    """Grey pixels of a sample, one image a row."""
    given = images.drop_nulls()
    if given.len() > _MOST_IMAGES:
        given = given.sample(_MOST_IMAGES, seed=0)
    return pixels(given, _SIDE, 1).reshape(given.len(), _SIDE**2).astype(np.float64)


def _category(name: str, block: pl.Series, reference: pl.Series) -> _Moved | None:
    new, old = (Counter(series.fill_null("missing").to_list()) for series in (block, reference))
    if not new or not old:
        return None
    known = [value for value, _ in old.most_common(_MOST_CATEGORIES)]
    counts_new = [new[value] for value in known]
    counts_old = [old[value] for value in known]
    others_new, others_old = new.total() - sum(counts_new), old.total() - sum(counts_old)
    table_new, table_old = [*counts_new, others_new], [*counts_old, others_old]
    distance = share_shift(table_new, table_old).total_variation
    gaps = np.asarray(table_new) / new.total() - np.asarray(table_old) / old.total()
    most = int(np.argmax(np.abs(gaps)))
    value = repr(known[most]) if most < len(known) else "rare or new values"
    now, before = table_new[most] / new.total(), table_old[most] / old.total()
    words = f"{name!r}: {value} in {now:.1%} of the rows, {before:.1%} before"
    return _Moved(words, distance, _p_of_counts(table_new, table_old))


def _p_of_counts(new: list[int], old: list[int]) -> float:
    """The p-value of a shift, with categories that are too rare to be tested put together."""
    table = np.asarray([new, old])
    is_rare = table.sum(axis=0) * sum(new) < _FEWEST_EXPECTED * table.sum()
    pooled = np.column_stack([table[:, ~is_rare], table[:, is_rare].sum(axis=1)])
    return share_shift(*pooled).p_value


_COMPARE: dict[str, Callable[[str, pl.Series, pl.Series], _Moved | None]] = {
    "number": _number,
    "category": _category,
    "image": _image,
}
