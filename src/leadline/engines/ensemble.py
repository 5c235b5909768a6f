"""Ensembles: the weighted mean of what several models of other families answer."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from leadline.engines.contract import Scalar
from leadline.engines.loading import load_family
from leadline.engines.weighted_fit import fit_weighted


class _Mean(BaseEstimator):
    """Models that are fitted to the same rows, and answer together.

    Parameters
    ----------
    members : sequence of estimator
        Unfitted.
    weights : sequence of float
        One a member; they sum to 1.
    """

    def __init__(self, members: Sequence[Any], weights: Sequence[float]) -> None:
        self.members = members
        self.weights = weights

    def fit(self, X: pl.DataFrame, y: Any, sample_weight: Any = None) -> Self:
        """Fit each member."""
        self.members_ = [fit_weighted(member, X, y, sample_weight) for member in self.members]
        return self

    def _mean(self, answers: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
        pairs = zip(self.weights, answers, strict=True)
        mean: NDArray[np.float64] = sum(weight * answer for weight, answer in pairs)  # type: ignore[assignment]
        return mean


class EnsembleClassifier(ClassifierMixin, _Mean):
    """Mean of the probabilities of several classifiers."""

    def fit(self, X: pl.DataFrame, y: Any, sample_weight: Any = None) -> Self:
        """Fit each member."""
        super().fit(X, y, sample_weight)
        self.classes_ = self.members_[0].classes_
        return self

    def predict_proba(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """Weighted mean of the members' probabilities."""
        return self._mean([member.predict_proba(X) for member in self.members_])

    def predict(self, X: pl.DataFrame) -> NDArray[Any]:
        """The likeliest class."""
        likeliest: NDArray[Any] = self.classes_[np.argmax(self.predict_proba(X), axis=1)]
        return likeliest


class EnsembleRegressor(RegressorMixin, _Mean):
    """Mean of the numbers that several models predict."""

    def predict(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """Weighted mean of the members' numbers."""
        return self._mean([np.asarray(member.predict(X), dtype=float) for member in self.members_])


class Ensemble:
    """What a search puts together from the candidates it has measured.

    It proposes nothing by itself. Its parameters name the members: each is the JSON of a family,
    its parameters and the member's weight, as `leadline.search.ensembles` writes it.
    """

    name = "ensemble"
    complexity = 8
    trusted = (f"{__name__}.EnsembleClassifier", f"{__name__}.EnsembleRegressor")

    def candidates(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,  # noqa: ARG002
    ) -> Sequence[Mapping[str, Scalar]]:
        """None: the search makes them."""
        return ()

    def build(
        self, params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
    ) -> Any:
        """The mean of the members, unfitted."""
        if not params:
            raise ValueError("An ensemble needs members; none are named. Name some as parameters.")
        parts = [json.loads(str(value)) for value in params.values()]
        members = [
            load_family(part["family"]).build(part["params"], task, columns, seed) for part in parts
        ]
        make: Any = EnsembleRegressor if task == "regression" else EnsembleClassifier
        return make(members, [float(part["weight"]) for part in parts])
