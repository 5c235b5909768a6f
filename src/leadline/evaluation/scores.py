"""Scores of a fitted estimator: its response to some rows, the score and its standard error."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.datasets.frames import Pool, Rows
from leadline.phases.scoring import Task
from leadline.stats.metric import ClassProbabilities, ResponseMethod, metric_of
from leadline.stats.metric.standard_error import N_GROUPS, jackknife
from leadline.stats.metric.unseen_error import unseen_error


def response_of(model: Any, frame: Any, scoring: str) -> Any:
    """What a metric judges a model by, for each row of a frame.

    Parameters
    ----------
    model : fitted estimator
        With the methods of scikit-learn.
    frame : DataFrame of shape (n_samples, n_features)
        As the model takes it.
    scoring : str
        Name of a metric.

    Returns
    -------
    ndarray of shape (n_samples,) or ClassProbabilities
        As the metric's `leadline.stats.metric.Metric.response` says.

    Raises
    ------
    ValueError
        If no metric has the name, or the model does not give one finite value a row.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        method = metric_of(scoring).response
        if method is ResponseMethod.PREDICT_PROBA:
            shares = np.asarray(model.predict_proba(frame), dtype=float)
            _refuse_unfit(shares, (n_rows_of(frame), len(model.classes_)))
            return ClassProbabilities(np.asarray(model.classes_), shares)
        if method is ResponseMethod.PREDICT:
            response = np.asarray(model.predict(frame))
        elif hasattr(model, "decision_function"):
            response = np.asarray(model.decision_function(frame), dtype=float)
        else:
            response = positive_scores(model, frame)
    if response.shape == (n_rows_of(frame), 1):
        response = response[:, 0]
    _refuse_unfit(response, (n_rows_of(frame),))
    return response


def n_rows_of(frame: Any) -> int:
    """Rows of a frame, an array, a sparse matrix or a list."""
    return int(frame.shape[0]) if hasattr(frame, "shape") else len(frame)


def score_of(y: NDArray[Any], response: Any, scoring: str) -> float:
    """The score of a response; losses are positive.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Labels.
    response : ndarray of shape (n_samples,) or ClassProbabilities
        As `response_of` gives it.
    scoring : str
        Name of a metric.

    Raises
    ------
    ValueError
        If no metric has the name, or predicted classes are of another type than the labels.
    """
    metric = metric_of(scoring)
    if metric.response is ResponseMethod.PREDICT:
        _refuse_other_type(y, response)
    return metric.compute(y, response)


def standard_error_of(
    y: NDArray[Any], response: Any, scoring: str, groups: NDArray[Any] | None = None
) -> float:
    """Standard error of a score for lack of more rows. Arguments as for `score_of`, and `groups`.

    Parameters
    ----------
    groups : ndarray of shape (n_samples,), optional
        What belongs together, where new rows will be of new groups: their rows err together, and
        tell less than as many rows of their own.

    Returns
    -------
    float
        At least 0; 0 where it is not known.
    """
    metric = metric_of(scoring)
    alone = metric.standard_error(y, response)
    if groups is None:
        return alone
    together = jackknife(metric.compute, y, response, groups)
    return max(alone, together) if together else 0.0


@dataclass(frozen=True)
class TestedScore:
    """A score on test rows, and how surely it is known.

    Attributes
    ----------
    score : float
        As the metric computes it.
    stderr : float or None
        Its standard error; None where it cannot be told.
    freedom : int or None
        Degrees of freedom of that; None where rows err alone.
    unseen : float or None
        Where no test row shows an error: the largest error that they do not rule out.
    chance : float
        What one answer to all of these rows scores at best.
    """

    score: float
    stderr: float | None
    freedom: int | None
    unseen: float | None
    chance: float


