"""Standard errors of scores for lack of more rows: of a mean, of shares, and the jackknife."""

from __future__ import annotations

from collections.abc import Callable
from math import sqrt
from typing import Any

import numpy as np

from leadline.stats.arrays import Bools, Floats, Ints
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


def jackknife(
    compute: Callable[[Labels, Any], float],
    y: Labels,
    response: Any,
    groups: Labels | None = None,
) -> float:
    """Standard error of any score, by leaving out each twentieth of the rows [1]_.

    Parameters
    ----------
    compute : callable
        From labels and response to the score; NaN where it is not defined.
    y : ndarray of shape (n_samples,)
        Labels. Rows are dealt out class by class, or in their order where labels are floats.
    response : ndarray of shape (n_samples,) or ClassProbabilities
        What the score judges.
    groups : ndarray of shape (n_samples,), optional
        What belongs together, such as the rows of one customer: whole groups are left out, as
        their rows err together.

    Returns
    -------
    float
        At least 0; 0 where the score is not defined without some of the rows, or there is one
        group only.

    References
    ----------
    .. [1] B. Efron, C. Stein (1981), The jackknife estimate of variance. Ann. Statist. 9, 586-596.
    """
    part = _parts(y) if groups is None else parts_of_groups(groups)
    kept = [part != one for one in np.unique(part)]
    scores = np.array([compute(y[rows], response[rows]) for rows in kept if rows.any()])
    known = scores[np.isfinite(scores)]
    if known.size < 2:
        return 0.0
    return float(np.sqrt((known.size - 1) * np.var(known)))


def _parts(y: Labels) -> Ints:
    """Twenty parts that rows are dealt into."""
    part = np.empty(y.size, dtype=np.int64)
    order = np.arange(y.size) if y.dtype.kind == "f" else np.argsort(y, kind="stable")
    part[order] = np.arange(y.size) % N_GROUPS
    return part


def parts_of_groups(groups: Labels) -> Ints:
    """Twenty parts that whole groups are dealt into, the largest first; from 0."""
    _, place, counts = np.unique(groups, return_inverse=True, return_counts=True)
    part = np.empty(counts.size, dtype=np.int64)
    part[np.argsort(-counts, kind="stable")] = np.arange(counts.size) % N_GROUPS
    return part[place]
