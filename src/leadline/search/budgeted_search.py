"""Budgeted search: candidates are measured within a time box, the best gain a second first.

Every candidate is measured at small nested sizes first. Its learning curve then gives a forecast of
its error at larger sizes, and each next measurement is the one that is expected to save most error
a second. To begin a new candidate, of a family or a searcher, is such an action too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from leadline.engines.loading import load
from leadline.evaluation.fit import message_of
from leadline.phases.search.choice import comparison_errors
from leadline.phases.search.trial import TrialState
from leadline.search.action_choice import (
    Action,
    best_action,
    gain_of_new_candidate,
    has_stalled,
    min_gain,
)
from leadline.search.candidate_evaluator import REPEATS_PER_BATCH, EvaluationContext, Measurement
from leadline.search.candidate_state import CandidateState
from leadline.search.candidates import CandidateSource, Params
from leadline.search.error_forecast import ErrorForecast, error_forecast_of
from leadline.search.fold_effects import fold_effects_of, without_fold_effects
from leadline.search.study import Study
from leadline.stats.allocation import expected_value_of_information
from leadline.stats.curves.design import train_sizes

if TYPE_CHECKING:
    from leadline.phases.curve import Point
    from leadline.stats.arrays import Floats

_MAX_SIZES = 7
_N_FIRST_SIZES = 3  # at which every candidate is measured
_N_DRAWS = 400
# a shorter time box is not spent on starting processes, and is measured a size at a time
_SHORT_S = 45.0
# by this factor the time left exceeds what measuring the leader in full is expected to take
_RESERVE = 1.5


@dataclass
class BudgetedSearch:
    """A search within a time box, and what it knows of each candidate.

    Attributes
    ----------
    context : EvaluationContext
        What candidates are measured with.
    study : Study
        The trials on the record.
    n_affordable : int
        Train rows that can be afforded.
    searcher : str
        Name of the engine that proposes parameters; "none": only the families do.
    left_s : callable
        Returns the seconds before the time box closes.
    banned : set of str
        Names of trials that are not to be measured again.
    candidates : list of CandidateState
        In the order they were begun.
    sources : list of CandidateSource
        One a family.
    """

    context: EvaluationContext
    study: Study
    n_affordable: int
    searcher: str
    left_s: Callable[[], float]
    banned: frozenset[str] = frozenset()
    candidates: list[CandidateState] = field(default_factory=list)
    sources: list[CandidateSource] = field(default_factory=list)

    def __post_init__(self) -> None:
        sizes = train_sizes(self.context.max_train_size)[::-1]
        self.sizes = sizes[::2][:_MAX_SIZES][::-1]

    def run(self, sources: Iterable[CandidateSource]) -> None:
        """Measure each family's default, the first in full; then act while there is a gain."""
        is_short = self.left_s() < _SHORT_S
        for source in sources:
            candidate = self._open(source)
            if candidate is None:
                continue
            is_baseline, usual = len(self.candidates) == 1, candidate.evaluator.executor
            if is_short or is_baseline:
                # in this process: others take seconds to start
                candidate.evaluator.executor = load("executors", "sequential")(1)
            if is_baseline:
                self._measure(candidate, self._missing_at_largest(candidate))
            else:
                self._measure_first_sizes(candidate)
            candidate.evaluator.executor = usual
        self._restore()
        while self._act():
            pass

    def _open(self, source: CandidateSource) -> CandidateState | None:
        """Begin a family's default; None where the family has none, or fails."""
        spec = self.context.spec
        data, task = spec.data, spec.target.task.value
        try:
            if not source.open(task, data.features, data.split.n_train):
                return None
        except Exception as error:  # a family of others may raise anything; the search goes on
            failed = self.study.trial_of(source, {}, is_tuned=False)
            self.study.write(replace(failed, state=TrialState.FAILED, message=message_of(error)))
            return None
        if self.searcher == "none":
            source.space = {}
        self.sources.append(source)
        params, is_tuned = source.next_params((), self.searcher, 0)
        return self._begin(source, params, is_tuned=is_tuned)

    def _restore(self) -> None:
        """Add the candidates that earlier runs measured, and take them off the proposals."""
        by_name = {source.name: source for source in self.sources}
        begun = {candidate.trial.name for candidate in self.candidates}
        for trial in self.study:
            source = by_name.get(trial.family)
            if source is None or trial.name in begun or trial.name in self.banned:
                continue
            source.proposals = [each for each in source.proposals if each != trial.params]
            candidate = CandidateState(trial, self.context.evaluator(trial))
            if candidate.evaluator.points:
                self.candidates.append(candidate)
                self._refresh(candidate)

    def _begin(
        self, source: CandidateSource, params: Params, *, is_tuned: bool
    ) -> CandidateState | None:
        """Add a candidate; None if its trial is banned."""
        trial = self.study.trial_of(source, params, is_tuned=is_tuned)
        if trial.name in self.banned:
            return None
        # one that failed in an earlier run is tried again
        trial = replace(trial, state=TrialState.NOT_STARTED, message="")
        self.study.write(trial)
        candidate = CandidateState(trial, self.context.evaluator(trial))
        self.candidates.append(candidate)
        return candidate

    def _measure_first_sizes(self, candidate: CandidateState) -> None:
        sizes = self.sizes[:_N_FIRST_SIZES]
        # in a short time box a size at a time, so that something is known when it closes
        parts = [[size] for size in sizes] if self.left_s() < _SHORT_S else [sizes]
        for part in parts:
            self._measure(candidate, candidate.evaluator.missing(part))

    def _missing_at_largest(self, candidate: CandidateState) -> list[Measurement]:
        """What is not measured yet at the largest size, one repeat a fold."""
        n_repeats = max(self.context.n_folds, REPEATS_PER_BATCH)
        return candidate.evaluator.missing(self.sizes[-1:], n_repeats)

    def _next_measurements(self, candidate: CandidateState) -> list[Measurement]:
        """The next larger size, or what is missing at the largest; empty when all is measured."""
        reached = candidate.evaluator.points[-1].n_train
        larger = [size for size in self.sizes if size > reached]
        if larger:
            return candidate.evaluator.missing(larger[:1])
        return self._missing_at_largest(candidate)

    def _measure(self, candidate: CandidateState, measurements: list[Measurement]) -> None:
        # the trial written last is the one being measured: it failed if this process is killed
        self.study.write(candidate.trial)
        candidate.evaluator.measure(measurements, lambda _: None)
        self._refresh(candidate)

    def _act(self) -> bool:
        """Run the action of the largest gain a second; return whether there was any."""
        measured = [each for each in self.candidates if each.forecast is not None]
        if not measured:
            return self._begin_any_proposal()
        errors = self._errors(measured)
        leader = min(measured, key=lambda candidate: errors[candidate.trial.name])
        left_s = self.left_s()
        missing = self._missing_at_largest(leader)
        if missing and left_s < _RESERVE * leader.seconds(missing):
            self._measure(leader, missing)
            return True
        least = min_gain(errors[leader.trial.name], leader.std_at_largest)
        actions = [
            *self._measuring_actions(measured, errors, least),
            *self._beginning_actions(errors, least),
        ]
        best = best_action(actions, left_s)
        if best is not None:
            best.run()
        elif missing:
            self._measure(leader, missing)
        return best is not None or bool(missing)

    def _measuring_actions(
        self, measured: Sequence[CandidateState], errors: dict[str, float], least: float
    ) -> Iterator[Action]:
        """The next measurements of each candidate, where their gain is above the least."""
        gains = expected_value_of_information(self._posterior_means(measured, errors))
        for candidate, gain in zip(measured, gains, strict=True):
            measurements = self._next_measurements(candidate)
            if measurements and gain > least:
                run = partial(self._measure, candidate, measurements)
                yield Action(float(gain), candidate.seconds(measurements), run)

    def _beginning_actions(self, errors: dict[str, float], least: float) -> Iterator[Action]:
        """One more candidate of each family; its own proposals need not reach the least gain."""
        for source in self.sources:
            gain, seconds = self._gain_and_seconds(source, errors)
            if gain > (0.0 if source.proposals else least):
                yield Action(gain, seconds, partial(self._begin_next, source))

    def _errors(self, measured: Sequence[CandidateState]) -> dict[str, float]:
        """Errors that candidates are compared by: the final choice uses the same."""
        trials = [candidate.trial for candidate in measured]
        return comparison_errors(trials, self.context.spec.scoring)

    def _posterior_means(
        self, measured: Sequence[CandidateState], errors: dict[str, float]
    ) -> Floats:
        """Draws of each candidate's mean error after its next measurement, one column each."""
        return np.column_stack(
            [
                candidate.forecast.posterior_means
                * errors[candidate.trial.name]
                / np.mean(candidate.forecast.draws)
                for candidate in measured
                if candidate.forecast is not None
            ]
        )

    def _gain_and_seconds(
        self, source: CandidateSource, errors: dict[str, float]
    ) -> tuple[float, float]:
        """Gain of one more candidate of a family, and seconds of its first sizes; 0 for none."""
        family = self._measured_of(source)
        known = [errors[candidate.trial.name] for candidate in family]
        if source.is_exhausted or not family or (has_stalled(known) and not source.proposals):
            return 0.0, 0.0
        stds = [candidate.std_at_largest for candidate in family]
        gain = gain_of_new_candidate(known, stds, min(errors.values()))
        first = [
            (size, repeat)
            for size in self.sizes[:_N_FIRST_SIZES]
            for repeat in range(REPEATS_PER_BATCH)
        ]
        return gain, float(np.mean([candidate.seconds(first) for candidate in family]))

    def _measured_of(self, source: CandidateSource) -> list[CandidateState]:
        """A family's measured candidates, in the order they were begun."""
        return [
            candidate
            for candidate in self.candidates
            if candidate.trial.family == source.name and candidate.forecast is not None
        ]

    def _begin_next(self, source: CandidateSource) -> bool:
        """Begin a family's next candidate and measure its first sizes."""
        family = self._measured_of(source)
        errors = self._errors(family)
        observed = [(candidate.trial.params, errors[candidate.trial.name]) for candidate in family]
        seed = self.context.spec.seed + len(family)
        params, is_tuned = source.next_params(observed, self.searcher, seed)
        if any(candidate.trial.params == params for candidate in family):
            source.space = {}  # the searcher repeats itself: nothing new is left
            return True
        candidate = self._begin(source, params, is_tuned=is_tuned)
        if candidate is not None:
            self._measure_first_sizes(candidate)
        return True

    def _begin_any_proposal(self) -> bool:
        """While no candidate could be measured: begin the next proposal of any family."""
        source = next((each for each in self.sources if each.proposals), None)
        return source is not None and self._begin_next(source)

    def _refresh(self, candidate: CandidateState) -> None:
        """Forecast a candidate's error anew, and write what is known of it to the record."""
        evaluator = candidate.evaluator
        points = evaluator.points
        if not points or max(evaluator.failed_sizes, default=0) > points[-1].n_train:
            candidate.set_failed()
        else:
            effects = fold_effects_of([each.evaluator.points for each in self.candidates])
            forecast = self._forecast(candidate, without_fold_effects(points, effects))
            is_whole = points[-1].n_train == self.sizes[-1] and not self._missing_at_largest(
                candidate
            )
            candidate.set_measured(
                forecast, self.sizes[-1], self.n_affordable, is_complete=is_whole
            )
        self.study.write(candidate.trial)

    def _forecast(self, candidate: CandidateState, points: Sequence[Point]) -> ErrorForecast:
        """Forecast a candidate's error with draws that are independent of other candidates'."""
        measurements = self._next_measurements(candidate)
        return error_forecast_of(
            points,
            self.sizes[-1],
            self.n_affordable,
            measurements[0][0] if measurements else None,
            scoring=self.context.spec.scoring,
            family=candidate.trial.family,
            n_draws=_N_DRAWS,
            seed=self.candidates.index(candidate),
        )
