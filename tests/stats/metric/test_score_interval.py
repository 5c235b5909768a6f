"""Interval of a score: inside its range, of the right width, and refused without an error."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.evaluation.scores import standard_error_of
from leadline.stats.metric import METRICS
from leadline.stats.metric.score_interval import score_interval

Z = 1.6448536


@pytest.mark.parametrize("name", METRICS)
@pytest.mark.parametrize("error", [0.001, 0.2, 0.5])
def test_it_holds_the_score_and_stays_in_the_range(name: str, error: float) -> None:
    metric = METRICS[name]
    found = score_interval(name, metric.score(error), 0.1)
    assert found.low < metric.score(error) < found.high
    ends = sorted((metric.best, metric.worst))
    assert ends[0] <= found.low
    assert found.high <= ends[1]


@pytest.mark.parametrize(("name", "score"), [("accuracy", 0.7), ("mean_absolute_error", 12.0)])
def test_a_small_error_gives_the_plain_normal_interval(name: str, score: float) -> None:
    found = score_interval(name, score, 1e-4)
    assert found.high - found.low == pytest.approx(2 * Z * 1e-4, rel=1e-3)
    assert (found.high + found.low) / 2 == pytest.approx(score, rel=1e-6)


def test_the_side_away_from_the_best_is_the_longer_one() -> None:
    found = score_interval("roc_auc", 0.97, 0.015)
    assert 0.97 - found.low > found.high - 0.97


@pytest.mark.parametrize(("name", "score"), [("accuracy", 1.0), ("mean_absolute_error", 0.0)])
def test_a_perfect_score_may_be_worse_and_not_better(name: str, score: float) -> None:
    found = score_interval(name, score, 0.01)
    worse, best = (found.high, found.low) if METRICS[name].is_loss else (found.low, found.high)
    assert best == score
    assert abs(worse - score) == pytest.approx(Z * 0.01)


def test_more_confidence_is_wider() -> None:
    narrow, wide = (score_interval("f1", 0.8, 0.03, confidence_level=c) for c in (0.5, 0.99))
    assert wide.low < narrow.low < narrow.high < wide.high


def test_an_error_far_larger_than_the_score_s_has_ends_too() -> None:
    found = score_interval("accuracy", 0.9999, 0.3, freedom=1)
    assert (found.low, found.high) == pytest.approx((0.0, 1.0), abs=1e-9)
    found = score_interval("mean_absolute_error", 1e-3, 5.0, freedom=1)
    assert found.low < 1e-3 < found.high < np.inf


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="standard_error must be above 0"):
        score_interval("roc_auc", 0.8, 0.0)
    with pytest.raises(ValueError, match="no_such"):
        score_interval("no_such", 0.8, 0.1)


@pytest.mark.parametrize("n_groups", [3, 5])
def test_of_few_groups_the_interval_holds_as_often(n_groups: int) -> None:
    """Whose rows err together; by a normal distribution it holds in less than .83 of draws."""
    rng, n_runs = np.random.default_rng(5), 400
    groups, y = np.repeat(np.arange(n_groups), 100), np.ones(100 * n_groups, dtype=int)
    truth = np.mean(1 / (1 + np.exp(-(1 + rng.normal(size=200_000)))))
    held = {n_groups - 1: 0, None: 0}
    for _ in range(n_runs):
        share = 1 / (1 + np.exp(-(1 + rng.normal(size=n_groups))))
        said = (rng.random(y.size) < share[groups]).astype(int)
        # never 0, as where two groups are right as often by chance
        error = standard_error_of(y, said, "accuracy", groups) or 1e-9
        for freedom in held:
            found = score_interval("accuracy", float(np.mean(said)), error, freedom=freedom)
            held[freedom] += int(found.low <= truth <= found.high)
    assert held[None] / n_runs < 0.83
    assert 0.85 <= held[n_groups - 1] / n_runs <= 0.97
