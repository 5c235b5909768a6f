"""Gradient boosting of trees: a sum of many small trees, with interactions of columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from threadpoolctl import ThreadpoolController

from leadline.engines.contract import Choice, Range, Scalar, Space
from leadline.engines.families.inputs.encoders import TRUSTED, encoded_for_trees

# on fewer rows threads mostly wait for each other, and for long where the cores are busy
_FEW_ROWS = 50_000
_MANY_ROWS = 5_000
_POOLS = ThreadpoolController()
# what a stored histogram model consists of beside public estimators
_PARTS = (
    "functools.partial",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.utils.validation.check_array",
)


class _Boosted(BaseEstimator):
    """Boosting that is told which of its encoded columns are categories."""

    _maker: Any = None

    def __init__(
        self,
        kinds: Mapping[str, str],
        learning_rate: float = 0.1,
        max_leaf_nodes: int = 31,
        min_samples_leaf: int = 20,
        l2_regularization: float = 0.0,
        max_iter: int = 100,
        max_features: float = 1.0,
        seed: int = 0,
    ) -> None:
        self.kinds = kinds
        self.learning_rate = learning_rate
        self.max_leaf_nodes = max_leaf_nodes
        self.min_samples_leaf = min_samples_leaf
        self.l2_regularization = l2_regularization
        self.max_iter = max_iter
        self.max_features = max_features
        self.seed = seed

    def fit(self, X: pl.DataFrame, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees."""
        self.columns_, encoded = encoded_for_trees(X, self.kinds, self.seed)
        model = self._maker(
            learning_rate=self.learning_rate,
            max_leaf_nodes=self.max_leaf_nodes,
            min_samples_leaf=max(1, min(self.min_samples_leaf, len(y) // 10)),
            l2_regularization=self.l2_regularization,
            max_iter=self.max_iter,
            max_features=self.max_features,
            categorical_features=np.arange(encoded.shape[1]) < self.columns_.n_codes_,
            early_stopping=False,
            random_state=self.seed,
        )
        with _threads(len(y)):
            self.model_ = model.fit(encoded, y, sample_weight=sample_weight)
        return self

    def predict(self, X: pl.DataFrame) -> NDArray[Any]:
        """The likeliest class, or the number."""
        encoded = self.columns_.transform(X)
        with _threads(X.height):
            predicted: NDArray[Any] = self.model_.predict(encoded)
        return predicted


class BoostedClassifier(ClassifierMixin, _Boosted):
    """Boosting for classes."""

    _maker = HistGradientBoostingClassifier

    def fit(self, X: pl.DataFrame, y: Any, sample_weight: Any = None) -> Self:
        """Grow the trees of each class."""
        if len(set(y)) < 2:
            raise ValueError("y holds one class; at least two are needed. Add rows of another.")
        super().fit(X, y, sample_weight)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """Probability of each class."""
        encoded = self.columns_.transform(X)
        with _threads(X.height):
            shares: NDArray[np.float64] = self.model_.predict_proba(encoded)
        return shares


class BoostedRegressor(RegressorMixin, _Boosted):
    """Boosting for numbers."""

    _maker = HistGradientBoostingRegressor


class Boosting:
    """Histogram gradient boosting with native categories and missing values."""

    name = "boosting"
    complexity = 5
    trusted = (
        *TRUSTED,
        *_PARTS,
        f"{__name__}.BoostedClassifier",
        f"{__name__}.BoostedRegressor",
    )

    def candidates(
        self,
        task: str,
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,
    ) -> Sequence[Mapping[str, Scalar]]:
        """From the default to slower learning, smaller trees, and larger or many more of them."""
        default: dict[str, Scalar] = {
            "learning_rate": 0.1,
            "max_leaf_nodes": 31,
            "min_samples_leaf": 20,
            "l2_regularization": 0.0,
            "max_iter": 100,
            "max_features": 1.0,
        }
        changes: list[dict[str, Scalar]] = [
            {},
            {"learning_rate": 0.05, "max_leaf_nodes": 15, "max_iter": 200},
            {"max_leaf_nodes": 7, "l2_regularization": 1.0, "max_iter": 150},
            {"min_samples_leaf": 60, "l2_regularization": 10.0},
        ]
        if n_rows >= _MANY_ROWS and task == "regression":
            # numbers take many more trees than classes do, each of which looks at half the columns
            changes += [
                {"max_features": 0.5, "max_iter": 600},
                {"max_features": 0.5, "max_iter": 1200},
            ]
        elif n_rows >= _MANY_ROWS:
            changes += [
                {"max_leaf_nodes": 63, "max_iter": 200, "learning_rate": 0.05},
                {"max_leaf_nodes": 127, "min_samples_leaf": 40, "l2_regularization": 5.0},
            ]
        return tuple({**default, **change} for change in changes)

    def space(
        self,
        task: str,
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,
    ) -> Space:
        """Speed, number and size of the trees, and what holds them back."""
        most = 255 if n_rows >= _MANY_ROWS else 63
        most_trees = 2000 if n_rows >= _MANY_ROWS and task == "regression" else 600
        return {
            "learning_rate": Range(0.02, 0.3, is_log=True),
            "max_leaf_nodes": Range(4, most, is_log=True, is_whole=True),
            "min_samples_leaf": Range(2, 200, is_log=True, is_whole=True),
            "l2_regularization": Range(0.0, 10.0),
            "max_iter": Range(50, most_trees, is_log=True, is_whole=True),
            "max_features": Choice((0.3, 0.5, 0.7, 1.0)),
        }

    def build(
        self, params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
    ) -> Any:
        """The boosted trees of a task."""
        make: Any = BoostedRegressor if task == "regression" else BoostedClassifier
        return make(dict(columns), seed=seed, **params)


def _threads(n_rows: int) -> AbstractContextManager[Any]:
    """One thread for few rows, as many as the process may use for many."""
    limit = 1 if n_rows < _FEW_ROWS else None
    pools: AbstractContextManager[Any] = _POOLS.limit(limits=limit, user_api="openmp")
    return pools
