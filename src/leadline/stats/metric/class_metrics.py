"""Metrics of predicted classes: accuracy, error rate, balanced accuracy, F1."""

from __future__ import annotations

from math import nan, sqrt
from typing import Any

import numpy as np

from leadline.stats.metric.entry import Labels, Metric, ResponseMethod, Task
from leadline.stats.metric.standard_error import jackknife, of_share, share_variance
from leadline.stats.metric.unseen_error import of_all, of_f1, of_mean_of_classes
from leadline.stats.sample_size.proportion import n_to_show

_CLASSES = (Task.BINARY, Task.MULTICLASS)


def class_shares(y: Labels) -> Any:
    """Share of rows of each class, in sorted order of the classes."""
    return np.unique(y, return_counts=True)[1] / y.size


def _accuracy(y: Labels, predicted: Labels) -> float:
    return float(np.mean(predicted == y))


def _accuracy_stderr(y: Labels, predicted: Labels) -> float:
    return of_share(predicted == y)


def _majority_share(y: Labels) -> float:
    return float(class_shares(y).max())


def _balanced_accuracy(y: Labels, predicted: Labels) -> float:
    """Mean recall of the classes that there are."""
    return float(np.mean([np.mean(predicted[y == one] == one) for one in np.unique(y)]))


def _balanced_accuracy_stderr(y: Labels, predicted: Labels) -> float:
    classes = np.unique(y)
    variances = [share_variance(predicted[y == one] == one) for one in classes]
    return sqrt(sum(variances)) / classes.size


def _f1(y: Labels, predicted: Labels) -> float:
    """0 where no row is or is predicted to be of the positive class."""
    score = _f1_or_nan(y, predicted)
    return 0.0 if np.isnan(score) else score


def _f1_or_nan(y: Labels, predicted: Labels) -> float:
    n_marked = np.sum(y == 1) + np.sum(predicted == 1)
    return float(2 * np.sum((y == 1) & (predicted == 1)) / n_marked) if n_marked else nan


def _f1_of_all_positive(y: Labels) -> float:
    share = float(np.mean(y == 1))
    return 2 * share / (1 + share)


CLASS_METRICS = (
    Metric(
        name="accuracy",
        words="accuracy",
        plain="It is right for {n} of 100 {units}.",
        tasks=_CLASSES,
        response=ResponseMethod.PREDICT,
        compute=_accuracy,
        standard_error=_accuracy_stderr,
        chance=_majority_share,
        unseen=of_all,
        is_proportion=True,
        default_for=Task.MULTICLASS,
        n_to_show=lambda target, expected, _: n_to_show(target, expected),
    ),
    Metric(
        name="error_rate",
        words="error rate",
        plain="It is wrong for {n} of 100 {units}.",
        tasks=_CLASSES,
        response=ResponseMethod.PREDICT,
        compute=lambda y, predicted: 1 - _accuracy(y, predicted),
        standard_error=_accuracy_stderr,
        chance=lambda y: 1 - _majority_share(y),
        unseen=of_all,
        is_loss=True,
        is_scoring=False,  # accuracy is the same
    ),
    Metric(
        name="balanced_accuracy",
        words="balanced accuracy",
        plain=(
            "It is right for {n} of 100 {units} of a class: the average of the classes, in which a "
            "rare one counts as much as a common one."
        ),
        tasks=_CLASSES,
        response=ResponseMethod.PREDICT,
        compute=_balanced_accuracy,
        standard_error=_balanced_accuracy_stderr,
        chance=lambda y: 1 / np.unique(y).size,
        unseen=of_mean_of_classes,
    ),
    Metric(
        name="f1",
        words="F1 score",
        plain=(
            "List the {units} that are {positive}, and those it calls so: {n} of 100 names on the "
            "two lists are on both."
        ),
        tasks=(Task.BINARY,),
        response=ResponseMethod.PREDICT,
        compute=_f1,
        standard_error=lambda y, predicted: jackknife(_f1_or_nan, y, predicted),
        chance=_f1_of_all_positive,
        unseen=of_f1,
    ),
)
