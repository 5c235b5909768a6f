"""Verdicts of tasks without a threshold: several classes, and numbers."""

from __future__ import annotations

from dataclasses import replace

from tests.examples import (
    example_monitor,
    example_problem,
    example_release,
    example_review,
    example_tuning,
)
from tests.phases.again import again

from leadline.phases.monitor import Monitor
from leadline.phases.performance.default_decision import (
    AS_PREDICTED,
    LEAST_COST,
    LIKELIEST,
    SHARES,
    ClassScores,
    DefaultDecision,
    NumberErrors,
)
from leadline.phases.performance.stream_decision import Confusion, Silence
from leadline.phases.problem import ConfusionCost, Problem
from leadline.phases.release import Release
from leadline.phases.review import Review
from leadline.phases.scoring import Task
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Bounds

KINDS = ("classes", "costs", "numbers")
COSTS = (
    ConfusionCost(truth="late", said="on time", cost=20.0),
    ConfusionCost(truth="<b>cancelled</b>", said="on time", cost=250.0),
)
COST = Bounds(estimate=1.62, low=1.11, high=2.3)
N_TEST = 400
RIGHT = Bounds(estimate=0.9, low=0.87, high=0.92)


def default_decision(kind: str) -> DefaultDecision:
    """What is on offer."""
    if kind == "numbers":
        numbers = NumberErrors(
            tolerance=25.0,
            is_stated=True,
            off_by=tuple(40 * share for share in SHARES),
            bias=-1.5,
            low=-31.0,
            high=42.0,
            mean_predicted=180.0,
            mean_on_stream=174.0,
        )
        return DefaultDecision(name=AS_PREDICTED, n_test=N_TEST, right=RIGHT, numbers=numbers)
    classes = tuple(
        ClassScores(
            name=name,
            n_true=n_true,
            n_predicted=n_true,
            precision=RIGHT,
            recall=recall,
            n_stream=2 * n_true,
        )
        for name, n_true, recall in (
            ("late", 250, RIGHT),
            ("on time", 130, RIGHT),
            ("<b>cancelled</b>", 20, Bounds(estimate=0.5, low=0.33, high=0.67)),
        )
    )
    plain = DefaultDecision(name=LIKELIEST, n_test=N_TEST, right=RIGHT, classes=classes)
    if kind == "classes":
        return plain
    dearest = Confusion(said="on time", truth="<b>cancelled</b>", n_rows=2.0, cost=500.0)
    silences = (Silence(confidence=0.0, answered=1.0, right=RIGHT, cost=COST),)
    return replace(plain, costs=COSTS, cost=COST, confusions=(dearest,), silences=silences)


def by_cost() -> DefaultDecision:
    """What is on offer beside the likeliest class where confusions are priced."""
    saving = Bounds(estimate=0.9, low=0.4, high=1.5)
    cost = Bounds(estimate=0.72, low=0.5, high=1.0)
    return replace(
        default_decision("costs"), name=LEAST_COST, cost=cost, saving=saving, silences=()
    )


def default_problem(kind: str) -> Problem:
    """Stated in full."""
    if kind == "numbers":
        task, scoring, tolerance = Task.REGRESSION, "r2", 25.0
    else:
        task, scoring, tolerance = Task.MULTICLASS, "accuracy", 0.0
    return again(
        example_problem(),
        task=task,
        scoring=scoring,
        tolerance=tolerance,
        positive="",
        assumed=(),
        costs=COSTS if kind == "costs" else (),
    )


def default_tuning(kind: str) -> Tuning:
    """The default decision on offer."""
    scoring = "r2" if kind == "numbers" else "accuracy"
    return again(
        example_tuning(),
        points=(),
        plain=default_decision(kind),
        by_cost=by_cost() if kind == "costs" else None,
        scoring=scoring,
        n_test=N_TEST,
        n_positive=0,
        n_touches=1,
        stream_alerts=(),
        sample="",
        n_sample=0,
    )


def default_review(kind: str) -> Review:
    """Agreed to."""
    point = by_cost() if kind == "costs" else default_decision(kind)
    nobody = {"n_judged": 0, "n_unsure": 0, "judges": ()}
    return again(example_review(), points=(), plain=point, chosen=point.name, **nobody)


def default_release(kind: str) -> Release:
    """Sealed without a threshold."""
    return again(
        example_release(),
        point=LEAST_COST if kind == "costs" else default_decision(kind).name,
        threshold=None,
        costs=COSTS if kind == "costs" else (),
        tolerance=25.0 if kind == "numbers" else None,
        scoring="r2" if kind == "numbers" else "accuracy",
    )


def default_monitor(kind: str) -> Monitor:
    """Blocks in which nothing is flagged."""
    is_number = kind == "numbers"
    blocks = tuple(
        replace(
            block,
            alert_share=None,
            mean_score=180.0 + step if is_number else 0.9 - step / 100,
            off_by=12.5 if is_number and block.error else None,
            precision=None,
            recall=None,
            cost=None,
        )
        for step, block in enumerate(example_monitor().blocks)
    )
    return again(
        example_monitor(),
        blocks=blocks,
        reference_alert_share=None,
        reference_mean_score=178.0 if is_number else 0.91,
        tolerance=25.0 if is_number else None,
    )
