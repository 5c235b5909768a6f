"""Standard errors of every metric against how scores scatter over data sets."""

from __future__ import annotations

import numpy as np
import pytest
from tests.stats.metric.simulated import BY_TASK, simulated

from leadline.stats.metric import Task, metric_of

N_SETS = 400
SIZES = (500, 1500, 3000)


@pytest.mark.parametrize("setting", range(3))
@pytest.mark.parametrize(("name", "task"), BY_TASK)
def test_it_is_how_scores_scatter_over_data_sets(name: str, task: Task, setting: int) -> None:
    """Over sets whose classes have as many rows each time, as in folds, or over any sets."""
    metric, n = metric_of(name), SIZES[setting]
    rng = np.random.default_rng(100 + setting)
    scatter, told = [], []
    for is_stratified in (True, False):
        scores = []
        for _ in range(N_SETS):
            y, response = simulated(
                task, metric.response, rng, n, setting, is_stratified=is_stratified
            )
            scores.append(metric.compute(y, response))
            told.append(metric.standard_error(y, response))
        scatter.append(np.std(scores))
    assert np.min(np.abs(np.mean(told) / np.array(scatter) - 1)) < 0.15


@pytest.mark.parametrize(("name", "task"), BY_TASK)
def test_it_is_never_negative_and_never_nan(name: str, task: Task) -> None:
    metric = metric_of(name)
    rng = np.random.default_rng(6)
    for n in (2, 3, 5, 20):
        y, response = simulated(task, metric.response, rng, n)
        for labels in (y, np.full(n, y[0])):
            stderr = metric.standard_error(labels, response)
            assert isinstance(stderr, float)
            assert stderr >= 0


def test_a_perfect_accuracy_is_not_certain() -> None:
    y = np.arange(50) % 2
    assert metric_of("accuracy").compute(y, y) == 1.0
    assert 0.01 < metric_of("accuracy").standard_error(y, y) < 0.05


def test_it_does_not_depend_on_where_the_classes_stand() -> None:
    y = (np.arange(400) % 20 == 0).astype(int)
    predicted = np.where(np.arange(400) % 40 == 0, 1 - y, y)
    order = np.argsort(y, kind="stable")
    stderr = metric_of("f1").standard_error
    assert stderr(y, predicted) == pytest.approx(stderr(y[order], predicted[order]))


def test_a_set_without_any_positive_row_says_nothing_of_f1() -> None:
    y = (np.arange(40) == 0).astype(int)
    assert metric_of("f1").standard_error(y, y) == 0.0
