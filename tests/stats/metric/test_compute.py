"""Every metric of the table against scikit-learn, and its chance level and range."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pytest
from sklearn import metrics as sklearn_metrics
from tests.stats.metric.simulated import BY_TASK, CLASSES, simulated

from leadline.stats.metric import ClassProbabilities, ResponseMethod, Task, metric_of


def oracle(name: str, y: Any, response: Any) -> float:
    """The score by scikit-learn."""
    found = {"error_rate": sklearn_metrics.zero_one_loss}.get(name)
    found = found or getattr(sklearn_metrics, name, None)
    found = found or getattr(sklearn_metrics, f"{name}_score")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if isinstance(response, ClassProbabilities):
            return float(found(y, response.values, labels=response.classes))
        return float(found(y, response))


def agrees(name: str, y: Any, response: Any) -> bool:
    mine, theirs = metric_of(name).compute(y, response), oracle(name, y, response)
    assert isinstance(mine, float)
    return bool(np.isclose(mine, theirs, rtol=1e-12, atol=1e-12, equal_nan=True))


@pytest.mark.parametrize("setting", range(3))
@pytest.mark.parametrize(("name", "task"), BY_TASK)
def test_the_score_is_that_of_scikit_learn(name: str, task: Task, setting: int) -> None:
    rng = np.random.default_rng(setting)
    for n in (2, 3, 10, 101, 2000):
        y, response = simulated(task, metric_of(name).response, rng, n, setting)
        assert agrees(name, y, response), n


@pytest.mark.parametrize(("name", "task"), BY_TASK)
def test_with_ties_and_with_a_class_that_is_missing(name: str, task: Task) -> None:
    method = metric_of(name).response
    y, response = simulated(task, method, np.random.default_rng(4), 300)
    if method is ResponseMethod.DECISION_FUNCTION:
        assert agrees(name, y, response.round(0)), "ties"
        assert agrees(name, y, np.zeros(300)), "nothing but ties"
    if method is ResponseMethod.PREDICT_PROBA:
        sure = ClassProbabilities(response.classes, response.values.round(0))
        assert agrees(name, y, sure), "probabilities of 0 and 1"
    for one in np.unique(y)[:3]:
        same = np.full(300, one)
        assert agrees(name, same, response), f"no label but {one}"
        if method is ResponseMethod.PREDICT:
            assert agrees(name, y, same), f"no prediction but {one}"
            assert agrees(name, same, same)


def constant_responses(task: Task, method: ResponseMethod, y: Any) -> list[Any]:
    """What is answered by models that do not look at rows."""
    if method is ResponseMethod.DECISION_FUNCTION:
        return [np.zeros(y.size)]
    if task is Task.REGRESSION:
        return [np.full(y.size, y.mean()), np.full(y.size, np.median(y))]
    classes, counts = np.unique(y, return_counts=True)
    if method is ResponseMethod.PREDICT_PROBA:
        return [ClassProbabilities(classes, np.tile(counts / y.size, (y.size, 1)))]
    return [np.full(y.size, one) for one in classes]


@pytest.mark.parametrize("setting", range(3))
@pytest.mark.parametrize(("name", "task"), BY_TASK)
def test_chance_is_the_best_that_guessing_scores(name: str, task: Task, setting: int) -> None:
    metric = metric_of(name)
    y, response = simulated(task, metric.response, np.random.default_rng(7), 999, setting)
    guesses = [metric.compute(y, one) for one in constant_responses(task, metric.response, y)]
    best = min(guesses) if metric.is_loss else max(guesses)
    assert metric.chance(y) == pytest.approx(best, abs=1e-12)
    assert metric.is_met(metric.compute(y, response), metric.chance(y)), "a fair model does better"


@pytest.mark.parametrize(("name", "task"), BY_TASK)
def test_scores_lie_between_the_worst_and_the_best(name: str, task: Task) -> None:
    metric = metric_of(name)
    rng = np.random.default_rng(8)
    y, _ = simulated(task, metric.response, rng, 50)
    _, strange = simulated(task, metric.response, rng, 50)
    low, high = sorted([metric.worst, metric.best])
    assert low <= metric.compute(y, strange) <= high
    assert metric.compute(y, perfect(metric.response, y)) == pytest.approx(metric.best)
    assert metric.best == (0 if metric.is_loss else 1)


def perfect(method: ResponseMethod, y: Any) -> Any:
    """What a model answers that knows the labels."""
    if method is ResponseMethod.PREDICT:
        return y
    if method is ResponseMethod.DECISION_FUNCTION:
        return y.astype(float)
    classes = np.unique(y)
    return ClassProbabilities(classes, (y[:, None] == classes).astype(float))


def test_a_class_that_the_model_does_not_know_has_probability_zero() -> None:
    shares = np.array([[0.5, 0.5], [0.25, 0.75]])
    unknown = ClassProbabilities(CLASSES[:2], shares)
    assert unknown.of(np.array(["c", "b"])).tolist() == [0.0, 0.75]
    loss = metric_of("log_loss").compute(np.array(["c", "b"]), unknown)
    assert loss == pytest.approx((36.0437 - np.log(0.75)) / 2, abs=1e-4)


@pytest.mark.parametrize("n_positive", [20, 21, 45, 47])
def test_a_perfect_ranking_has_no_error_below_0(n_positive: int) -> None:
    """Equal parts of 1 may add up to a last digit more."""
    y = np.arange(100) < n_positive
    metric = metric_of("average_precision")
    assert metric.error(metric.compute(y.astype(int), -np.arange(100.0))) >= 0
