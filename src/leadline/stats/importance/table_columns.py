"""Tables of columns: arrays, mappings and data frames, whose columns can be moved between rows.

No data frame package is imported: a frame is known by the methods it has.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from leadline.stats.arrays import Ints

Table: TypeAlias = Any
"""A two-dimensional array, a mapping of names to arrays, or a frame of pandas or polars."""


def names_of(table: Table) -> tuple[Hashable, ...]:
    """Names of the columns; numbers from 0 of an array.

    Examples
    --------
    >>> names_of({"a": [1], "b": [2]}), names_of(np.zeros((3, 2)))
    (('a', 'b'), (0, 1))
    """
    if isinstance(table, Mapping):
        return tuple(table)
    if isinstance(table, np.ndarray):
        if table.ndim != 2:
            raise ValueError(
                f"The table has {table.ndim} dimensions, two are needed. Pass rows and columns."
            )
        return tuple(range(table.shape[1]))
    return tuple(table.columns)


def n_rows_of(table: Table) -> int:
    """Number of rows."""
    if isinstance(table, Mapping):
        return len(next(iter(table.values()), ()))
    return len(table)


def values_of(table: Table, name: Hashable) -> NDArray[Any]:
    """Values of one column: floats of numbers and times, NaN where missing; else texts.

    Bytes, as of images, are empty texts.

    Examples
    --------
    >>> values_of({"a": [1, 2], "b": ["x", None]}, "b").tolist()
    ['x', '']
    """
    column: Any = table.T[_place(name)] if isinstance(table, np.ndarray) else table[name]
    values = column.to_numpy() if hasattr(column, "to_numpy") else np.asarray(column)
    if values.dtype.kind in "mM":
        moments = values.astype("datetime64[us]" if values.dtype.kind == "M" else "timedelta64[us]")
        return np.where(np.isnat(moments), np.nan, moments.astype(np.int64).astype(np.float64))
    if values.dtype.kind in "biuf":
        return values.astype(np.float64)
    is_told = [value is not None and not isinstance(value, bytes) for value in values.tolist()]
    pairs = zip(values.tolist(), is_told, strict=True)
    return np.array([str(value) if told else "" for value, told in pairs], dtype=str)


def _place(name: Hashable) -> int:
    """Number of a column of an array, which is its name."""
    assert isinstance(name, int)
    return name


def is_number(values: NDArray[Any]) -> bool:
    """Whether `values_of` gave numbers."""
    return values.dtype.kind == "f"


def with_values_from(table: Table, orders: Mapping[Hashable, Ints]) -> Table:
    """Return a copy in which some columns take their values from other rows.

    Parameters
    ----------
    table : ndarray, mapping or data frame of n_samples rows
        It is not changed.
    orders : mapping of name to ndarray of int, shape (n_samples,)
        For each column that is moved: the row that each row takes its value from.

    Examples
    --------
    >>> with_values_from(np.array([[1, 10], [2, 20]]), {1: np.array([1, 0])}).tolist()
    [[1, 20], [2, 10]]
    """
    if isinstance(table, Mapping):
        moved = {name: np.asarray(table[name])[order] for name, order in orders.items()}
        return {**table, **moved}
    if isinstance(table, np.ndarray):
        copy = table.copy()
        for name, order in orders.items():
            copy[:, _place(name)] = table[order, _place(name)]
        return copy
    if hasattr(table, "with_columns"):
        return table.with_columns([table[name][order] for name, order in orders.items()])
    copy = table.copy()
    for name, order in orders.items():
        copy[name] = table[name].iloc[order].set_axis(table.index)
    return copy
