"""The target in service: the answers that the metric is asked of, and what they do not tell."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.examples import example_problem, example_release, example_tuning

from leadline.jobs.monitor.service_target import ServiceTarget
from leadline.monitoring.block_rows import SAID, SCORE, TRUTH
from leadline.phases.monitor import Target
from leadline.phases.problem import ConfusionCost, Problem
from leadline.phases.scoring import Task
from leadline.phases.tuning import Tuning
from leadline.stats.metric import ClassProbabilities

PRICED = (ConfusionCost(truth="late", said="lost", cost=9.0),)


def target_of(truth: np.ndarray, said: np.ndarray, scores: np.ndarray, **changes: Any) -> Target:
    """Labels of three blocks, alike, against the target of a project."""
    block = pl.DataFrame({SCORE: scores, SAID: said, TRUTH: truth})
    classes = changes.pop("classes", ())
    costs = changes.pop("costs", ())
    problem = replace(example_problem(), **{"scoring": "accuracy", **changes})
    release = replace(example_release(), costs=costs)
    watched = ServiceTarget(problem, example_tuning(), release, tuple(classes), 1e-3)
    return watched.told([watched.rows(block)] * 3)


def is_missed_of(blocks: list[pl.DataFrame], problem: Problem, tuning: Tuning) -> bool:
    watched = ServiceTarget(problem, tuning, example_release(), (), 1e-3)
    return watched.is_missed([watched.rows(block) for block in blocks])


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


def test_the_model_is_asked_for_what_was_not_kept_of_its_answers() -> None:
    """Of several classes the log loss takes the probability of the true one."""
    truth = np.tile(["early", "late", "lost"], 30)
    names = np.array(["early", "late", "lost"])
    own = np.tile([0.8, 0.6], 45)
    shares = np.where(truth[:, None] == names, own[:, None], (1 - own[:, None]) / 2)
    block = pl.DataFrame(
        {SCORE: np.full(90, 0.8), SAID: truth, TRUTH: truth, "x.row": np.arange(90)}
    )
    problem = replace(example_problem(), task=Task.MULTICLASS, scoring="log_loss")
    watched = ServiceTarget(problem, example_tuning(), example_release(), (), 1e-3)
    assert not watched.told([watched.rows(block)] * 3).is_told
    asking = replace(watched, ask=lambda X: ClassProbabilities(names, shares[X["row"].to_numpy()]))
    asked = asking.told([asking.rows(block)] * 3)
    assert asked.is_told
    assert asked.service is not None
    assert asked.service.estimate == pytest.approx(-np.log(own).mean())


def test_a_ranking_that_falls_is_missed_where_labels_leave_no_doubt() -> None:
    """The target is .73 and met at release, or .9 and was not: then less than released counts."""
    rng = np.random.default_rng(0)
    truth = np.tile([0, 1, 0, 0], 50)
    blocks = [
        pl.DataFrame({SCORE: worth * truth + rng.random(200), SAID: truth, TRUTH: truth})
        for worth in (0.1,) * 8 + (0.6,) * 8
    ]
    tuning = replace(example_tuning(), test_score=0.8, test_stderr=0.02)
    problem = replace(example_problem(), scoring="roc_auc")
    low = replace(problem, target_score=0.5)
    assert not is_missed_of(blocks[:8], low, tuning)
    watched = ServiceTarget(low, tuning, example_release(), (), 1e-3)
    assert watched.told([watched.rows(block) for block in blocks[:8]]).is_fallen, "and yet met"
    for aim in (0.73, 0.9):
        watched = ServiceTarget(
            replace(problem, target_score=aim), tuning, example_release(), (), 1e-3
        )
        rows = [watched.rows(block) for block in blocks]
        assert watched.is_missed(rows[:8])
        assert not watched.is_missed(rows[:2])
        assert not watched.is_missed(rows[8:])
        assert watched.told(rows[:8]).is_fallen
        assert not watched.told(rows[8:]).is_fallen
        assert not watched.told(rows).is_fallen, "told of the last eight"


def test_where_confusions_are_priced_the_share_right_is_not_the_metric() -> None:
    said = np.array(["late", "lost"] * 40)
    alike, priced = (
        target_of(said, said, np.full(80, 0.8), task=Task.MULTICLASS, costs=costs)
        for costs in ((), PRICED)
    )
    assert (alike.is_share_right, priced.is_share_right) == (True, False)


def test_a_small_fall_is_missed_in_many_blocks() -> None:
    rng = np.random.default_rng(0)
    truth = np.tile([0, 1, 0, 0], 50)
    blocks = [
        pl.DataFrame({SCORE: 0.32 * truth + rng.random(200), SAID: truth, TRUTH: truth})
        for _ in range(26)
    ]
    tuning = replace(example_tuning(), test_score=0.81, test_stderr=0.02)
    problem = replace(example_problem(), scoring="roc_auc", target_score=0.8)
    assert not is_missed_of(blocks[-8:], problem, tuning)
    assert is_missed_of(blocks, problem, tuning)
    # test rows allowed as little
    watched = ServiceTarget(problem, replace(tuning, test_stderr=0.05), example_release(), (), 1e-3)
    assert not watched.told([watched.rows(block) for block in blocks]).is_fallen


def test_of_two_classes_the_log_loss_is_of_the_probability_that_is_kept() -> None:
    truth = np.tile([0, 1, 0, 0], 20)
    scores = np.where(truth == 1, 0.7, 0.1)
    found = target_of(truth, truth, scores, scoring="log_loss").service
    assert found is not None
    assert found.estimate == pytest.approx(-(np.log(0.7) + 3 * np.log(0.9)) / 4)


def test_of_priced_confusions_a_mean_of_classes_is_not_told_by_what_was_said() -> None:
    truth = np.array(["late", "early", "lost"] * 30)
    several = {"task": Task.MULTICLASS, "scoring": "balanced_accuracy"}
    for costs, is_told in (((), True), (PRICED, False)):
        found = target_of(truth, truth, np.full(90, 0.8), costs=costs, **several)
        assert found.is_told == is_told
    # nor by the rows alone that a release is sure of
    sure = replace(example_release(), confidence=0.6)
    assert not ServiceTarget(example_problem(), example_tuning(), sure, (), 1e-3).told([]).is_told
