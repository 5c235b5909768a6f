"""Operating points: thresholds on a score, with their precision and recall and the bounds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import (
    Bools,
    Floats,
    Ints,
    as_labels,
    as_vector,
    check_positive,
    check_share,
)
from leadline.stats.interval import Estimate, wilson_interval
from leadline.stats.operating.grouped_shares import worth_of_alerts
from leadline.stats.operating.promises import Promise, promise_precision, promise_recall

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike


# a point that finds less is useless
_LEAST_RECALL = 0.1
# tried where the rows cannot prove the aim that was asked for
_LESSER_AIMS = (0.8, 0.65, 0.5)


@dataclass(frozen=True)
class OperatingPoints:
    """Precision, recall and alert share at several thresholds.

    Parameters
    ----------
    thresholds : ndarray of shape (n_thresholds,)
        An alert is a score >= threshold.
    precision : Estimate of ndarray of shape (n_thresholds,)
        Share of alerts that are positive; the estimate is nan, in (0, 1), where nothing alerts.
    recall : Estimate of ndarray of shape (n_thresholds,)
        Share of positives that alert.
    alert_share : Estimate of ndarray of shape (n_thresholds,)
        Share of rows that alert.
    n_alerts, n_hits : ndarray of int of shape (n_thresholds,)
        Rows that alert, and the positives among them.
    """

    thresholds: Floats
    precision: Estimate[Floats]
    recall: Estimate[Floats]
    alert_share: Estimate[Floats]
    n_alerts: Ints
    n_hits: Ints


@dataclass(frozen=True)
class ProposedPoint:
    """One threshold on offer.

    Parameters
    ----------
    name : {"cautious", "balanced", "catch-all"}
        What the threshold is good for.
    also : tuple of str
        Names that lead to the same threshold and were merged into this one.
    threshold : float
        An alert is a score >= threshold.
    precision, recall, alert_share : Estimate of float
        With Wilson bounds.
    cost_per_row : float
        Cost of misses and false alarms at this threshold, divided by the rows.
    precision_promise, recall_promise : float or None
        What is promised of it with the confidence asked for; None where nothing is.
    """

    name: str
    also: tuple[str, ...]
    threshold: float
    precision: Estimate[float]
    recall: Estimate[float]
    alert_share: Estimate[float]
    cost_per_row: float
    precision_promise: float | None = None
    recall_promise: float | None = None


def precision_recall_points(
    y_true: ArrayLike,
    y_score: ArrayLike,
    thresholds: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
) -> OperatingPoints:
    """Measure thresholds on a labelled test set.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_samples,)
        Labels; both classes must be there.
    y_score : array-like of float, shape (n_samples,)
        Scores, higher for more likely positive.
    thresholds : array-like of float, shape (n_thresholds,)
        In any order, which is kept.
    groups : array-like, shape (n_samples,), optional
        What belongs together, such as the rows of one customer: they err together, and tell less
        than as many rows of their own.
    confidence_level : float in (0, 1), default=0.9
        Of the Wilson bounds, each quantity for itself.

    Returns
    -------
    OperatingPoints
        Bounds hold for thresholds chosen without looking at these rows; for thresholds chosen on
        them the estimates are somewhat too good.

    Raises
    ------
    ValueError
        If there is no positive or no negative, or the inputs do not fit together.

    Examples
    --------
    >>> points = precision_recall_points([0, 0, 1, 1], [0.1, 0.6, 0.6, 0.9], [0.6, 0.9])
    >>> points.precision.estimate.round(3).tolist(), points.recall.estimate.tolist()
    ([0.667, 1.0], [1.0, 0.5])
    """
    labels, scores = _checked(y_true, y_score)
    cuts = as_vector(thresholds, "thresholds")
    order = np.argsort(scores)
    first = np.searchsorted(scores[order], cuts, side="left")
    hits_from = np.append(np.cumsum(labels[order][::-1])[::-1], 0)
    n_alerts = (scores.size - first).astype(np.int64)
    n_hits = hits_from[first].astype(np.int64)
    n_positive = np.full(cuts.size, int(labels.sum()))
    n_samples = np.full(cuts.size, scores.size)
    level = confidence_level
    worth: tuple[Floats | None, ...] = (None, None, None)
    if groups is not None:
        found = worth_of_alerts(labels, scores, cuts, groups, confidence_level=level)
        worth = found.precision, found.recall, found.alert_share
    return OperatingPoints(
        thresholds=cuts,
        precision=_proportion(n_hits, n_alerts, worth[0], level),
        recall=_proportion(n_hits, n_positive, worth[1], level),
        alert_share=_proportion(n_alerts, n_samples, worth[2], level),
        n_alerts=n_alerts,
        n_hits=n_hits,
    )


def propose_points(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    cost_miss: float,
    cost_false_alarm: float,
    precision_aim: float = 0.9,
    recall_aim: float = 0.9,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
) -> tuple[ProposedPoint, ...]:
    """Propose at most three thresholds that differ in what they are good for.

    *balanced* is the cheapest by the two costs; *cautious* finds as much as it can at a precision
    that can be promised, never at a lower threshold than balanced; *catch-all* has the highest
    threshold of which a recall can be promised, never above balanced. Promised is the aim, or as
    much of it as the rows can prove: .8, .65 or .5, the error probability shared among these.
    Where two coincide they are one point, which keeps the name balanced if it is among them.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_samples,)
        Labels; both classes must be there.
    y_score : array-like of float, shape (n_samples,)
        Scores, higher for more likely positive. Tied scores stay together: a threshold is one of
        the scores, and an alert is a score >= threshold.
    cost_miss, cost_false_alarm : float > 0
        Cost of a positive that is not found, and of an alert that is none.
    precision_aim, recall_aim : float in (0, 1), default=0.9
        What cautious and catch-all promise, if they can. If nothing can be promised, cautious has
        the best lower bound of precision among those that find at least a tenth of the
        positives, and catch-all finds `recall_aim` of the positives of these rows.
    groups : array-like, shape (n_samples,), optional
        What belongs together: bounds and promises then count what the rows of groups are worth.
    confidence_level : float in (0, 1), default=0.9
        Of the promises, and of the Wilson bounds.

    Returns
    -------
    tuple of ProposedPoint
        One to three, by falling threshold.

    Raises
    ------
    ValueError
        If there is no positive or no negative, or a cost or an aim is out of range.

    Examples
    --------
    >>> points = propose_points(
    ...     [0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.8, 0.9], cost_miss=1, cost_false_alarm=2
    ... )
    >>> [(point.name, point.also, point.threshold) for point in points]
    [('balanced', ('cautious',), 0.8), ('catch-all', (), 0.3)]
    """
    check_positive(cost_miss, "cost_miss")
    check_positive(cost_false_alarm, "cost_false_alarm")
    check_share(precision_aim, "precision_aim")
    check_share(recall_aim, "recall_aim")
    labels, scores = _checked(y_true, y_score)
    # falling, so that the first of equally good thresholds alerts least
    cuts = np.unique(scores)[::-1]
    level = confidence_level
    points = precision_recall_points(labels, scores, cuts, groups=groups, confidence_level=level)
    n_missed = int(labels.sum()) - points.n_hits
    cost = (
        n_missed * cost_miss + (points.n_alerts - points.n_hits) * cost_false_alarm
    ) / scores.size
    balanced = int(np.argmin(cost))
    useful = int(np.flatnonzero(points.recall.estimate >= _LEAST_RECALL)[0])
    of_precision = partial(promise_precision, labels, scores, groups=groups)
    of_recall = partial(promise_recall, labels, scores, groups=groups)
    precise, full = (
        _promised(of_precision, precision_aim, level),
        _promised(of_recall, recall_aim, level),
    )
    cautious = (
        int(np.flatnonzero(cuts >= precise.threshold)[-1])
        if precise
        else useful + int(np.argmax(points.precision.low[useful:]))
    )
    catch_all = (
        int(np.flatnonzero(cuts >= full.threshold)[-1])
        if full
        else int(np.flatnonzero(points.recall.estimate >= recall_aim)[0])
    )
    names: dict[int, list[str]] = {}
    for name, place in (
        ("balanced", balanced),
        ("cautious", min(cautious, balanced)),
        ("catch-all", max(catch_all, balanced)),
    ):
        names.setdefault(place, []).append(name)
    return tuple(
        ProposedPoint(
            name=names[place][0],
            also=tuple(names[place][1:]),
            threshold=float(cuts[place]),
            precision=_at(points.precision, place),
            recall=_at(points.recall, place),
            alert_share=_at(points.alert_share, place),
            cost_per_row=float(cost[place]),
            precision_promise=precise.aim if precise and place == cautious else None,
            # what is found at a threshold is found at every lower one
            recall_promise=full.aim if full and place >= catch_all else None,
        )
        for place in sorted(names)
    )


def _promised(
    promise: Callable[..., Promise | None], aim: float, confidence_level: float
) -> Promise | None:
    """The highest aim that can be promised; tried from above, with the error probability shared."""
    aims = [aim, *(share for share in _LESSER_AIMS if share < aim)]
    level = 1 - (1 - confidence_level) / len(aims)
    found = (promise(each, confidence_level=level) for each in aims)
    return next((each for each in found if each is not None), None)


def _checked(y_true: ArrayLike, y_score: ArrayLike) -> tuple[Bools, Floats]:
    """Return labels and scores; raise a ValueError otherwise."""
    scores = as_vector(y_score, "y_score")
    labels = as_labels(y_true, "y_true", n_samples=scores.size)
    n_positive = int(labels.sum())
    if n_positive in (0, labels.size):
        raise ValueError(
            f"y_true has {n_positive} positives among {labels.size} rows, both classes are "
            "needed. Label more rows before choosing a threshold."
        )
    return labels, scores


def _proportion(
    n_hits: Ints, n_trials: Ints, worth: Floats | None, confidence_level: float
) -> Estimate[Floats]:
    """Share with its Wilson bounds, by what the rows are worth; nan in (0, 1) without a trial."""
    share = n_hits / np.maximum(n_trials, 1)
    hits = n_hits.astype(np.float64) if worth is None else share * worth
    trials = n_trials.astype(np.float64) if worth is None else worth
    bounds = wilson_interval(hits, trials, confidence_level=confidence_level)
    return Estimate(bounds.low, np.where(n_trials > 0, share, np.nan), bounds.high)


def _at(estimate: Estimate[Floats], place: int) -> Estimate[float]:
    """One element of an array of estimates."""
    low, middle, high = estimate.low[place], estimate.estimate[place], estimate.high[place]
    return Estimate(float(low), float(middle), float(high))
