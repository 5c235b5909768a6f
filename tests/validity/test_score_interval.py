"""The interval of a test score holds the score on endless rows as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from tests.stats.metric.simulated import BY_TASK, simulated

from leadline.evaluation.scores import standard_error_of
from leadline.stats.interval import wilson_interval
from leadline.stats.metric import METRICS, Task
from leadline.stats.metric.score_interval import score_interval
from leadline.stats.operating.class_costs import mean_cost
from leadline.stats.operating.grouped_shares import share_of_groups

N_ROWS, N_SETS, N_ENDLESS = 400, 250, 100_000
TOLD = [(name, task) for name, task in BY_TASK if METRICS[name].is_scoring]


@pytest.mark.parametrize(("name", "task"), TOLD)
def test_nine_of_ten_intervals_hold_the_truth(name: str, task: Task) -> None:
    rng = np.random.default_rng(11)
    metric = METRICS[name]
    truth = metric.compute(*simulated(task, metric.response, rng, N_ENDLESS, 1))
    n_held = 0
    for _ in range(N_SETS):
        y, response = simulated(task, metric.response, rng, N_ROWS, 1)
        error = metric.standard_error(y, response)
        found = score_interval(name, metric.compute(y, response), error)
        n_held += found.low <= truth <= found.high
    # 0.9 and three standard errors of 250 sets, and what a jackknife of 20 groups misses
    assert 0.83 <= n_held / N_SETS <= 0.97


N_GROUPS, N_OF_GROUP = 40, 10


def grouped(rng: np.random.Generator, n_groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, scores that are off by as much for all rows of a group, and the groups."""
    groups = np.repeat(np.arange(n_groups), N_OF_GROUP)
    y = np.repeat(rng.integers(0, 2, n_groups), N_OF_GROUP)
    y = np.where(rng.random(y.size) < 0.2, 1 - y, y)
    score = y + rng.normal(size=n_groups)[groups] + rng.normal(size=y.size)
    return y, score, groups


@pytest.mark.parametrize("name", ["roc_auc", "accuracy"])
def test_rows_of_a_group_are_no_rows_of_their_own(name: str) -> None:
    rng = np.random.default_rng(12)
    metric = METRICS[name]

    def drawn(n_groups: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        y, score, groups = grouped(rng, n_groups)
        return y, score if name == "roc_auc" else (score > 0.5).astype(int), groups

    y, response, _ = drawn(20_000)
    truth, n_held, n_held_alone = metric.compute(y, response), 0, 0
    for _ in range(N_SETS):
        y, response, groups = drawn(N_GROUPS)
        score = metric.compute(y, response)
        found = score_interval(name, score, standard_error_of(y, response, name, groups))
        n_held += found.low <= truth <= found.high
        alone = score_interval(name, score, metric.standard_error(y, response))
        n_held_alone += alone.low <= truth <= alone.high
    assert 0.83 <= n_held / N_SETS <= 0.97
    assert n_held_alone / N_SETS < 0.75


@pytest.mark.parametrize(("share", "n_groups"), [(0.8, 15), (0.8, 60), (0.9, 120)])
def test_shares_of_rows_that_err_together(share: float, n_groups: int) -> None:
    """Rows taken one by one hold the truth in two intervals of three."""
    rng = np.random.default_rng(2)
    is_alike = rng.random((n_groups, 1, N_SETS)) < 0.4
    of_group = rng.random((n_groups, 1, N_SETS)) < share
    own = rng.random((n_groups, N_OF_GROUP, N_SETS)) < share
    is_right = np.where(is_alike, of_group, own).reshape(-1, N_SETS)
    groups = np.repeat(np.arange(n_groups), N_OF_GROUP)
    found = share_of_groups(is_right, np.ones_like(is_right), groups)
    alone = wilson_interval(is_right.sum(axis=0), groups.size)
    assert 0.83 <= np.mean((found.low <= share) & (share <= found.high)) <= 0.97
    assert np.mean((alone.low <= share) & (share <= alone.high)) < 0.75


@pytest.mark.parametrize("n_groups", [1, 3, 4])
def test_of_few_groups_that_are_all_right_or_all_wrong_little_is_known(n_groups: int) -> None:
    rng = np.random.default_rng(6)
    groups = np.repeat(np.arange(n_groups), N_OF_GROUP)
    for share in (0.5, 0.7, 0.9):
        is_right = (rng.random((n_groups, N_SETS)) < share)[groups]
        found = share_of_groups(is_right, np.ones_like(is_right), groups)
        # 0.9, less three standard errors of 250 sets
        assert np.mean((found.low <= share) & (share <= found.high)) >= 0.843
    all_right = share_of_groups(np.ones(groups.size), np.ones(groups.size), groups)
    assert all_right.low == pytest.approx(0.05 ** (1 / n_groups)), "as Clopper and Pearson say"


def test_costs_of_rows_that_err_together() -> None:
    rng = np.random.default_rng(3)
    costs = np.array([[0.0, 5.0], [1.0, 0.0]])
    groups = np.repeat(np.arange(N_GROUPS), N_OF_GROUP)
    held = []
    for _ in range(N_SETS):
        truth = rng.integers(0, 2, groups.size)
        is_wrong = rng.random(groups.size) < rng.beta(0.4, 1.2, N_GROUPS)[groups]
        said = np.where(is_wrong, 1 - truth, truth)
        found = [mean_cost(truth, said, costs, groups=known) for known in (groups, None)]
        held.append([each.low <= 0.75 <= each.high for each in found])
    together, alone = np.mean(held, axis=0)
    assert 0.83 <= together <= 0.97
    assert alone < 0.75
