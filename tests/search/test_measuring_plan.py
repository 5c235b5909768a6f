"""The measuring plan: what a candidate still needs, and the wall clock that it costs."""

from __future__ import annotations

import pytest
from tests.search.simulated import MemoryRecord, Model, Simulation

from leadline.phases.search.trial import Trial
from leadline.search import candidate_evaluator
from leadline.search.candidate_state import CandidateState
from leadline.search.measuring_plan import MeasuringPlan

PLAN = MeasuringPlan((25, 50, 100, 200, 400, 800), n_folds=4, box_s=1000.0, n_workers=2)


@pytest.fixture
def candidate(monkeypatch: pytest.MonkeyPatch) -> CandidateState:
    """Measured at the first sizes; a fit takes a second for 100 rows."""
    simulation = Simulation({"a": Model("a", 1, lambda _, n: n**-0.3, seconds_a_row=0.01)})
    monkeypatch.setattr(candidate_evaluator, "time", simulation)
    trial = Trial(name="a 1", family="a", params={}, complexity=1, n_train=0)
    state = CandidateState(trial, simulation.context(MemoryRecord()).evaluator(trial))
    measure(state, PLAN.first_sizes(state))
    return state


def measure(candidate: CandidateState, measurements: list[tuple[int, int]]) -> None:
    candidate.evaluator.measure(measurements, lambda _: None)


def test_processes_share_fits_but_no_fit_is_shared(candidate: CandidateState) -> None:
    assert PLAN.wall_s(candidate, []) == 0.0
    assert PLAN.wall_s(candidate, [(100, 5)]) == pytest.approx(1.0), "one process waits"
    assert PLAN.wall_s(candidate, [(100, n) for n in range(4)]) == pytest.approx(2.0)


def test_rounds_of_folds_follow_each_other_up_to_eight(candidate: CandidateState) -> None:
    for first in range(0, 32, 4):
        following = PLAN.next_round(candidate)
        assert following == [(800, repeat) for repeat in range(first, first + 4)]
        measure(candidate, following)
    assert PLAN.next_round(candidate) == []


def test_others_are_looked_at_where_the_default_was_measured_and_it_is_cheap(
    candidate: CandidateState,
) -> None:
    assert PLAN.look(None) == [25, 50, 100]
    assert PLAN.look(candidate) == [25, 50, 100], "the default was not measured at a larger size"
    measure(candidate, candidate.evaluator.missing([400, 800]))
    assert PLAN.look(candidate) == [400], "three fits on 800 rows take more than a fiftieth"
    assert PLAN.look_s([candidate, candidate], candidate) == pytest.approx(3 * 4.0 / 2)


def test_who_may_be_chosen_gets_every_fold_and_a_curve(candidate: CandidateState) -> None:
    folds = [(800, repeat) for repeat in range(4)]
    assert PLAN.for_choice(candidate) == [*folds, *((200, repeat) for repeat in range(3))]
    measure(candidate, PLAN.for_choice(candidate))
    assert PLAN.for_choice(candidate) == []
