"""Standard errors of scores for lack of more rows: of a mean, of shares, and the jackknife."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from leadline.stats.arrays import Bools, Floats
from leadline.stats.metric.entry import Labels

N_GROUPS = 20


def of_mean(values: Floats) -> float:
    """Standard error of the mean of a value a row."""
    return float(np.std(values) / sqrt(values.size))


def of_share(is_right: Bools) -> float:
    """Binomial standard error of a share of rows.

    The share is drawn a little away from 0 and 1: few rows without a mistake are not certain.
    """
    return sqrt(share_variance(is_right))


def share_variance(is_right: Bools) -> float:
    """Squared standard error of a share of rows; see `of_share`."""
    share = (is_right.sum() + 1) / (is_right.size + 2)
    return float(share * (1 - share) / is_right.size)


def jackknife(compute: Callable[[Labels, Any], float], y: Labels, response: Any) -> float:
    """Standard error of any score, by leaving out each twentieth of the rows [1]_.

    Parameters
    ----------
    compute : callable
        From labels and response to the score; NaN where it is not defined.
    y : ndarray of shape (n_samples,)
        Labels. Rows are dealt out class by class, or in their order where labels are floats.
    response : ndarray of shape (n_samples,)
        What the score judges.

    Returns
    -------
    float
        At least 0; 0 where the score is not defined without some of the rows.

    References
    ----------
    .. [1] B. Efron, C. Stein (1981), The jackknife estimate of variance. Ann. Statist. 9, 586-596.
    """
    n_groups = min(N_GROUPS, y.size)
    group = np.empty(y.size, dtype=np.intp)
    order = np.arange(y.size) if y.dtype.kind == "f" else np.argsort(y, kind="stable")
    group[order] = np.arange(y.size) % n_groups
    kept = [group != one for one in range(n_groups)]
    scores = np.array([compute(y[rows], response[rows]) for rows in kept])
    known = scores[np.isfinite(scores)]
    if known.size < 2:
        return 0.0
    return float(np.sqrt((known.size - 1) * np.var(known)))
