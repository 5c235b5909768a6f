"""Metrics of how rows are ordered: area under the ROC curve, average precision."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np

from leadline.stats.arrays import Floats
from leadline.stats.metric.entry import Labels, Metric, ResponseMethod, Task
from leadline.stats.metric.standard_error import jackknife
from leadline.stats.metric.unseen_error import of_average_precision, of_rarest_class
from leadline.stats.sample_size.auc import n_to_show_auc

_NO_SKILL = 0.5


def _roc_auc(y: Labels, scores: Floats) -> float:
    """Share of pairs of a positive and a negative in the right order; ties count half."""
    is_positive = y == 1
    n_positive = int(is_positive.sum())
    n_negative = y.size - n_positive
    if not (n_positive and n_negative):
        return nan
    rank_sum = float(_midranks(scores)[is_positive].sum())
    return (rank_sum - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative)


def _roc_auc_stderr(y: Labels, scores: Floats) -> float:
    """Spread of the share of negatives below each positive, and the other way round [1]_.

    References
    ----------
    .. [1] E. DeLong, D. DeLong, D. Clarke-Pearson (1988), Comparing the areas under two or more
       correlated receiver operating characteristic curves. Biometrics 44, 837-845.
    """
    is_positive = y == 1
    positive, negative = scores[is_positive], scores[~is_positive]
    if min(positive.size, negative.size) < 2:
        return 0.0
    ranks = _midranks(scores)
    below = (ranks[is_positive] - _midranks(positive)) / negative.size
    above = 1 - (ranks[~is_positive] - _midranks(negative)) / positive.size
    variance = np.var(below, ddof=1) / positive.size + np.var(above, ddof=1) / negative.size
    return sqrt(variance)


def _midranks(values: Floats) -> Floats:
    """Rank from 1 of each value; equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks: Floats = np.cumsum(counts) - (counts - 1) / 2
    return ranks[place]


def _n_to_show_auc(target: float, expected: float, share_positive: float) -> int | None:
    if target <= _NO_SKILL or not 0 < share_positive < 1:
        return None
    return n_to_show_auc(target, expected, share_positive)


def _average_precision(y: Labels, scores: Floats) -> float:
    """Mean precision over the gains in recall, from high scores to low; 0 without positives."""
    order = np.argsort(-scores, kind="stable")
    is_positive, ordered = y[order] == 1, scores[order]
    last_of_ties = np.append(np.flatnonzero(np.diff(ordered)), y.size - 1)
    n_hits = np.cumsum(is_positive)[last_of_ties]
    if not n_hits[-1]:
        return 0.0
    precision = n_hits / (last_of_ties + 1)
    gains = np.diff(n_hits, prepend=0) / n_hits[-1]
    # of a perfect ranking the sum may be a last digit above 1
    return min(float(np.sum(gains * precision)), 1.0)


RANKING_METRICS = (
    Metric(
        name="roc_auc",
        words="ranking quality (ROC AUC)",
        plain=(
            "Of {a_unit} that is {positive} and one that is {negative}, it ranks the first higher "
            "{n} times in 100."
        ),
        tasks=(Task.BINARY,),
        response=ResponseMethod.DECISION_FUNCTION,
        compute=_roc_auc,
        standard_error=_roc_auc_stderr,
        chance=lambda _: _NO_SKILL,
        unseen=of_rarest_class,
        default_for=Task.BINARY,
        n_to_show=_n_to_show_auc,
    ),
    Metric(
        name="average_precision",
        words="average precision",
        plain=(
            "Go down its ranking to each of the {units} that are {positive}: on average, {n} of "
            "100 passed on the way are {positive}."
        ),
        tasks=(Task.BINARY,),
        response=ResponseMethod.DECISION_FUNCTION,
        compute=_average_precision,
        standard_error=lambda y, scores: jackknife(_average_precision, y, scores),
        chance=lambda y: float(np.mean(y == 1)),
        unseen=of_average_precision,
    ),
)
