r"""Permutation importance: how much the error rises when a column's values are moved between rows.

The values of a column, or of a group of columns that say much the same, are dealt out anew among
held-out rows, several times [1]_. What the error rises by is what the model owes to them.

Rows and repeats both make it uncertain. A row counts twice: it is judged, and its value is given to
another. So the rows are dealt into parts, and the rise is computed again without each part: without
the rows that are in it and those that were given a value from it. The spread of these is the
jackknife's standard error [2]_, which holds for any error, also one that is not a mean of rows.

A column that has nothing to do with the labels and the other columns, however much an overfitted
model uses it, has held-out rows in which its order is as good as any other. So its error is smaller
than after each of :math:`R` shuffles in one case of :math:`R + 1` only. A column is called useful
if that holds, and the rise is above 0 by a t test whose p-values are corrected for the number of
columns by Holm's method [3]_.

References
----------
.. [1] A. Fisher, C. Rudin, F. Dominici (2019), All models are wrong, but many are useful. J. Mach.
   Learn. Res. 20 (177), 1-81.
.. [2] B. Efron, C. Stein (1981), The jackknife estimate of variance. Ann. Statist. 9, 586-596.
.. [3] S. Holm (1979), A simple sequentially rejective multiple test procedure. Scand. J. Stat. 6,
   65-70.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtr, stdtrit

from leadline.stats.arrays import Bools, Floats, Ints, check_share
from leadline.stats.importance.answer_direction import Direction, direction_of
from leadline.stats.importance.column_groups import group_columns
from leadline.stats.importance.multiple_tests import holm
from leadline.stats.importance.table_columns import (
    Table,
    n_rows_of,
    names_of,
    values_of,
    with_values_from,
)

FEWEST_REPEATS = 3
_N_PARTS = 20
_FEWEST_ROWS = 20

Group = tuple[Hashable, ...]


@dataclass(frozen=True)
class ColumnImportance:
    """What a model owes to a column, or to a group of columns that are moved together.

    Attributes
    ----------
    columns : tuple
        Names; several of a group.
    rise, low, high : float
        Mean rise of the error when the values are moved, and its interval; in units of the error.
    p_value : float in [0, 1]
        One-sided, that the rise is not above 0; corrected for all columns that were looked at.
    is_useful : bool
        Whether chance alone would not have it rise so.
    direction : Direction or None
        Of a single column; None of a group, and where answers are no numbers.
    members : tuple of ColumnImportance
        Of a group: each column moved alone, which the others may stand in for. Their p-values are
        not corrected, and none is called useful.
    """

    columns: Group
    rise: float
    low: float
    high: float
    p_value: float
    is_useful: bool = False
    direction: Direction | None = None
    members: tuple[ColumnImportance, ...] = ()


@dataclass(frozen=True)
class PermutationImportance:
    """What a model owes to each column.

    Attributes
    ----------
    error : float
        Of the rows as they are.
    n_rows, n_repeats : int
        Rows that were answered, and how often each column was moved.
    columns : tuple of ColumnImportance
        Every column in one of them, the largest rise first.
    """

    error: float
    n_rows: int
    n_repeats: int
    columns: tuple[ColumnImportance, ...]


def permutation_importance(  # noqa: PLR0913 -- model, rows and error, and what is asked of them
    predict: Callable[[Any], ArrayLike],
    X: Table,
    y: ArrayLike,
    error: Callable[[NDArray[Any], NDArray[Any]], float],
    *,
    rng: np.random.Generator,
    n_repeats: int = 10,
    groups: Sequence[Group] | None = None,
    row_groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
    family_error: float = 0.05,
    is_over: Callable[[], bool] = lambda: False,
) -> PermutationImportance | None:
    """Rise of a model's error on held-out rows when each column is moved.

    Parameters
    ----------
    predict : callable
        From a table like `X` to answers of shape (n_samples,) or (n_samples, n_outputs), as
        ``predict`` or ``predict_proba`` of a fitted estimator.
    X : ndarray, mapping of name to array, or data frame of pandas or polars
        Held-out rows: none that the model has learnt from, or useless columns will look useful.
    y : array-like of shape (n_samples,)
        Their labels.
    error : callable
        From labels and answers to a number, smaller being better. NaN where it is not defined.
    rng : numpy.random.Generator
        Deals out values.
    n_repeats : int >= 3, default=10
        How often each column is moved.
    groups : sequence of tuple, optional
        Columns that are moved together; each of `X` once. As `group_columns` finds them by default.
    row_groups : array-like of shape (n_samples,), optional
        What belongs together, as rows of one person do; the interval is then as wide as so few
        independent rows make it.
    confidence_level : float in (0, 1), default=0.9
        Of each interval.
    family_error : float in (0, 1), default=0.05
        Probability, at most, that any useless column is called useful.
    is_over : callable, optional
        Whether no time is left: no further repeat is begun, and one that was begun does not count.

    Returns
    -------
    PermutationImportance or None
        None if there was no time for three repeats.

    Raises
    ------
    ValueError
        If there are fewer than 20 rows, lengths differ, or the error of the rows as they are is not
        finite.

    Notes
    -----
    A column that has no part in the labels but goes along with one that has is no useless column to
    the model: it may lean on either. Group them; below the cut of a group the model's use of such a
    column is real, but its values are not missed if it is left out before fitting.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(300, 3))
    >>> y = 2 * X[:, 0] - X[:, 1] + rng.normal(size=300)
    >>> class Fitted:  # any estimator of scikit-learn
    ...     def predict(self, X):
    ...         return 2 * X[:, 0] - X[:, 1] + 0.1 * X[:, 2]
    >>> def mean_squared_error(y, answers):
    ...     return np.mean((y - answers) ** 2)
    >>> found = permutation_importance(Fitted().predict, X, y, mean_squared_error, rng=rng)
    >>> for each in found.columns:
    ...     print(each.columns, each.is_useful, each.direction.slope.value)
    (0,) True rises
    (1,) True falls
    (2,) False rises
    """
    check_share(confidence_level, "confidence_level")
    check_share(family_error, "family_error")
    rows = _HeldOut.of(predict, X, np.asarray(y), error, rng, row_groups)
    units = _units(groups if groups is not None else group_columns(X), X)
    moved = {unit: _Moved() for unit in units}
    for _ in range(max(n_repeats, FEWEST_REPEATS)):
        repeat = []
        for unit in units:
            if is_over():
                break
            repeat.append(rows.moved(unit))
        if len(repeat) < len(units):
            break
        for unit, outcome in zip(units, repeat, strict=True):
            moved[unit].outcomes.append(outcome)
    done = min((len(each.outcomes) for each in moved.values()), default=0)
    if done < FEWEST_REPEATS:
        return None
    found = {unit: rows.importance(unit, moved[unit], confidence_level) for unit in units}
    whole = [unit for unit in units if not any(set(unit) < set(other) for other in units)]
    return PermutationImportance(
        error=rows.error,
        n_rows=rows.y.size,
        n_repeats=done,
        columns=_decided(found, whole, family_error),
    )


@dataclass(frozen=True)
class _Outcome:
    """One unit moved once: its error, the errors without each part, and the answers."""

    error: float
    without_parts: Floats
    order: Ints
    answers: NDArray[Any]


@dataclass
class _Moved:
    outcomes: list[_Outcome] = field(default_factory=list)


@dataclass(frozen=True)
class _HeldOut:
    """Held-out rows, and the model that answers them."""

    predict: Callable[[Any], ArrayLike]
    X: Table
    y: NDArray[Any]
    compute: Callable[[NDArray[Any], NDArray[Any]], float]
    rng: np.random.Generator
    parts: Ints
    answers: NDArray[Any]
    error: float
    without_parts: Floats

    @classmethod
    def of(
        cls,
        predict: Callable[[Any], ArrayLike],
        X: Table,
        y: NDArray[Any],
        compute: Callable[[NDArray[Any], NDArray[Any]], float],
        rng: np.random.Generator,
        row_groups: ArrayLike | None,
    ) -> _HeldOut:
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
        n_parts = int(parts.max()) + 1
        without = np.array([compute(y[parts != n], answers[parts != n]) for n in range(n_parts)])
        return cls(predict, X, y, compute, rng, parts, answers, float(error), without)

    def moved(self, unit: Group) -> _Outcome:
        """Answers with the values of some columns from other rows, the same for all of them."""
        order = self.rng.permutation(self.y.size)
        table = with_values_from(self.X, dict.fromkeys(unit, order))
        answers = np.asarray(self.predict(table))
        givers = self.parts[order]
        without = np.full(self.without_parts.size, np.nan)
        for part in range(without.size):
            is_kept: Bools = (self.parts != part) & (givers != part)
            if is_kept.any():
                without[part] = self.compute(self.y[is_kept], answers[is_kept])
        return _Outcome(self.compute(self.y, answers), without, order, answers)

    def importance(self, unit: Group, moved: _Moved, confidence_level: float) -> ColumnImportance:
        """The rise and its interval; the p-value is of this unit alone."""
        errors = np.array([each.error for each in moved.outcomes])
        rise = float(errors.mean()) - self.error
        rises = np.mean([each.without_parts for each in moved.outcomes], axis=0)
        rises = (rises - self.without_parts)[np.isfinite(rises) & np.isfinite(self.without_parts)]
        df = max(rises.size - 1, 1)
        stderr = _stderr(rises, errors) if rises.size > 1 else np.inf
        margin = float(stdtrit(df, (1 + confidence_level) / 2)) * stderr if stderr > 0 else 0.0
        is_best = bool(self.error < errors.min())
        p_value = float(stdtr(df, -rise / stderr)) if is_best and stderr > 0 else 1.0
        return ColumnImportance(
            columns=unit,
            rise=rise,
            low=rise - margin,
            high=rise + margin,
            p_value=p_value,
            direction=self._direction(unit, moved) if len(unit) == 1 else None,
        )

    def _direction(self, unit: Group, moved: _Moved) -> Direction | None:
        if self.answers.dtype.kind not in "biuf":
            return None
        rows = self.answers.reshape(self.y.size, -1).astype(np.float64)
        return direction_of(
            values_of(self.X, unit[0]),
            rows,
            np.array([each.order for each in moved.outcomes]),
            np.array([each.answers.reshape(rows.shape) for each in moved.outcomes], dtype=float),
        )


def _stderr(rises: Floats, errors: Floats) -> float:
    """Standard error of a rise, from those without each part, and the errors of each repeat.

    A pair of a row and the one it was given a value from is left out twice, with the part of each.
    So chance in dealing out the values is counted twice, and once is taken away.
    """
    variance = (rises.size - 1) * float(np.var(rises))
    of_repeats = float(np.var(errors, ddof=1)) / errors.size
    return float(np.sqrt(max(variance - of_repeats, variance / 2)))


def _parts(y: NDArray[Any], rng: np.random.Generator, row_groups: ArrayLike | None) -> Ints:
    """Number of the part of each row: alike in classes, and no group of rows in two parts."""
    if row_groups is not None:
        _, codes = np.unique(np.asarray(row_groups), return_inverse=True)
        n_groups = int(codes.max()) + 1
        return np.asarray((rng.permutation(n_groups) % _N_PARTS)[codes], dtype=np.int64)
    order = rng.permutation(y.size)
    if y.dtype.kind != "f":
        order = order[np.argsort(y[order], kind="stable")]
    parts = np.empty(y.size, dtype=np.int64)
    parts[order] = np.arange(y.size) % min(_N_PARTS, y.size)
    return parts


def _units(groups: Sequence[Group], table: Table) -> list[Group]:
    """Every group, and each column of a group of several."""
    listed = [name for group in groups for name in group]
    if sorted(map(str, listed)) != sorted(map(str, names_of(table))):
        raise ValueError(
            "groups do not hold every column once. List those that stand alone too, as ('name',)."
        )
    alone = [(name,) for group in groups if len(group) > 1 for name in group]
    return [*(tuple(group) for group in groups), *alone]


def _decided(
    found: dict[Group, ColumnImportance], whole: Sequence[Group], family_error: float
) -> tuple[ColumnImportance, ...]:
    """Groups with corrected p-values and their members, the largest rise first."""
    corrected = holm([found[unit].p_value for unit in whole])
    decided = []
    for unit, p_value in zip(whole, corrected.tolist(), strict=True):
        members = [found[(name,)] for name in unit] if len(unit) > 1 else []
        decided.append(
            ColumnImportance(
                **{
                    **vars(found[unit]),
                    "p_value": p_value,
                    "is_useful": p_value <= family_error,
                    "members": tuple(sorted(members, key=lambda each: -each.rise)),
                }
            )
        )
    return tuple(sorted(decided, key=lambda each: -each.rise))
