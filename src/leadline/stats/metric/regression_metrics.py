"""Metrics of predicted numbers: R², mean absolute and root mean squared error."""

from __future__ import annotations

from math import nan, sqrt

import numpy as np

from leadline.stats.arrays import Floats
from leadline.stats.metric.entry import Labels, Metric, ResponseMethod, Task
from leadline.stats.metric.standard_error import jackknife, of_mean
from leadline.stats.metric.unseen_error import of_all

_NUMBERS = (Task.REGRESSION,)


def _residuals(y: Labels, predicted: Labels) -> Floats:
    residuals: Floats = y.astype(float) - predicted
    return residuals


def _r2(y: Labels, predicted: Floats) -> float:
    """NaN of a single row; of equal labels 1 where all are met, else 0."""
    if y.size < 2:
        return nan
    score = _r2_or_nan(y, predicted)
    if np.isnan(score):
        return float(not np.any(_residuals(y, predicted)))
    return score


def _r2_or_nan(y: Labels, predicted: Floats) -> float:
    variance = float(np.var(y.astype(float)))
    return 1 - float(np.mean(_residuals(y, predicted) ** 2)) / variance if variance > 0 else nan


def _rmse(y: Labels, predicted: Floats) -> float:
    return sqrt(np.mean(_residuals(y, predicted) ** 2))


def _rmse_stderr(y: Labels, predicted: Floats) -> float:
    """By the delta method, from the standard error of the mean squared error."""
    rmse = _rmse(y, predicted)
    return of_mean(_residuals(y, predicted) ** 2) / (2 * rmse) if rmse > 0 else 0.0


def _mean_distance(y: Labels) -> float:
    return float(np.mean(np.abs(y - np.median(y))))


REGRESSION_METRICS = (
    Metric(
        name="r2",
        words="explained variance (R²)",
        plain="Its squared errors are {n}% of those of always saying the average {label}.",
        tasks=_NUMBERS,
        response=ResponseMethod.PREDICT,
        compute=_r2,
        standard_error=lambda y, predicted: jackknife(_r2_or_nan, y, predicted),
        chance=lambda _: 0.0,
        unseen=of_all,
        of_100=lambda score: 100 * (1 - score),
        ceiling=None,  # a model may do worse than the mean
        square_of="root_mean_squared_error",  # its error is MSE / variance
        default_for=Task.REGRESSION,
    ),
    Metric(
        name="mean_absolute_error",
        words="mean absolute error",
        plain="It is off by {amount} on average.",
        tasks=_NUMBERS,
        response=ResponseMethod.PREDICT,
        compute=lambda y, predicted: float(np.mean(np.abs(_residuals(y, predicted)))),
        standard_error=lambda y, predicted: of_mean(np.abs(_residuals(y, predicted))),
        chance=_mean_distance,
        unseen=lambda y, *rest: _mean_distance(y) * of_all(y, *rest),
        is_loss=True,
        ceiling=None,
    ),
    Metric(
        name="root_mean_squared_error",
        words="root mean squared error",
        plain="It is off by {amount}, by an average in which large errors count more.",
        tasks=_NUMBERS,
        response=ResponseMethod.PREDICT,
        compute=_rmse,
        standard_error=_rmse_stderr,
        chance=lambda y: float(np.std(y)),
        unseen=lambda y, *rest: float(np.std(y)) * sqrt(of_all(y, *rest)),
        is_root=True,
        is_loss=True,
        ceiling=None,
    ),
)
