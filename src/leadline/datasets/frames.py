"""Labelled rows of a snapshot as X and y."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.phases.data import Data, SplitKind
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.reading.conform import conform
from leadline.record import Artifacts
from leadline.snapshot import class_texts, content_hashes, from_parquet

Rows = NDArray[np.intp]

_N_STRETCHES = 20


@dataclass(frozen=True)
class Target:
    """What is predicted.

    Attributes
    ----------
    label : str
        The column.
    task : Task
        Binary labels become 1 for `positive` and 0 for all else.
    positive : str
        The positive class, as text.
    """

    label: str
    task: Task
    positive: str

    @classmethod
    def of(cls, problem: Problem) -> Target:
        """The target of a problem."""
        return cls(problem.label, problem.task, problem.positive)

    def values(self, frame: pl.DataFrame) -> NDArray[np.generic]:
        """The labels of a frame, as the estimators get them.

        Returns
        -------
        ndarray of shape (n_samples,)
            int64 (binary), str (multi-class) or float64 (regression).
        """
        column = frame[self.label]
        if self.task is Task.REGRESSION:
            return column.cast(pl.Float64).to_numpy()
        text = class_texts(column)
        if self.task is Task.BINARY:
            return (text == self.positive).cast(pl.Int64).to_numpy()
        return np.asarray(text.to_list(), dtype=str)


@dataclass(frozen=True, eq=False)
class MachineRows:
    """Rows that only machines labelled; equal to itself alone.

    Attributes
    ----------
    frame : DataFrame of shape (n_rows, n_columns)
        Every column of the files.
    X : DataFrame of shape (n_rows, n_features)
        The features, as of a pool.
    y : ndarray of shape (n_rows,)
        What machines say.
    weight : ndarray of shape (n_rows,)
        How much each counts beside a row judged by people, from 0 to 1.
    place : ndarray of shape (n_rows,), or None
        Group or time of each row, where the split is by one of them.
    """

    frame: pl.DataFrame
    X: pl.DataFrame
    y: NDArray[np.generic]
    weight: NDArray[np.float64]
    place: NDArray[np.generic] | None = None


@dataclass(frozen=True, eq=False)
class Pool:
    """Labelled rows of the snapshot; equal to itself alone.

    Attributes
    ----------
    frame : DataFrame of shape (n_samples, n_columns)
        Every column of the files.
    X : DataFrame of shape (n_samples, n_features)
        The features, cast to their kinds.
    y : ndarray of shape (n_samples,)
        The labels.
    is_test : ndarray of bool of shape (n_samples,)
        Set aside.
    order : ndarray of int of shape (n_train,)
        Train rows, in time order where the split is by time.
    groups : ndarray or None
        Group of each row where the split is by group.
    kind : SplitKind
        How rows were set aside.
    times : ndarray or None
        Time of each row where the split is by time.
    machines : MachineRows or None
        Rows that only machines labelled, for those who learn; they are no rows of the pool.
    copies : ndarray of uint64 of shape (n_samples,), or None
        The same for rows with the same features; None where the split is not at random, or no two
        rows are the same.
    """

    frame: pl.DataFrame
    X: pl.DataFrame
    y: NDArray[np.generic]
    is_test: NDArray[np.bool_]
    order: Rows
    groups: NDArray[np.generic] | None
    kind: SplitKind
    times: NDArray[np.generic] | None = None
    machines: MachineRows | None = None
    copies: NDArray[np.uint64] | None = None

    @property
    def test(self) -> Rows:
        """Rows set aside."""
        return np.flatnonzero(self.is_test)

    def groups_of(self, rows: Rows) -> NDArray[np.generic] | None:
        """Group of each of some rows; None where the split is not by group."""
        return None if self.groups is None else self.groups[rows]

    def alike(self, rows: Rows) -> NDArray[np.generic] | None:
        """What errs together among some rows: those of a group, or of a stretch of time.

        Returns
        -------
        ndarray of shape (n_rows,) or None
            Group or stretch of each, rows of one time in one stretch; None where rows are taken
            to err alone.
        """
        if self.times is None:
            return self.groups_of(rows)
        _, moment, counts = np.unique(self.times[rows], return_inverse=True, return_counts=True)
        n_before = np.cumsum(counts) - counts
        stretches: NDArray[np.int64] = (n_before * _N_STRETCHES // max(rows.size, 1))[moment]
        return stretches

    def by_time(self, column: str) -> Pool:
        """The same rows, told apart by time, however they were set aside.

        Parameters
        ----------
        column : str
            Of the times.
        """
        machines = self.machines
        if machines is not None:
            machines = replace(machines, place=machines.frame[column].to_numpy())
        return replace(
            self,
            kind=SplitKind.TIME,
            groups=None,
            times=self.frame[column].to_numpy(),
            machines=machines,
        )


def load_pool(artifacts: Artifacts, data: Data, target: Target, *, is_learnt: bool = False) -> Pool:
    """Read the labelled rows of a snapshot.

    Parameters
    ----------
    artifacts : Artifacts
        Where the bytes are.
    data : Data
        The snapshot and its split.
    target : Target
        What is predicted.
    is_learnt : bool, default=False
        Whether a model is to learn from them, and from what machines labelled beside them.

    Raises
    ------
    RecordError
        If the bytes are missing or damaged.
    """
    frame = from_parquet(artifacts.get(data.snapshot))
    is_test = np.frombuffer(artifacts.get(data.split.mask), dtype=np.bool_)
    order = np.flatnonzero(~is_test)
    kind, place = data.split.kind, _place(frame, data)
    times, groups = None, None
    if kind is SplitKind.TIME:
        assert place is not None
        times = place
        order = order[np.argsort(times[order], kind="stable")]
    elif kind is SplitKind.GROUP:
        groups = place
    return Pool(
        frame,
        conform(frame, data.features),
        target.values(frame),
        is_test,
        order,
        groups,
        kind,
        times,
        _machine_rows(artifacts, data, target) if is_learnt and data.machine_rows else None,
        content_hashes(frame, list(data.features)) if keeps_copies_together(data) else None,
    )


def keeps_copies_together(data: Data) -> bool:
    """Whether folds, as the test set, have equal rows on one side."""
    return data.split.kind is SplitKind.RANDOM and data.n_duplicates > 0


def _place(frame: pl.DataFrame, data: Data) -> NDArray[np.generic] | None:
    """Group or time of each row, where the split is by one of them."""
    column = data.split.column
    if data.split.kind is SplitKind.TIME:
        return frame[column].to_numpy()
    if data.split.kind is SplitKind.GROUP:
        return np.asarray(frame[column].cast(pl.String).fill_null("").to_list())
    return None


def _machine_rows(artifacts: Artifacts, data: Data, target: Target) -> MachineRows:
    frame = from_parquet(artifacts.get(data.machine_rows))
    X, y = conform(frame, data.features), target.values(frame)
    shares = data.machine_shares  # their rows lie one behind the other
    weight = np.repeat([each.weight for each in shares], [each.n_rows for each in shares])
    return MachineRows(frame, X, y, weight, _place(frame, data))
