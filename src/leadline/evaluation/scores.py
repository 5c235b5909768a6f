"""The score of a fitted estimator on some rows of the pool."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from leadline.datasets.frames import Pool, Rows

RANKED = ("roc_auc", "average_precision")
"""Metrics of how rows are ordered; the others are of what is predicted."""

_METRICS: dict[str, Callable[..., float]] = {
    "roc_auc": metrics.roc_auc_score,
    "average_precision": metrics.average_precision_score,
    "accuracy": metrics.accuracy_score,
    "balanced_accuracy": metrics.balanced_accuracy_score,
    "f1": metrics.f1_score,
    "r2": metrics.r2_score,
    "mean_absolute_error": metrics.mean_absolute_error,
}


def answers(model: Any, frame: Any, scoring: str) -> NDArray[Any]:
    """What a metric judges a model by, for each row of a frame.

    Returns
    -------
    ndarray of shape (n_samples,)
        What the model orders rows by for metrics of ranks, else what it predicts.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if scoring not in RANKED:
            return np.asarray(model.predict(frame))
        if hasattr(model, "decision_function"):
            return np.asarray(model.decision_function(frame), dtype=float)
        return positive_scores(model, frame)


def score_of(y: NDArray[Any], answered: NDArray[Any], scoring: str) -> float:
    """The score of some answers; losses are positive."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return float(_METRICS[scoring](y, answered))


def score_model(model: Any, pool: Pool, rows: Rows, scoring: str) -> float:
    """Score a fitted estimator; losses are positive."""
    return score_of(pool.y[rows], answers(model, pool.X[rows], scoring), scoring)


def positive_scores(model: Any, frame: Any) -> NDArray[np.float64]:
    """Probability of the positive class of a binary model.

    Returns
    -------
    ndarray of float of shape (n_samples,)
        In [0, 1].
    """
    probabilities = np.asarray(model.predict_proba(frame), dtype=float)
    classes = list(model.classes_)
    if 1 not in classes:
        return np.zeros(len(probabilities))
    scores: NDArray[np.float64] = np.clip(probabilities[:, classes.index(1)], 0.0, 1.0)
    return scores
