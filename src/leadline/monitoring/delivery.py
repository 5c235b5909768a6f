"""Delivery: a file of new rows, of labels that came later, or of both."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

from leadline.datasets.frames import Target
from leadline.errors import DataError
from leadline.monitoring.block_rows import KEY, KEY_COLUMN, TRUTH
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.reading.table import Table
from leadline.snapshot import class_texts

_MOST_NAMED = 5
# ahead of today: a later date, as 9999-12-31, stands for none
_FARTHEST = timedelta(days=3653)
_LABEL_TYPES = {
    Task.BINARY: pl.Int64(),
    Task.MULTICLASS: pl.String(),
    Task.REGRESSION: pl.Float64(),
}


@dataclass(frozen=True)
class Delivery:
    """A file, and what it holds.

    Attributes
    ----------
    file : str
        Its name.
    table : Table
        Its rows.
    truth : Series of shape (n_rows,)
        Labels as estimators get them; null where there is none.
    keys : Series of str, or None
        As the file names its rows; None if it does not.
    is_own : bool
        Whether those are keys that Leadline gave.
    is_bare : bool
        Whether it names rows and lacks features of theirs: it can bring labels only.
    lacking : tuple of str
        The features it lacks, where it has others: perhaps it was meant to bring whole rows.
    """

    file: str
    table: Table
    truth: pl.Series
    keys: pl.Series | None
    is_own: bool
    is_bare: bool
    lacking: tuple[str, ...] = ()

    @classmethod
    def of(cls, file: str, table: Table, data: Data, problem: Problem, key: str) -> Delivery:
        """What a file holds.

        Parameters
        ----------
        file : str
            Its name.
        table : Table
            As it was read.
        data, problem : Data, Problem
            Of the release.
        key : str
            Column that names rows, as the settings have it; empty: none.

        Raises
        ------
        DataError
            If a label is none of the classes, a key is missing, or it brings labels only and has
            none.
        """
        require_classes(table, data, problem)
        columns = table.frame.columns
        own = KEY_COLUMN in columns
        named = KEY_COLUMN if own else key if key and key in columns else ""
        keys = _keys(file, table, named) if named else None
        missing = tuple(name for name in data.features if name not in columns)
        is_bare = bool(named) and bool(missing)
        lacking = missing if is_bare and len(missing) < len(data.features) else ()
        truth = truth_of(table.frame, problem)
        delivery = cls(file, table, truth, keys, own, is_bare, lacking)
        if is_bare and not delivery.n_labels:
            if lacking:
                raise DataError(
                    f"{file} lacks {named_columns(lacking)}, so its rows cannot be scored, and it "
                    "holds no label.",
                    "New rows need every column that the release learnt from.",
                    "Export it again with all columns.",
                )
            raise DataError(
                f"{file} holds no label: {problem.label!r} is "
                f"{'empty' if problem.label in columns else 'not there'}.",
                "Labels of rows that were scored before are needed.",
                f"Fill in {problem.label!r} where the truth is known.",
            )
        return delivery

    @property
    def n_labels(self) -> int:
        """Rows with a label."""
        return self.truth.len() - self.truth.null_count()

    @property
    def n_disputed(self) -> int:
        """Keys to which the file gives labels that differ."""
        if self.keys is None:
            return 0
        given = pl.DataFrame({KEY: self.keys, TRUTH: self.truth}).drop_nulls(TRUTH)
        return int((given.group_by(KEY).agg(pl.col(TRUTH).n_unique())[TRUTH] > 1).sum())

    @property
    def last_of_key(self) -> np.ndarray:
        """Rows that count: of those that have a key in common, the last."""
        if self.keys is None:
            return np.arange(self.truth.len())
        frame = pl.DataFrame({KEY: self.keys}).with_row_index("row")
        return np.sort(frame.group_by(KEY).agg(pl.col("row").max())["row"].to_numpy())

    def labels(self) -> pl.DataFrame:
        """Keys with their labels, each key once: its last label counts."""
        given = pl.DataFrame({KEY: self.keys, TRUTH: self.truth})
        given = given.filter(pl.col(TRUTH).is_not_null())
        return given.unique(KEY, keep="last", maintain_order=True)

    def require_times(self, column: str, rows: np.ndarray, now: datetime) -> None:
        """Refuse rows without a time, or with a date that stands for none: they have no block.

        Parameters
        ----------
        column : str
            That dates rows.
        rows : ndarray of int
            Those that are to be kept.
        now : datetime
            Without an offset, in UTC.

        Raises
        ------
        DataError
            With the place of the first.
        """
        times = self.table.frame[column]
        is_far = np.zeros(times.len(), dtype=bool)
        if times.dtype.is_temporal():
            is_later = times.cast(pl.Datetime("us")) > now + _FARTHEST
            is_far = is_later.fill_null(value=False).to_numpy()
        for is_lacking, said in ((times.is_null().to_numpy(), ""), (is_far, " but a stand-in")):
            lacks = rows[is_lacking[rows]]
            if not lacks.size:
                continue
            have = "row has" if lacks.size == 1 else "rows have"
            such = f"{said} ({times[int(lacks[0])]:%Y-%m-%d})" if said else ""
            raise DataError(
                f"{lacks.size:,} {have} no {column!r}{such}, first "
                f"{self.table.place(int(lacks[0]))}. "
                "Nothing of the file was kept.",
                "Each row must say when it was, or it belongs to no block.",
                "Fill in the times, or leave those rows out; totals at the end: --footer-rows N.",
            )


def named_columns(names: tuple[str, ...]) -> str:
    """A few columns by name, the rest by number."""
    shown = ", ".join(map(repr, names[:_MOST_NAMED]))
    n_more = len(names) - _MOST_NAMED
    return f"{shown} and {n_more:,} more" if n_more > 0 else shown


def truth_of(frame: pl.DataFrame, problem: Problem) -> pl.Series:
    """Labels as estimators get them, null where there is none."""
    dtype = _LABEL_TYPES[problem.task]
    empty = pl.Series(TRUTH, [None] * frame.height, dtype=dtype)
    if problem.label not in frame.columns:
        return empty
    is_known = frame[problem.label].is_not_null()
    if problem.task is Task.REGRESSION:
        is_known &= frame[problem.label].cast(pl.Float64).is_finite().fill_null(value=False)
    values = pl.Series(Target.of(problem).values(frame.filter(is_known)), dtype=dtype)
    return empty.scatter(is_known.arg_true(), values)


def require_classes(table: Table, data: Data, problem: Problem) -> None:
    """Refuse a label that is none of the classes: it would count as a wrong answer.

    Raises
    ------
    DataError
        With the place of the first.
    """
    if problem.task is Task.REGRESSION or problem.label not in table.frame.columns:
        return
    known = [count.value for count in data.classes]
    labels = class_texts(table.frame[problem.label])
    is_other = labels.is_not_null() & ~labels.is_in(known)
    if problem.task is Task.BINARY and len(known) > 2:
        # of one value against all others a new one is a no, unless it is the hit misspelt
        is_other &= labels.str.strip_chars().str.to_lowercase() == problem.positive.lower()
    # audits of before kept the 50 most frequent classes only
    are_all = sum(count.n_rows for count in data.classes) == data.n_rows
    if are_all and is_other.any():
        row = int(is_other.arg_max() or 0)
        n_more = int(is_other.sum()) - 1
        more = f" {n_more:,} more are like it." if n_more else ""
        raise DataError(
            f'{table.place(row)}: {problem.label!r} is "{labels[row]}".{more}',
            f"One of {', '.join(known)} is needed, or nothing where it is not known.",
            "Write labels as the training data have them.",
        )


def _keys(file: str, table: Table, column: str) -> pl.Series:
    """Names of rows as text."""
    given = table.frame[column]
    if given.dtype.is_float() and bool((given.drop_nulls() % 1 == 0).all()):
        given = given.cast(pl.Int64, strict=False)
    keys = given.cast(pl.String)
    is_nameless = keys.is_null() | (keys == "")
    if is_nameless.any():
        row = int(is_nameless.arg_max() or 0)
        raise DataError(
            f"{table.place(row)}: {column!r} is empty, in {int(is_nameless.sum()):,} rows of "
            f"{file}. Nothing of the file was kept.",
            "Each row must have its key, or it cannot be known again.",
            "Fill it in, or leave those rows out.",
        )
    return keys.alias(KEY)
