"""Simultaneous bounds: they hold at every threshold at once, so any may be chosen afterwards."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betaincinv

from leadline.stats.arrays import Floats, Ints, as_labels, as_vector, check_share
from leadline.stats.interval import Estimate
from leadline.stats.operating.points import OperatingPoints, precision_recall_points

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_MOST = 20


def simultaneous_points(
    y_true: ArrayLike, y_score: ArrayLike, *, confidence_level: float = 0.9
) -> OperatingPoints:
    """Measure up to twenty thresholds, all bounds of precision and recall holding together.

    Exact binomial bounds [1]_ with the error probability shared among all of them (Bonferroni).
    Thresholds are spread over the numbers of alerts on a log scale, which the labels do not change.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_samples,)
        Labels; both classes must be there.
    y_score : array-like of float, shape (n_samples,)
        Scores, higher for more likely positive.
    confidence_level : float in (0, 1), default=0.9
        That all of the bounds hold.

    Returns
    -------
    OperatingPoints
        By falling threshold.

    Raises
    ------
    ValueError
        If there is no positive or no negative, or the inputs do not fit together.

    References
    ----------
    .. [1] C. J. Clopper and E. S. Pearson (1934), The use of confidence or fiducial limits
       illustrated in the case of the binomial. Biometrika 26, 404-413.

    Examples
    --------
    >>> points = simultaneous_points([0, 0, 1, 1], [0.1, 0.6, 0.7, 0.9])
    >>> points.recall.estimate.tolist(), points.recall.low.round(2).tolist()
    ([0.5, 1.0, 1.0, 1.0], [0.0, 0.08, 0.08, 0.08])
    """
    check_share(confidence_level, "confidence_level")
    scores = as_vector(y_score, "y_score")
    labels = as_labels(y_true, "y_true", n_samples=scores.size)
    ordered = np.sort(scores)[::-1]
    wanted = np.unique(np.geomspace(1, scores.size, _MOST).astype(int))
    cuts = np.unique(ordered[wanted - 1])[::-1]
    points = precision_recall_points(labels, scores, cuts, confidence_level=confidence_level)
    tail = (1 - confidence_level) / (4 * cuts.size)
    n_positive = np.full(cuts.size, int(labels.sum()))
    return replace(
        points,
        precision=_exact(points.n_hits, points.n_alerts, tail),
        recall=_exact(points.n_hits, n_positive, tail),
    )


def _exact(n_hits: Ints, n_trials: Ints, tail: float) -> Estimate[Floats]:
    """Clopper-Pearson bounds with an error probability of `tail` on each side."""
    misses = n_trials - n_hits
    low = betaincinv(np.maximum(n_hits, 1), misses + 1, tail)
    high = betaincinv(n_hits + 1, np.maximum(misses, 1), 1 - tail)
    return Estimate(
        np.where(n_hits == 0, 0.0, low), n_hits / n_trials, np.where(misses == 0, 1.0, high)
    )
