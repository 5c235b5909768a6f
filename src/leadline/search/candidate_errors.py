"""Errors of candidates as they are compared: expected ones, and draws of what is believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from leadline.phases.search.choice import comparison_errors
from leadline.search.candidate_state import CandidateState
from leadline.search.error_forecast import ErrorForecast, Shape

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats


def expected_errors(measured: Sequence[CandidateState], scoring: str) -> dict[str, float]:
    """Errors that candidates are compared by: the final choice uses the same."""
    return comparison_errors([candidate.trial for candidate in measured], scoring)


def error_draws(measured: Sequence[CandidateState], errors: dict[str, float]) -> Floats:
    """Draws of each candidate's error, one column each."""
    return _columns(measured, errors, lambda forecast: forecast.draws)


def posterior_means(measured: Sequence[CandidateState], errors: dict[str, float]) -> Floats:
    """Draws of each candidate's mean error after its next measurement, one column each."""
    return _columns(measured, errors, lambda forecast: forecast.posterior_means)


def _columns(
    measured: Sequence[CandidateState],
    errors: dict[str, float],
    draws_of: Callable[[ErrorForecast], Floats],
) -> Floats:
    """Draws about the errors that candidates are compared by."""
    return np.column_stack(
        [
            draws_of(candidate.forecast)
            * (errors[candidate.trial.name] / np.mean(candidate.forecast.draws))
            for candidate in measured
            if candidate.forecast is not None
        ]
    )


def shape_of(family: str, candidates: Sequence[CandidateState]) -> Shape | None:
    """How a family's default changes with the rows; None before that is known."""
    for each in candidates:
        if each.trial.family == family and each.is_default and each.forecast is not None:
            return Shape(each.evaluator.points, each.forecast)
    return None
