"""Which rows of machines a fit learns from: none that tell of rows which may be scored."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from tests.datasets.test_folds import pool

from leadline.datasets.folds import folds_of
from leadline.datasets.frames import MachineRows, Pool
from leadline.datasets.machine_rows import NO_ROWS, machine_rows_beside
from leadline.phases.data import SplitKind

N = 200


def taught(kind: SplitKind, place: np.ndarray | None = None) -> Pool:
    """Rows in time order or in groups of ten, and as many of machines'."""
    groups = np.arange(N) // 10 if kind is SplitKind.GROUP else None
    rows = pool(np.arange(N) % 2, kind, groups)
    frame = pl.DataFrame({"x": -1 - np.arange(N)})
    machines = MachineRows(frame, frame, np.arange(N) % 2, np.ones(N), place)
    return replace(rows, times=np.arange(N) * 1.0, machines=machines)


def test_a_pool_of_people_s_rows_alone_has_none() -> None:
    rows = pool(np.arange(N) % 2)
    assert machine_rows_beside(rows, rows.order) is NO_ROWS


def test_by_time_none_is_later_than_what_is_learnt_from() -> None:
    times = np.linspace(0.0, 2.0 * N, N)
    times[3] = np.nan
    rows = taught(SplitKind.TIME, times)
    for train, valid in folds_of(rows, n_folds=4, seed=0):
        found = machine_rows_beside(rows, train)
        assert found.size
        assert times[found].max() <= train.max() < valid.min()
        assert 3 not in found, "nobody knows when that was"


def test_by_group_none_is_of_a_group_that_is_scored() -> None:
    place = np.arange(N) // 10
    rows = taught(SplitKind.GROUP, place)
    assert rows.groups is not None
    for train, valid in folds_of(rows, n_folds=3, seed=0):
        found = machine_rows_beside(rows, train)
        assert not set(place[found]) & set(rows.groups[valid])
        assert not set(place[found]) & set(rows.groups[rows.test])
    other = taught(SplitKind.GROUP, place + 1000)
    assert machine_rows_beside(other, other.order).size == N, "groups that nobody scores"


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 1.0])
def test_a_part_is_a_part_of_the_larger_ones(share: float) -> None:
    rows = taught(SplitKind.RANDOM)
    found = machine_rows_beside(rows, rows.order, share=share, seed=3)
    every = machine_rows_beside(rows, rows.order, seed=3)
    assert found.size == round(share * N)
    assert list(found) == list(every[: found.size])
    assert sorted(every) == list(range(N))


def test_rows_set_aside_by_group_can_be_told_apart_by_time() -> None:
    rows = taught(SplitKind.GROUP, np.zeros(N))
    later = rows.by_time("x")
    assert (later.kind, later.groups) == (SplitKind.TIME, None)
    assert later.machines is not None
    assert later.machines.place is not None
    assert later.machines.place[0] == -1
    assert machine_rows_beside(later, np.array([0])).size == N
