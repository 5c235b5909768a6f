"""Words for numbers that moved: units, signs, constants, stand-ins, whole numbers, means."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.monitoring.shifts.changed_units import changed_unit
from leadline.monitoring.shifts.looks import LEVEL, MISSING, VALUES, WHOLE
from leadline.phases.wording import share_words, three_digits
from leadline.stats.arrays import Floats

_FEWEST_VALUES = 10
_STAND_INS = (-1, -9, -99, -200, -999, -9999, -99999, -32768, 0, 99, 999, 9999, 99999, 999999)
_STANDS = ": it seems to stand for values that are not known"
_OFTEN = 0.02
_SELDOM = 0.1


def number_words(
    name: str,
    looks: Collection[str],
    new: pl.Series,
    old: pl.Series,
    blocks: NDArray[np.intp],
) -> list[str]:
    """Say how a number moved, what a person can act on first.

    Parameters
    ----------
    name : str
        Of the column.
    looks : collection of str
        Those that found something.
    new, old : Series of float
        Cells of the block and of the rows compared with.
    blocks : ndarray of int, shape (n_rows,)
        Block of each of the latter.
    """
    said = []
    cells, was = (each.cast(pl.Float64).fill_nan(None).to_numpy() for each in (new, old))
    is_known = np.isfinite(was)
    here, before = cells[np.isfinite(cells)], was[is_known]
    if MISSING in looks:
        n_missing = (cells.size - here.size, was.size - before.size)
        said.append(missing_words(name, n_missing[0], cells.size, n_missing[1], was.size))
    if not here.size or not before.size:
        return said
    if {VALUES, LEVEL} & set(looks):
        said.append(_moved(name, here, before, blocks[is_known], new.len()))
    is_whole, was_whole = (float(np.mean(each == np.round(each))) for each in (here, before))
    if WHOLE in looks and "every row" not in " ".join(said):
        said.append(
            f"{name!r} is a whole number in {share_words(is_whole)} of the rows, "
            f"{share_words(was_whole)} before"
        )
    return said


def missing_words(name: str, n_new: int, new: int, n_old: int, old: int) -> str:
    """Say that values are missing more often or less often than before.

    Examples
    --------
    >>> missing_words("age", 5, 5, 1, 100)
    "'age' is missing in every row, 1% before"
    """
    share = n_new / max(new, 1)
    often = (
        "every row" if n_new == new else f"{share_words(share)} of the rows" if n_new else "no row"
    )
    return f"{name!r} is missing in {often}, {share_words(n_old / max(old, 1))} before"


def _moved(name: str, new: Floats, old: Floats, blocks: NDArray[np.intp], n_rows: int) -> str:
    n_before = np.unique(old).size
    if np.ptp(new) == 0 and new.size > 1 and n_before >= _FEWEST_VALUES:
        seems = _STANDS if new[0] in _STAND_INS else ""
        return (
            f"{name!r} is {new[0]:.6g} in every row, of {n_before:,} different values before{seems}"
        )
    if words := _stand_in(name, new, old, n_rows):
        return words
    if words := changed_unit(name, new, old, blocks):
        return words
    low, high = np.quantile(new, [0.25, 0.75])
    low_before, high_before = np.quantile(old, [0.25, 0.75])
    step, half = abs(np.mean(new) - np.mean(old)), max(high_before - low_before, 1e-12)
    if step < half / 10 and abs((high - low) / half - 1) > _SELDOM:
        side = "wider" if high - low > half else "narrower"
        return (
            f"{name!r} is spread {side}: its middle half from {three_digits(low)} to "
            f"{three_digits(high)}, {three_digits(low_before)} to "
            f"{three_digits(high_before)} before"
        )
    side = "higher" if np.mean(new) > np.mean(old) else "lower"
    means = three_digits(float(np.mean(new))), three_digits(float(np.mean(old)))
    return f"{name!r} is {side}: mean {means[0]}, {means[1]} before"


def _stand_in(name: str, new: Floats, old: Floats, n_rows: int) -> str:
    """A number that came up in many rows and stands, it seems, for a value that is not known."""
    values, counts = np.unique(new, return_counts=True)
    for place in np.argsort(-counts)[:3]:
        value, share = float(values[place]), counts[place] / n_rows
        before = float(np.mean(old == value))
        if share < _OFTEN or before > _SELDOM * share:
            continue
        if value in _STAND_INS and not old.min() < value < old.max():
            often = f"{share_words(share, 1)} of the rows, {share_words(before, 1)} before"
            return f"{name!r} is {value:.6g} in {often}{_STANDS}"
    return ""
