"""The interval of a test score holds the score on endless rows as often as it says."""

from __future__ import annotations

import numpy as np
import pytest
from tests.stats.metric.simulated import BY_TASK, simulated

from leadline.evaluation.scores import standard_error_of
from leadline.stats.interval import wilson_interval
from leadline.stats.metric import METRICS, Task
from leadline.stats.metric.score_interval import score_interval
from leadline.stats.metric.unseen_error import unseen_error
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


def nearly_perfect(
    name: str, error: float, y: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, float]:
    """Answers that fail rows so that the score of endless ones is the truth beside them."""
    if name in ("accuracy", "balanced_accuracy"):  # of these only one class is failed
        fails = (rng.random(y.size) < error) & ((y == 1) | (name == "accuracy"))
        share = error if name == "accuracy" else error / 2
        return np.where(fails, 1 - y, y), 1 - share
    if name == "roc_auc":
        return np.where((y == 1) & (rng.random(y.size) < error), -1.0, y), 1 - error
    if name == "f1":
        missed = (y == 1) & (rng.random(y.size) < error)
        return np.where(missed, 0, y), 2 * (1 - error) / (2 - error)
    ahead = (y == 0) & (rng.random(y.size) < error)  # average precision
    odds = error * np.mean(y == 0) / np.mean(y == 1)
    return np.where(ahead, 2.0, y), 1 - odds * np.log1p(1 / odds)


@pytest.mark.parametrize(
    "name", ["accuracy", "balanced_accuracy", "f1", "roc_auc", "average_precision"]
)
@pytest.mark.parametrize("n_positive", [40, 150])
def test_rows_without_an_error_hide_no_more_than_is_said(name: str, n_positive: int) -> None:
    """Where the true score is the bound, one set in twenty shows no error."""
    rng, metric = np.random.default_rng(7), METRICS[name]
    y = np.repeat([1, 0], [n_positive, 300 - n_positive])
    bound = unseen_error(metric, 1.0, y)
    assert bound is not None
    shares = np.geomspace(1e-4, 0.9, 2000)
    failed = next(each for each in shares if 1 - nearly_perfect(name, each, y, rng)[1] > bound)
    runs = [nearly_perfect(name, failed, y, rng)[0] for _ in range(600)]
    n_perfect = sum(metric.compute(y, said) == 1 for said in runs)
    assert n_perfect / len(runs) <= 0.05 + 3 * 0.009
    if name not in ("balanced_accuracy", "average_precision"):
        assert n_perfect / len(runs) >= 0.05 - 3 * 0.009, "and no less"


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
