"""Folds of the train rows, split as the test set is: at random, by group or by time."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, StratifiedKFold

from leadline.datasets.frames import Pool, Rows
from leadline.phases.data import SplitKind

Fold = tuple[Rows, Rows]

_FEWEST_DIFFERENT = 10


def folds_of(pool: Pool, *, n_folds: int, seed: int) -> list[Fold]:
    """Train and validation rows of each fold.

    By time, each fold learns from the past of its validation rows, which together are the later
    half of the train rows; by group, no group is on both sides; else stratified by class, or by
    decile of a number, with equal rows on one side, as the test set has them, where enough differ.

    Parameters
    ----------
    pool : Pool
        The labelled rows.
    n_folds : int >= 2
        Folds.
    seed : int
        Of the shuffle within each fold: the first n train rows of a fold are a random nested
        subset.

    Returns
    -------
    list of (ndarray, ndarray)
        Row numbers of the pool: train rows shuffled, validation rows.
    """
    rows = pool.order
    if pool.kind is SplitKind.TIME:
        pairs = _forward(rows, n_folds)
    else:
        strata = _strata(pool.y[rows])
        if pool.groups is not None:
            n_splits = max(2, min(n_folds, np.unique(pool.groups[rows]).size))
            parts = GroupKFold(n_splits).split(rows, strata, pool.groups[rows])
        else:
            parts = _at_random(strata, _copies(pool, rows, n_folds), n_folds, seed)
        pairs = [(rows[train], rows[valid]) for train, valid in parts]
    rng = np.random.default_rng(seed)
    return [(rng.permutation(train), valid) for train, valid in pairs]


def _forward(rows: Rows, n_folds: int) -> list[Fold]:
    edges = np.linspace(rows.size / 2, rows.size, n_folds + 1).astype(int)
    return [(rows[:start], rows[start:end]) for start, end in pairwise(edges) if end > start]


def _strata(y: NDArray[np.generic]) -> NDArray[np.generic]:
    if y.dtype.kind != "f":
        return y
    values = y.astype(np.float64)
    return np.digitize(values, np.quantile(values, np.linspace(0.1, 0.9, 9)))


def _copies(pool: Pool, rows: Rows, n_folds: int) -> NDArray[np.uint64] | None:
    """What tells rows apart, where enough of them differ to draw folds of what differs."""
    if pool.copies is None:
        return None
    copies = pool.copies[rows]
    return copies if np.unique(copies).size >= _FEWEST_DIFFERENT * n_folds else None


def _at_random(
    strata: NDArray[np.generic], copies: NDArray[np.uint64] | None, n_folds: int, seed: int
) -> Iterator[Fold]:
    """Places of train and validation rows; those of copies of one row are the row's."""
    first, of = np.arange(strata.size), np.arange(strata.size)
    if copies is not None:
        _, first, of = np.unique(copies, return_index=True, return_inverse=True)
    rarest = int(np.unique(strata[first], return_counts=True)[1].min())
    shuffled = StratifiedKFold(max(2, min(n_folds, rarest)), shuffle=True, random_state=seed)
    for _, valid in shuffled.split(first, strata[first]):
        is_valid = np.zeros(first.size, dtype=bool)
        is_valid[valid] = True
        yield np.flatnonzero(~is_valid[of]), np.flatnonzero(is_valid[of])
