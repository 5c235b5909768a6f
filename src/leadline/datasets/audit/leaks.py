"""Target leakage: columns that alone predict the label too well."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.stats import hypergeom
from sklearn.ensemble import ExtraTreesClassifier, ExtraTreesRegressor
from sklearn.metrics import balanced_accuracy_score, r2_score, roc_auc_score
from sklearn.model_selection import KFold, StratifiedKFold
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from leadline.datasets.frames import Target
from leadline.phases.data import Column, FilledLeak, Kind, Leak, Role
from leadline.phases.scoring import Task

if TYPE_CHECKING:
    from leadline.phases.problem import Problem

_N_ROWS = 4000
_N_FOLDS = 3
_MOST_SHOWN = 5
_MOST_TRIED = 150
_N_TREES = 60
_FEWEST_FILLED = 20
_NEARLY_ALL = 0.98
_AS_OFTEN = 0.1
_BY_CHANCE = 1e-6
_SCORES: dict[Task, Callable[..., float]] = {
    Task.BINARY: roc_auc_score,
    Task.MULTICLASS: balanced_accuracy_score,
    Task.REGRESSION: r2_score,
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
        at most 4,000 rows. At most five columns. Of more than 150 columns those are tried that a
        shallow forest on all of them finds the strongest.
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
    codes = {
        column.name: _codes(sample[column.name], column.kind)
        for column in columns
        if column.role is Role.FEATURE and column.kind not in {Kind.TEXT, Kind.IMAGE}
    }
    found = [
        Leak(column=name, score=_score(codes[name], y, problem))
        for name in _strongest(codes, y, problem)
    ]
    found.sort(key=lambda leak: -leak.score)
    return tuple(found[:_MOST_SHOWN])


def filled_leaks(frame: pl.DataFrame, label: NDArray[np.generic]) -> tuple[FilledLeak, ...]:
    """Columns that have a value, or none, in rows of one class nearly only.

    Why somebody left is written once he has: such a column tells few rows, and these for sure, so
    its score over all rows looks harmless.

    Parameters
    ----------
    frame : DataFrame of shape (n_samples, n_features)
        Features.
    label : ndarray of str, shape (n_samples,)
        Classes.

    Returns
    -------
    tuple of FilledLeak
        Those where chance is out of the question by Fisher's exact test, the one of the most rows
        first. The other classes are so in at most a tenth as large a share of their rows: where one
        class is nearly all rows, nearly all rows of any kind are of it.

    Examples
    --------
    >>> label = np.array(["stays", "leaves"] * 50)
    >>> reason = [None, "price", None, None] * 25
    >>> found = filled_leaks(pl.DataFrame({"reason": reason}), label)[0]
    >>> found.column, found.value, found.n_rows
    ('reason', 'leaves', 25)
    """
    classes, codes = np.unique(label, return_inverse=True)
    of_class = np.bincount(codes)
    found = []
    for column in frame.iter_columns():
        for is_filled in (True, False):
            rows = (column.is_not_null() if is_filled else column.is_null()).to_numpy()
            counts = np.bincount(codes[rows], minlength=classes.size)
            n_rows, top = int(rows.sum()), int(np.argmax(counts)) if classes.size else 0
            if n_rows < _FEWEST_FILLED or counts[top] < _NEARLY_ALL * n_rows:
                continue
            n_others, others = n_rows - counts[top], codes.size - of_class[top]
            if n_others * of_class[top] > _AS_OFTEN * counts[top] * others:
                continue
            if hypergeom.cdf(n_others, codes.size, others, n_rows) < _BY_CHANCE:
                found.append(
                    FilledLeak(
                        column=column.name,
                        is_filled=is_filled,
                        value=str(classes[top]),
                        n_rows=n_rows,
                        n_of_value=int(counts[top]),
                        share=float(of_class[top] / codes.size),
                    )
                )
    return tuple(sorted(found, key=lambda leak: -leak.n_rows)[:_MOST_SHOWN])


def _codes(values: pl.Series, kind: Kind) -> NDArray[np.float64]:
    if kind is Kind.CATEGORY:
        return values.cast(pl.String).rank("dense").cast(pl.Float64).to_numpy()
    if kind is Kind.DATE:
        return values.cast(pl.Datetime("us")).to_physical().cast(pl.Float64).to_numpy()
    return values.cast(pl.Float64).to_numpy()


def _strongest(
    codes: dict[str, NDArray[np.float64]], y: NDArray[np.generic], problem: Problem
) -> list[str]:
    """All columns, or of very many those that a forest splits by."""
    names = list(codes)
    if len(names) <= _MOST_TRIED:
        return names
    forest = (ExtraTreesRegressor if problem.task is Task.REGRESSION else ExtraTreesClassifier)(
        n_estimators=_N_TREES, max_depth=4, max_features=0.2, random_state=0
    )
    matrix = np.nan_to_num(np.column_stack(list(codes.values())))
    order = np.argsort(-forest.fit(matrix, y).feature_importances_, kind="stable")
    return [names[each] for each in order[:_MOST_TRIED]]


def _score(x: NDArray[np.float64], y: NDArray[np.generic], problem: Problem) -> float:
    tree = DecisionTreeRegressor if problem.task is Task.REGRESSION else DecisionTreeClassifier
    model = tree(max_depth=4, min_samples_leaf=5, random_state=0)
    folds = (KFold if problem.task is Task.REGRESSION else StratifiedKFold)(_N_FOLDS)
    scores = []
    for train, valid in folds.split(x, y):
        model.fit(x[train, None], y[train])
        if problem.task is Task.BINARY:
            answers = model.predict_proba(x[valid, None])[:, 1]
        else:
            answers = model.predict(x[valid, None])
        scores.append(_SCORES[problem.task](y[valid], answers))
    return float(np.clip(np.mean(scores), 0.0, 1.0))
