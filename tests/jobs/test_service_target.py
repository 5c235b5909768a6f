"""The target in service: the answers that the metric is asked of, and what they do not tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.examples import example_problem, example_release, example_tuning

from leadline.jobs.monitor.service_target import service_target
from leadline.monitoring.block_rows import SAID, SCORE, TRUTH
from leadline.phases.monitor import Target
from leadline.phases.problem import ConfusionCost
from leadline.phases.scoring import Task

PRICED = (ConfusionCost(truth="late", said="lost", cost=9.0),)


def target_of(truth: np.ndarray, said: np.ndarray, scores: np.ndarray, **changes: Any) -> Target:
    """Labels of three blocks, alike, against the target of a project."""
    block = pl.DataFrame({SCORE: scores, SAID: said, TRUTH: truth})
    classes = changes.pop("classes", ())
    costs = changes.pop("costs", ())
    problem = replace(example_problem(), **{"scoring": "accuracy", **changes})
    release = replace(example_release(), costs=costs)
    return service_target(problem, example_tuning(), release, [block] * 3, classes)


def test_of_two_classes_as_likely_the_first_is_said() -> None:
    """As a forest or nearest neighbours say it on the test rows: their shares are often even."""
    truth = np.tile([0, 1, 0, 0], 20)
    scores = np.tile([0.5, 0.9, 0.1, 0.2], 20)
    found = target_of(truth, (scores >= 0.3).astype(int), scores).service
    assert found is not None
    assert found.estimate == 1.0


def test_a_model_that_flags_nothing_misses_its_target() -> None:
    truth = np.tile([0, 1, 0, 0], 20)
    found = target_of(truth, np.zeros(80, dtype=int), np.full(80, 0.1), scoring="f1").service
    assert found is not None
    assert (found.low, found.estimate) == (0.0, 0.0)
    assert 0.05 < found.high < 0.2


@pytest.mark.parametrize("is_there", [True, False])
def test_a_mean_of_classes_waits_for_all_of_them(is_there: bool) -> None:
    truth = np.array(["late", "early", "lost" if is_there else "early", "late"] * 20)
    said = np.array(["late", "early", "early", "lost"] * 20)
    found = target_of(
        truth,
        said,
        np.full(80, 0.8),
        task=Task.MULTICLASS,
        scoring="balanced_accuracy",
        classes=("late", "early", "lost"),
    )
    assert found.is_told
    assert (found.service is not None) == is_there


def test_where_confusions_are_priced_the_share_right_is_not_the_metric() -> None:
    said = np.array(["late", "lost"] * 40)
    alike, priced = (
        target_of(said, said, np.full(80, 0.8), task=Task.MULTICLASS, costs=costs)
        for costs in ((), PRICED)
    )
    assert (alike.is_share_right, priced.is_share_right) == (True, False)
