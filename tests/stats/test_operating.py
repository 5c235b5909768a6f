from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_recall_curve

from leadline.stats.interval import wilson_interval
from leadline.stats.operating.grouped_shares import worth_of_rows
from leadline.stats.operating.points import precision_recall_points, propose_points


def scored(n: int, *, decimals: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    labels = rng.random(n) < 0.3
    scores = np.round(rng.normal(labels * 1.5, 1), decimals)
    return labels, scores


@pytest.mark.parametrize("decimals", [0, 1, 9])
def test_points_agree_with_scikit_learn_ties_included(decimals: int) -> None:
    labels, scores = scored(300, decimals=decimals)
    precision, recall, thresholds = precision_recall_curve(labels, scores)
    points = precision_recall_points(labels, scores, thresholds)
    assert points.precision.estimate == pytest.approx(precision[:-1])
    assert points.recall.estimate == pytest.approx(recall[:-1])


def test_bounds_are_wilsons() -> None:
    labels, scores = scored(300, decimals=1)
    points = precision_recall_points(labels, scores, [2.0, 0.5], confidence_level=0.8)
    alerts = scores >= 2.0
    hits = int(np.sum(labels & alerts))
    bounds = wilson_interval(hits, int(alerts.sum()), confidence_level=0.8)
    assert (points.precision.low[0], points.precision.high[0]) == (bounds.low, bounds.high)
    assert points.alert_share.estimate[0] == pytest.approx(alerts.mean())
    assert points.n_alerts[0] < points.n_alerts[1]
    assert points.n_hits[0] == hits


def test_a_threshold_above_all_scores_says_nothing_of_precision() -> None:
    points = precision_recall_points([0, 1], [0.1, 0.9], [2.0])
    assert np.isnan(points.precision.estimate[0])
    assert (points.precision.low[0], points.precision.high[0]) == (0, 1)
    assert points.recall.estimate[0] == 0


def test_balanced_is_the_cheapest_of_all_thresholds() -> None:
    labels, scores = scored(500, decimals=2)
    for miss, false_alarm in [(1, 1), (5, 1), (1, 5)]:
        offered = propose_points(labels, scores, cost_miss=miss, cost_false_alarm=false_alarm)
        balanced = next(point for point in offered if point.name == "balanced")
        costs = [
            (miss * np.sum(labels & (scores < t)) + false_alarm * np.sum(~labels & (scores >= t)))
            / labels.size
            for t in np.unique(scores)
        ]
        assert balanced.cost_per_row == pytest.approx(min(costs))


def test_the_three_aim_at_what_their_names_say() -> None:
    labels, scores = scored(2000, decimals=6)
    cautious, balanced, catch_all = propose_points(
        labels, scores, cost_miss=1, cost_false_alarm=1, precision_aim=0.9, recall_aim=0.95
    )
    assert [point.name for point in (cautious, balanced, catch_all)] == [
        "cautious",
        "balanced",
        "catch-all",
    ]
    assert cautious.threshold > balanced.threshold > catch_all.threshold
    assert cautious.precision.estimate >= 0.9
    assert catch_all.recall.estimate >= 0.95
    assert (cautious.precision_promise, catch_all.recall_promise) == (0.8, 0.95)
    # the promise is kept with room for chance: the lower bound is above the aim
    assert catch_all.recall.low >= 0.95


def test_names_keep_their_order_where_the_problem_is_easy() -> None:
    # precision .9 is reached far below the cheapest threshold
    labels = np.array([0, 1] + [1] * 20 + [0])
    scores = np.concatenate([[0.1, 0.2], np.linspace(0.5, 0.9, 20), [0.15]])
    (point,) = propose_points(labels, scores, cost_miss=1, cost_false_alarm=1)
    assert point.name == "balanced"
    assert point.also == ("cautious", "catch-all")
    assert point.threshold == 0.2


def test_without_the_precision_aim_cautious_has_the_best_lower_bound() -> None:
    # 10 positives of 75 below, 40 of 75 above: precision .9 is out of reach
    labels = np.repeat([1, 0, 1, 0], [10, 65, 40, 35])
    scores = np.repeat([0.2, 0.7], 75)
    offered = propose_points(labels, scores, cost_miss=9, cost_false_alarm=1)
    assert [(point.name, point.also, point.threshold) for point in offered] == [
        ("cautious", (), 0.7),
        ("balanced", ("catch-all",), 0.2),
    ]


def test_only_one_score_gives_one_point() -> None:
    (point,) = propose_points([0, 1, 1], [0.5, 0.5, 0.5], cost_miss=1, cost_false_alarm=1)
    assert point.threshold == 0.5
    assert point.recall.estimate == 1


@pytest.mark.parametrize("labels", [[0, 0], [1, 1]])
def test_one_class_alone_is_refused(labels: list[int]) -> None:
    with pytest.raises(ValueError, match="both classes are needed"):
        propose_points(labels, [0.1, 0.2], cost_miss=1, cost_false_alarm=1)
    with pytest.raises(ValueError, match="both classes are needed"):
        precision_recall_points(labels, [0.1, 0.2], [0.1])


def test_costs_and_aims_are_checked() -> None:
    with pytest.raises(ValueError, match="cost_miss"):
        propose_points([0, 1], [0, 1], cost_miss=0, cost_false_alarm=1)
    with pytest.raises(ValueError, match="recall_aim"):
        propose_points([0, 1], [0, 1], cost_miss=1, cost_false_alarm=1, recall_aim=95)


def test_rows_that_err_together_tell_less() -> None:
    rng = np.random.default_rng(4)
    groups = np.repeat(np.arange(30), 20)
    labels = rng.random(groups.size) < 0.3
    scores = labels + rng.normal(size=30)[groups] + rng.normal(size=groups.size)
    alone = precision_recall_points(labels, scores, [0.5, 9.0])
    together = precision_recall_points(labels, scores, [0.5, 9.0], groups=groups)
    for name in ("precision", "recall", "alert_share"):
        one, other = getattr(alone, name), getattr(together, name)
        assert other.estimate[0] == one.estimate[0]
        assert other.high[0] - other.low[0] > 1.3 * (one.high[0] - one.low[0])
    assert (together.precision.low[1], together.precision.high[1]) == (0, 1)
    with pytest.raises(ValueError, match=r"groups has shape \(599,\); one value for each of 600"):
        precision_recall_points(labels, scores, [0.5], groups=groups[1:])


def test_nothing_is_promised_of_few_groups() -> None:
    groups, labels = np.repeat(np.arange(8), 50), np.arange(400) % 2 == 0
    costs = {"cost_miss": 1, "cost_false_alarm": 1}
    assert propose_points(labels, labels, **costs)[0].precision_promise == 0.9
    point = propose_points(labels, labels, **costs, groups=groups)[0]
    assert point.precision_promise in {None, 0.5}
    assert point.precision.low < 0.8


@pytest.mark.parametrize("n_groups", [1, 3, 20])
def test_groups_that_are_all_right_have_the_exact_bound(n_groups: int) -> None:
    trials = [10] * n_groups
    rows = float(worth_of_rows(trials, trials, n_groups))
    # Wilson's bound where all of so many rows are hits, at a level of .9
    assert rows / (rows + 1.6449**2) == pytest.approx(0.05 ** (1 / n_groups), rel=1e-4)
    assert worth_of_rows([1], [1], 50) == 1, "never more than the rows"
