"""Orders that move values only between rows which are alike in the columns that go along.

A column that has no part in the labels, but goes along with one that has, is used by most models.
Moved freely, its values come beside values of the other that they never stood beside, and the error
rises. Moved between rows where the others say the same of it, they stay likely [1]_: then the error
rises only if the column says something that the others do not.

References
----------
.. [1] C. Strobl, A.-L. Boulesteix, T. Kneib, T. Augustin, A. Zeileis (2008), Conditional variable
   importance for random forests. BMC Bioinformatics 9, 307.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.stats.arrays import Floats, Ints
from leadline.stats.importance.column_groups import centred_ranks
from leadline.stats.importance.table_columns import is_number

N_ALIKE = 6
"""Rows that count as alike: neighbours by what the other columns say of the one that is moved."""

_MOST_OTHERS = 20
_MOST_LEVELS = 20
_PENALTY = 1e-3


def expected_place(moved: list[NDArray[Any]], others: list[NDArray[Any]]) -> Floats:
    """What other columns say of some columns, as one number a row.

    A linear regression of ranks and indicators of categories; of several columns and levels, the
    direction in which the expected values differ most.

    Parameters
    ----------
    moved, others : list of ndarray, each of shape (n_samples,)
        Floats, or texts of categories.

    Returns
    -------
    ndarray of float, shape (n_samples,)
        Equal where the others tell no difference.

    Examples
    --------
    >>> x = np.arange(50.0)
    >>> place = expected_place([-x], [x, np.tile([1.0, 2.0], 25)])
    >>> bool(np.all(np.diff(place) > 0) or np.all(np.diff(place) < 0))
    True
    """
    features, targets = _encoded(others[:_MOST_OTHERS]), _encoded(moved)
    gram = features.T @ features
    weights = np.linalg.solve(gram + _PENALTY * np.eye(gram.shape[0]), features.T @ targets)
    expected = features @ weights
    _, _, directions = np.linalg.svd(expected - expected.mean(axis=0), full_matrices=False)
    place: Floats = expected @ directions[0]
    return place


def order_between_alike(place: Floats, rng: np.random.Generator) -> Ints:
    """A random order in which each row takes its value from one of its neighbours.

    Parameters
    ----------
    place : ndarray of float, shape (n_samples,)
        As `expected_place` gives it.
    rng : numpy.random.Generator
        Deals out values; it also decides where the first stretch of neighbours ends.

    Returns
    -------
    ndarray of int, shape (n_samples,)
        The row that each row takes its value from.

    Examples
    --------
    >>> order = order_between_alike(np.arange(100.0), np.random.default_rng(0))
    >>> bool(np.abs(order - np.arange(100)).max() < N_ALIKE)
    True
    """
    n = place.size
    ranked = np.lexsort((rng.random(n), place))
    stretch = (np.arange(n) + rng.integers(N_ALIKE)) // N_ALIKE
    dealt = np.lexsort((rng.random(n), stretch))
    order = np.empty(n, dtype=np.int64)
    order[ranked] = ranked[dealt]
    return order


def _encoded(columns: list[NDArray[Any]]) -> Floats:
    """Ranks of numbers and indicators of the frequent levels of categories, of length about 1."""
    parts: list[Floats] = []
    for values in columns:
        if is_number(values):
            parts.append(centred_ranks(values)[:, None])
            continue
        levels, codes, counts = np.unique(values, return_inverse=True, return_counts=True)
        frequent = np.argsort(-counts, kind="stable")[: min(_MOST_LEVELS, levels.size)]
        shown = (codes[:, None] == frequent).astype(np.float64)
        parts.append((shown - shown.mean(axis=0)) / np.sqrt(values.size))
    return np.hstack(parts)
