"""Predictions of a released model, and which of them are wrong: for every task.

What is counted everywhere after the release is wrong predictions: a row flagged that should not be
or the other way round, another class, a number that is off by more than the tolerance.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.evaluation.scores import positive_scores
from leadline.phases.problem import ConfusionCost, by_truth
from leadline.phases.scoring import Task
from leadline.stats.operating.class_costs import cheapest_classes, cost_matrix


@dataclass(frozen=True)
class Predictions:
    """What is predicted of each row.

    Attributes
    ----------
    predicted : ndarray of shape (n_samples,)
        1 or 0 for flagged or not, the likeliest class, or the predicted number: as labels are.
    scores : ndarray of float of shape (n_samples,)
        Probability of the positive class, of the class predicted, or the predicted number again.
    confidence : float or None
        Of several classes: rows that score less have no answer.
    """

    predicted: NDArray[Any]
    scores: NDArray[np.float64]
    confidence: float | None = None

    @property
    def answered(self) -> NDArray[np.bool_]:
        """Which rows have an answer, shape (n_samples,)."""
        if self.confidence is None:
            return np.ones(self.scores.size, dtype=np.bool_)
        return np.asarray(self.scores >= self.confidence)

    @property
    def share_abstained(self) -> float | None:
        """Share of rows without an answer; None where all have one."""
        if self.confidence is None or not self.scores.size:
            return None
        return float(np.mean(~self.answered))

    def alert_share(self, task: Task) -> float | None:
        """Share of rows flagged; None where nothing is flagged."""
        if task is not Task.BINARY or not self.predicted.size:
            return None
        return float(self.predicted.mean())


def predictions_of(
    model: Any,
    X: Any,
    task: Task,
    threshold: float | None,
    confidence: float | None = None,
    costs: Sequence[ConfusionCost] = (),
) -> Predictions:
    """Predict with a fitted estimator; of a binary label, at a threshold.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted.
    X : DataFrame of shape (n_samples, n_features)
        Its columns cast to their kinds.
    task : Task
        Of the label.
    threshold : float or None
        Of a binary model.
    confidence : float or None
        Of a model of several classes: below it a row has no answer.
    costs : sequence of ConfusionCost
        Where not empty, the class that costs least to expect is predicted.
    """
    if task is Task.BINARY:
        assert threshold is not None
        scores = positive_scores(model, X)
        return Predictions((scores >= threshold).astype(np.int64), scores)
    if task is Task.REGRESSION:
        numbers = np.asarray(model.predict(X), dtype=float)
        return Predictions(numbers, numbers)
    shares = class_shares(model, X)
    if costs:
        return cheapest(model, shares, costs)
    return replace(likeliest(model, shares), confidence=confidence)


def class_shares(model: Any, X: Any) -> NDArray[np.float64]:
    """Probabilities of the classes, in the order of ``model.classes_``."""
    return np.asarray(model.predict_proba(X), dtype=float)


def sums_to_one(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probabilities; an estimator of one's own may give scores that are none."""
    positive = np.maximum(shares, 0.0)
    sums = positive.sum(axis=1, keepdims=True)
    even = np.full_like(positive, 1 / positive.shape[1])
    found: NDArray[np.float64] = np.where(sums > 0, positive / np.where(sums > 0, sums, 1.0), even)
    return found


def with_all_classes(
    model: Any, classes: Sequence[str], shares: NDArray[np.float64]
) -> tuple[list[str], NDArray[np.float64]]:
    """The model's classes and those that it has not met: a judge may name them."""
    known = [str(name) for name in model.classes_]
    others = [name for name in classes if name not in known]
    return known + others, np.pad(shares, ((0, 0), (0, len(others))))


def likeliest(model: Any, shares: NDArray[np.float64]) -> Predictions:
    """The likeliest class of each row, with its probability.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted.
    shares : ndarray of shape (n_samples, n_classes)
        As `class_shares` gave them.
    """
    return Predictions(np.asarray(model.classes_)[shares.argmax(axis=1)], shares.max(axis=1))


def cheapest(
    model: Any, shares: NDArray[np.float64], costs: Sequence[ConfusionCost]
) -> Predictions:
    """The class of each row that costs least to expect, with its probability.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted.
    shares : ndarray of shape (n_samples, n_classes)
        As `class_shares` gave them.
    costs : sequence of ConfusionCost
        The confusions that are priced.
    """
    matrix = cost_matrix([str(name) for name in model.classes_], by_truth(costs))
    codes = cheapest_classes(shares, matrix)
    return Predictions(np.asarray(model.classes_)[codes], shares[np.arange(codes.size), codes])


def is_wrong(
    predicted: NDArray[Any], truth: NDArray[Any], tolerance: float | None
) -> NDArray[np.bool_]:
    """Which predictions are wrong.

    Parameters
    ----------
    predicted, truth : ndarray of shape (n_samples,)
        Classes, or numbers.
    tolerance : float or None
        How far off a number may be; None for classes.

    Examples
    --------
    >>> is_wrong(np.array([1.0, 5.0]), np.array([2.0, 2.0]), 1.0).tolist()
    [False, True]
    >>> is_wrong(np.array(["a", "b"]), np.array(["a", "c"]), None).tolist()
    [False, True]
    """
    if tolerance is not None:
        return np.asarray(np.abs(predicted - truth) > tolerance)
    return np.asarray(predicted != truth)
