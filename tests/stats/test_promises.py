from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest

from leadline.stats.operating.promises import promise_precision, promise_recall
from leadline.stats.operating.reliability import reliability
from leadline.stats.operating.simultaneous import simultaneous_points


def scored(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.3
    return truth, rng.standard_normal(n) + 2 * truth


WORLD = scored(200_000, 0)


def kept(threshold: float, *, of_alerts: bool) -> float:
    truth, scores = WORLD
    alerts = scores >= threshold
    return float(truth[alerts].mean() if of_alerts else alerts[truth].mean())


@pytest.mark.parametrize("of_alerts", [True, False])
def test_a_promise_is_kept_as_often_as_it_says(of_alerts: bool) -> None:
    promise = promise_precision if of_alerts else promise_recall
    broken, made = 0, 0
    for seed in range(1, 201):
        found = promise(*scored(500, seed), 0.8)
        made += found is not None
        broken += found is not None and kept(found.threshold, of_alerts=of_alerts) < 0.8
    assert made > 150
    # at most 20 of 200 are expected; twice the spread more is left to chance
    assert broken <= 29


def test_few_rows_promise_nothing() -> None:
    assert promise_precision([1, 0, 1], [3, 2, 1], 0.9) is None
    assert promise_recall([1, 0, 1], [3, 2, 1], 0.9) is None
    assert promise_recall([0, 0], [3, 2], 0.9) is None
    with pytest.raises(ValueError, match="aim"):
        promise_recall([0, 1], [3, 2], 90)


def test_all_bounds_hold_at_once() -> None:
    held = 0
    for seed in range(100):
        points = simultaneous_points(*scored(400, seed))
        recall = [kept(cut, of_alerts=False) for cut in points.thresholds]
        precision = [kept(cut, of_alerts=True) for cut in points.thresholds]
        held += bool(
            np.all((points.recall.low <= recall) & (recall <= points.recall.high))
            and np.all((points.precision.low <= precision) & (precision <= points.precision.high))
        )
    assert held >= 86


def test_scores_that_mean_what_they_say_are_told_from_others() -> None:
    rng = np.random.default_rng(3)
    scores = rng.random(4_000)
    truth = rng.random(4_000) < scores
    assert reliability(truth, scores).p_value > 0.01
    boasted = reliability(truth, np.sqrt(scores))
    assert boasted.p_value < 1e-6
    assert np.all(boasted.happened.low <= boasted.happened.estimate)
    assert boasted.counts.sum() == 4_000
    with pytest.raises(ValueError, match="outside"):
        reliability([0, 1], [0.5, 2.0])


def test_one_false_alarm_of_fifty_two_does_not_prove_a_precision() -> None:
    """It is rare enough for one start of the walk, P = .028 <= .1, but not for all four."""
    assert promise_precision([0] + [1] * 51, range(52, 0, -1), 0.9) is None
    found = promise_precision([1] * 36 + [0] * 16, range(52, 0, -1), 0.9)
    assert found is not None
    assert (found.n_alerts, found.n_hits) == (36, 36)


def test_simultaneous_bounds_are_exact_with_a_share_of_the_error_probability_each() -> None:
    truth, scores = scored(300, 5)
    points = simultaneous_points(truth, scores, confidence_level=0.9)
    level = 1 - 0.1 / (2 * points.thresholds.size)
    for place in (0, 5, points.thresholds.size - 1):
        exact = binomtest(int(points.n_hits[place]), int(points.n_alerts[place]))
        low, high = exact.proportion_ci(level, method="exact")
        assert points.precision.low[place] == pytest.approx(low)
        assert points.precision.high[place] == pytest.approx(high)


def test_scores_that_are_too_extreme_on_both_sides_are_found() -> None:
    """Their mean is right, so that only the weights of Spiegelhalter's z show it."""
    scores = np.repeat([0.1, 0.9], 500)
    truth = np.concatenate([np.tile([0, 0, 0, 0, 1], 100), np.tile([1, 1, 1, 1, 0], 100)])
    assert truth.mean() == pytest.approx(scores.mean())
    assert reliability(truth, scores).p_value < 1e-6


def test_scores_of_rows_that_err_together_are_not_called_wrong() -> None:
    """Weeks that are better and worse than usual, by a model that is right on average."""
    rng = np.random.default_rng(5)
    weeks = np.repeat(np.arange(40), 50)
    p_values = []
    for _ in range(60):
        scores = np.full(weeks.size, 0.3)
        labels = rng.random(weeks.size) < 0.3 + rng.normal(0, 0.12, 40)[weeks]
        found = [reliability(labels, scores, groups=each).p_value for each in (None, weeks)]
        p_values.append(found)
    alone, together = np.mean(np.array(p_values) < 0.05, axis=0)
    assert alone > 0.3
    assert together < 0.15
    assert reliability(labels, 0.3 + 0 * scores + 0.4 * labels, groups=weeks).p_value < 0.01
