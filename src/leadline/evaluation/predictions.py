"""What a released model decides on rows, and which of its decisions are wrong: for every task.

The unit everywhere after the release is a wrong decision: a row flagged that should not be or the
other way round, another class, a number that is off by more than the tolerance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.evaluation.scores import positive_scores
from leadline.phases.scoring import Task


@dataclass(frozen=True)
class Decided:
    """What was decided on each row.

    Attributes
    ----------
    said : ndarray of shape (n_samples,)
        1 or 0 for flagged or not, the likeliest class, or the predicted number: as labels are.
    scores : ndarray of float of shape (n_samples,)
        Probability of the hit, of the likeliest class, or the predicted number again.
    """

    said: NDArray[Any]
    scores: NDArray[np.float64]

    def alert_share(self, task: Task) -> float | None:
        """Share of rows flagged; None where nothing is flagged."""
        return float(self.said.mean()) if task is Task.BINARY and self.said.size else None


def decide(model: Any, X: Any, task: Task, threshold: float | None) -> Decided:
    """Decide on rows with a fitted estimator.

    Parameters
    ----------
    model : scikit-learn estimator
        Fitted.
    X : DataFrame of shape (n_samples, n_features)
        Conformed.
    task : Task
        Of the label.
    threshold : float or None
        Of a binary model.
    """
    if task is Task.BINARY:
        assert threshold is not None
        scores = positive_scores(model, X)
        return Decided((scores >= threshold).astype(np.int64), scores)
    if task is Task.REGRESSION:
        numbers = np.asarray(model.predict(X), dtype=float)
        return Decided(numbers, numbers)
    shares = np.asarray(model.predict_proba(X), dtype=float)
    return Decided(np.asarray(model.classes_)[shares.argmax(axis=1)], shares.max(axis=1))


def is_wrong(said: NDArray[Any], truth: NDArray[Any], tolerance: float | None) -> NDArray[np.bool_]:
    """Which decisions are wrong.

    Parameters
    ----------
    said, truth : ndarray of shape (n_samples,)
        What was decided, and what was true.
    tolerance : float or None
        For numbers.

    Examples
    --------
    >>> is_wrong(np.array([1.0, 5.0]), np.array([2.0, 2.0]), 1.0).tolist()
    [False, True]
    >>> is_wrong(np.array(["a", "b"]), np.array(["a", "c"]), None).tolist()
    [False, True]
    """
    if tolerance is not None:
        return np.asarray(np.abs(said - truth) > tolerance)
    return np.asarray(said != truth)
