"""Metrics of class probabilities: log loss."""

from __future__ import annotations

from math import exp

import numpy as np

from leadline.stats.arrays import Floats
from leadline.stats.metric.class_metrics import class_shares
from leadline.stats.metric.entry import (
    ClassProbabilities,
    Labels,
    Metric,
    ResponseMethod,
    Task,
)
from leadline.stats.metric.standard_error import of_mean
from leadline.stats.metric.unseen_error import of_all

_LEAST = float(np.finfo(np.float64).eps)  # as scikit-learn clips: no row costs more than 36


def _log_losses(y: Labels, probabilities: ClassProbabilities) -> Floats:
    """Loss of each row: minus the logarithm of the probability of its class."""
    losses: Floats = -np.log(probabilities.of(y).clip(_LEAST, 1 - _LEAST))
    return losses


def _entropy(y: Labels) -> float:
    """Log loss of a model that gives every row the shares of the classes."""
    shares = class_shares(y)
    return float(-np.sum(shares * np.log(shares)))


PROBABILITY_METRICS = (
    Metric(
        name="log_loss",
        words="log loss",
        plain="To what turns out to be true it gives, typically, a chance of {n} in 100.",
        tasks=(Task.BINARY, Task.MULTICLASS),
        response=ResponseMethod.PREDICT_PROBA,
        compute=lambda y, probabilities: float(np.mean(_log_losses(y, probabilities))),
        standard_error=lambda y, probabilities: of_mean(_log_losses(y, probabilities)),
        chance=_entropy,
        unseen=lambda y, *rest: _entropy(y) * of_all(y, *rest),
        of_100=lambda loss: 100 * exp(-loss),  # the geometric mean of these chances
        is_loss=True,
        ceiling=None,
    ),
)
