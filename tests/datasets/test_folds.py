from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from leadline.datasets.folds import folds_of, has_copies_across
from leadline.datasets.frames import Pool
from leadline.phases.data import SplitKind


def pool(
    y: np.ndarray[tuple[int], np.dtype[np.generic]],
    kind: SplitKind = SplitKind.RANDOM,
    groups: np.ndarray[tuple[int], np.dtype[np.generic]] | None = None,
) -> Pool:
    """Rows of which every fifth is set aside."""
    frame = pl.DataFrame({"x": np.arange(y.size)})
    is_test = np.arange(y.size) % 5 == 0
    order = np.flatnonzero(~is_test)
    return Pool(frame, frame, y, is_test, order, groups, kind)


@pytest.mark.parametrize("kind", list(SplitKind))
def test_test_rows_are_in_no_fold(kind: SplitKind) -> None:
    y = np.arange(100) % 2
    groups = np.arange(100) // 4 if kind is SplitKind.GROUP else None
    for train, valid in folds_of(pool(y, kind, groups), n_folds=4, seed=0):
        assert not np.any(train % 5 == 0)
        assert not np.any(valid % 5 == 0)
        assert not set(train) & set(valid)


def test_random_folds_cover_the_train_rows_and_keep_the_class_shares() -> None:
    rows = pool((np.arange(200) % 4 == 1).astype(int))
    folds = folds_of(rows, n_folds=4, seed=0)
    valid = np.concatenate([part for _, part in folds])
    assert sorted(valid) == sorted(rows.order)
    shares = [rows.y[part].astype(float).mean() for _, part in folds]
    assert shares == pytest.approx([rows.y[rows.order].astype(float).mean()] * 4, abs=0.03)


def test_numbers_are_spread_by_decile() -> None:
    rows = pool(np.random.default_rng(0).exponential(size=500))
    means = [rows.y[part].astype(float).mean() for _, part in folds_of(rows, n_folds=4, seed=0)]
    assert np.ptp(means) < 0.3


def test_by_time_every_fold_learns_from_the_past() -> None:
    rows = pool(np.arange(100) % 2, SplitKind.TIME)
    folds = folds_of(rows, n_folds=4, seed=0)
    assert all(train.max() < valid.min() for train, valid in folds)
    assert sorted(np.concatenate([part for _, part in folds])) == sorted(rows.order[40:])


def test_no_group_is_on_both_sides() -> None:
    groups = np.arange(100) // 6
    for train, valid in folds_of(
        pool(np.arange(100) % 2, SplitKind.GROUP, groups), n_folds=3, seed=0
    ):
        assert not set(groups[train]) & set(groups[valid])


def test_equal_rows_are_in_one_fold_where_enough_differ() -> None:
    rng = np.random.default_rng(0)
    copies = rng.integers(0, 60, 300).astype(np.uint64)
    rows = replace(pool(rng.integers(0, 2, 300)), copies=copies)
    folds = folds_of(rows, n_folds=4, seed=0)
    assert sorted(np.concatenate([part for _, part in folds])) == sorted(rows.order)
    for train, valid in folds:
        assert not set(copies[train]) & set(copies[valid])
    few = replace(rows, copies=copies % np.uint64(39))
    alone = folds_of(replace(rows, copies=None), n_folds=4, seed=0)
    for one, other in zip(folds_of(few, n_folds=4, seed=0), alone, strict=True):
        assert np.array_equal(one[0], other[0])
    assert has_copies_across(few, 4)
    assert not has_copies_across(rows, 4)
    assert not has_copies_across(replace(few, copies=None), 4)
    assert not has_copies_across(replace(few, copies=np.arange(300, dtype=np.uint64)), 40)


def test_a_rare_class_makes_fewer_folds() -> None:
    y = np.zeros(100, dtype=int)
    y[[1, 2, 3]] = 1
    assert len(folds_of(pool(y), n_folds=5, seed=0)) == 3


def test_the_first_train_rows_are_a_random_subset_and_the_same_each_time() -> None:
    rows = pool(np.arange(200) % 2, SplitKind.TIME)
    once, again = folds_of(rows, n_folds=2, seed=3), folds_of(rows, n_folds=2, seed=3)
    assert np.array_equal(once[0][0], again[0][0])
    assert not np.array_equal(once[0][0], np.sort(once[0][0]))


def test_a_class_of_copies_of_one_row_is_drawn_singly() -> None:
    copies = np.arange(100, dtype=np.uint64)
    copies[90:] = 90
    y = (np.arange(100) >= 90).astype(int)
    for train, _ in folds_of(replace(pool(y), copies=copies), n_folds=4, seed=0):
        assert set(y[train]) == {0, 1}


def test_a_class_of_copies_of_three_rows_makes_three_folds() -> None:
    rows = np.arange(300)
    copies = np.where(rows < 45, rows % 3, rows).astype(np.uint64)
    folds = folds_of(replace(pool((rows < 45).astype(int)), copies=copies), n_folds=5, seed=0)
    assert len(folds) == 3
    for train, valid in folds:
        assert not set(copies[train]) & set(copies[valid])
