"""Leaks spread over several columns: together they give the label away, though none does alone."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from leadline.phases.data import SpreadLeak

_N_ROWS = 5_000
_MOST_COLUMNS = 400
_MOST_LEAVES = 16
_N_FOLDS = 3
_SUSPICIOUS = 0.99
_RULE = 0.97
_LINEAR_RULE = 0.985
_MOST_CELLS = 500_000
_MOST_NAMED = 8
_MOST_CATEGORIES = 12
_NEARLY_ALL = 0.995


def spread_leak(
    frame: pl.DataFrame, kinds: Mapping[str, str], y: NDArray[np.generic], *, is_class: bool
) -> SpreadLeak | None:
    """Whether a small tree or a linear model on all columns is too good to be true.

    Parameters
    ----------
    frame : polars.DataFrame
        The features, one row a label.
    kinds : mapping of str to {"number", "category", "date", ...}
        What they hold; texts and images are passed over.
    y : ndarray of shape (n_samples,)
        The label.
    is_class : bool
        Whether it is a class; else it is a number.

    Returns
    -------
    SpreadLeak or None
        None where neither reaches .99, nor the tree as a rule an F1 of .97 in the mean of the
        classes, over three folds of at most 5,000 rows. Of classes, the linear model must be a
        rule, too: an F1 of .985.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> frame = pl.DataFrame({name: rng.random(600) < 0.2 for name in "abc"}).cast(pl.Int64)
    >>> y = frame.max_horizontal().to_numpy()
    >>> spread_leak(frame, dict.fromkeys("abc", "number"), y, is_class=True).columns
    ('a', 'b', 'c')
    """
    rows = np.sort(np.random.default_rng(0).permutation(frame.height)[:_N_ROWS])
    y = np.asarray(y)[rows]
    names, matrix = _matrix(frame[rows], kinds)
    if not names or not _is_enough(y, is_class=is_class):
        return None
    ranks = _scoring(y, is_class=is_class)
    with warnings.catch_warnings():
        # a fit that is cut short is a rough answer, which is enough
        warnings.simplefilter("ignore", ConvergenceWarning)
        # a tree tells its columns best, so it comes first
        tree = _Judged(matrix, y, "tree", ranks, is_class)
        if (score := tree.score()) >= _SUSPICIOUS:
            return _leak(names, tree, score)
        if is_class and (score := (rule := replace(tree, scoring="f1_macro")).score()) >= _RULE:
            return _leak(names, rule, score)
        linear = _Judged(*_fewer(matrix, y, is_class=is_class), "linear model", ranks, is_class)
        if not _is_enough(linear.y, is_class=is_class) or (score := linear.score()) < _SUSPICIOUS:
            return None
        # classes that a straight line merely orders well are no rule
        if is_class and replace(linear, scoring="f1_macro").score() < _LINEAR_RULE:
            return None
        return _leak(names, linear, score)


def _leak(names: list[str], judged: _Judged, score: float) -> SpreadLeak:
    return SpreadLeak(columns=_fewest(names, judged), score=min(score, 1.0), model=judged.model)


def _fewer(
    matrix: NDArray[np.float64], y: NDArray[np.generic], *, is_class: bool
) -> tuple[NDArray[np.float64], NDArray[np.generic]]:
    """So many rows that a linear model of all classes takes a second or two."""
    n_outputs = np.unique(y).size if is_class else 1
    step = -(-matrix.size * n_outputs // _MOST_CELLS) if n_outputs > 2 else 1
    return matrix[::step], y[::step]


def _scoring(y: NDArray[np.generic], *, is_class: bool) -> str:
    if not is_class:
        return "r2"
    return "roc_auc" if np.unique(y).size == 2 else "balanced_accuracy"


def _is_enough(y: NDArray[np.generic], *, is_class: bool) -> bool:
    if not is_class:
        return y.size >= 20 * _N_FOLDS and float(np.std(y.astype(float))) > 0
    counts = np.unique(y, return_counts=True)[1]
    return bool(counts.size > 1 and counts.min() >= _N_FOLDS)


def _matrix(frame: pl.DataFrame, kinds: Mapping[str, str]) -> tuple[list[str], NDArray[np.float64]]:
    """Each column as numbers, a frequent category a column; whose each is."""
    names: list[str] = []
    parts: list[NDArray[np.float64]] = []
    for name in frame.columns[:_MOST_COLUMNS]:
        for part in _parts(frame[name], kinds.get(name, "")):
            names.append(name)
            parts.append(part)
    return names, np.column_stack(parts) if parts else np.empty((frame.height, 0))


def _parts(column: pl.Series, kind: str) -> list[NDArray[np.float64]]:
    if kind == "category":
        text = column.cast(pl.String)
        values = text.value_counts(sort=True).to_series().drop_nulls().head(_MOST_CATEGORIES)
        parts = [(text == value).fill_null(value=False).to_numpy() for value in values.to_list()]
    elif kind in ("number", "date"):
        numbers = column.to_physical().cast(pl.Float64)
        middle = numbers.median()
        parts = [numbers.fill_null(middle if middle is not None else 0.0).to_numpy()]
    else:
        return []
    if column.null_count():
        parts.append(column.is_null().to_numpy())
    return [np.asarray(part, dtype=float) for part in parts]


@dataclass(frozen=True)
class _Judged:
    """A simple model of some columns, and what it is judged by."""

    matrix: NDArray[np.float64]
    y: NDArray[np.generic]
    model: str
    scoring: str
    is_class: bool

    def estimator(self) -> Any:
        """The unfitted model."""
        if self.model == "tree":
            tree = DecisionTreeClassifier if self.is_class else DecisionTreeRegressor
            return tree(max_leaf_nodes=_MOST_LEAVES, min_samples_leaf=3, random_state=0)
        linear = LogisticRegression(max_iter=200) if self.is_class else LinearRegression()
        return make_pipeline(StandardScaler(), linear)

    def score(self, columns: Sequence[bool] | None = None) -> float:
        """Mean over the folds, of all columns or some."""
        folds = (StratifiedKFold if self.is_class else KFold)(
            _N_FOLDS, shuffle=True, random_state=0
        )
        matrix = self.matrix if columns is None else self.matrix[:, list(columns)]
        scores = cross_val_score(self.estimator(), matrix, self.y, cv=folds, scoring=self.scoring)
        return float(np.mean(scores))

    def weights(self) -> NDArray[np.float64]:
        """How much each column counts."""
        model = self.estimator().fit(self.matrix, self.y)
        if self.model == "tree":
            return np.asarray(model.feature_importances_)
        return np.asarray(np.abs(np.atleast_2d(model[-1].coef_)).max(axis=0))


def _fewest(names: list[str], judged: _Judged) -> tuple[str, ...]:
    """Add the strongest columns one by one until they do nearly as well as all."""
    strength: dict[str, float] = {}
    for name, weight in zip(names, judged.weights(), strict=True):
        strength[name] = strength.get(name, 0.0) + float(weight)
    ranked = sorted(strength, key=lambda name: -strength[name])
    whole = judged.score()
    for n_named in range(1, min(len(ranked), _MOST_NAMED)):
        chosen = [name in ranked[:n_named] for name in names]
        if judged.score(chosen) >= _NEARLY_ALL * whole:
            return tuple(ranked[:n_named])
    return tuple(name for name in ranked[:_MOST_NAMED] if strength[name] > 0)
