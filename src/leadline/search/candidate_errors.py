"""Errors of candidates as they are compared: expected ones, and draws of what is believed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np

from leadline.phases.search.choice import comparison_errors
from leadline.search.candidate_state import CandidateState
from leadline.search.error_forecast import LEAST_ERROR, ErrorForecast, Shape, floors_of
from leadline.search.fold_effects import (
    fold_effects_of,
    fold_weights,
    on_equal_folds,
    without_fold_effects,
)

if TYPE_CHECKING:
    from leadline.phases.curve import Point
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


def measured_of(family: str, candidates: Sequence[CandidateState]) -> list[CandidateState]:
    """A family's measured candidates, in the order they were begun."""
    return [
        each for each in candidates if each.trial.family == family and each.forecast is not None
    ]


def default_of(family: str, candidates: Sequence[CandidateState]) -> CandidateState | None:
    """A family's default, once it is measured."""
    measured = measured_of(family, candidates)
    return next((candidate for candidate in measured if candidate.is_default), None)


def points_on_equal_folds(
    candidate: CandidateState,
    candidates: Sequence[CandidateState],
    n_folds: int,
    *,
    is_by_time: bool,
) -> tuple[Point, ...]:
    """A candidate's points as they would be if all candidates had the same folds."""
    points = candidate.evaluator.points
    weights = fold_weights(n_folds, is_by_time=is_by_time)
    scoring = candidate.evaluator.spec.scoring
    least = floors_of(points, scoring).error if points else LEAST_ERROR
    effects = fold_effects_of([each.evaluator.points for each in candidates], weights, least=least)
    shape = shape_of(candidate.trial.family, candidates)
    if candidate.is_default or shape is None:
        return without_fold_effects(points, effects, weights)
    return on_equal_folds(points, effects, shape.points, weights, least=least)


def forget_answers(candidates: Sequence[CandidateState], scoring: str, n_kept: int) -> None:
    """Let go of the answers of all but the best candidates: hundreds of them fill the memory."""
    holders = [each for each in candidates if each.shares and each.forecast is not None]
    if len(holders) > n_kept:
        errors = expected_errors(holders, scoring)
        for candidate in sorted(holders, key=lambda each: errors[each.trial.name])[n_kept:]:
            candidate.shares.clear()


def shape_of(family: str, candidates: Sequence[CandidateState]) -> Shape | None:
    """How a family's default changes with the rows; None before that is known."""
    default = default_of(family, candidates)
    if default is None or default.forecast is None:
        return None
    return Shape(default.evaluator.points, default.forecast, default.evaluator.spec.scoring)
