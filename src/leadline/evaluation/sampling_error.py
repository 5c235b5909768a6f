"""How far a score is from what more rows to judge on would say."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.metrics import average_precision_score

_N_GROUPS = 20


def sampling_stderr(y: NDArray[Any], answered: NDArray[Any], scoring: str) -> float:
    """Standard error of a score for want of more rows to judge on.

    Binomial for a share of rows, drawn a little away from certainty, and for a mean of such
    shares; the standard error of a mean for a mean; of ranks for the area under the ROC curve [1]_;
    else the jackknife, the score without each twentieth of the rows, dealt out class by class [2]_.

    Parameters
    ----------
    y, answered : ndarray of shape (n_samples,)
        Labels, and what `leadline.evaluation.scores.answers` gave for the rows.
    scoring : str
        The metric.

    Returns
    -------
    float
        At least 0; 0 where the score has no value without some of the rows.

    References
    ----------
    .. [1] E. DeLong, D. DeLong, D. Clarke-Pearson (1988), Comparing the areas under two or more
       correlated receiver operating characteristic curves. Biometrics 44, 837-845.
    .. [2] B. Efron, C. Stein (1981), The jackknife estimate of variance. Ann. Statist. 9, 586-596.
    """
    if scoring == "roc_auc":
        return _roc_stderr(y == 1, answered)
    if scoring == "average_precision":
        return _jackknife(average_precision_score, y, answered)
    guess = answered
    if scoring == "accuracy":
        return float(np.sqrt(_share_variance(guess == y)))
    if scoring == "balanced_accuracy":
        classes = np.unique(y)
        parts = [_share_variance(guess[y == one] == one) for one in classes]
        return float(np.sqrt(sum(parts)) / classes.size)
    if scoring == "mean_absolute_error":
        return float(np.std(np.abs(y.astype(float) - guess)) / np.sqrt(y.size))
    return _jackknife(_f1 if scoring == "f1" else _r2, y, guess)


def _share_variance(is_right: NDArray[np.bool_]) -> float:
    share = (is_right.sum() + 1) / (is_right.size + 2)
    return float(share * (1 - share) / is_right.size)


def _roc_stderr(is_hit: NDArray[np.bool_], ranked: NDArray[np.float64]) -> float:
    """Spread of the share of misses below each hit, and of hits above each miss."""
    hits, misses = ranked[is_hit], ranked[~is_hit]
    if min(hits.size, misses.size) < 2:
        return 0.0
    place = rankdata(ranked)
    below = (place[is_hit] - rankdata(hits)) / misses.size
    above = 1 - (place[~is_hit] - rankdata(misses)) / hits.size
    return float(np.sqrt(np.var(below, ddof=1) / hits.size + np.var(above, ddof=1) / misses.size))


def _f1(y: NDArray[np.generic], guess: NDArray[np.generic]) -> float:
    n_marked = np.sum(y == 1) + np.sum(guess == 1)
    return float(2 * np.sum((y == 1) & (guess == 1)) / n_marked) if n_marked else np.nan


def _r2(y: NDArray[np.generic], guess: NDArray[np.generic]) -> float:
    truth = y.astype(float)
    spread = float(np.var(truth))
    return 1 - float(np.mean((truth - guess) ** 2)) / spread if spread > 0 else np.nan


def _jackknife(
    metric: Callable[..., float], y: NDArray[np.generic], guess: NDArray[np.generic]
) -> float:
    n_groups = min(_N_GROUPS, y.size)
    dealt = np.empty(y.size, dtype=np.intp)
    order = np.arange(y.size) if y.dtype.kind == "f" else np.argsort(y, kind="stable")
    dealt[order] = np.arange(y.size) % n_groups
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rests = [dealt != group for group in range(n_groups)]
        scores = np.array([metric(y[rest], guess[rest]) for rest in rests])
    known = scores[np.isfinite(scores)]
    if known.size < 2:
        return 0.0
    return float(np.sqrt((known.size - 1) * np.var(known)))
