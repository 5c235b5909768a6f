"""Shares of rows that err together: how many rows of their own the rows of groups are worth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import stdtrit

from leadline.stats.arrays import Bools, Floats
from leadline.stats.interval import Estimate, two_sided_z, wilson_interval
from leadline.stats.metric.standard_error import N_GROUPS, parts_of_groups

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray


def worth_of_rows(
    hits: ArrayLike, trials: ArrayLike, n_groups: ArrayLike, *, confidence_level: float = 0.9
) -> Floats:
    """Rows of their own that would tell a share as well as the rows of these groups do.

    The rows over the design effect of the groups [1]_, less what Student's t of few groups
    takes [2]_. Where all rows are hits, or none is, a group counts as one trial, and the rows are
    those for which Wilson's bound is the exact one [3]_: of three groups that are all right, a
    share of .37 or more, at a level of .9.

    Parameters
    ----------
    hits, trials : array-like of int, shape (n_parts, ...)
        Of each part of the groups; hits are among the trials.
    n_groups : array-like of int, shape (...,)
        Groups that have a trial.
    confidence_level : float in (0, 1), default=0.9
        Of the interval that the worth is for.

    Returns
    -------
    ndarray of shape (...,)
        At most the trials; at least 1 where there is one, but of one group.

    References
    ----------
    .. [1] L. Kish (1965), Survey Sampling, ch. 5 and 8. Wiley.
    .. [2] E. L. Korn, B. I. Graubard (1998), Confidence intervals for proportions with small
       expected number of positive counts estimated from survey data. Survey Methodology 24,
       193-201.
    .. [3] C. J. Clopper, E. S. Pearson (1934), The use of confidence or fiducial limits illustrated
       in the case of the binomial. Biometrika 26, 404-413.

    Examples
    --------
    >>> float(worth_of_rows([8, 0, 9, 1], [10, 10, 10, 10], 4).round(1))
    2.2
    >>> float(worth_of_rows([5, 4, 5, 4] * 5, [10] * 20, 20).round(1))
    181.0
    """
    counted, rows = np.asarray(hits, np.float64), np.asarray(trials, np.float64)
    share = counted.sum(axis=0) / np.maximum(rows.sum(axis=0), 1)
    return _worth(counted, rows, share * (1 - share), n_groups, confidence_level)


def worth_of_mean(values: ArrayLike, groups: ArrayLike, *, confidence_level: float = 0.9) -> float:
    """Rows of their own that would tell a mean as well as the rows of these groups do.

    Parameters
    ----------
    values : array-like of float, shape (n_samples,)
        Of each row, such as what it costs.
    groups : array-like, shape (n_samples,)
        What belongs together.
    confidence_level : float in (0, 1), default=0.9
        As in `worth_of_rows`.

    Returns
    -------
    float
        At most the rows, as `worth_of_rows` has it.

    Raises
    ------
    ValueError
        If the groups are not one a row.

    Examples
    --------
    >>> round(
    ...     worth_of_mean([5.0] * 10 + [0.0] * 10 + [5.0] * 10 + [0.0] * 10, np.arange(40) // 10), 1
    ... )
    1.5
    """
    each = np.asarray(values, np.float64)
    names, code = _coded(groups, each.size)
    part = parts_of_groups(code)
    sums = np.bincount(part, each, N_GROUPS).astype(np.float64)
    rows = np.bincount(part, minlength=N_GROUPS).astype(np.float64)
    return float(_worth(sums, rows, each.var(), names.size, confidence_level))


def _worth(
    sums: Floats, rows: Floats, variance: ArrayLike, n_groups: ArrayLike, confidence_level: float
) -> Floats:
    """Rows over the design effect: sums and rows of each part, variance of a row."""
    n_rows, n_parts = rows.sum(axis=0), np.sum(rows > 0, axis=0)
    mean = sums.sum(axis=0) / np.maximum(n_rows, 1)
    off = np.sum((sums - mean * rows) ** 2, axis=0) * n_parts / np.maximum(n_parts - 1, 1)
    alone = n_rows**2 * variance / np.where(off > 0, off, np.inf)
    reach = stdtrit(np.maximum(n_parts - 1, 1), (1 + confidence_level) / 2)
    spread = np.where(off > 0, np.minimum(alone, n_rows), n_rows)
    spread = spread * (two_sided_z(confidence_level) / reach) ** 2
    # rows that are all alike, or one group, have no spread that could be seen
    is_unseen = (np.asarray(variance) == 0) | (n_parts < 2)
    unseen = np.minimum(_worth_of_alike(n_groups, confidence_level), n_rows)
    return np.asarray(np.where(is_unseen, unseen, np.clip(spread, np.minimum(n_rows, 1), n_rows)))


def _worth_of_alike(n_groups: ArrayLike, confidence_level: float) -> Floats:
    """Rows for which Wilson's bound is the exact one of so many groups without an exception."""
    n = np.asarray(n_groups, np.float64)
    exact = ((1 - confidence_level) / 2) ** (1 / np.maximum(n, 1))
    return np.where(n > 0, two_sided_z(confidence_level) ** 2 * exact / (1 - exact), 0.0)


@dataclass(frozen=True)
class WorthOfAlerts:
    """Rows of their own that the rows at some thresholds are worth.

    Parameters
    ----------
    precision, recall, alert_share : ndarray of shape (n_thresholds,)
        Of the alerts, of the positives, and of all rows.
    """

    precision: Floats
    recall: Floats
    alert_share: Floats


def worth_of_alerts(
    labels: Bools,
    scores: Floats,
    thresholds: Floats,
    groups: ArrayLike,
    *,
    confidence_level: float = 0.9,
) -> WorthOfAlerts:
    """What the rows at each threshold are worth, where those of a group err together.

    Parameters
    ----------
    labels : ndarray of bool, shape (n_samples,)
        Positives.
    scores : ndarray of float, shape (n_samples,)
        An alert is a score >= threshold.
    thresholds : ndarray of float, shape (n_thresholds,)
        In any order.
    groups : array-like, shape (n_samples,)
        What belongs together.
    confidence_level : float in (0, 1), default=0.9
        As in `worth_of_rows`.

    Raises
    ------
    ValueError
        If the groups are not one a row.
    """
    names, code = _coded(groups, scores.size)
    part, every = parts_of_groups(code), np.ones(scores.size, dtype=bool)
    best = _best_of(scores, code, names.size)
    n_alert = _n_above(best, thresholds)
    alerts = _counts_above(every, scores, thresholds, part)
    hits = _counts_above(labels, scores, thresholds, part)
    positives = np.bincount(part, labels, N_GROUPS)[:, None] + np.zeros(thresholds.size)
    rows = np.bincount(part, minlength=N_GROUPS)[:, None] + np.zeros(thresholds.size)
    n_positive = np.unique(code[labels]).size

    def worth(hits: Floats, trials: Floats, n_groups: ArrayLike) -> Floats:
        return worth_of_rows(hits, trials, n_groups, confidence_level=confidence_level)

    return WorthOfAlerts(
        precision=worth(hits, alerts, n_alert),
        recall=worth(hits, positives, n_positive),
        alert_share=worth(alerts, rows, names.size),
    )


def share_of_groups(
    is_hit: ArrayLike, is_trial: ArrayLike, groups: ArrayLike, *, confidence_level: float = 0.9
) -> Estimate[Floats]:
    """Shares of rows with their Wilson bounds, where the rows of a group err together.

    Parameters
    ----------
    is_hit, is_trial : array-like of bool, shape (n_samples, ...)
        Rows that count, and those among which; hits are trials.
    groups : array-like, shape (n_samples,)
        What belongs together.
    confidence_level : float in (0, 1), default=0.9
        Of the bounds.

    Returns
    -------
    Estimate of ndarray of shape (...,)
        Around 0 in (0, 1) where there is no trial.

    Raises
    ------
    ValueError
        If the groups are not one a row.
    """
    hit, trial = np.asarray(is_hit, dtype=bool), np.asarray(is_trial, dtype=bool)
    names, code = _coded(groups, len(hit))
    part = parts_of_groups(code)
    worth = worth_of_rows(
        _counts(hit, part, N_GROUPS),
        _counts(trial, part, N_GROUPS),
        np.sum(_counts(trial, code, names.size) > 0, axis=0),
        confidence_level=confidence_level,
    )
    share = hit.sum(axis=0) / np.maximum(trial.sum(axis=0), 1)
    bounds = wilson_interval(share * worth, worth, confidence_level=confidence_level)
    return Estimate(np.asarray(bounds.low), share, np.asarray(bounds.high))


def _coded(groups: ArrayLike, n_samples: int) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The groups, and the place of each row's among them."""
    given = np.asarray(groups)
    if given.shape != (n_samples,):
        raise ValueError(
            f"groups has shape {given.shape}; one value for each of {n_samples} rows is needed."
        )
    names, code = np.unique(given, return_inverse=True)
    return names, code.astype(np.int64)


def _counts(is_so: NDArray[np.bool_], part: NDArray[np.int64], n_parts: int) -> Floats:
    found = np.zeros((n_parts, *is_so.shape[1:]))
    np.add.at(found, part, is_so)
    return found


def _best_of(scores: Floats, code: NDArray[np.int64], n_groups: int) -> Floats:
    best = np.full(n_groups, -np.inf)
    np.maximum.at(best, code, scores)
    return best


def _n_above(scores: Floats, thresholds: Floats) -> NDArray[np.int64]:
    return np.asarray(scores.size - np.searchsorted(np.sort(scores), thresholds, side="left"))


def _counts_above(
    is_in: Bools, scores: Floats, thresholds: Floats, part: NDArray[np.int64]
) -> Floats:
    return np.array(
        [_n_above(scores[is_in & (part == each)], thresholds) for each in range(N_GROUPS)], float
    )
