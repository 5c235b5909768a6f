"""An estimator with scikit-learn's contract as a family of one candidate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, softmax
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin, clone
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import MinMaxScaler
from sklearn.utils import get_tags

from leadline.engines.contract import Scalar
from leadline.engines.families.inputs.encoders import TEXT_DIRECTIONS, TRUSTED, Columns
from leadline.engines.own.import_path import FRAME, ImportPath

RICHEST = 6
"""Above every built-in family: a simpler one that loses next to nothing is chosen instead."""


class Dense(TransformerMixin, BaseEstimator):
    """Sparse columns as dense ones: many estimators take no others, or not every kind of them."""

    def fit(self, X: Any, y: object = None) -> Self:  # noqa: ARG002
        """Nothing is learnt."""
        self.is_fitted_ = True
        return self

    def transform(self, X: Any) -> NDArray[np.float64]:
        """Floats of shape (n_samples, n_features)."""
        return dense(X)


class Probable(ClassifierMixin, BaseEstimator):
    """Gives probabilities to a classifier that has none: they rank, and no more is claimed.

    Parameters
    ----------
    model : classifier
        With ``predict_proba``; or with ``decision_function``, whose values are squeezed into
        (0, 1); without either, the class predicted has a probability of 1.
    """

    def __init__(self, model: Any) -> None:
        self.model = model

    def fit(self, X: Any, y: Any) -> Self:
        """Fit a copy of the classifier; what one class would make of it, few agree on."""
        if len(set(y)) < 2:
            raise ValueError("y holds one class; at least two are needed. Add rows of another.")
        self.model_ = clone(self.model).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """The class."""
        predicted: NDArray[Any] = self.model_.predict(X)
        return predicted

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Shape (n_samples, n_classes)."""
        shares = None
        if hasattr(self.model_, "predict_proba"):
            shares = self.model_.predict_proba(X)
        elif hasattr(self.model_, "decision_function"):
            values = np.asarray(self.model_.decision_function(X), dtype=float)
            if values.ndim == 1:
                shares = np.column_stack([expit(-values), expit(values)])
            else:
                shares = softmax(values, axis=1)
        if shares is None or shares.shape[1] != len(self.classes_):
            shares = (self.predict(X)[:, None] == self.classes_[None, :]).astype(np.float64)
        return np.asarray(shares, dtype=np.float64)


class Estimators:
    """Makes copies of one estimator.

    Parameters
    ----------
    named : ImportPath
        How it was named.
    model : scikit-learn estimator
        Unfitted; every copy gets its parameters.
    kind : {"classifier", "regressor"}
        What it is.
    """

    complexity = RICHEST

    def __init__(self, named: ImportPath, model: Any, kind: str) -> None:
        self.name = named.short
        self.kind = kind
        self._named = named
        self._model = model

    @property
    def trusted(self) -> tuple[str, ...]:
        """Our own types, and those of the package that the estimator is from."""
        package = type(self._model).__module__.partition(".")[0]
        return (
            *TRUSTED,
            *(f"{__name__}.{one.__qualname__}" for one in (Dense, Probable)),
            # histogram boosting holds one; only what it is given to call matters
            "functools.partial",
            f"{package}.*",
        )

    def candidates(
        self,
        task: str,
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """The one there is; none if the task is not its."""
        return ({},) if (task == "regression") == (self.kind == "regressor") else ()

    def build(
        self,
        params: Mapping[str, Scalar],  # noqa: ARG002
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],
        seed: int,
    ) -> Any:
        """The columns as numbers, then a copy; or the copy alone, if it is given the frame."""
        model = self._copy(seed)
        last = ("model", Probable(model) if self.kind == "classifier" else model)
        if self._named.given == FRAME:
            return last[1]
        encode = Columns(dict(columns), n_components=TEXT_DIRECTIONS, seed=seed)
        steps: list[tuple[str, Any]] = [("columns", encode), ("dense", Dense())]
        if get_tags(self._model).input_tags.positive_only:
            steps.append(("positive", MinMaxScaler(clip=True)))
        return Pipeline([*steps, last])

    def _copy(self, seed: int) -> Any:
        """An unfitted copy."""
        return _seeded(clone(self._model), seed)


def dense(X: Any) -> NDArray[np.float64]:
    """An array, of what may be sparse."""
    full: NDArray[np.float64] = X.toarray() if hasattr(X, "toarray") else X
    return full


def _seeded(model: Any, seed: int) -> Any:
    """The estimator with a seed wherever it asks for one and has none."""
    unset = {
        name: seed
        for name, value in model.get_params(deep=True).items()
        if name.rpartition("__")[2] == "random_state" and value is None
    }
    return model.set_params(**unset) if unset else model
