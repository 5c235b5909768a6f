from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest

from leadline.datasets.frames import Pool
from leadline.evaluation.scores import (
    response_of,
    score_model,
    score_of,
    score_on_test,
    standard_error_of,
)
from leadline.phases.data import SplitKind
from leadline.stats.metric import METRICS, ClassProbabilities, Task, metric_of

BY_TASK = [(metric.name, task) for metric in METRICS.values() for task in metric.tasks]
RNG = np.random.default_rng(0)


class Binary:
    """Ranks by a number that goes along with the label; classes may be asked for too."""

    classes_: np.ndarray = np.array([0, 1])

    def predict_proba(self, frame: pl.DataFrame) -> np.ndarray:
        p = 1 / (1 + np.exp(-frame["x"].to_numpy()))
        return np.column_stack([1 - p, p])

    def predict(self, frame: pl.DataFrame) -> np.ndarray:
        found: np.ndarray = self.classes_[self.predict_proba(frame).argmax(axis=1)]
        return found


class Several(Binary):
    classes_ = np.array(["no", "yes"])


class Line:
    def predict(self, frame: pl.DataFrame) -> np.ndarray:
        return frame["x"].to_numpy()


MODELS: dict[Task, Any] = {
    Task.BINARY: Binary(),
    Task.MULTICLASS: Several(),
    Task.REGRESSION: Line(),
}


def pool_of(task: Task, n: int = 200) -> Pool:
    y: np.ndarray = (RNG.random(n) < 0.3).astype(int)
    x = 1.5 * (y - 0.5) + RNG.standard_normal(n)
    if task is Task.REGRESSION:
        y = x + 0.7 * RNG.standard_normal(n)
    elif task is Task.MULTICLASS:
        y = np.where(y == 1, "yes", "no")
    frame = pl.DataFrame({"x": x})
    return Pool(frame, frame, y, np.zeros(n, dtype=bool), np.arange(n), None, SplitKind.RANDOM)


@pytest.mark.parametrize(("scoring", "task"), BY_TASK)
def test_a_model_is_scored_by_what_the_metric_judges(scoring: str, task: Task) -> None:
    pool, model, metric = pool_of(task), MODELS[task], metric_of(scoring)
    response = response_of(model, pool.X, scoring)
    score = score_model(model, pool, pool.order, scoring)
    assert score == score_of(pool.y, response, scoring) == metric.compute(pool.y, response)
    assert standard_error_of(pool.y, response, scoring) > 0
    shuffled = replace(pool, y=RNG.permutation(pool.y))
    assert metric.error(score) < metric.error(score_model(model, shuffled, pool.order, scoring))


def test_rows_are_ranked_by_decisions_and_by_probabilities_where_there_are_none() -> None:
    class Deciding(Binary):
        def decision_function(self, frame: pl.DataFrame) -> np.ndarray:
            return frame["x"].to_numpy()

    X = pl.DataFrame({"x": [-2.0, 0.0, 1.0]})
    assert response_of(Deciding(), X, "roc_auc").tolist() == [-2.0, 0.0, 1.0]
    assert response_of(Binary(), X, "roc_auc") == pytest.approx(Binary().predict_proba(X)[:, 1])
    shares = response_of(Several(), X, "log_loss")
    assert isinstance(shares, ClassProbabilities)
    assert shares.classes.tolist() == ["no", "yes"]


def test_a_metric_that_nobody_knows_is_refused_and_borrows_no_other() -> None:
    pool = pool_of(Task.REGRESSION)
    with pytest.raises(ValueError, match="'profit', which is not known"):
        score_model(Line(), pool, pool.order, "profit")
    with pytest.raises(ValueError, match="'profit', which is not known"):
        standard_error_of(pool.y, pool.y, "profit")


class Odd(Binary):
    """Answers whatever it is told to."""

    def __init__(self, answer: Any) -> None:
        self.answer = np.asarray(answer)

    def predict(self, frame: pl.DataFrame) -> np.ndarray:
        return self.answer

    def predict_proba(self, frame: pl.DataFrame) -> np.ndarray:
        return self.answer


@pytest.mark.parametrize(
    ("scoring", "answer", "words"),
    [
        ("mean_absolute_error", [1.0, np.nan], "not finite"),
        ("mean_absolute_error", [1.0, np.inf], "not finite"),
        ("accuracy", [1], r"shape \(1,\); \(2,\) is needed"),
        ("log_loss", [[0.5], [0.5]], r"shape \(2, 1\); \(2, 2\) is needed"),
        ("log_loss", [[0.5, np.nan], [0.5, 0.5]], "not finite"),
    ],
)
def test_what_is_no_answer_for_each_row_is_refused(scoring: str, answer: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        response_of(Odd(answer), pl.DataFrame({"x": [0.0, 1.0]}), scoring)


@pytest.mark.parametrize(
    ("y", "predicted"),
    [(["a", "b"], [0, 1]), ([0, 1], ["a", "b"]), ([0, 1], [0.2, 0.9]), ([0.5, 1.0], ["a", "b"])],
)
def test_classes_of_another_type_are_refused(y: Any, predicted: Any) -> None:
    with pytest.raises(ValueError, match="predictions are"):
        score_of(np.asarray(y), np.asarray(predicted), "accuracy")


def test_a_column_is_taken_as_one_value_a_row() -> None:
    X = pl.DataFrame({"x": [0.0, 1.0]})
    assert response_of(Odd([[3.0], [4.0]]), X, "r2").tolist() == [3.0, 4.0]


def test_of_few_groups_the_standard_error_is_said_to_be_known_poorly() -> None:
    pool, model = pool_of(Task.BINARY), MODELS[Task.BINARY]
    pool = replace(pool, is_test=np.ones(pool.y.size, dtype=bool))
    grouped = [
        replace(pool, kind=SplitKind.GROUP, groups=np.arange(pool.y.size) % n) for n in (3, 50)
    ]
    found = [score_on_test(model, each, "roc_auc") for each in (pool, *grouped)]
    assert [each.freedom for each in found] == [None, 2, 19]
    assert len({each.score for each in found}) == 1
    assert {each.chance for each in found} == {0.5}


@pytest.mark.parametrize("name", ["roc_auc", "f1", "log_loss"])
def test_rows_of_one_group_count_as_one(name: str) -> None:
    """Each row ten times is known no better than once; of one group alone nothing is known."""
    frame = pl.DataFrame({"x": RNG.normal(size=400)})
    y = (frame["x"].to_numpy() + RNG.normal(size=400) > 0).astype(int)
    once = standard_error_of(y, response_of(Binary(), frame, name), name)
    rows = np.repeat(np.arange(400), 10)
    again, response = y[rows], response_of(Binary(), frame[rows], name)
    assert standard_error_of(again, response, name) < 0.5 * once
    assert standard_error_of(again, response, name, rows) == pytest.approx(once, rel=0.4)
    assert standard_error_of(again, response, name, np.zeros(rows.size)) == 0.0
