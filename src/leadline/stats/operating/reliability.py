"""Reliability of scores: mean score beside the share of positives, and a test of calibration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, stdtr

from leadline.stats.arrays import Floats, Ints, as_labels, as_vector
from leadline.stats.interval import Estimate, wilson_interval
from leadline.stats.metric.standard_error import parts_of_groups
from leadline.stats.operating.grouped_shares import share_of_groups

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_GROUPS = 8


@dataclass(frozen=True)
class Reliability:
    """Reliability diagram, and a test of calibration.

    Parameters
    ----------
    claimed : ndarray of shape (n_groups,)
        Mean score of each group of rows with similar scores; rising.
    happened : Estimate of ndarray of shape (n_groups,)
        Share of positives in it, with Wilson bounds.
    counts : ndarray of int of shape (n_groups,)
        Rows of it.
    p_value : float in [0, 1]
        Of Spiegelhalter's z: that calibrated scores deviate so far.
    """

    claimed: Floats
    happened: Estimate[Floats]
    counts: Ints
    p_value: float


def reliability(
    y_true: ArrayLike,
    y_score: ArrayLike,
    *,
    groups: ArrayLike | None = None,
    confidence_level: float = 0.9,
) -> Reliability:
    """Compare scores with the share of positives.

    Parameters
    ----------
    y_true : array-like of {0, 1}, shape (n_samples,)
        Labels.
    y_score : array-like of float in [0, 1], shape (n_samples,)
        Scores, as probabilities.
    groups : array-like, shape (n_samples,), optional
        What belongs together: where rows err together, scores are off by more without being wrong.
    confidence_level : float in (0, 1), default=0.9
        Of the bounds.

    Returns
    -------
    Reliability
        Up to eight groups of about equal size; the test is that of Spiegelhalter [1]_.

    Raises
    ------
    ValueError
        If a score is outside [0, 1] or the inputs do not fit together.

    References
    ----------
    .. [1] D. J. Spiegelhalter (1986), Probabilistic prediction in patient management and clinical
       trials. Statistics in Medicine 5, 421-433.

    Examples
    --------
    >>> found = reliability([0, 1] * 200, [0.5] * 400)
    >>> found.claimed.tolist(), found.happened.estimate.tolist(), found.p_value
    ([0.5], [0.5], 1.0)
    """
    scores = as_vector(y_score, "y_score")
    labels = as_labels(y_true, "y_true", n_samples=scores.size).astype(np.float64)
    if scores.min() < 0 or scores.max() > 1:
        raise ValueError("y_score has values outside [0, 1]. Pass probabilities.")
    ordered = np.sort(scores)
    heads = np.arange(_N_GROUPS) * scores.size // _N_GROUPS
    group = np.searchsorted(np.unique(ordered[heads]), scores, side="right") - 1
    counts = np.bincount(group)
    is_there = counts > 0
    hits = np.bincount(group, weights=labels)[is_there]
    counts = counts[is_there].astype(np.int64)
    claimed = np.bincount(group, weights=scores)[is_there] / counts
    if groups is None:
        bounds = wilson_interval(hits, counts, confidence_level=confidence_level)
        happened = Estimate(bounds.low, hits / counts, bounds.high)
    else:
        is_in = group[:, None] == np.flatnonzero(is_there)
        is_hit = is_in & (labels[:, None] == 1)
        happened = share_of_groups(is_hit, is_in, groups, confidence_level=confidence_level)
    return Reliability(claimed, happened, counts, _p_value(labels, scores, groups))


def _p_value(labels: Floats, scores: Floats, groups: ArrayLike | None) -> float:
    """Two-sided, of a sum that is standard normal where the scores are right.

    Of groups it is Student's t of the sums of their parts, where these vary by more.
    """
    slope = 1 - 2 * scores
    spread = float(np.sum(slope**2 * scores * (1 - scores)))
    deviation = float(np.sum((labels - scores) * slope))
    if spread == 0:
        return 1.0 if deviation == 0 else 0.0
    if groups is None:
        return float(2 * ndtr(-abs(deviation) / np.sqrt(spread)))
    part = parts_of_groups(np.asarray(groups))
    sums = np.bincount(part, weights=(labels - scores) * slope)
    if sums.size < 2:
        return 1.0
    spread = max(spread, sums.size * float(np.var(sums, ddof=1)))
    return float(2 * stdtr(sums.size - 1, -abs(deviation) / np.sqrt(spread)))
