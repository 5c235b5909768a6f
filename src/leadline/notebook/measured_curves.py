"""Learning curves measured on anybody's scikit-learn estimator, and forecasts made from them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone, is_regressor
from sklearn.model_selection import GroupShuffleSplit, ShuffleSplit, StratifiedShuffleSplit
from sklearn.utils.validation import check_consistent_length

from leadline.evaluation.scores import response_of
from leadline.notebook.fitted_curves import LearningCurve, TargetForecast
from leadline.notebook.progress_line import ProgressLine
from leadline.stats import curves
from leadline.stats.arrays import Floats
from leadline.stats.metric import (
    METRICS,
    Metric,
    ResponseMethod,
    Task,
    metric_of,
)

_FEWEST_ROWS = 60
_MOST_SIZES = 8
_LEAST_SIZE = 20


def learning_curve(  # noqa: PLR0913 -- each is an option that scikit-learn's users know
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    scoring: str = "",
    positive: Any = None,
    sizes: ArrayLike | None = None,
    n_repeats: int = 5,
    valid_share: float = 0.2,
    groups: ArrayLike | None = None,
    seed: int = 0,
    progress: bool = True,
) -> LearningCurve:
    """Measure how an estimator's score grows with rows, and forecast where it will go.

    In every repeat the rows are split anew; all sizes of a repeat are scored on the same held-out
    rows, and each size holds the rows of the one before.

    Parameters
    ----------
    estimator : scikit-learn estimator
        Classifier or regressor, a pipeline too. It is cloned, never fitted itself.
    X : array, sparse matrix or data frame of shape (n_samples, n_features), or list
        Whatever the estimator takes; of pandas, polars or NumPy.
    y : array-like of shape (n_samples,)
        Labels.
    scoring : str, default=""
        Name of a metric, as `leadline.stats.metric.METRICS` has them. Empty: accuracy, or R² of
        numbers.
    positive : label, optional
        Of two classes the one that counts as a hit; the last in order if not given.
    sizes : array-like of int, optional
        Train sizes, at least three; eight from few to all, doubling, if not given.
    n_repeats : int >= 2, default=5
        Splits.
    valid_share : float in (0, 1), default=0.2
        Share of rows that are held out in each.
    groups : array-like of shape (n_samples,), optional
        Rows of one group are never on both sides.
    seed : int, default=0
        Of the splits.
    progress : bool, default=True
        Whether a notebook or a terminal shows how far it is.

    Returns
    -------
    LearningCurve
        Of all rows: `LearningCurve.forecast` starts from ``n_samples``.

    Raises
    ------
    ValueError
        If there are too few rows, a size is out of reach, there is no such metric, or it does not
        fit the labels.

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.linear_model import LogisticRegression
    >>> X, y = make_classification(600, random_state=0)
    >>> curve = learning_curve(LogisticRegression(), X, y, n_repeats=3, progress=False)
    >>> curve.n_rows, curve.metric.name
    (600, 'accuracy')
    """
    labels = np.asarray(y)
    check_consistent_length(X, labels)
    if labels.ndim != 1:
        raise ValueError(f"y has shape {labels.shape}; one label a row is needed.")
    if labels.size < _FEWEST_ROWS:
        raise ValueError(f"There are {labels.size} rows; at least {_FEWEST_ROWS} are needed.")
    if any(map(_is_missing, labels.tolist())):
        raise ValueError("y has missing labels; leave those rows out.")
    if not 0 < valid_share < 1:
        raise ValueError(f"valid_share must lie in (0, 1); got {valid_share:g}.")
    if n_repeats < 2:
        raise ValueError(f"n_repeats is {n_repeats}; at least 2 are needed.")
    scorer = _Scorer.of(estimator, labels, scoring, positive)
    splits = list(_splits(labels, scorer.task, n_repeats, valid_share, groups, seed))
    wanted = _sizes(sizes, min(train.size for train, _ in splits), np.unique(labels).size)
    line = ProgressLine(is_shown=progress)
    try:
        errors = _measured(estimator, X, labels, splits, wanted, scorer, line)
    finally:
        line.close()
    posterior = curves.fit(
        wanted,
        errors.mean(axis=0),
        errors.std(axis=0, ddof=1) / np.sqrt(n_repeats),
        metric=scorer.metric.name,
        n_repeats=n_repeats,
    )
    guessing = scorer.metric.error(scorer.metric.chance(scorer.coded(labels)))
    return LearningCurve(posterior, n_rows=labels.size, chance_error=float(guessing))


def forecast(
    estimator: Any,
    X: Any,
    y: ArrayLike,
    *,
    target: float,
    label_cost: float = 0.0,
    budget: float | None = None,
    **options: Any,
) -> TargetForecast:
    """How likely an estimator reaches a score, with how many more rows, for how much.

    Parameters
    ----------
    estimator, X, y
        As `learning_curve` takes them.
    target : float
        Score to reach; of a loss the most that is allowed.
    label_cost : float >= 0, default=0
        Price of one more row.
    budget : float >= 0, optional
        What may be spent on rows.
    **options
        Of `learning_curve`: ``scoring``, ``groups``, ``n_repeats`` and others.

    Returns
    -------
    TargetForecast

    Examples
    --------
    >>> from sklearn.datasets import make_classification
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> X, y = make_classification(600, flip_y=0.3, random_state=0)
    >>> far = forecast(DecisionTreeClassifier(), X, y, target=0.99, n_repeats=3, progress=False)
    >>> far.p_now < 0.05
    True
    """
    measured = learning_curve(estimator, X, y, **options)
    return measured.forecast(target, label_cost=label_cost, budget=budget)


@dataclass(frozen=True)
class _Scorer:
    """A metric, and how an estimator's own labels become those of the metric."""

    metric: Metric
    task: Task
    positive: Any

    @classmethod
    def of(cls, estimator: Any, labels: NDArray[Any], scoring: str, positive: Any) -> _Scorer:
        classes = np.unique(labels)
        if is_regressor(estimator):
            task = Task.REGRESSION
        else:
            task = Task.BINARY if classes.size == 2 else Task.MULTICLASS
            if classes.size < 2:
                raise ValueError(f"y holds {classes.tolist()} only; two classes are needed.")
        name = scoring or _default(task)
        metric = metric_of(name)
        if task not in metric.tasks:
            fitting = ", ".join(sorted(m.name for m in METRICS.values() if task in m.tasks))
            raise ValueError(f"{name} does not fit labels that are {task.value}: {fitting} do.")
        hit = classes[-1] if positive is None else positive
        if task is Task.BINARY and hit not in classes:
            raise ValueError(f"positive is {positive!r}; y holds {classes.tolist()}.")
        return cls(metric, task, hit)

    def coded(self, labels: NDArray[Any]) -> NDArray[Any]:
        """Labels as the metric takes them: of two classes 1 is the hit."""
        return (labels == self.positive).astype(int) if self.task is Task.BINARY else labels

    def error(self, model: Any, X: Any, labels: NDArray[Any]) -> float:
        """Error on held-out rows."""
        response = response_of(_Coded(model, self), X, self.metric.name)
        return self.metric.error(self.metric.compute(self.coded(labels), response))


