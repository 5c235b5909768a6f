from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import Any

import pytest
from tests.search.simulated import MemoryRecord, Model, Params, Simulation

from leadline.errors import EngineError
from leadline.evaluation.fit import FailedFit, FitResult
from leadline.phases.search.trial import Trial
from leadline.search import candidate_evaluator

TRIAL = Trial(name="linear 1", family="linear", params={"x": 1.0}, complexity=1, n_train=0)


def ignore(_: str) -> None:
    """Drop a progress message."""


@pytest.fixture
def simulation(monkeypatch: pytest.MonkeyPatch) -> Simulation:
    simulation = Simulation({"linear": Model("linear", 1, error)})
    monkeypatch.setattr(candidate_evaluator, "time", simulation)
    return simulation


def error(_: Params, n_train: int) -> float | None:
    return None if n_train == 13 else n_train**-0.3


def test_a_point_needs_three_repeats(simulation: Simulation) -> None:
    evaluator = simulation.context(MemoryRecord()).evaluator(TRIAL)
    evaluator.measure([(200, 0), (200, 1), (100, 0), (100, 1), (100, 2)], ignore)
    (point,) = evaluator.points
    assert point.n_train == 100
    assert len(point.errors) == 3
    assert point.n_judged == 600, "three folds of 200 rows"


def test_a_second_round_of_folds_has_the_same_validation_rows(simulation: Simulation) -> None:
    evaluator = simulation.context(MemoryRecord()).evaluator(TRIAL)
    evaluator.measure(evaluator.missing([100], 6), ignore)
    assert [spec.fold for spec in simulation.specs] == [0, 1, 2, 3, 0, 1]
    assert [spec.seed for spec in simulation.specs] == [3, 3, 3, 3, 4, 4], "but is shuffled anew"
    assert evaluator.points[0].n_judged == 800, "there are no more rows than in four folds"


def test_what_is_missing_is_what_was_not_measured(simulation: Simulation) -> None:
    evaluator = simulation.context(MemoryRecord()).evaluator(TRIAL)
    assert evaluator.next_repeats(100) == [(100, 0), (100, 1), (100, 2)]
    evaluator.measure([(100, 1)], ignore)
    assert evaluator.missing([100, 200], 2) == [(100, 0), (200, 0), (200, 1)]
    assert evaluator.next_repeats(100) == [(100, 0), (100, 2)]
    evaluator.measure(evaluator.missing([100]), ignore)
    assert evaluator.next_repeats(100) == [(100, 3), (100, 4), (100, 5)]


def test_fits_are_found_again_by_candidate(simulation: Simulation) -> None:
    record = MemoryRecord()
    context = simulation.context(record)
    first = context.evaluator(TRIAL)
    first.measure(first.missing([100]), ignore)
    again = context.evaluator(TRIAL)
    assert again.fits == first.fits
    assert (first.n_kept, again.n_kept) == (0, 3)
    other = Trial(name="linear 2", family="linear", params={"x": 2.0}, complexity=1, n_train=0)
    assert context.evaluator(other).fits == {}


def test_a_size_at_which_a_fit_fails_is_no_point(simulation: Simulation) -> None:
    evaluator = simulation.context(MemoryRecord()).evaluator(TRIAL)
    evaluator.measure(evaluator.missing([13, 100]), ignore)
    assert evaluator.failed_sizes == {13}
    assert evaluator.failure == "it broke"
    assert [point.n_train for point in evaluator.points] == [100]


def test_when_a_process_dies_larger_sizes_fail_with_it(simulation: Simulation) -> None:
    class Dying:
        n_workers = 1

        def submit(self, task: Any, spec: Any) -> Future[Any]:
            if len(simulation.specs) < 3:
                return simulation.submit(task, spec)
            dead: Future[Any] = Future()
            dead.set_exception(EngineError("A worker died."))
            return dead

    evaluator = simulation.context(MemoryRecord()).evaluator(TRIAL)
    evaluator.executor = Dying()
    evaluator.measure(evaluator.missing([100, 200, 400]), ignore)
    assert evaluator.failed_sizes == {200, 400}
    assert "A worker died." in evaluator.failure
    assert [point.n_train for point in evaluator.points] == [100]


def test_progress_names_candidate_rows_and_repeat(simulation: Simulation) -> None:
    told: list[str] = []
    evaluator = simulation.context(MemoryRecord()).evaluator(TRIAL)
    evaluator.measure([(1000, 0), (1000, 1)], told.append)
    assert told == ["linear 1 on 1,000 rows, repeat 1", "linear 1 on 1,000 rows, repeat 2"]


def test_a_size_with_enough_repeats_is_no_point_once_a_fit_fails_there(
    simulation: Simulation,
) -> None:
    class Picky:
        n_workers = 1

        def submit(self, task: Any, spec: Any) -> Future[Any]:
            if spec.fold != 3:
                return simulation.submit(task, spec)
            failed: Future[Any] = Future()
            failed.set_result(FailedFit("too few rows of a class"))
            return failed

    evaluator = simulation.context(MemoryRecord()).evaluator(TRIAL)
    evaluator.executor = Picky()
    evaluator.measure([*evaluator.missing([100], 4), *evaluator.missing([200], 3)], ignore)
    assert len(evaluator.fits) == 6
    assert [point.n_train for point in evaluator.points] == [200]


def test_the_first_fit_alone_proves_that_an_own_model_can_be_released(
    simulation: Simulation, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = simulation.context(MemoryRecord())
    evaluator = context.evaluator(TRIAL)
    monkeypatch.setattr(candidate_evaluator, "is_import_path", lambda _: True)
    evaluator.measure(evaluator.missing([100], 2), ignore)
    evaluator.measure(evaluator.missing([200], 2), ignore)
    assert [spec.is_proof for spec in simulation.specs] == [True, False, False, False]


FRESH = FitResult(score=0.8, n_train=20, fit_s=1.0, answer_s=(0.4, 0.4), answer_cost=0.002)
KEPT = replace(FRESH, n_train=40, answer_s=(), answer_cost=0.0)


@pytest.mark.parametrize(("family", "told"), [("prompted", (0.4, 0.4)), ("linear", ())])
def test_only_who_asks_elsewhere_is_timed_by_another_size(
    simulation: Simulation, family: str, told: tuple[float, ...]
) -> None:
    evaluator = simulation.context(MemoryRecord()).evaluator(replace(TRIAL, family=family))
    evaluator.fits = {(40, 0): KEPT}
    assert evaluator.last_answer_s(40) == ()
    evaluator.fits |= {(20, 0): FRESH}
    assert evaluator.last_answer_s(40) == told
    assert evaluator.answer_s(40) == ()


def test_the_price_of_an_answer_is_that_of_answers_that_were_paid(simulation: Simulation) -> None:
    evaluator = simulation.context(MemoryRecord()).evaluator(TRIAL)
    evaluator.fits = {(40, 0): KEPT}
    assert evaluator.answer_cost == 0.0
    evaluator.fits |= {(20, 0): FRESH, (20, 1): replace(FRESH, answer_cost=0.004)}
    assert evaluator.answer_cost == pytest.approx(0.003)
