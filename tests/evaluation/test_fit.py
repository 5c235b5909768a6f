from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.examples import example_data

from leadline.datasets.frames import Pool, Target
from leadline.evaluation.fit import FailedFit, attempt
from leadline.evaluation.fit_spec import FitSpec, key_of
from leadline.evaluation.sampling_error import sampling_stderr
from leadline.evaluation.scores import answers, score_model
from leadline.phases.data import SplitKind
from leadline.phases.scoring import Task

RNG = np.random.default_rng(0)


class Oracle:
    """Ranks by a number that goes along with the label; classes may be asked for too."""

    classes_ = np.array([0, 1])
    _estimator_type = "classifier"

    def predict_proba(self, frame: pl.DataFrame) -> np.ndarray:
        p = 1 / (1 + np.exp(-frame["x"].to_numpy()))
        return np.column_stack([1 - p, p])

    def predict(self, frame: pl.DataFrame) -> np.ndarray:
        return (frame["x"].to_numpy() > 0).astype(int)

    def fit(self, X: Any, y: Any) -> Oracle:
        return self

    def __sklearn_tags__(self) -> Any:
        from sklearn.base import BaseEstimator, ClassifierMixin

        return type("Tagged", (ClassifierMixin, BaseEstimator), {})().__sklearn_tags__()


class Line(Oracle):
    def predict(self, frame: pl.DataFrame) -> np.ndarray:
        return frame["x"].to_numpy()

    def __sklearn_tags__(self) -> Any:
        from sklearn.base import BaseEstimator, RegressorMixin

        return type("Tagged", (RegressorMixin, BaseEstimator), {})().__sklearn_tags__()


def pool_of(n: int, *, regression: bool = False) -> Pool:
    if regression:
        y: np.ndarray = RNG.standard_normal(n)
        x = y + 0.7 * RNG.standard_normal(n)
    else:
        y = (RNG.random(n) < 0.3).astype(int)
        x = 1.5 * (y - 0.5) + RNG.standard_normal(n)
    frame = pl.DataFrame({"x": x})
    rows = np.arange(n)
    return Pool(frame, frame, y, np.zeros(n, dtype=bool), rows, None, SplitKind.RANDOM)


@pytest.mark.parametrize(
    "scoring",
    [
        "accuracy",
        "roc_auc",
        "average_precision",
        "f1",
        "balanced_accuracy",
        "r2",
        "mean_absolute_error",
    ],
)
def test_the_standard_error_is_how_scores_scatter_over_validation_sets(scoring: str) -> None:
    regression = scoring in {"r2", "mean_absolute_error"}
    model = Line() if regression else Oracle()
    scores, told = [], []
    for _ in range(80):
        pool = pool_of(200, regression=regression)
        scores.append(score_model(model, pool, pool.order, scoring))
        told.append(sampling_stderr(pool.y, answers(model, pool.X, scoring), scoring))
    assert np.mean(told) == pytest.approx(np.std(scores), rel=0.25)


def test_a_perfect_accuracy_is_not_certain() -> None:
    pool = pool_of(50)
    sure = replace(pool, X=pl.DataFrame({"x": 2.0 * pool.y.astype(float) - 1}))
    assert score_model(Oracle(), sure, sure.order, "accuracy") == 1.0
    assert 0.01 < sampling_stderr(sure.y, Oracle().predict(sure.X), "accuracy") < 0.05


def spec() -> FitSpec:
    target = Target("late", Task.BINARY, "yes")
    return FitSpec("memory://none", example_data(), target, "roc_auc", 0, "linear", {"C": 1.0})


def test_what_is_raised_comes_back_in_words() -> None:
    failed = attempt(spec())
    assert isinstance(failed, FailedFit)
    assert failed.message.startswith("Artifact ")


def test_the_key_knows_what_fixes_an_outcome() -> None:
    key = key_of(spec())
    same = replace(spec(), fold=3, n_train=50, artifacts="elsewhere")
    assert key_of(same) == key
    data = example_data()
    others = [
        replace(spec(), seed=1),
        replace(spec(), scoring="accuracy"),
        replace(spec(), family="boosting"),
        replace(spec(), params={"C": 2.0}),
        replace(spec(), n_valid=100),
        replace(spec(), data=replace(data, snapshot="00" * 32)),
        replace(spec(), data=replace(data, split=replace(data.split, mask="00" * 32))),
        replace(spec(), target=Target("late", Task.BINARY, "no")),
    ]
    assert len({key, *map(key_of, others)}) == len(others) + 1
