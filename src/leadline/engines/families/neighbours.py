"""Nearest neighbours in the leading directions of the encoded columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.decomposition import TruncatedSVD
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline

from leadline.engines.contract import Range, Scalar, Space
from leadline.engines.families.inputs.encoders import TRUSTED, Columns

_MOST_DIMENSIONS = 32


class _Nearest(BaseEstimator):
    """Neighbours in the leading directions of the features, never more than there are rows."""

    _maker: Any = None

    def __init__(self, n_neighbors: int = 15, seed: int = 0) -> None:
        self.n_neighbors = n_neighbors
        self.seed = seed

    def fit(self, X: Any, y: Any) -> Self:
        """Keep the rows."""
        self.directions_ = None
        n_directions = min(_MOST_DIMENSIONS, X.shape[0] - 1)
        if 0 < n_directions < X.shape[1]:
            self.directions_ = TruncatedSVD(n_directions, random_state=self.seed).fit(X)
        self.model_ = self._maker(
            n_neighbors=min(self.n_neighbors, X.shape[0]), algorithm="brute"
        ).fit(self._placed(X), y)
        return self

    def predict(self, X: Any) -> NDArray[Any]:
        """The class most of the neighbours have, or their mean."""
        predicted: NDArray[Any] = self.model_.predict(self._placed(X))
        return predicted

    def _placed(self, X: Any) -> NDArray[np.float64]:
        """Where rows lie, dense."""
        if self.directions_ is not None:
            X = self.directions_.transform(X)
        placed: NDArray[np.float64] = X.toarray() if hasattr(X, "toarray") else X
        return np.ascontiguousarray(placed)


class NearestClassifier(ClassifierMixin, _Nearest):
    """Nearest neighbours for classes."""

    _maker = KNeighborsClassifier

    def fit(self, X: Any, y: Any) -> Self:
        """Keep the rows and their classes."""
        super().fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Share of the neighbours that have each class."""
        shares: NDArray[np.float64] = self.model_.predict_proba(self._placed(X))
        return shares


class NearestRegressor(RegressorMixin, _Nearest):
    """Nearest neighbours for numbers."""

    _maker = KNeighborsRegressor


class Neighbours:
    """Nearest neighbours, near in scaled numbers, shared categories and words."""

    name = "neighbours"
    complexity = 3
    trusted = (*TRUSTED, f"{__name__}.NearestClassifier", f"{__name__}.NearestRegressor")

    def candidates(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,
    ) -> Sequence[Mapping[str, Scalar]]:
        """How many neighbours are asked."""
        sizes = (15, 50, 5, 150) if n_rows >= 1_000 else (15, 5, 30)
        return tuple({"n_neighbors": size} for size in sizes)

    def space(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,
    ) -> Space:
        """From a few neighbours to a tenth of the rows."""
        most = min(max(n_rows // 10, 10), 200)
        return {"n_neighbors": Range(1, most, is_log=True, is_whole=True)}

    def build(
        self, params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
    ) -> Any:
        """Columns, then the neighbours."""
        make = NearestRegressor if task == "regression" else NearestClassifier
        model = make(
            n_neighbors=int(params.get("n_neighbors") or 15),
            seed=seed,
        )
        encode = Columns(dict(columns), n_components=_MOST_DIMENSIONS, seed=seed)
        return Pipeline([("columns", encode), ("model", model)])
