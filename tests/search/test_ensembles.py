from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.search.simulated import MemoryRecord, Model, Simulation

from leadline.phases.curve import Point
from leadline.phases.scoring import Task
from leadline.phases.search.trial import Expected, Trial
from leadline.search.candidate_errors import forget_answers
from leadline.search.candidate_evaluator import EvaluationContext
from leadline.search.candidate_state import CandidateState
from leadline.search.ensembles import Answers, _is_worth, ensemble_of, greedy_counts
from leadline.search.error_forecast import ErrorForecast

N_FOLDS, N_ROWS = 4, 400
RNG = np.random.default_rng(0)
TRUTH = [RNG.normal(size=N_ROWS) for _ in range(N_FOLDS)]


def answered(noise: float, seed: int) -> list[np.ndarray]:
    """What a model answers that is right but for noise of its own."""
    rng = np.random.default_rng(seed)
    return [
        (truth + rng.normal(scale=noise, size=N_ROWS))[:, None].astype(np.float32)
        for truth in TRUTH
    ]


def context() -> EvaluationContext:
    simulation = Simulation({"a": Model("a", 1, lambda *_: 0.1)})
    found = simulation.context(MemoryRecord())
    spec = replace(
        found.spec,
        scoring="root_mean_squared_error",
        target=replace(found.spec.target, task=Task.REGRESSION),
    )
    return replace(found, spec=spec, valid_labels=tuple(TRUTH))


def candidate(name: str, shares: list[np.ndarray], family: str = "") -> CandidateState:
    errors = tuple(
        float(np.sqrt(np.mean((truth - each[:, 0]) ** 2)))
        for truth, each in zip(TRUTH, shares, strict=True)
    )
    point = Point(n_train=1600, errors=errors, fit_s=0.5)
    forecast = Expected(n_train=6400, error=0.8 * point.mean, low=0.1, high=0.4)
    trial = Trial(
        name=name,
        family=family or name.split(maxsplit=1)[0],
        params={"C": 1.0},
        complexity=1,
        n_train=1600,
        mean=point.mean,
        fit_s=0.5,
        points=(point,),
        expected=(forecast,),
        error_at_largest=Expected(n_train=1600, error=point.mean, low=0.1, high=0.4),
    )
    state = CandidateState(trial, context().evaluator(trial))
    state.forecast = ErrorForecast(np.full(3, point.mean), 0.0, 0.0, 0.1)
    state.shares = dict(enumerate(shares))
    return state


ONE, OTHER = candidate("linear 1", answered(0.5, 1)), candidate("forest 2", answered(0.52, 2))
POOR = candidate("bayes 3", answered(3.0, 3))


def test_models_that_err_apart_are_better_together() -> None:
    found = ensemble_of([POOR, OTHER, ONE], context(), "ensemble 9", accepted=0.001)
    assert found is not None
    parts = {name: json.loads(str(value)) for name, value in found.params.items()}
    assert set(parts) == {"linear 1", "forest 2"}, "the poor one adds nothing"
    assert sum(part["weight"] for part in parts.values()) == pytest.approx(1)
    assert parts["linear 1"]["params"] == {"C": 1.0}
    assert parts["forest 2"]["family"] == "forest"
    (point,) = found.points
    # two independent errors of a half each, averaged
    assert point.mean == pytest.approx(0.5 / np.sqrt(2), rel=0.1)
    best = ONE.trial.points[0].mean
    assert found.expected[0].error == pytest.approx(0.8 * best * point.mean / best)
    assert found.fit_s == pytest.approx(1.0), "it fits both"
    assert found.mean == pytest.approx(point.mean)


@pytest.mark.parametrize(
    ("others", "accepted"),
    [
        ([POOR], 0.0),
        ([candidate("twin 2", answered(0.5, 1))], 0.0),
        ([OTHER], 0.5),
        ([], 0.0),
        ([candidate("own 2", answered(0.52, 2), family="mine.py:Model")], 0.0),
        ([candidate("prompted 2", answered(0.52, 2), family="prompted")], 0.0),
    ],
    ids=["poor", "same answers", "gain accepted as loss", "alone", "own model", "asked model"],
)
def test_none_is_made_that_is_not_worth_it(others: list[CandidateState], accepted: float) -> None:
    assert ensemble_of([ONE, *others], context(), "ensemble 9", accepted=accepted) is None


