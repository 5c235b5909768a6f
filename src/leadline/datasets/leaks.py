"""Target leakage: columns that alone predict the label too well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.model_selection import cross_val_score
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from leadline.datasets.frames import Target
from leadline.phases.data import Column, Kind, Leak, Role
from leadline.phases.scoring import Task

if TYPE_CHECKING:
    from leadline.phases.problem import Problem

_N_ROWS = 4000
_N_FOLDS = 3
_MOST_SHOWN = 5
_SCORINGS = {
    Task.BINARY: "roc_auc",
    Task.MULTICLASS: "balanced_accuracy",
    Task.REGRESSION: "r2",
}


def single_column_scores(
    frame: pl.DataFrame, columns: tuple[Column, ...], problem: Problem
) -> tuple[Leak, ...]:
    """Score of a small tree on each feature alone, the best first.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_columns)
        Labelled rows.
    columns : tuple of Column
        Texts and images are left out.
    problem : Problem
        What is predicted.

    Returns
    -------
    tuple of Leak
        Score in [0, 1]: ROC AUC, balanced accuracy or explained variance, over three folds of
        at most 4,000 rows. At most five columns.
    """
    rows = np.random.default_rng(0).permutation(frame.height)[:_N_ROWS]
    sample = frame[np.sort(rows)]
    y = Target.of(problem).values(sample)
    if problem.task is not Task.REGRESSION:
        counts = np.unique(y, return_counts=True)[1]
        if counts.size < 2 or counts.min() < _N_FOLDS:
            return ()
    elif sample.height < _N_FOLDS * 2:
        return ()
    found = [
        Leak(column=column.name, score=_score(_codes(sample[column.name], column.kind), y, problem))
        for column in columns
        if column.role is Role.FEATURE and column.kind not in {Kind.TEXT, Kind.IMAGE}
    ]
    found.sort(key=lambda leak: -leak.score)
    return tuple(found[:_MOST_SHOWN])


def _codes(values: pl.Series, kind: Kind) -> NDArray[np.float64]:
    if kind is Kind.CATEGORY:
        return values.cast(pl.String).rank("dense").cast(pl.Float64).to_numpy()
    if kind is Kind.DATE:
        return values.cast(pl.Datetime("us")).to_physical().cast(pl.Float64).to_numpy()
    return values.cast(pl.Float64).to_numpy()


def _score(x: NDArray[np.float64], y: NDArray[np.generic], problem: Problem) -> float:
    tree = DecisionTreeRegressor if problem.task is Task.REGRESSION else DecisionTreeClassifier
    model = tree(max_depth=4, min_samples_leaf=5, random_state=0)
    scores = cross_val_score(
        model, x.reshape(-1, 1), y, cv=_N_FOLDS, scoring=_SCORINGS[problem.task]
    )
    return float(np.clip(np.mean(scores), 0.0, 1.0))
