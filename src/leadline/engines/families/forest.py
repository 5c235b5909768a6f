"""Forests: the mean of many deep trees on resampled rows and columns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin
from sklearn.ensemble import (
    ExtraTreesClassifier,
    ExtraTreesRegressor,
    RandomForestClassifier,
    RandomForestRegressor,
)

from leadline.engines.contract import Choice, Range, Scalar, Space
from leadline.engines.families.inputs.encoders import TRUSTED, encoded_for_trees

# trees are grown on 32-bit floats
_MOST = float(np.finfo(np.float32).max)
_MANY_ROWS = 5_000
# leaves grow with the rows beyond some: else a forest of numbers fills the memory
_ROWS_A_LEAF_ROW = 20_000


class _Forest(BaseEstimator):
    """A forest whose categories lie in the order of what they go with."""

    _makers: ClassVar[Mapping[str, Any]] = {}

    def __init__(
        self,
        kinds: Mapping[str, str],
        method: str = "random_forest",
        n_estimators: int = 100,
        min_samples_leaf: int = 1,
        max_features: float | str = "sqrt",
        seed: int = 0,
    ) -> None:
        self.kinds = kinds
        self.method = method
        self.n_estimators = n_estimators
        self.min_samples_leaf = min_samples_leaf
        self.max_features = max_features
        self.seed = seed

    def fit(self, X: pl.DataFrame, y: Any, sample_weight: Any = None) -> Self:
        """Order the categories, then grow the trees."""
        if self.method not in self._makers:
            raise ValueError(
                f"method is {self.method!r}; one of {', '.join(self._makers)} is needed. "
                "Correct it."
            )
        self.columns_, encoded = encoded_for_trees(X, self.kinds, self.seed)
        target = self._target(y)
        self.places_ = [
            category_places(encoded[:, index], target) for index in range(self.columns_.n_codes_)
        ]
        self.model_ = self._makers[self.method](
            n_estimators=self.n_estimators,
            min_samples_leaf=self.min_samples_leaf,
            max_features=self.max_features,
            n_jobs=1,
            random_state=self.seed,
        ).fit(self._placed(encoded), y, sample_weight=sample_weight)
        return self

    def predict(self, X: pl.DataFrame) -> NDArray[Any]:
        """The likeliest class, or the number."""
        predicted: NDArray[Any] = self.model_.predict(self._placed(self.columns_.transform(X)))
        return predicted

    def _target(self, y: Any) -> NDArray[np.float64]:
        """What categories are ordered by, of shape (n_samples, n_targets)."""
        raise NotImplementedError

    def _placed(self, encoded: NDArray[np.float64]) -> NDArray[np.float64]:
        """Codes replaced by places, and all that 32 bits can hold."""
        placed = np.clip(encoded, -_MOST, _MOST)
        for index, places in enumerate(self.places_):
            codes = encoded[:, index]
            given = ~np.isnan(codes)
            placed[given, index] = places[codes[given].astype(np.int64)]
        return placed


class ForestClassifier(ClassifierMixin, _Forest):
    """A forest for classes."""

    _makers: ClassVar[Mapping[str, Any]] = {
        "random_forest": RandomForestClassifier,
        "extra_trees": ExtraTreesClassifier,
    }

    def fit(self, X: pl.DataFrame, y: Any, sample_weight: Any = None) -> Self:
        """Grow trees that share out the classes."""
        super().fit(X, y, sample_weight)
        self.classes_ = self.model_.classes_
        return self

    def predict_proba(self, X: pl.DataFrame) -> NDArray[np.float64]:
        """Mean share of each class in the leaves a row falls into."""
        encoded = self._placed(self.columns_.transform(X))
        shares: NDArray[np.float64] = self.model_.predict_proba(encoded)
        return shares

    def _target(self, y: Any) -> NDArray[np.float64]:
        """An indicator a class."""
        classes, codes = np.unique(y, return_inverse=True)
        return np.eye(classes.size)[codes]


class ForestRegressor(RegressorMixin, _Forest):
    """A forest for numbers."""

    _makers: ClassVar[Mapping[str, Any]] = {
        "random_forest": RandomForestRegressor,
        "extra_trees": ExtraTreesRegressor,
    }

    def _target(self, y: Any) -> NDArray[np.float64]:
        """The number itself."""
        return np.asarray(y, dtype=np.float64)[:, np.newaxis]


class Forest:
    """Random forest or extremely randomised trees, on columns of all kinds."""

    name = "forest"
    complexity = 4
    trusted = (
        *TRUSTED,
        # what a stored forest consists of beside public estimators
        "sklearn.tree._tree.Tree",
        f"{__name__}.ForestClassifier",
        f"{__name__}.ForestRegressor",
    )

    def candidates(
        self,
        task: str,
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,
    ) -> Sequence[Mapping[str, Scalar]]:
        """From the default to random cuts, larger leaves and more columns a cut."""
        default: dict[str, Scalar] = {
            "method": "random_forest",
            "n_estimators": 100,
            # leaves of single rows take room and time, and many rows give enough small ones
            "min_samples_leaf": 1 if n_rows < _MANY_ROWS else 5,
            "max_features": 1 / 3 if task == "regression" else "sqrt",
        }
        random_cuts: dict[str, Scalar] = {"method": "extra_trees"}
        if task == "regression":
            # of cuts at random, numbers need all columns to look at, and small leaves
            leaf = 1 if n_rows < _MANY_ROWS else max(2, n_rows // _ROWS_A_LEAF_ROW)
            random_cuts |= {"max_features": 1.0, "min_samples_leaf": leaf}
        changes: list[dict[str, Scalar]] = [
            {},
            random_cuts,
            {"min_samples_leaf": 15},
            {"max_features": 0.6, "min_samples_leaf": 5},
            {"method": "extra_trees", "max_features": 0.6, "min_samples_leaf": 5},
        ]
        return tuple({**default, **change} for change in changes)

    def space(
        self,
        task: str,  # noqa: ARG002
        columns: Mapping[str, str],  # noqa: ARG002
        n_rows: int,
    ) -> Space:
        """How trees are drawn, how small their leaves are and how many columns a split looks at."""
        return {
            "method": Choice(("random_forest", "extra_trees")),
            "min_samples_leaf": Range(
                1 if n_rows < _MANY_ROWS else 3, 50, is_log=True, is_whole=True
            ),
            "max_features": Range(0.1, 1.0),
        }

    def build(
        self, params: Mapping[str, Scalar], task: str, columns: Mapping[str, str], seed: int
    ) -> Any:
        """The forest of a task."""
        make: Any = ForestRegressor if task == "regression" else ForestClassifier
        return make(dict(columns), seed=seed, **params)


def category_places(codes: NDArray[np.float64], target: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where each category lies on a line, so that categories with like targets are neighbours.

    A tree cuts a line in two; on an alphabetical one it would need a cut for nearly every
    category. The line is the leading direction of the mean targets [1]_.

    Parameters
    ----------
    codes : numpy.ndarray of float, shape (n_samples,)
        Code of each row's category, from 0 on; NaN where it is missing.
    target : numpy.ndarray of float, shape (n_samples, n_targets)
        An indicator a class, or the number.

    Returns
    -------
    numpy.ndarray of float, shape (n_codes + 1,)
        The place of each code up to the largest; the last is that of any not seen, in the middle.

    References
    ----------
    .. [1] M. N. Wright and I. R. König (2019), Splitting on categorical predictors in random
       forests. PeerJ 7:e6339.

    Examples
    --------
    >>> codes = np.array([0.0, 0.0, 1.0, 2.0, 2.0, np.nan])
    >>> target = np.array([[1.0], [1.0], [5.0], [1.0], [2.0], [9.0]])
    >>> category_places(codes, target).argsort().tolist()
    [0, 2, 3, 1]
    """
    given = ~np.isnan(codes)
    if not given.any():
        return np.zeros(1)
    whole = codes[given].astype(np.int64)
    centred = target[given] - target[given].mean(axis=0)
    n_rows = np.bincount(whole, minlength=whole.max() + 2)
    sums = np.column_stack([np.bincount(whole, one, n_rows.size) for one in centred.T])
    # one more row of the overall mean: a category seen once is not at the end of the line
    means = sums / (n_rows + 1.0)[:, np.newaxis]
    directions = np.linalg.svd(np.sqrt(n_rows)[:, np.newaxis] * means, full_matrices=False)[2]
    # the sign of a direction is arbitrary, and must not change the model
    line = directions[0] * np.sign(directions[0, np.abs(directions[0]).argmax()])
    places: NDArray[np.float64] = means @ line
    return places
