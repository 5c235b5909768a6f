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
            copies = kept_copies(pool, n_folds)
            copies = None if copies is None else copies[rows]
            parts = _at_random(strata, copies, n_folds, seed)
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


def kept_copies(pool: Pool, n_folds: int) -> NDArray[np.uint64] | None:
    """What tells the rows of a pool apart, where folds have equal ones on one side.

    Parameters
    ----------
    pool : Pool
        The labelled rows.
    n_folds : int >= 2
        Folds.

    Returns
    -------
    ndarray of uint64 of shape (n_samples,), or None
        None where no rows are equal, or too few, or too few of a class, differ to draw folds of
        what differs.
    """
    if pool.copies is None:
        return None
    strata = _strata(pool.y[pool.order])
    first = np.unique(pool.copies[pool.order], return_index=True)[1]
    is_enough = first.size >= _FEWEST_DIFFERENT * n_folds
    # a class whose rows are all copies of one would be in one fold only
    is_spread = all(
        np.count_nonzero(strata[first] == each) >= min(n_rows, 2)
        for each, n_rows in zip(*np.unique(strata, return_counts=True), strict=True)
    )
    return pool.copies if is_enough and is_spread else None


def has_copies_across(pool: Pool, n_folds: int) -> bool:
    """Whether folds at random have copies of a row on both sides, as too few rows differ.

    Parameters
    ----------
    pool : Pool
        The labelled rows.
    n_folds : int >= 2
        Folds.
    """
    if pool.kind is not SplitKind.RANDOM or pool.groups is not None or pool.copies is None:
        return False
    its = pool.copies[pool.order]
    return np.unique(its).size < its.size and kept_copies(pool, n_folds) is None


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
