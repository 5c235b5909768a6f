from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import precision_recall_fscore_support

from leadline.stats.interval import wilson_interval
from leadline.stats.prediction_quality import (
    class_quality,
    error_spread,
    fewest_for_interval,
    usual_distance,
)


def test_class_by_class_it_is_what_scikit_learn_says() -> None:
    rng = np.random.default_rng(0)
    truth = rng.choice(["a", "b", "c"], 300, p=[0.6, 0.3, 0.1])
    guess = np.where(rng.random(300) < 0.7, truth, rng.choice(["a", "b", "c"], 300))
    names = ["c", "a", "b"]
    found = class_quality(truth, guess, names)
    precision, recall, _, n_true = precision_recall_fscore_support(truth, guess, labels=names)
    np.testing.assert_allclose(found.precision.estimate, precision)
    np.testing.assert_allclose(found.recall.estimate, recall)
    np.testing.assert_array_equal(found.n_true, n_true)
    bounds = wilson_interval(found.n_hits, found.n_true)
    np.testing.assert_allclose(found.recall.low, bounds.low)
    np.testing.assert_allclose(found.recall.high, bounds.high)


def test_a_class_without_evidence_spans_all() -> None:
    found = class_quality(["a", "b"], ["a", "a"], ["a", "b", "new"])
    assert (found.precision.low[1], found.precision.high[1]) == (0, 1)
    assert (found.recall.low[2], found.recall.high[2]) == (0, 1)


@pytest.mark.parametrize("n", [19, 99, 400])
def test_nine_of_ten_new_truths_lie_between_low_and_high(n: int) -> None:
    """Skewed errors, over test sets of n rows: the promise is kept on average."""
    rng = np.random.default_rng(n)
    held = []
    for _ in range(400):
        gaps = rng.gamma(1.5, 10, n + 200) - 8
        found = error_spread(gaps[:n], np.zeros(n), 5.0)
        assert found.low is not None
        assert found.high is not None
        held.append(np.mean((gaps[n:] >= found.low) & (gaps[n:] <= found.high)))
    assert 0.89 <= np.mean(held) <= 0.93


def test_too_few_rows_promise_nothing() -> None:
    n = fewest_for_interval() - 1
    found = error_spread(np.arange(float(n)), np.zeros(n), 1.0)
    assert found.low is None
    assert found.high is None
    assert error_spread(np.arange(n + 1.0), np.zeros(n + 1), 1.0).low == 0.0


def test_what_is_off_by_exactly_the_tolerance_is_right() -> None:
    found = error_spread([1.0, 2.0, 3.0, 4.0], [0.0, 0.0, 0.0, 0.0], 3.0, [0.25, 0.5, 1.0])
    assert found.within.estimate == 0.75
    assert found.mean == 2.5
    assert found.off_by.tolist() == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("truth", "guess", "tolerance", "told"),
    [
        ([1.0], [1.0, 2.0], 1.0, "one value a row"),
        ([1.0, np.nan], [1.0, 2.0], 1.0, "not finite"),
        ([1.0], [1.0], 0.0, "tolerance must be"),
    ],
)
def test_what_cannot_be_measured_is_refused(
    truth: list[float], guess: list[float], tolerance: float, told: str
) -> None:
    with pytest.raises(ValueError, match=told):
        error_spread(truth, guess, tolerance)


def test_a_guess_of_the_middle_is_that_close_half_of_the_time() -> None:
    values = np.random.default_rng(0).normal(7, 3, 2001)
    share = np.mean(np.abs(values - np.median(values)) <= usual_distance(values))
    assert share == pytest.approx(0.5, abs=0.01)
