from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.search.simulated import MemoryRecord, Model, Simulation

from leadline.phases.search.trial import Trial
from leadline.search import candidate_evaluator
from leadline.search.candidate_evaluator import CandidateEvaluator
from leadline.search.candidate_state import CandidateState
from leadline.search.error_forecast import ErrorForecast


@pytest.fixture
def evaluator(monkeypatch: pytest.MonkeyPatch) -> CandidateEvaluator:
    model = Model("linear", 1, lambda _, n: n**-0.3, seconds_a_row=0.01)
    simulation = Simulation({"linear": model})
    monkeypatch.setattr(candidate_evaluator, "time", simulation)
    trial = Trial(name="linear 1", family="linear", params={}, complexity=1, n_train=0)
    return simulation.context(MemoryRecord()).evaluator(trial)


def measured(evaluator: CandidateEvaluator, *sizes: int) -> CandidateState:
    evaluator.measure(evaluator.missing(list(sizes)), lambda _: None)
    return CandidateState(evaluator.trial, evaluator)


def test_seconds_grow_with_the_rows_as_fits_took(evaluator: CandidateEvaluator) -> None:
    assert CandidateState(evaluator.trial, evaluator).seconds([(100, 0)]) == 0.0, "not timed yet"
    one = measured(evaluator, 100)
    assert one.seconds([(400, 0), (400, 1)]) == pytest.approx(8.0), "in proportion, of one size"
    assert one.seconds([(50, 0)]) == pytest.approx(1.0), "but never less than was measured"
    several = measured(evaluator, 200, 400)
    assert several.seconds([(800, 0), (800, 1)]) == pytest.approx(16.0, rel=0.1)
    assert several.seconds([]) == 0.0


def test_what_was_measured_at_a_size_is_expected_there(evaluator: CandidateEvaluator) -> None:
    one = measured(evaluator, 100, 200, 400)
    evaluator.fits = {
        (size, repeat): replace(fit, spent_s=(3.0, 9.0, 60.0)[repeat]) if size == 200 else fit
        for (size, repeat), fit in evaluator.fits.items()
    }
    assert one.seconds([(200, 7), (200, 8)]) == pytest.approx(18.0), "twice the median"


def test_the_uncertainty_at_the_largest_size_is_that_of_the_draws(
    evaluator: CandidateEvaluator,
) -> None:
    state = CandidateState(evaluator.trial, evaluator)
    assert state.std_at_largest == 0.0
    state.forecast = ErrorForecast(np.exp([-0.2, 0.2]), 0.5, -0.1, 0.7)
    assert state.std_at_largest == pytest.approx(0.2)
