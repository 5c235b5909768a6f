from __future__ import annotations

import pytest
from tests.examples import example_problem
from tests.phases.again import again, notes, warnings

from leadline.errors import SettingsError
from leadline.phases.problem import ConfusionCost, Ethics
from leadline.phases.scoring import Task
from leadline.phases.verdict import Answer

PROBLEM = example_problem()


def test_the_problem_is_one_sentence() -> None:
    verdict = again(PROBLEM)
    assert verdict.answer is Answer.GO
    assert verdict.summary == (
        "Predict 'late' for each flight; "
        "good enough is ranking quality (ROC AUC) of at least 0.825."
    )


def test_a_loss_is_at_most() -> None:
    verdict = again(PROBLEM, task=Task.REGRESSION, scoring="mean_absolute_error", target_score=12.0)
    assert verdict.summary.endswith("mean absolute error of at most 12.")
    changes = {"task": Task.REGRESSION, "scoring": "mean_absolute_error"}
    large = again(PROBLEM, **changes, target_score=1_250_000.0)
    assert large.summary.endswith("mean absolute error of at most 1,250,000.")
    for never in (0.0, -3.0):
        with pytest.raises(SettingsError, match="above 0, as mean absolute error is an error"):
            again(PROBLEM, **changes, target_score=never)


def test_at_the_break_even_share_an_alert_costs_what_it_saves() -> None:
    problem = again(PROBLEM, cost_miss=30.0, cost_false_alarm=10.0)
    assert problem.break_even == pytest.approx(0.25), "of four rows, one saves 30, three cost 10"
    assert again(PROBLEM, cost_miss=0.0).break_even is None
    assert again(PROBLEM, cost_false_alarm=0.0).break_even is None


def test_what_nobody_confirmed_is_listed() -> None:
    assert warnings(again(PROBLEM, assumed=("owner", "budget")))[0] == (
        "Nobody has confirmed: owner, budget."
    )
    assert warnings(again(PROBLEM, assumed=())) == []


def test_a_class_that_still_counts_though_it_is_no_longer_the_rarer_one_is_told() -> None:
    (told,) = warnings(again(PROBLEM, assumed=(), positive="lost", rarer="won"))
    assert told == "'lost' stays the class that counts, though 'won' is the rarer one by now."


def test_the_ethics_checklist_needs_every_answer_and_a_name() -> None:
    assert notes(PROBLEM) == ["Ethics checklist answered by Ada Ops."]
    for blank in ("answered_by", "harmed", "by_which_error", "data_allowed", "personal_data"):
        ethics = Ethics(**{**vars(PROBLEM.ethics), blank: " "})
        assert not ethics.is_complete
        verdict = again(PROBLEM, ethics=ethics)
        assert verdict.answer is Answer.GO
        assert any("no model is released" in what for what in warnings(verdict))


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({"task": Task.REGRESSION}, "scoring is 'roc_auc', but the label is regression."),
        ({"target_score": 82.5}, "target_score is 82.5."),
        ({"target_score": 1.0}, "target_score is 1."),
        ({"cost_miss": -1.0}, "cost_miss is -1."),
        ({"cost_false_alarm": -2.0}, "cost_false_alarm is -2."),
        ({"budget": -0.5}, "budget is -0.5."),
        ({"time_box_s": 0.0}, "time_box_s is 0."),
        ({"scoring": "luck"}, "scoring is 'luck', which is not known."),
    ],
)
def test_contradictions_are_refused(changes: dict[str, object], found: str) -> None:
    with pytest.raises(SettingsError) as caught:
        again(PROBLEM, **changes)
    assert caught.value.found == found
    assert caught.value.needed
    assert caught.value.next


def test_priced_confusions_are_told() -> None:
    costs = (
        ConfusionCost(truth="ill", said="well", cost=50.0),
        ConfusionCost(truth="well", said="ill", cost=0.0),
    )
    verdict = again(PROBLEM, task=Task.MULTICLASS, scoring="accuracy", costs=costs)
    assert notes(verdict)[0] == (
        "2 confusions of classes priced, the dearest is 'ill' said to be 'well': 50 USD. "
        "Any other mistake costs 1."
    )


@pytest.mark.parametrize(
    ("task", "truth", "cost", "found"),
    [
        (Task.BINARY, "ill", 2.0, "the label is binary"),
        (Task.REGRESSION, "ill", 2.0, "the label is regression"),
        (Task.MULTICLASS, "well", 2.0, "to call 'well' 'well'"),
        (Task.MULTICLASS, "ill", -1.0, "has -1 for 'ill'"),
        (Task.MULTICLASS, "ill", float("inf"), "has inf for 'ill'"),
    ],
)
def test_costs_of_what_is_no_confusion_are_refused(
    task: Task, truth: str, cost: float, found: str
) -> None:
    scoring = "r2" if task is Task.REGRESSION else "accuracy"
    costs = (ConfusionCost(truth=truth, said="well", cost=cost),)
    with pytest.raises(SettingsError, match=found):
        again(PROBLEM, task=task, scoring=scoring, costs=costs)
