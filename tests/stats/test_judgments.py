from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.judgments import cheapest, estimate, sample


def stream(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores that are true probabilities, and the labels drawn from them."""
    rng = np.random.default_rng(seed)
    scores = rng.beta(0.3, 2.0, n)
    return scores, rng.random(n) < scores


def test_rows_are_different_and_in_random_order() -> None:
    scores, _ = stream(5000)
    rows = sample(scores, [0.3, 0.7], 150, np.random.default_rng(1))
    assert len(set(rows.tolist())) == 150
    # neither position nor score may run with the order of asking
    order = np.arange(150)
    assert abs(np.corrcoef(order, scores[rows])[0, 1]) < 0.25
    assert abs(np.corrcoef(order, rows)[0, 1]) < 0.25


def test_every_band_gets_its_floor() -> None:
    scores, _ = stream(5000)
    rows = sample(scores, [0.7, 0.3, 0.95], 60, np.random.default_rng(1))
    edges = [0.3, 0.7, 0.95]
    n_above = np.histogram(scores[rows], [*edges, 1.01])[0]
    sizes = np.histogram(scores, [*edges, 1.01])[0]
    assert np.all(n_above >= np.minimum(8, sizes))
    below = np.sort(scores[scores < 0.3])[::-1]
    nearest = scores[rows] >= below[int(0.05 * below.size)]
    assert np.sum(nearest & (scores[rows] < 0.3)) >= 8


def test_small_streams_and_small_requests() -> None:
    rng = np.random.default_rng(2)
    assert sorted(sample([0.1, 0.5, 0.9], [0.4], 10, rng).tolist()) == [0, 1, 2]
    assert sample(np.linspace(0, 1, 100), [0.4], 3, rng).size == 3
    assert sample(np.full(100, 0.5), [0.4], 20, rng).size == 20
    assert sample(np.full(100, 0.5), [0.6], 20, rng).size == 20
    assert sample(np.linspace(-5, 5, 100), [-1.0, 9.0], 30, rng).size == 30


def test_judging_everything_gives_the_truth() -> None:
    scores, labels = stream(400)
    thresholds = np.array([0.2, 0.8, 0.5])
    result = estimate(scores, thresholds, np.arange(400), labels)
    alerts = scores[:, None] >= thresholds
    hits = (labels[:, None] & alerts).sum(axis=0)
    for got in (result.precision.low, result.precision.estimate, result.precision.high):
        assert got == pytest.approx(hits / alerts.sum(axis=0))
    assert result.recall.estimate == pytest.approx(hits / labels.sum())
    assert result.n_alerts.tolist() == alerts.sum(axis=0).tolist()
    assert result.share_positive.estimate == pytest.approx(labels.mean())


def test_more_judgments_narrow_the_intervals() -> None:
    scores, labels = stream(20_000)
    widths = []
    for n in (60, 600):
        rows = sample(scores, [0.5], n, np.random.default_rng(3))
        result = estimate(scores, [0.5], rows, labels[rows])
        widths.append(result.recall.high - result.recall.low)
    assert widths[1] < 0.6 * widths[0]


def test_the_same_judgments_give_the_same_answer() -> None:
    scores, labels = stream(1000)
    rows = sample(scores, [0.5], 50, np.random.default_rng(3))
    first, second = (estimate(scores, [0.5], rows, labels[rows]) for _ in range(2))
    assert first.recall.low == second.recall.low


def test_a_threshold_that_nothing_reaches_is_unknown() -> None:
    result = estimate(np.linspace(0, 1, 50), [2.0], [1, 2], [0, 1])
    assert result.n_alerts.tolist() == [0]
    assert (result.precision.low[0], result.precision.high[0]) == pytest.approx((0.05, 0.95))
    assert result.recall.high[0] == 0


def test_cheapest_follows_the_costs() -> None:
    scores, labels = stream(20_000)
    thresholds = [0.8, 0.4, 0.1]
    rows = sample(scores, thresholds, 400, np.random.default_rng(4))
    result = estimate(scores, thresholds, rows, labels[rows])
    assert cheapest(result, cost_miss=1, cost_false_alarm=20).index == 0
    assert cheapest(result, cost_miss=20, cost_false_alarm=1).index == 2
    clear = cheapest(result, cost_miss=20, cost_false_alarm=1)
    assert clear.probability > 0.99
    assert np.all(clear.cost.low <= clear.cost.estimate)


def test_break_even_is_too_close_to_call() -> None:
    # half of the rows between the thresholds are positive: at equal costs both cost the same
    scores = np.repeat([0.1, 0.5, 0.9], 1000)
    labels = np.concatenate([np.zeros(1000), np.tile([0, 1], 500), np.ones(1000)])
    rows = np.concatenate([np.arange(20), np.arange(1000, 1040), np.arange(2000, 2020)])
    result = estimate(scores, [0.4, 0.8], rows, labels[rows])
    assert cheapest(result, cost_miss=1, cost_false_alarm=1).probability < 0.7


def test_identical_thresholds_share_the_lead() -> None:
    scores, labels = stream(500)
    rows = np.arange(100)
    result = estimate(scores, [0.5, 0.5], rows, labels[rows])
    choice = cheapest(result, cost_miss=0.3, cost_false_alarm=0.1)
    assert (choice.index, choice.probability) == (0, 1.0)


@pytest.mark.parametrize(
    ("rows", "answers", "message"),
    [
        ([], [], "at least one"),
        ([0.5], [1], "row numbers"),
        ([0, 0], [1, 1], "twice"),
        ([5], [1], "between 0 and 2"),
        ([-1], [1], "between 0 and 2"),
        ([0, 1], [1], "has shape"),
        ([0], [2], "other than 0 and 1"),
    ],
)
def test_bad_judgments_are_refused(rows: list[int], answers: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        estimate([0.1, 0.5, 0.9], [0.5], rows, answers)


def test_bad_requests_are_refused() -> None:
    with pytest.raises(ValueError, match="n must be at least 1"):
        sample([0.1], [0.5], 0, np.random.default_rng(0))
    result = estimate([0.1, 0.9], [0.5], [0, 1], [0, 1])
    with pytest.raises(ValueError, match="cost_false_alarm"):
        cheapest(result, cost_miss=1, cost_false_alarm=0)
