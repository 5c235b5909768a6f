"""A difference of two scores on the same rows: its interval holds as often as it says."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.metric import ClassProbabilities, metric_of
from leadline.stats.metric.score_difference import score_difference

N_ROWS, N_RUNS = 300, 200


def drawn(rng: np.random.Generator, n_rows: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, and the scores of two models that see much of the same."""
    truth = rng.normal(size=n_rows)
    y = (truth + rng.normal(size=n_rows) > 0).astype(int)
    shared = rng.normal(size=n_rows)
    one = truth + 0.9 * shared + 0.3 * rng.normal(size=n_rows)
    other = truth + 0.9 * shared + 0.8 * rng.normal(size=n_rows)
    return y, one, other


def compared(metric: str, y: np.ndarray, one: np.ndarray, other: np.ndarray) -> tuple[float, ...]:
    if metric == "accuracy":
        one, other = (one > 0).astype(int), (other > 0).astype(int)
    found = score_difference(metric_of(metric).compute, y, one, other)
    return found.low, found.estimate, found.high


@pytest.mark.parametrize("metric", ["roc_auc", "accuracy", "average_precision"])
def test_the_interval_holds_nine_times_of_ten(metric: str) -> None:
    rng = np.random.default_rng(0)
    _, truth, _ = compared(metric, *drawn(rng, 200_000))
    found = [compared(metric, *drawn(rng, N_ROWS)) for _ in range(N_RUNS)]
    held = np.mean([low <= truth <= high for low, _, high in found])
    # 200 runs at .9 have a standard error of .021
    assert 0.84 <= held <= 0.96
    widths = np.mean([high - low for low, _, high in found])
    spread = np.std([estimate for _, estimate, _ in found])
    assert widths == pytest.approx(2 * 1.729 * spread, rel=0.2)


def test_the_same_model_differs_by_nothing() -> None:
    y, one, _ = drawn(np.random.default_rng(1), N_ROWS)
    assert compared("roc_auc", y, one, one) == (0.0, 0.0, 0.0)


def test_the_other_way_round_the_sign_turns() -> None:
    y, one, other = drawn(np.random.default_rng(2), N_ROWS)
    low, estimate, high = compared("roc_auc", y, one, other)
    assert compared("roc_auc", y, other, one) == pytest.approx((-high, -estimate, -low))


def test_probabilities_of_classes_are_compared_too() -> None:
    y, one, _ = drawn(np.random.default_rng(3), N_ROWS)
    shares = [np.column_stack([1 - p, p]) for p in (1 / (1 + np.exp(-one)), np.full(y.size, 0.5))]
    ours, theirs = (ClassProbabilities(np.array([0, 1]), each) for each in shares)
    compute = metric_of("log_loss").compute
    found = score_difference(compute, y, ours, theirs)
    assert found.estimate == pytest.approx(compute(y, ours) - compute(y, theirs))
    assert found.low < found.estimate < found.high < 0


def test_rows_ten_times_over_tell_no_more_than_once() -> None:
    y, one, other = drawn(np.random.default_rng(4), N_ROWS)
    compute = metric_of("roc_auc").compute
    once = score_difference(compute, y, one, other)
    ten = [np.repeat(each, 10) for each in (y, one, other, np.arange(y.size))]
    again = score_difference(compute, *ten[:3], groups=ten[3])
    assert again.estimate == pytest.approx(once.estimate)
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=0.35)


def test_of_one_group_alone_nothing_is_known() -> None:
    """An interval of no width would say that the one is better for certain."""
    y, one, other = drawn(np.random.default_rng(4), N_ROWS)
    compute = metric_of("roc_auc").compute
    found = score_difference(compute, y, one, other, groups=np.zeros(y.size))
    assert found.estimate > 0
    assert (found.low, found.high) == (-np.inf, np.inf)
    # without either half of the rows there is one class only
    halves = score_difference(compute, y, one, other, groups=y)
    assert (halves.low, halves.high) == (-np.inf, np.inf)