def score_on_test(model: Any, pool: Pool, scoring: str) -> TestedScore:
    """The score on the test rows, and how it would scatter over sets of as many rows."""
    truth, response = pool.y[pool.test], response_of(model, pool.X[pool.test], scoring)
    groups = pool.alike(pool.test)
    stderr = standard_error_of(truth, response, scoring, groups)
    score, metric = score_of(truth, response, scoring), metric_of(scoring)
    n_apart = None if groups is None else min(N_GROUPS, np.unique(groups).size)
    return TestedScore(
        score=score,
        stderr=stderr or None,
        freedom=None if n_apart is None else max(n_apart - 1, 1),
        unseen=unseen_error(metric, score, truth, groups),
        chance=metric.chance(truth),
    )


def score_model(model: Any, pool: Pool, rows: Rows, scoring: str) -> float:
    """Score a fitted estimator; losses are positive."""
    return score_of(pool.y[rows], response_of(model, pool.X[rows], scoring), scoring)


def positive_scores(model: Any, frame: Any) -> NDArray[np.float64]:
    """Probability of the positive class of a binary model.

    Returns
    -------
    ndarray of float of shape (n_samples,)
        In [0, 1].
    """
    probabilities = np.asarray(model.predict_proba(frame), dtype=float)
    classes = list(model.classes_)
    if 1 not in classes:
        return np.zeros(len(probabilities))
    scores: NDArray[np.float64] = np.clip(probabilities[:, classes.index(1)], 0.0, 1.0)
    return scores


def shares_of(model: Any, frame: Any, task: Task) -> NDArray[np.float32]:
    """What several models' answers to some rows can be averaged by.

    Returns
    -------
    ndarray of shape (n_samples, n_classes) or (n_samples, 1)
        Probability of each class, in the order of the model's ``classes_``; the number for
        regression.

    Raises
    ------
    ValueError
        If the model does not give one finite value a row and class.
    """
    if task is Task.REGRESSION:
        shares = np.asarray(model.predict(frame), dtype=np.float32).reshape(-1, 1)
        _refuse_unfit(shares, (n_rows_of(frame), 1))
    else:
        shares = np.asarray(model.predict_proba(frame), dtype=np.float32)
        _refuse_unfit(shares, (n_rows_of(frame), len(model.classes_)))
    return shares


def response_of_shares(shares: NDArray[np.float64], classes: NDArray[Any], scoring: str) -> Any:
    """What a metric judges shares by, as `response_of` does a model.

    Parameters
    ----------
    shares : ndarray of shape (n_samples, n_classes) or (n_samples, 1)
        As `shares_of` gives them, or their mean.
    classes : ndarray of shape (n_classes,)
        The classes in ascending order; of no use for regression.
    scoring : str
        Name of a metric.
    """
    method = metric_of(scoring).response
    if shares.shape[1] == 1:
        return shares[:, 0].astype(np.float64)
    if method is ResponseMethod.PREDICT_PROBA:
        return ClassProbabilities(classes, shares.astype(np.float64))
    if method is ResponseMethod.PREDICT:
        return classes[np.argmax(shares, axis=1)]
    return shares[:, 1].astype(np.float64)


def _refuse_unfit(values: NDArray[Any], shape: tuple[int, ...]) -> None:
    if values.shape != shape:
        raise ValueError(f"predictions have shape {values.shape}; {shape} is needed.")
    if values.dtype.kind == "f" and not np.isfinite(values).all():
        raise ValueError("predictions hold values that are not finite; all must be.")


def _refuse_other_type(y: NDArray[Any], predicted: NDArray[Any]) -> None:
    """Text for text and whole numbers for whole numbers: else every class would count as wrong."""
    kinds = y.dtype.kind, predicted.dtype.kind
    is_fraction = kinds == ("i", "f") and bool(np.any(predicted % 1))
    if is_fraction or kinds in {("U", "i"), ("U", "f"), ("i", "U"), ("f", "U")}:
        raise ValueError(
            f"predictions are {predicted.dtype}, labels {y.dtype}; one type is needed."
        )
