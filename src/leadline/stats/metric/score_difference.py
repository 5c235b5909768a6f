"""Difference of the scores of two models on the same rows, with an interval."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any

import numpy as np
from scipy.special import stdtrit

from leadline.stats.arrays import check_share
from leadline.stats.interval import Estimate
from leadline.stats.metric.entry import Labels
from leadline.stats.metric.standard_error import N_GROUPS, jackknife


def score_difference(
    compute: Callable[[Labels, Any], float],
    y: Labels,
    response: Any,
    other: Any,
    *,
    groups: Labels | None = None,
    confidence_level: float = 0.9,
) -> Estimate[float]:
    """Score of one model less that of another, both on the same rows.

    Rows that are hard for both take nothing from the difference: it is measured far more closely
    than either score. The standard error is the jackknife's of the difference itself, with
    Student's t on 19 degrees of freedom.

    Parameters
    ----------
    compute : callable
        From labels and response to the score; NaN where it is not defined.
    y : ndarray of shape (n_samples,)
        Labels.
    response, other : ndarray of shape (n_samples,) or ClassProbabilities
        What the score judges, of the one model and of the other.
    groups : ndarray of shape (n_samples,), optional
        What belongs together, such as the rows of one customer, and errs together.
    confidence_level : float in (0, 1), default=0.9
        Of the interval.

    Returns
    -------
    Estimate of float
        In the unit of the score. Without ends, from minus infinity to infinity, where it cannot be
        told: of one row or group, or where no score is defined without some of the rows.

    Examples
    --------
    >>> y = np.array([0, 1] * 100)
    >>> right = lambda y, said: float(np.mean(y == said))
    >>> one, other = y.copy(), y.copy()
    >>> one[:10], other[:30] = 1 - one[:10], 1 - other[:30]
    >>> found = score_difference(right, y, one, other)
    >>> round(found.low, 3), round(found.estimate, 3), round(found.high, 3)
    (0.06, 0.1, 0.14)
    """
    check_share(confidence_level, "confidence_level")

    def difference(labels: Labels, rows: Any) -> float:
        return compute(labels, response[rows]) - compute(labels, other[rows])

    rows = np.arange(y.size)
    estimate = float(difference(y, rows))
    n_apart = y.size if groups is None else np.unique(groups).size
    freedom = max(min(N_GROUPS, n_apart) - 1, 1)
    reach = float(stdtrit(freedom, (1 + confidence_level) / 2))
    half = reach * jackknife(difference, y, rows, groups)
    if n_apart < 2 or (not half and estimate):
        half = inf
    return Estimate(estimate - half, estimate, estimate + half)
