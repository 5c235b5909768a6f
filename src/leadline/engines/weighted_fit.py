"""Weighted fits: rows that count for less, for estimators that can weigh rows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter

if TYPE_CHECKING:
    from numpy.typing import NDArray

_NAME = "sample_weight"


def fit_weighted(model: Any, X: Any, y: Any, weight: NDArray[Any] | None) -> Any:
    """Fit an estimator; one that cannot weigh rows counts all alike.

    Parameters
    ----------
    model : estimator
        Unfitted; of a pipeline its last step is asked.
    X, y : array-like
        Rows and labels.
    weight : ndarray of float, shape (n_samples,), or None
        How much each row counts; None: all alike.

    Examples
    --------
    >>> from sklearn.dummy import DummyClassifier
    >>> fit_weighted(DummyClassifier(), [[0]] * 3, [0, 0, 1], [1, 1, 8]).class_prior_.tolist()
    [0.2, 0.8]
    """
    last, prefix = model, ""
    if isinstance(model, Pipeline):
        name, last = model.steps[-1]
        prefix = f"{name}__"
    if weight is None or not has_fit_parameter(last, _NAME):
        return model.fit(X, y)
    return model.fit(X, y, **{f"{prefix}{_NAME}": weight})