def test_who_did_not_answer_to_every_fold_is_no_member() -> None:
    partial = candidate("forest 2", answered(0.52, 2))
    del partial.shares[3]
    assert ensemble_of([ONE, partial], context(), "ensemble 9", accepted=0.0) is None


def test_without_time_there_is_none() -> None:
    over: Any = lambda: True  # noqa: E731
    assert ensemble_of([ONE, OTHER], context(), "e 9", accepted=0.0, is_over=over) is None


def test_weights_are_chosen_on_some_folds_and_judged_on_others() -> None:
    # on the first fold a liar is right, on the others it is not
    liar = [TRUTH[0][:, None].astype(np.float32), *answered(3.0, 5)[1:]]
    shares = [answered(0.5, 1), liar]
    answers = Answers(TRUTH, shares, np.empty(0), "root_mean_squared_error")
    assert greedy_counts(answers, [0])[1] > 0
    assert greedy_counts(answers, [1, 2, 3]).tolist() == [1, 0]


def test_the_error_on_a_fold_is_that_of_weights_which_did_not_see_it() -> None:
    # a member for its luck on the first fold, and only where weights may see that fold
    lucky = [answered(0.3, 5)[0], *answered(0.9, 5)[1:]]
    found = ensemble_of([ONE, OTHER, candidate("bayes 3", lucky)], context(), "e 9", accepted=0.0)
    assert found is not None
    shares = [answered(0.5, 1), answered(0.52, 2), lucky]
    answers = Answers(TRUTH, shares, np.empty(0), "root_mean_squared_error")
    weights = [
        greedy_counts(answers, [one for one in range(4) if one != fold]) for fold in range(4)
    ]
    assert [counts[2] for counts in weights] == [0, 1, 1, 1]
    told = [answers.error(counts, fold) for fold, counts in enumerate(weights)]
    assert found.points[0].errors == pytest.approx(told)


def test_an_ensemble_takes_the_time_of_all_its_members_if_that_is_known() -> None:
    timed = [replace(each) for each in (ONE, OTHER)]
    for state, seconds in zip(timed, ((0.1, 0.01), (0.2, 0.03)), strict=True):
        state.trial = replace(state.trial, answer_s=seconds)
    found = ensemble_of(timed, context(), "e 9", accepted=0.0)
    assert found is not None
    assert found.answer_s == pytest.approx((0.3, 0.04))
    found = ensemble_of([timed[0], OTHER], context(), "e 9", accepted=0.0)
    assert found is not None
    assert found.answer_s == (), "one was not timed"


def test_folds_that_share_train_rows_are_less_sure_than_independent_ones() -> None:
    # their mean is 1.22 usual standard errors above 0, and .80 of those for shared rows
    assert not _is_worth(np.array([-1.0, 1.0, 1.0, 3.0]), 0.0)
    assert _is_worth(np.array([0.0, 1.0, 1.0, 2.0]), 0.0)


def test_classes_are_the_likeliest_of_the_mean() -> None:
    labels = [np.array(["a", "b", "c"])]
    one = [np.array([[0.9, 0.1, 0.0], [0.6, 0.4, 0.0], [0.1, 0.3, 0.6]], dtype=np.float32)]
    other = [np.array([[0.4, 0.6, 0.0], [0.1, 0.9, 0.0], [0.3, 0.3, 0.4]], dtype=np.float32)]
    answers = Answers(labels, [one, other], np.array(["a", "b", "c"]), "accuracy")
    assert answers.error(np.array([1, 0]), 0) == pytest.approx(1 / 3)
    assert answers.error(np.array([0, 1]), 0) == pytest.approx(1 / 3)
    assert answers.error(np.array([1, 1]), 0) == 0.0


def test_answers_are_kept_of_the_best_only() -> None:
    better, worse, unmeasured = (
        candidate(name, answered(noise, 7))
        for name, noise in (("a 1", 0.4), ("b 2", 0.6), ("c 3", 1))
    )
    unmeasured.forecast = None
    forget_answers([worse, better, unmeasured], "root_mean_squared_error", 2)
    assert len(worse.shares) == N_FOLDS, "there are no more than are kept"
    forget_answers([worse, better, unmeasured], "root_mean_squared_error", 1)
    assert [len(each.shares) for each in (better, worse, unmeasured)] == [N_FOLDS, 0, N_FOLDS]