class _Coded:
    """A fitted model that answers in the metric's labels."""

    def __init__(self, model: Any, scorer: _Scorer) -> None:
        self._model, self._scorer = model, scorer
        self._is_binary = scorer.task is Task.BINARY
        self.classes_ = np.array([0, 1]) if self._is_binary else getattr(model, "classes_", None)
        if scorer.metric.response is ResponseMethod.DECISION_FUNCTION and hasattr(
            model, "decision_function"
        ):
            self.decision_function = self._decide

    def predict(self, X: Any) -> NDArray[Any]:
        return self._scorer.coded(np.asarray(self._model.predict(X)))

    def predict_proba(self, X: Any) -> Floats:
        shares = np.asarray(self._model.predict_proba(X), dtype=float)
        if not self._is_binary:
            return shares
        classes = list(self._model.classes_)
        hit = shares[:, classes.index(self._scorer.positive)] if self._has_hit(classes) else 0
        hits = np.broadcast_to(hit, len(shares))
        return np.column_stack([1 - hits, hits])

    def _decide(self, X: Any) -> Floats:
        values = np.asarray(self._model.decision_function(X), dtype=float)
        is_last = list(self._model.classes_).index(self._scorer.positive) == 1
        return values if is_last else -values

    def _has_hit(self, classes: list[Any]) -> bool:
        return self._scorer.positive in classes


