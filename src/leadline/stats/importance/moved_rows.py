"""Held-out rows answered by a model as they are, and with values moved between them."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from math import nan, sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from leadline.stats.arrays import Bools, Floats, Ints
from leadline.stats.importance.answer_direction import Direction, direction_of
from leadline.stats.importance.table_columns import Table, n_rows_of, values_of, with_values_from

N_PARTS = 20
"""Parts that rows are dealt into for the jackknife."""

_FEWEST_ROWS = 20

Compute = Callable[[NDArray[Any], NDArray[Any]], float]


@dataclass(frozen=True)
class Deal:
    """An order in which values are dealt out among the rows.

    Attributes
    ----------
    order : ndarray of int, shape (n_samples,)
        The row that each takes its value from.
    kept : ndarray of bool, shape (n_parts, n_samples)
        For each part the rows that are neither in it nor given a value from it.
    errors : ndarray of float, shape (n_parts,)
        Of these rows as they are; NaN where it is not defined.
    """

    order: Ints
    kept: Bools
    errors: Floats


@dataclass(frozen=True)
class Outcome:
    """Some columns moved once.

    Attributes
    ----------
    error : float
        Of all rows.
    rises : ndarray of float, shape (n_parts,)
        Of the error of the rows that a deal keeps without each part.
    order : ndarray of int, shape (n_samples,)
        The row that each took its value from.
    answers : ndarray of shape (n_samples,) or (n_samples, n_outputs)
        What the model said.
    """

    error: float
    rises: Floats
    order: Ints
    answers: NDArray[Any]


@dataclass(frozen=True)
class Rise:
    """How much the error rises: mean, ends of its interval, and a one-sided p-value."""

    mean: float
    low: float
    high: float
    p_value: float


@dataclass(frozen=True)
class HeldOutRows:
    """Held-out rows, and the model that answers them."""

    predict: Callable[[Any], ArrayLike]
    X: Table
    y: NDArray[Any]
    compute: Compute
    rng: np.random.Generator
    parts: Ints
    answers: NDArray[Any]
    error: float

    @classmethod
    def of(
        cls,
        predict: Callable[[Any], ArrayLike],
        X: Table,
        y: NDArray[Any],
        compute: Compute,
        rng: np.random.Generator,
        row_groups: ArrayLike | None,
    ) -> HeldOutRows:
        """Answer the rows as they are, and deal them into parts; `row_groups` stay together.

        Raises
        ------
        ValueError
            If there are too few rows, lengths differ, or their error is not finite.
        """
        if n_rows_of(X) != y.size or y.size < _FEWEST_ROWS:
            raise ValueError(
                f"There are {n_rows_of(X)} rows and {y.size} labels; as many of both, and at least "
                f"{_FEWEST_ROWS}, are needed. Hold out more rows."
            )
        parts = _parts(y, rng, row_groups)
        answers = np.asarray(predict(X))
        error = compute(y, answers)
        if not np.isfinite(error):
            raise ValueError(
                f"The error of the rows as they are is {error}; a number is needed. Hold out rows "
                "of every class."
            )
        return cls(predict, X, y, compute, rng, parts, answers, float(error))

    def deal(self, order: Ints) -> Deal:
        """What is kept of an order without each part."""
        numbers = np.arange(int(self.parts.max()) + 1)[:, None]
        kept: Bools = (self.parts != numbers) & (self.parts[order] != numbers)
        return Deal(order, kept, self._errors(self.answers, kept))

    def moved(self, columns: Sequence[Hashable], deal: Deal) -> Outcome:
        """Answer with the values of some columns from other rows, the same for all of them."""
        table = with_values_from(self.X, dict.fromkeys(columns, deal.order))
        answers = np.asarray(self.predict(table))
        rises = self._errors(answers, deal.kept) - deal.errors
        return Outcome(self.compute(self.y, answers), rises, deal.order, answers)

    def _errors(self, answers: NDArray[Any], kept: Bools) -> Floats:
        errors = [self.compute(self.y[rows], answers[rows]) if rows.any() else nan for rows in kept]
        return np.array(errors, dtype=np.float64)

    def rise(self, outcomes: Sequence[Outcome], confidence_level: float) -> Rise:
        """How much the error rises over several orders."""
        errors = np.array([each.error for each in outcomes])
        mean = float(errors.mean()) - self.error
        rises = np.mean([each.rises for each in outcomes], axis=0)
        rises = rises[np.isfinite(rises)]
        if rises.size < 2:
            return Rise(mean, mean, mean, 1.0)
        df = rises.size - 1
        variance = df * float(np.var(rises))
        # without a part, rows are left out that were given a value from it: what they were given,
        # and what they had, is one more chance of each repeat, twice; once is taken away
        of_repeats = float(np.var(errors, ddof=1)) / errors.size
        stderr = sqrt(max(variance - of_repeats, variance / 2))
        margin = float(stdtrit(df, (1 + confidence_level) / 2)) * stderr
        is_best = bool(self.error < errors.min())
        # the test keeps both: tails are heavier than those of Student's t
        p_value = float(stdtr(df, -mean / sqrt(variance))) if is_best and variance > 0 else 1.0
        return Rise(mean, mean - margin, mean + margin, p_value)

    def direction(self, column: Hashable, outcomes: Sequence[Outcome]) -> Direction | None:
        """How answers move with a column; None where they are no numbers."""
        if self.answers.dtype.kind not in "biuf":
            return None
        rows = self.answers.reshape(self.y.size, -1).astype(np.float64)
        return direction_of(
            values_of(self.X, column),
            rows,
            np.array([each.order for each in outcomes]),
            np.array([each.answers.reshape(rows.shape) for each in outcomes], dtype=float),
        )


def _parts(y: NDArray[Any], rng: np.random.Generator, row_groups: ArrayLike | None) -> Ints:
    """Number of the part of each row: alike in classes, and no group of rows in two parts."""
    if row_groups is not None:
        _, codes = np.unique(np.asarray(row_groups), return_inverse=True)
        n_groups = int(codes.max()) + 1
        return np.asarray((rng.permutation(n_groups) % N_PARTS)[codes], dtype=np.int64)
    order = rng.permutation(y.size)
    if y.dtype.kind != "f":
        order = order[np.argsort(y[order], kind="stable")]
    parts = np.empty(y.size, dtype=np.int64)
    parts[order] = np.arange(y.size) % min(N_PARTS, y.size)
    return parts
