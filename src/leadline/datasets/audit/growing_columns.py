"""Growing columns: features whose later values all lie beyond those that are learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from math import comb

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.phases.data import Growth

_NEARLY_ALL = 0.9
_BY_CHANCE = 0.01  # of few values, all of some lie beyond all others by luck
_MANY = 10
_FEWEST_ROWS = 40


def growing_columns(
    frame: pl.DataFrame, kinds: Mapping[str, str], is_test: NDArray[np.bool_]
) -> tuple[Growth, ...]:
    """Numbers and times of which nearly all test values lie beyond all train values.

    Parameters
    ----------
    frame : polars.DataFrame of shape (n_samples, n_columns)
        Labelled rows.
    kinds : mapping of str to {"number", "date", ...}
        Features, and what they hold.
    is_test : ndarray of bool, shape (n_samples,)
        Which rows are test rows: the latest, where the split is by time.

    Examples
    --------
    >>> frame = pl.DataFrame({"step": range(20), "size": [3, 1, 2, 5, 4] * 4})
    >>> kinds = {"step": "number", "size": "number"}
    >>> growing_columns(frame, kinds, np.arange(20) >= 16)
    (Growth(column='step', share=1.0, is_date=False),)
    """
    found = []
    for name, kind in kinds.items():
        if kind not in ("number", "date"):
            continue
        column = frame[name].to_physical().cast(pl.Float64)
        test, train = (column.filter(rows).drop_nulls().to_numpy() for rows in (is_test, ~is_test))
        n_fewer = min(test.size, train.size, _MANY)
        if 2 / comb(test.size + train.size, n_fewer) > _BY_CHANCE:
            continue
        share = float(max(np.mean(test > train.max()), np.mean(test < train.min())))
        if share >= _NEARLY_ALL:
            found.append(Growth(column=name, share=share, is_date=kind == "date"))
    return tuple(found)


def rising_columns(frame: pl.DataFrame, kinds: Mapping[str, str]) -> tuple[Growth, ...]:
    """Numbers that rise, or fall, from row to row of the files: perhaps times that nobody named.

    Parameters
    ----------
    frame : polars.DataFrame of shape (n_samples, n_columns)
        Labelled rows, in the order of the files.
    kinds : mapping of str to {"number", ...}
        Features, and what they hold.

    Examples
    --------
    >>> frame = pl.DataFrame({"at": [1.7e9 + 60.5 * row for row in range(40)], "x": [1, 2] * 20})
    >>> rising_columns(frame, {"at": "number", "x": "number"})
    (Growth(column='at', share=1.0, is_date=False),)
    """
    found = []
    for name, kind in kinds.items():
        if kind != "number" or frame.height < _FEWEST_ROWS or frame[name].null_count():
            continue
        values = frame[name].cast(pl.Float64).to_numpy()
        before, after = values[:-1], values[1:]
        # few steps are groups of rows, one after the other
        is_one_way = (after >= before).all() or (after <= before).all()
        if is_one_way and np.mean(after != before) >= _NEARLY_ALL:
            found.append(Growth(column=name, share=1.0, is_date=False))
    return tuple(found)
