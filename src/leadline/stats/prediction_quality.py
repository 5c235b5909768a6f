"""Quality of predictions without a threshold: by class, and of numbers within a tolerance."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.stats.arrays import Bools, Floats, Ints, as_vector, check_positive, check_share
from leadline.stats.interval import Estimate, wilson_interval
from leadline.stats.operating.grouped_shares import share_of_groups

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class ClassQuality:
    """Precision and recall of each class.

    Parameters
    ----------
    n_true, n_predicted, n_hits : ndarray of int, shape (n_classes,)
        Rows of the class, rows predicted to be of it, and rows that are both.
    precision : Estimate of ndarray of shape (n_classes,)
        Share of rows predicted to be of the class that are; (0, 1) around 0 where none was
        predicted.
    recall : Estimate of ndarray of shape (n_classes,)
        Share of rows of the class that are predicted to be; (0, 1) around 0 where there is none.
    """

    n_true: Ints
    n_predicted: Ints
    n_hits: Ints
    precision: Estimate[Floats]
    recall: Estimate[Floats]


@dataclass(frozen=True)
class ErrorSpread:
    """Distribution of the errors of predicted numbers.

    Parameters
    ----------
    within : Estimate of float
        Share of rows off by at most the tolerance, with its Wilson bounds.
    mean : float
        Mean of truth minus prediction, the bias.
    low, high : float or None
        A new truth lies between prediction + low and prediction + high as often as the confidence
        level says; None where there are too few rows to say so.
    off_by : ndarray of shape (n_shares,)
        Distances that the shares asked for stay within.
    """

    within: Estimate[float]
    mean: float
    low: float | None
    high: float | None
    off_by: Floats


def class_quality(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    classes: Sequence[Any],
    *,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
) -> ClassQuality:
    """Precision and recall of each class on labelled rows.

    Parameters
    ----------
    y_true, y_pred : array-like, shape (n_samples,)
        The class of each row, and the one predicted.
    classes : sequence, length n_classes
        Which classes, in which order.
    groups : array-like, shape (n_samples,), optional
        What belongs together: these rows err together.
    confidence_level : float in (0, 1), default=0.9
        Of the Wilson bounds, each for itself.

    Returns
    -------
    ClassQuality
        In the order of `classes`.

    Raises
    ------
    ValueError
        If the two differ in length, or are empty.

    Examples
    --------
    >>> found = class_quality(["a", "a", "b", "c"], ["a", "b", "b", "b"], ["a", "b", "c"])
    >>> found.precision.estimate.round(2).tolist(), found.recall.estimate.tolist()
    ([1.0, 0.33, 0.0], [0.5, 1.0, 0.0])
    """
    truth, guess = np.asarray(y_true), np.asarray(y_pred)
    _check_alike(truth, guess)
    names = np.asarray(classes)
    is_true, is_guess = truth == names[:, None], guess == names[:, None]
    n_true, n_predicted = is_true.sum(axis=1), is_guess.sum(axis=1)
    n_hits = (is_true & is_guess).sum(axis=1)
    return ClassQuality(
        n_true=n_true,
        n_predicted=n_predicted,
        n_hits=n_hits,
        precision=_shares(is_true & is_guess, is_guess, groups, confidence_level),
        recall=_shares(is_true & is_guess, is_true, groups, confidence_level),
    )


def error_spread(
    y_true: ArrayLike,
    y_pred: ArrayLike,
    tolerance: float,
    shares: ArrayLike = (0.5, 0.9),
    *,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
) -> ErrorSpread:
    """Return the distribution of errors on labelled rows.

    Parameters
    ----------
    y_true, y_pred : array-like of float, shape (n_samples,)
        The number of each row, and the one predicted.
    tolerance : float > 0
        A prediction off by at most this counts as right.
    shares : array-like of float in (0, 1], shape (n_shares,), default=(0.5, 0.9)
        Of rows, for `off_by`.
    groups : array-like, shape (n_samples,), optional
        What belongs together: these rows err together. Of the bounds of `within` only.
    confidence_level : float in (0, 1), default=0.9
        Of the bounds of `within`, and how often `low` to `high` holds a new truth.

    Returns
    -------
    ErrorSpread
        `low` and `high` are split conformal: they promise the level, on average over test sets,
        for rows like these, whatever the distribution [1]_.

    Raises
    ------
    ValueError
        If the two differ in length, are empty or not finite, or a number is out of range.

    References
    ----------
    .. [1] V. Vovk, A. Gammerman, G. Shafer (2005), Algorithmic Learning in a Random World, ch. 2.

    Examples
    --------
    >>> import numpy as np
    >>> truth = np.arange(99.0)
    >>> found = error_spread(truth, np.full(99, 49.0), tolerance=10, shares=[0.5, 1.0])
    >>> round(found.within.estimate, 3), found.low, found.high, found.off_by.tolist()
    (0.212, -45.0, 45.0, [25.0, 49.0])
    """
    truth, guess = as_vector(y_true, "y_true"), as_vector(y_pred, "y_pred")
    _check_alike(truth, guess)
    check_positive(tolerance, "tolerance")
    check_share(confidence_level, "confidence_level")
    wanted = as_vector(shares, "shares")
    gaps = np.sort(truth - guess)
    distances = np.sort(np.abs(gaps))
    is_within = np.abs(truth - guess) <= tolerance
    within = share_of_rows(is_within, groups, confidence_level=confidence_level)
    # a tail's rank among all rows and the new one; rounded, as 0.05 * 100 is not quite 5
    rank = int(np.floor(round((1 - confidence_level) / 2 * (gaps.size + 1), 9)))
    places = np.ceil(np.round(wanted * gaps.size, 9)).astype(int) - 1
    return ErrorSpread(
        within=within,
        mean=float(gaps.mean()),
        low=float(gaps[rank - 1]) if rank else None,
        high=float(gaps[-rank]) if rank else None,
        off_by=distances[np.clip(places, 0, gaps.size - 1)],
    )


def fewest_for_interval(confidence_level: float = 0.9) -> int:
    """Fewest rows from which `error_spread` can give `low` and `high`.

    Examples
    --------
    >>> fewest_for_interval()
    19
    """
    check_share(confidence_level, "confidence_level")
    return ceil(round(2 / (1 - confidence_level), 9)) - 1


def usual_distance(values: ArrayLike) -> float:
    """Return the median distance from the median: the error of guessing the median.

    Parameters
    ----------
    values : array-like of float, shape (n_samples,)
        Truths.

    Returns
    -------
    float > 0
        Median distance from the median; where more than half are equal, the mean distance, and
        1 where all are.

    Examples
    --------
    >>> usual_distance([1, 2, 3, 4, 100]), usual_distance([0, 0, 0, 4]), usual_distance([7, 7])
    (1.0, 1.0, 1.0)
    """
    numbers = as_vector(values, "values")
    distances = np.abs(numbers - np.median(numbers))
    return float(np.median(distances)) or float(distances.mean()) or 1.0


def best_constant(values: ArrayLike, tolerance: float) -> float:
    """Return the one value that the most others are near to.

    Parameters
    ----------
    values : array-like of float, shape (n_samples,)
        Truths.
    tolerance : float >= 0
        So far off is near.

    Returns
    -------
    float
        One of the values; of equals the smallest.

    Examples
    --------
    >>> best_constant([0, 0, 0, 4, 5, 9], 1.0), best_constant([0, 0, 0, 4, 5, 9], 4.0)
    (0.0, 4.0)
    """
    numbers = np.sort(as_vector(values, "values"))
    first = np.searchsorted(numbers, numbers - tolerance, side="left")
    last = np.searchsorted(numbers, numbers + tolerance, side="right")
    return float(numbers[np.argmax(last - first)])


def _check_alike(truth: NDArray[Any], guess: NDArray[Any]) -> None:
    if truth.shape != guess.shape or truth.ndim != 1 or not truth.size:
        raise ValueError(
            f"y_true has shape {truth.shape} and y_pred {guess.shape}; one value a row is needed "
            "in both, and at least one row. Pass two flat arrays."
        )


def share_of_rows(
    is_so: ArrayLike, groups: ArrayLike | None = None, *, confidence_level: float = 0.9
) -> Estimate[float]:
    """Share of rows, with its Wilson bounds.

    Parameters
    ----------
    is_so : array-like of bool, shape (n_samples,)
        Whether a row counts.
    groups : array-like, shape (n_samples,), optional
        What belongs together: these rows err together.
    confidence_level : float in (0, 1), default=0.9
        Of the bounds.

    Examples
    --------
    >>> found = share_of_rows([True] * 9 + [False])
    >>> found.estimate, round(found.low, 3)
    (0.9, 0.652)
    """
    rows = np.asarray(is_so, dtype=bool)[None, :]
    found = _shares(rows, np.ones_like(rows), groups, confidence_level)
    return Estimate(float(found.low[0]), float(found.estimate[0]), float(found.high[0]))


def _shares(
    is_hit: Bools, is_trial: Bools, groups: ArrayLike | None, confidence_level: float
) -> Estimate[Floats]:
    """Of each line of rows the share, with its Wilson bounds; hits are trials."""
    if groups is not None:
        return share_of_groups(is_hit.T, is_trial.T, groups, confidence_level=confidence_level)
    n_hits, n_trials = is_hit.sum(axis=1), is_trial.sum(axis=1)
    bounds = wilson_interval(n_hits, n_trials, confidence_level=confidence_level)
    return Estimate(bounds.low, n_hits / np.maximum(n_trials, 1), bounds.high)
