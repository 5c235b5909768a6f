"""One function says whether the target is met, and every measurement is held against it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.default_decisions import default_review
from tests.examples import example_monitor, example_problem, example_review, example_tuning
from tests.phases.again import again

from leadline.phases.lifecycle import Mark, standing
from leadline.phases.performance.stream_decision import StreamDecision
from leadline.phases.performance.target_check import TargetCheck, TargetState
from leadline.phases.scoring import scoring_of
from leadline.phases.target.measured_target import measured_target, on_test_rows, target_now
from leadline.phases.verdict import Answer, Bounds
from leadline.stats.metric.unseen_error import unseen_error

TUNING = again(example_tuning(), scoring="accuracy", test_score=0.7, test_stderr=0.02)


def check(score: float, low: float, high: float, target: float, **changes: object) -> TargetCheck:
    found = TargetCheck(
        scoring="roc_auc",
        target=target,
        score=score,
        interval=Bounds(estimate=score, low=low, high=high),
        measured_on="1,204 test rows",
    )
    return replace(found, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("target", "state", "is_below"),
    [
        (0.70, TargetState.MET, False),
        (0.708, TargetState.MET, False),
        (0.715, TargetState.OPEN, False),
        (0.72, TargetState.OPEN, True),
        (0.726, TargetState.OPEN, True),
        (0.73, TargetState.MISSED, True),
    ],
)
def test_the_whole_interval_decides(target: float, state: TargetState, is_below: bool) -> None:
    found = check(0.717, 0.708, 0.726, target)
    assert (found.state, found.is_below) == (state, is_below)
    assert found.words.endswith(f"target at least {target:g}: {state.value}.")
    assert "of 0.717 (90% interval 0.708 to 0.726) on 1,204 test rows" in found.words


@pytest.mark.parametrize("scoring", ["accuracy", "roc_auc", "mean_absolute_error"])
@pytest.mark.parametrize("is_grouped", [False, True])
def test_a_perfect_score_is_shown_as_far_as_its_rows_go(scoring: str, is_grouped: bool) -> None:
    """State, chance and interval are of one bound; no error is no reason to know nothing."""
    y = np.repeat([0, 1], 200)
    metric = scoring_of(scoring)
    groups = np.arange(400) // 5 if is_grouped else None
    unseen = unseen_error(metric, metric.best, y, groups)
    assert unseen is not None
    tuning = again(
        example_tuning(),
        scoring=scoring,
        test_score=metric.best,
        test_stderr=0.0,
        test_unseen=unseen,
    )
    met, missing = (on_test_rows(tuning, metric.score(unseen * each)) for each in (1.0001, 0.9999))
    assert (met.state, missing.state) == (TargetState.MET, TargetState.OPEN)
    assert met.chance == pytest.approx(0.95, abs=1e-3)
    assert missing.chance == pytest.approx(0.95, abs=1e-3)
    lax = on_test_rows(tuning, metric.score(unseen * 2))
    assert lax.chance is not None
    assert lax.chance > 0.99
    assert "90% interval" in lax.words
    assert unseen_error(metric, metric.best, y, np.zeros(400)) is None, "one group tells nothing"


@pytest.mark.parametrize("unit", [1.0, 10.0, 1e6])
@pytest.mark.parametrize("rounding", [0.0, 1e-12])
@pytest.mark.parametrize(
    ("scoring", "n_times"), [("mean_absolute_error", 1 / 9), ("root_mean_squared_error", 1 / 81)]
)
def test_the_chance_without_an_error_is_of_no_unit(
    scoring: str, n_times: float, unit: float, rounding: float
) -> None:
    """A mean square goes with the share of rows that fail, its root with the root of it."""
    seen, worst, aim = (unit * each for each in (rounding, 0.9, 0.1))
    found = check(seen, seen, worst, aim, scoring=scoring)
    assert found.state is TargetState.OPEN
    assert found.chance == pytest.approx(1 - 0.05**n_times, abs=1e-3)


def test_of_a_loss_less_is_better() -> None:
    loss = check(3.0, 2.5, 3.6, 4.0, scoring="mean_absolute_error")
    assert loss.state is TargetState.MET
    assert replace(loss, target=2.0).state is TargetState.MISSED
    assert (replace(loss, target=3.1).state, replace(loss, target=3.1).is_below) == (
        TargetState.OPEN,
        False,
    )
    assert "target at most 4: met." in loss.words


@pytest.mark.parametrize("scoring", ["roc_auc", "mean_absolute_error"])
def test_an_end_of_the_interval_is_met_as_surely_as_the_interval_says(scoring: str) -> None:
    low, high = (0.62, 0.75) if scoring == "roc_auc" else (2.5, 4.5)
    found = check((low + high) / 2, low, high, low, scoring=scoring)
    chances = sorted(replace(found, target=end).chance or 0 for end in (low, found.score, high))
    assert chances == pytest.approx([0.05, 0.5, 0.95]), "both sides, though they differ in width"


def test_without_an_interval_nothing_is_shown() -> None:
    found = check(0.99, 0, 0, 0.7, interval=None)
    assert found.state is TargetState.OPEN
    assert "of 0.99 (how surely is not known)" in found.words


def test_rounding_never_contradicts_the_answer() -> None:
    assert "of 0.7198 (90% interval 0.71 to 0.71996)" in check(0.7198, 0.71, 0.71996, 0.72).words


def test_real_rows_say_more_where_they_say_it_as_narrowly_or_contradict() -> None:
    plain = again(example_review(), chosen="balanced")
    tested = measured_target(0.72, TUNING, plain)
    assert tested == on_test_rows(TUNING, 0.72)  # points of a threshold measure no accuracy
    assert tested is not None
    assert tested.measured_on == "1,200 test rows"
    assert measured_target(0.72, None, plain) is None


def test_an_alarm_that_is_open_is_told_beside_what_was_measured_before_it() -> None:
    """Or a page says first that the target is met, and then that nothing is found any more."""
    alarmed = measured_target(0.72, TUNING, monitor=example_monitor())
    assert alarmed is not None
    assert alarmed.words == (
        f"{on_test_rows(TUNING, 0.72).words} That was before the alarm of 2025-01-20, which is "
        "open."
    )
    calm = again(example_monitor(), alarms=())
    assert measured_target(0.72, TUNING, monitor=calm) == on_test_rows(TUNING, 0.72)


@pytest.mark.parametrize(
    ("estimate", "half", "is_taken"),
    [(0.71, 0.02, True), (0.71, 0.2, False), (0.4, 0.1, True), (0.62, 0.1, False)],
)
def test_judgments_take_the_place_of_test_rows(
    estimate: float, half: float, is_taken: bool
) -> None:
    right = Bounds(estimate=estimate, low=estimate - half, high=estimate + half)
    review = replace(default_review("classes"), n_judged=80, on_stream=StreamDecision(right=right))
    found = measured_target(0.72, TUNING, review)
    assert found is not None
    assert (found.measured_on == "80 judgments of the real stream") is is_taken
    by_cost = replace(default_review("costs"), n_judged=80, on_stream=StreamDecision(right=right))
    assert measured_target(0.72, TUNING, by_cost) == on_test_rows(TUNING, 0.72)
    few = measured_target(0.72, TUNING, replace(review, n_judged=29))
    assert few == on_test_rows(TUNING, 0.72)


def test_what_is_out_of_date_tells_nothing_of_today() -> None:
    problem = example_problem()
    verdicts = {"problem": problem, "tuning": TUNING}
    on = {"problem": 1, "data": 2, "search": 3}
    marks = [
        Mark(1, "problem", {}, Answer.GO),
        Mark(2, "data", {"problem": 1}, Answer.GO),
        Mark(3, "search", {"problem": 1, "data": 2}, Answer.GO),
        Mark(4, "tuning", on, Answer.GO),
    ]
    assert target_now(verdicts, standing(marks)) == on_test_rows(TUNING, problem.target_score)
    later = [*marks, Mark(5, "search", {"problem": 1, "data": 2}, Answer.GO)]
    assert target_now(verdicts, standing(later)) is None
