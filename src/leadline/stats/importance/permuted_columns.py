r"""Permutation importance: how much the error rises when a column's values are moved between rows.

The values of a column, or of a group of columns that say much the same, are dealt out anew among
held-out rows, several times [1]_. What the error rises by is what the model owes to them.

Rows and repeats both make it uncertain. A row counts twice: it is judged, and its value is given to
another. So the rows are dealt into parts, and the rise is computed again without each part: on the
rows that are neither in it nor were given a value from it. The spread of these is the jackknife's
standard error [2]_, which holds for any error, also one that is not a mean of rows.

A column that has nothing to do with the labels and the other columns, however much an overfitted
model uses it, has held-out rows in which its order is as good as any other. So its error is smaller
than after each of :math:`R` shuffles in one case of :math:`R + 1` only. A column is called useful
if that holds, and the rise is above 0 by a t test whose p-values are corrected for the number of
columns by Holm's method [3]_. Where it goes along with other columns, the same must hold when its
values are moved only between rows that are alike in those, as `alike_rows` describes.

References
----------
.. [1] A. Fisher, C. Rudin, F. Dominici (2019), All models are wrong, but many are useful. J. Mach.
   Learn. Res. 20 (177), 1-81.
.. [2] B. Efron, C. Stein (1981), The jackknife estimate of variance. Ann. Statist. 9, 586-596.
.. [3] S. Holm (1979), A simple sequentially rejective multiple test procedure. Scand. J. Stat. 6,
   65-70.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leadline.stats.arrays import Floats, check_share
from leadline.stats.importance.alike_rows import expected_place, order_between_alike
from leadline.stats.importance.answer_direction import Direction
from leadline.stats.importance.column_groups import association, group_columns
from leadline.stats.importance.moved_rows import HeldOutRows, Outcome, Rise
from leadline.stats.importance.multiple_tests import holm
from leadline.stats.importance.table_columns import Table, n_rows_of, names_of, values_of

FEWEST_REPEATS = 3
# an association of less does no harm, nor one that so few rows have by chance
_LEAST_LINK = 0.15
_CHANCE_LINKS = 3.0

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
        One-sided, that it is of no use; corrected for all columns that were looked at.
    is_used : bool
        Whether chance alone would not have it rise so.
    is_useful : bool
        Whether, besides, it says something that the other columns do not.
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
    is_used: bool = False
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
    A model may lean on a column that says nothing of its own, where it goes along with others that
    do: such a column is used, not useful. Where others say all that a useful column does, the same
    is found of it. Group them, and it is found of the group that it is useful.

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
    rows = HeldOutRows.of(predict, X, np.asarray(y), error, rng, row_groups)
    whole = [tuple(group) for group in (groups if groups is not None else group_columns(X))]
    units = _units(whole, X)
    outcomes = _outcomes(rows, dict.fromkeys(units), max(n_repeats, FEWEST_REPEATS), is_over)
    n_done = len(outcomes[units[0]])
    if n_done < FEWEST_REPEATS:
        return None
    rises = {unit: rows.rise(outcomes[unit], confidence_level) for unit in units}
    used = holm([rises[unit].p_value for unit in whole]) <= family_error
    places = _places(X, [unit for unit, is_used in zip(whole, used, strict=True) if is_used])
    again = _outcomes(rows, places, n_done, is_over)
    # without the time to look, it is not called useful
    own = {
        unit: rows.rise(each, confidence_level).p_value if len(each) == n_done else 1.0
        for unit, each in again.items()
    }
    p_values = holm([max(rises[unit].p_value, own.get(unit, 0.0)) for unit in whole])
    found = [
        ColumnImportance(
            columns=unit,
            rise=rises[unit].mean,
            low=rises[unit].low,
            high=rises[unit].high,
            p_value=p_value,
            is_used=is_used,
            is_useful=p_value <= family_error,
            direction=rows.direction(unit[0], outcomes[unit]) if len(unit) == 1 else None,
            members=_members(rows, unit, rises, outcomes) if len(unit) > 1 else (),
        )
        for unit, p_value, is_used in zip(whole, p_values.tolist(), used.tolist(), strict=True)
    ]
    return PermutationImportance(
        error=rows.error,
        n_rows=rows.y.size,
        n_repeats=n_done,
        columns=tuple(sorted(found, key=lambda each: -each.rise)),
    )


def _outcomes(
    rows: HeldOutRows,
    places: Mapping[Group, Floats | None],
    n_repeats: int,
    is_over: Callable[[], bool],
) -> dict[Group, list[Outcome]]:
    """Each unit moved again and again, as often as there is time to move all of them.

    Between all rows, in one order for all of a repeat, or between those alike by their place.
    """
    outcomes: dict[Group, list[Outcome]] = {unit: [] for unit in places}
    for _ in range(n_repeats if places else 0):
        repeat, freely = [], rows.deal(rows.rng.permutation(rows.y.size))
        for unit, place in places.items():
            if is_over():
                return outcomes
            near = None if place is None else rows.deal(order_between_alike(place, rows.rng))
            repeat.append(rows.moved(unit, near or freely))
        for unit, outcome in zip(places, repeat, strict=True):
            outcomes[unit].append(outcome)
    return outcomes


def _places(table: Table, units: Sequence[Group]) -> dict[Group, Floats]:
    """What other columns say of each unit that goes along with any, as one number a row."""
    if not units:
        return {}
    names = names_of(table)
    values = [values_of(table, name) for name in names]
    linked = association(values)
    least = max(_LEAST_LINK, _CHANCE_LINKS / sqrt(n_rows_of(table)))
    places: dict[Group, Floats] = {}
    for unit in units:
        inside = [names.index(name) for name in unit]
        strength = linked[inside].max(axis=0)
        strength[inside] = 0.0
        others = [place for place in np.argsort(-strength) if strength[place] >= least]
        if others:
            places[unit] = expected_place(
                [values[place] for place in inside], [values[place] for place in others]
            )
    return places


def _members(
    rows: HeldOutRows,
    unit: Group,
    rises: Mapping[Group, Rise],
    outcomes: Mapping[Group, list[Outcome]],
) -> tuple[ColumnImportance, ...]:
    """Each column of a group moved alone, the largest rise first."""
    found = [
        ColumnImportance(
            columns=(name,),
            rise=rises[name,].mean,
            low=rises[name,].low,
            high=rises[name,].high,
            p_value=rises[name,].p_value,
            direction=rows.direction(name, outcomes[name,]),
        )
        for name in unit
    ]
    return tuple(sorted(found, key=lambda each: -each.rise))


def _units(groups: Sequence[Group], table: Table) -> list[Group]:
    """Every group, and each column of a group of several."""
    listed = [name for group in groups for name in group]
    if sorted(map(str, listed)) != sorted(map(str, names_of(table))):
        raise ValueError(
            "groups do not hold every column once. List those that stand alone too, as ('name',)."
        )
    alone = [(name,) for group in groups if len(group) > 1 for name in group]
    return [*(tuple(group) for group in groups), *alone]
