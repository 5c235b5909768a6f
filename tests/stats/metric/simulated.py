"""Simulated labels and responses of models, by task: what every metric is tested on."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import softmax

from leadline.stats.metric import METRICS, ClassProbabilities, ResponseMethod, Task

BY_TASK = [(metric.name, task) for metric in METRICS.values() for task in metric.tasks]
"""Every metric with every task that it is for."""

_BINARY = np.array([[0.5, 0.5], [0.8, 0.2], [0.95, 0.05]])
_SEVERAL = np.array([[0.4, 0.3, 0.3], [0.6, 0.3, 0.1], [0.8, 0.15, 0.05]])
CLASSES = np.array(["a", "b", "c"])


def simulated(
    task: Task,
    method: ResponseMethod,
    rng: np.random.Generator,
    n: int,
    setting: int = 0,
    *,
    is_stratified: bool = False,
) -> tuple[Any, Any]:
    """Labels, and what a fair model answers; of three settings, from easy to hard.

    Stratified, the classes have the same number of rows each time, as in folds of a search.
    """
    if task is Task.REGRESSION:
        return _numbers(rng, n, setting)
    shares = (_BINARY if task is Task.BINARY else _SEVERAL)[setting]
    edges = np.cumsum(shares)
    drawn = (np.arange(n) + 0.5) / n if is_stratified else rng.random(n)
    place = np.searchsorted(edges[:-1], drawn)
    y, probabilities = (_binary if task is Task.BINARY else _several)(rng, place, shares)
    if method is ResponseMethod.PREDICT_PROBA:
        return y, probabilities
    if method is ResponseMethod.PREDICT:
        return y, probabilities.classes[probabilities.values.argmax(axis=1)]
    return y, np.log(probabilities.values[:, 1] / probabilities.values[:, 0])


def _binary(rng: np.random.Generator, y: Any, shares: Any) -> tuple[Any, ClassProbabilities]:
    gap = 1.5 if shares[1] == 0.5 else 2.3
    x = gap * y + rng.standard_normal(y.size)
    p = 1 / (1 + np.exp(gap**2 / 2 - gap * x) * shares[0] / shares[1])
    return y, ClassProbabilities(np.array([0, 1]), np.column_stack([1 - p, p]))


def _several(rng: np.random.Generator, place: Any, shares: Any) -> tuple[Any, ClassProbabilities]:
    logits = 2.0 * np.eye(3)[place] + rng.standard_normal((place.size, 3)) + np.log(shares)
    return CLASSES[place], ClassProbabilities(CLASSES, softmax(logits, axis=1))


def _numbers(rng: np.random.Generator, n: int, setting: int) -> tuple[Any, Any]:
    y = 3 * rng.standard_normal(n) + 10
    noise = [
        rng.standard_normal(n),
        0.5 * rng.standard_normal(n) * np.abs(y - 10),
        0.3 + rng.laplace(size=n),
    ][setting]
    return y, y + noise