def _default(task: Task) -> str:
    return "r2" if task is Task.REGRESSION else "accuracy"


def _splits(
    labels: NDArray[Any],
    task: Task,
    n_repeats: int,
    valid_share: float,
    groups: ArrayLike | None,
    seed: int,
) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Rows to learn from, in random order, and rows to score."""
    rng = np.random.default_rng(seed)
    options = {"n_splits": n_repeats, "test_size": valid_share, "random_state": seed}
    rows = np.zeros((labels.size, 1))
    if groups is not None:
        found = GroupShuffleSplit(**options).split(rows, labels, np.asarray(groups))
    elif task is Task.REGRESSION:
        found = ShuffleSplit(**options).split(rows)
    else:
        found = StratifiedShuffleSplit(**options).split(rows, labels)
    for train, valid in found:
        yield rng.permutation(train), valid


def _sizes(sizes: ArrayLike | None, n_most: int, n_classes: int) -> NDArray[np.intp]:
    if sizes is not None:
        wanted = np.unique(np.asarray(sizes, dtype=np.intp))
        if wanted.size < 3 or wanted[0] < 2 or wanted[-1] > n_most:
            raise ValueError(f"sizes must be three or more, from 2 to {n_most}; got {sizes}.")
        return wanted
    least = min(max(_LEAST_SIZE, 2 * min(n_classes, 50)), n_most // 16)
    n_sizes = min(_MOST_SIZES, 1 + int(np.log2(n_most / least)))
    return np.unique((n_most / 2.0 ** np.arange(n_sizes)[::-1]).astype(np.intp))


def _measured(
    estimator: Any,
    X: Any,
    labels: NDArray[Any],
    splits: list[tuple[NDArray[np.intp], NDArray[np.intp]]],
    sizes: NDArray[np.intp],
    scorer: _Scorer,
    line: Callable[[str, float | None], None],
) -> Floats:
    """Errors of shape (n_repeats, n_sizes)."""
    errors = np.empty((len(splits), sizes.size))
    total, done = float(sizes.sum() * len(splits)), 0.0
    for repeat, (train, valid) in enumerate(splits):
        held, truth = _taken(X, valid), labels[valid]
        for place, size in enumerate(sizes):
            line(f"{size:,} rows, repeat {repeat + 1} of {len(splits)}", done / total)
            rows = _with_two_classes(train, labels, int(size), scorer.task)
            model = clone(estimator).fit(_taken(X, rows), labels[rows])
            errors[repeat, place] = scorer.error(model, held, truth)
            done += size
    return errors


def _with_two_classes(
    train: NDArray[np.intp], labels: NDArray[Any], size: int, task: Task
) -> NDArray[np.intp]:
    """The first rows; were they of one class, one of another takes the last one's place."""
    rows = train[:size]
    if task is Task.REGRESSION or np.unique(labels[rows]).size > 1:
        return rows
    other = train[np.flatnonzero(labels[train] != labels[rows[0]])[0]]
    return np.append(rows[:-1], other)


def _taken(X: Any, rows: NDArray[np.intp]) -> Any:
    """Some rows, as what they came as."""
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    return [X[row] for row in rows] if isinstance(X, list | tuple) else X[rows]


def _is_missing(label: object) -> bool:
    """Whether it is None, or equals nothing, not even itself, as NaN and the NA of pandas."""
    is_same = operator.eq(label, label)
    return label is None or not isinstance(is_same, bool | np.bool_) or not is_same
