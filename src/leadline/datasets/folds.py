"""Folds of the train rows, split as the test set is: at random, by group or by time."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import GroupKFold, StratifiedKFold

from leadline.datasets.frames import Pool, Rows
from leadline.phases.data import SplitKind

Fold = tuple[Rows, Rows]


def folds_of(pool: Pool, *, n_folds: int, seed: int) -> list[Fold]:
    """Train and validation rows of each fold.

    By time, each fold learns from the past of its validation rows, which together are the later
    half of the train rows; by group, no group is on both sides; else stratified by class, or by
    decile of a number.

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
        n_splits = _n_splits(pool, rows, strata, n_folds)
        if pool.groups is not None:
            parts = GroupKFold(n_splits).split(rows, strata, pool.groups[rows])
        else:
            shuffled = StratifiedKFold(n_splits, shuffle=True, random_state=seed)
            parts = shuffled.split(rows, strata)
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


def _n_splits(pool: Pool, rows: Rows, strata: NDArray[np.generic], n_folds: int) -> int:
    if pool.groups is not None:
        return max(2, min(n_folds, np.unique(pool.groups[rows]).size))
    rarest = int(np.unique(strata, return_counts=True)[1].min())
    return max(2, min(n_folds, rarest))
