"""Default decisions from labels and answers, and predictions of every task."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.dummy import DummyClassifier, DummyRegressor

from leadline.evaluation.default_decision import as_predicted, likeliest_class, on_stream
from leadline.evaluation.predictions import is_wrong, predictions_of
from leadline.phases.scoring import Task

TRUTH = np.array(["b", "b", "b", "a", "a", "c"])
SAID = np.array(["b", "b", "a", "a", "a", "d"])


def test_every_class_is_there_the_most_frequent_first() -> None:
    point = likeliest_class(TRUTH, SAID)
    assert [(each.name, each.n_true, each.n_predicted) for each in point.classes] == [
        ("b", 3, 2),
        ("a", 2, 3),
        ("c", 1, 0),
        ("d", 0, 1),
    ]
    assert point.right.estimate == pytest.approx(4 / 6)
    assert point.right.low < point.right.estimate < point.right.high


def test_what_the_stream_is_said_to_be_is_counted() -> None:
    point = on_stream(likeliest_class(TRUTH, SAID), np.array(["b", "b", "c"]))
    assert {each.name: each.n_stream for each in point.classes} == {"b": 2, "a": 0, "c": 1, "d": 0}


@pytest.mark.parametrize(("stated", "taken"), [(0.0, 1.0), (2.5, 2.5)])
def test_a_tolerance_is_the_stated_one_or_read_from_the_train_rows(
    stated: float, taken: float
) -> None:
    truth = np.arange(100.0)
    said = truth + 2.0
    learnt_from = np.array([1.0, 2.0, 3.0, 4.0, 100.0])
    point = as_predicted(truth, said, learnt_from=learnt_from, tolerance=stated)
    numbers = point.numbers
    assert numbers is not None
    assert (numbers.tolerance, numbers.is_stated) == (taken, stated > 0)
    assert point.right.estimate == (1.0 if taken >= 2 else 0.0)
    assert numbers.bias == numbers.low == numbers.high == -2.0
    assert set(numbers.off_by) == {2.0}
    assert (numbers.least, numbers.n_below) == (1.0, 0)
    # 2 +- 1, or 3 +- 2.5
    assert (numbers.constant, numbers.constant_right) == (
        (2.0, 0.03) if not stated else (2.0, 0.05)
    )
    debts = as_predicted(truth, said - 5, learnt_from=learnt_from, tolerance=stated).numbers
    assert debts is not None
    assert debts.n_below == 4, "-3, -2, -1 and 0"
    seen = on_stream(point, np.array([5.0, 7.0])).numbers
    assert seen is not None
    assert seen.mean_on_stream == 6.0


def test_every_task_is_predicted_as_its_labels_are() -> None:
    X = np.zeros((4, 1))
    binary = DummyClassifier(strategy="prior").fit(X, [1, 1, 1, 0])
    assert predictions_of(binary, X, Task.BINARY, 0.8).predicted.tolist() == [0, 0, 0, 0]
    assert predictions_of(binary, X, Task.BINARY, 0.75).alert_share(Task.BINARY) == 1.0
    several = predictions_of(
        DummyClassifier().fit(X, ["a", "a", "b", "c"]), X, Task.MULTICLASS, None
    )
    assert several.predicted.tolist() == ["a"] * 4
    assert several.scores.tolist() == [0.5] * 4
    assert several.alert_share(Task.MULTICLASS) is None
    number = predictions_of(DummyRegressor().fit(X, [1.0, 2.0, 3.0, 6.0]), X, Task.REGRESSION, None)
    assert number.predicted.tolist() == number.scores.tolist() == [3.0] * 4
    assert is_wrong(number.predicted, np.array([1.0, 2.0, 3.0, 6.0]), 1.0).tolist() == [
        True,
        False,
        False,
        True,
    ]
