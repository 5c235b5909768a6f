"""Guarantees: thresholds whose precision or recall holds with a stated confidence.

Learn then test [1]_: each threshold is a hypothesis that the promise is broken there, tested by an
exact binomial tail; thresholds are tested in an order fixed before the labels are seen, and the
first that is not rejected ends the walk. A threshold found so is a promise, though it was chosen
on the rows it is measured on.

References
----------
.. [1] A. N. Angelopoulos, S. Bates, E. J. Candès, M. I. Jordan, L. Lei (2025), Learn then test:
   calibrating predictive algorithms to achieve risk control. Ann. Appl. Stat. 19, 1641-1662.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.stats import binom

from leadline.stats.arrays import Bools, Floats, Ints, as_labels, as_vector, check_share
from leadline.stats.operating.grouped_shares import worth_of_alerts

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_STARTS = 4
_N_STEPS = 60


@dataclass(frozen=True)
class Promise:
    """A threshold with a guaranteed precision or recall.

    Parameters
    ----------
    threshold : float
        An alert is a score >= threshold.
    aim : float in (0, 1)
        The precision, or the recall, that is promised.
    confidence_level : float in (0, 1)
        In how many of many test sets the promise holds, at least.
    n_alerts, n_hits : int
        Rows of the test set that alert, and the positives among them.
    """

    threshold: float
    aim: float
    confidence_level: float
    n_alerts: int
    n_hits: int


def promise_recall(
    y_true: ArrayLike,
    y_score: ArrayLike,
    aim: float,
    *,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
) -> Promise | None:
    """Find the highest threshold that is sure to find a share of the positives.

    Recall falls as the threshold rises, so the walk goes up and needs no correction.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_samples,)
        Labels.
    y_score : array-like of float, shape (n_samples,)
        Scores, higher for more likely positive; from a model that has not seen these rows.
    aim : float in (0, 1)
        Recall to promise.
    groups : array-like, shape (n_samples,), optional
        What belongs together: the tail is that of as many rows as theirs are worth, rounded down.
    confidence_level : float in (0, 1), default=0.9
        Of the promise.

    Returns
    -------
    Promise or None
        None where the rows are too few to promise it at any threshold.

    Raises
    ------
    ValueError
        If a share is out of range or the inputs do not fit together.

    Examples
    --------
    >>> truth = [1] * 60 + [0] * 40
    >>> found = promise_recall(truth, [*range(60, 0, -1), *[0] * 40], 0.9)
    >>> found.threshold, found.n_hits
    (3.0, 58)
    """
    labels, scores = _checked(y_true, y_score, aim, confidence_level)
    positives = np.sort(scores[labels])
    if not positives.size:
        return None
    cuts = np.unique(positives)
    hits = positives.size - np.searchsorted(positives, cuts)
    worth = np.full(cuts.size, positives.size, dtype=np.float64)
    if groups is not None:
        level = confidence_level
        worth = worth_of_alerts(labels, scores, cuts, groups, confidence_level=level).recall
    chance = _tail(hits / positives.size, worth, aim)
    kept = _walk(chance <= 1 - confidence_level)
    if kept is None:
        return None
    return _promise(labels, scores, float(cuts[kept]), aim, confidence_level)


def promise_precision(
    y_true: ArrayLike,
    y_score: ArrayLike,
    aim: float,
    *,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
) -> Promise | None:
    """Find the lowest threshold whose alerts are sure to hold a share of positives.

    Precision need not fall with the threshold, so the walk has four starts, at numbers of
    alerts that could prove the aim, each with a quarter of the error probability. Steps are
    numbers of alerts, which the labels do not change.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_samples,)
        Labels.
    y_score : array-like of float, shape (n_samples,)
        Scores, higher for more likely positive; from a model that has not seen these rows.
    aim : float in (0, 1)
        Precision to promise.
    groups : array-like, shape (n_samples,), optional
        What belongs together: the tail is that of as many rows as theirs are worth, rounded down.
    confidence_level : float in (0, 1), default=0.9
        Of the promise.

    Returns
    -------
    Promise or None
        None where no threshold can be promised to have it.

    Raises
    ------
    ValueError
        If a share is out of range or the inputs do not fit together.

    Examples
    --------
    >>> truth = [1] * 60 + [0] * 40
    >>> found = promise_precision(truth, range(100, 0, -1), 0.9)
    >>> found.n_alerts >= 60, found.n_hits
    (True, 60)
    """
    labels, scores = _checked(y_true, y_score, aim, confidence_level)
    cuts, n_alerts = _steps(scores, aim, confidence_level)
    hits = np.array([int(labels[scores >= cut].sum()) for cut in cuts], dtype=np.int64)
    worth = n_alerts.astype(np.float64)
    if groups is not None:
        level = confidence_level
        worth = worth_of_alerts(labels, scores, cuts, groups, confidence_level=level).precision
    chance = _tail(hits / n_alerts, worth, aim)
    is_shown: Bools = np.asarray(chance <= (1 - confidence_level) / _N_STARTS)
    found = []
    for start in np.unique(np.linspace(0, cuts.size * 0.6, _N_STARTS).astype(int)):
        kept = _walk(is_shown[start:])
        if kept is not None:
            found.append(start + kept)
    if not found:
        return None
    return _promise(labels, scores, float(cuts[max(found)]), aim, confidence_level)


def _steps(scores: Floats, aim: float, confidence_level: float) -> tuple[Floats, Ints]:
    """Falling thresholds by numbers of alerts, from the fewest that could prove the aim."""
    fewest = int(np.ceil(np.log((1 - confidence_level) / _N_STARTS) / np.log(aim)))
    if fewest > scores.size:
        return np.empty(0), np.empty(0, np.int64)
    ordered = np.sort(scores)[::-1]
    wanted = np.unique(np.geomspace(fewest, scores.size, _N_STEPS).astype(int))
    cuts = np.unique(ordered[wanted - 1])[::-1]
    n_alerts = np.sum(scores[:, None] >= cuts, axis=0).astype(np.int64)
    return cuts, n_alerts


def _tail(share: Floats, worth: Floats, aim: float) -> Floats:
    """Chance of so many hits, or more, among so many rows, if the share were the aim."""
    n_hits = np.floor(np.round(share * worth, 9))
    return np.asarray(binom.sf(n_hits - 1, np.floor(worth), aim))


def _walk(is_shown: Bools) -> int | None:
    """The last place before the first that is not shown; None if that is the first of all."""
    n = int(np.argmin(is_shown)) if not is_shown.all() else is_shown.size
    return n - 1 if n else None


def _promise(
    labels: Bools, scores: Floats, threshold: float, aim: float, confidence_level: float
) -> Promise:
    alerts = scores >= threshold
    return Promise(
        threshold, aim, confidence_level, int(alerts.sum()), int((alerts & labels).sum())
    )


def _checked(
    y_true: ArrayLike, y_score: ArrayLike, aim: float, confidence_level: float
) -> tuple[Bools, Floats]:
    check_share(aim, "aim")
    check_share(confidence_level, "confidence_level")
    scores = as_vector(y_score, "y_score")
    return as_labels(y_true, "y_true", n_samples=scores.size), scores
