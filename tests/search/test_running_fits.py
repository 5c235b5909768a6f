from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import numpy as np
import pytest
from tests.search.simulated import MemoryRecord, Model, Simulation

from leadline.errors import EngineError
from leadline.evaluation.fit import Answered, FailedFit, FitResult, attempt, attempt_and_keep
from leadline.evaluation.fit_spec import FitSpec
from leadline.phases.search.trial import Trial
from leadline.search.candidate_state import CandidateState
from leadline.search.running_fits import RunningFits

DEAD = EngineError("A process that ran a task has died.")


class Processes:
    """Two processes whose fits end when the test says so."""

    n_workers = 2

    def __init__(self) -> None:
        self.open: list[tuple[FitSpec, Future[Any]]] = []
        self.tasks: list[Any] = []

    def submit(self, task: Any, spec: FitSpec) -> Future[Any]:
        future: Future[Any] = Future()
        self.open.append((spec, future))
        self.tasks.append(task)
        return future

    @property
    def names(self) -> list[tuple[str, int, int]]:
        return [(spec.family, spec.n_train or 0, spec.fold) for spec, _ in self.open]

    def end(self, place: int = 0, outcome: Any = None) -> None:
        spec, future = self.open.pop(place)
        if isinstance(outcome, Exception):
            future.set_exception(outcome)
        else:
            n_train = spec.n_train or 0
            future.set_result(outcome or FitResult(0.7, n_train, 1.0, spent_s=1.0, cpu_s=0.5))


@pytest.fixture
def processes() -> Processes:
    return Processes()


@pytest.fixture
def begun() -> list[str]:
    return []


@pytest.fixture
def fits(processes: Processes, begun: list[str]) -> RunningFits:
    def note(candidate: CandidateState) -> None:
        begun.append(candidate.trial.family)

    return RunningFits(processes, note, 2, kept_size=400, n_kept_repeats=2)


def candidate(name: str) -> CandidateState:
    simulation = Simulation({name: Model(name, 1, lambda *_: 0.3)})
    trial = Trial(name=f"{name} 1", family=name, params={}, complexity=1, n_train=0)
    return CandidateState(trial, simulation.context(MemoryRecord()).evaluator(trial))


def test_a_process_that_is_free_takes_the_next_fit_whoever_s_it_is(
    processes: Processes, fits: RunningFits
) -> None:
    one, other = candidate("one"), candidate("other")
    fits.add(one, [(100, 0), (100, 1), (100, 2)])
    assert fits.has_room, "one waits, and there are two processes"
    fits.add(other, [(100, 0)])
    assert not fits.has_room
    assert processes.names == [("one", 100, 0), ("one", 100, 1)]
    processes.end(1)
    assert fits.take() == [], "it has more to come"
    assert processes.names == [("one", 100, 0), ("one", 100, 2)], "though the first still runs"
    processes.end(0)
    processes.end(0)
    assert fits.take() == [one]
    assert processes.names == [("other", 100, 0)]
    assert set(one.evaluator.fits) == {(100, 0), (100, 1), (100, 2)}
    assert fits.cpu_s == 1.5
    processes.end(0, FailedFit("it broke"))
    assert fits.take() == [other]
    assert other.evaluator.failed_sizes == {100}
    assert fits.is_idle


def test_nobody_waits_longer_than_is_left(processes: Processes, fits: RunningFits) -> None:
    one = candidate("one")
    fits.add(one, [(100, 0)])
    assert fits.take(timeout_s=0.01) == []
    assert not fits.is_idle


def test_a_fit_that_would_not_end_in_time_does_not_begin(
    processes: Processes, fits: RunningFits
) -> None:
    one = candidate("one")
    fits.add(one, [(100, 0), (100, 1)])
    processes.end(0)
    processes.end(0)
    fits.take()
    fits.left_s = lambda: 0.5
    fits.add(one, [(100, 2)])
    assert not processes.open, "a fit took a second"
    assert fits.take() == [one]
    assert fits.is_idle


def test_answers_are_kept_of_the_first_repeats_at_the_largest_size(
    processes: Processes, fits: RunningFits
) -> None:
    one = candidate("one")
    fits.add(one, [(400, 0), (400, 2)])
    fits.add(one, [(100, 0)])
    assert processes.tasks == [attempt_and_keep, attempt]
    shares = np.array([[0.2, 0.8]], dtype=np.float32)
    processes.end(0, Answered(FitResult(0.7, 400, 1.0), shares))
    processes.end(0)
    fits.take()
    assert processes.tasks == [attempt_and_keep, attempt, attempt]
    assert list(one.shares) == [0]
    assert one.shares[0] is shares
    assert one.evaluator.fits[400, 0].score == 0.7


def test_what_ran_when_a_process_died_runs_again_alone_and_only_the_culprit_fails(
    processes: Processes, fits: RunningFits
) -> None:
    culprit, innocent = candidate("culprit"), candidate("innocent")
    fits.add(culprit, [(100, 0)])
    fits.add(innocent, [(100, 0), (200, 0)])
    fits.add(culprit, [(200, 0), (400, 0)])
    processes.end(0, DEAD)
    processes.end(0, DEAD)
    fits.take()
    ended = {"culprit": DEAD, "innocent": None}
    for _ in range(6):
        if processes.open:
            assert len(processes.open) == 1, "one at a time"
            processes.end(0, ended[processes.names[0][0]])
            fits.take(timeout_s=5)
    assert fits.is_idle
    assert set(innocent.evaluator.fits) == {(100, 0), (200, 0)}
    assert not innocent.evaluator.failed_sizes
    assert culprit.evaluator.failed_sizes == {100}
    assert (400, 0) not in culprit.evaluator.fits, "its larger fit is not tried"
    assert culprit.n_open == 0


def test_seconds_of_what_is_open_are_known_from_what_was_measured(
    processes: Processes, fits: RunningFits
) -> None:
    one = candidate("one")
    fits.add(one, [(100, 0), (100, 1), (100, 2)])
    assert fits.open_s == 0.0
    processes.end(0)
    fits.take()
    assert fits.open_s == pytest.approx(2.0)
