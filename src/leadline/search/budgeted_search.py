"""Budgeted search: candidates are measured within a time box, the best gain a second first.

What is cheap is done in full first: a family's default on all rows and folds where that costs a
small share of the box. What is dear is measured at small nested sizes, whose learning curve gives a
forecast of its error at larger ones. Then each next measurement is the one that is expected to save
most error a second. To begin a new candidate, of a family or a searcher, is such an action too.

Fits run beside each other and beside the planning: whenever fewer of them wait than there are
processes, the next are chosen by what is known by then.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from leadline.evaluation.fit import message_of
from leadline.phases.data import SplitKind
from leadline.phases.search.trial import TrialState
from leadline.search.action_choice import (
    Action,
    gain_of_new_candidate,
    has_stalled,
    min_gain,
    run_best,
)
from leadline.search.candidate_errors import (
    default_of,
    error_draws,
    expected_errors,
    forget_answers,
    measured_of,
    points_on_equal_folds,
    posterior_means,
    shape_of,
)
from leadline.search.candidate_evaluator import EvaluationContext, Measurement
from leadline.search.candidate_state import CandidateState
from leadline.search.candidates import CandidateSource, Params
from leadline.search.error_forecast import ErrorForecast, error_forecast_of
from leadline.search.measuring_plan import MeasuringPlan
from leadline.search.running_fits import RunningFits
from leadline.search.study import Study
from leadline.stats.allocation import expected_value_of_information, probability_best
from leadline.stats.curves.design import train_sizes

if TYPE_CHECKING:
    from leadline.phases.curve import Point

_MAX_SIZES = 7
_N_DRAWS = 400
_N_ANSWERS_KEPT = 16
# by this factor the time left exceeds what measuring the leader in full is expected to take
_RESERVE = 1.5
# candidates that may be the best get more repeats when nothing else helps
_FEWEST_CHANCE = 0.03
# of log error of a family's candidates, where time is left and hope is all there is
_HOPED_STD = 0.1


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
    is_careful : bool
        Whether one fit runs at a time, as one of several took the processes down.
    candidates : list of CandidateState
        In the order they were begun.
    sources : list of CandidateSource
        One a family.
    on_all_open : callable
        Called once every family was asked for its candidates.
    """

    context: EvaluationContext
    study: Study
    n_affordable: int
    searcher: str
    left_s: Callable[[], float]
    banned: frozenset[str] = frozenset()
    is_careful: bool = False
    candidates: list[CandidateState] = field(default_factory=list)
    sources: list[CandidateSource] = field(default_factory=list)
    on_all_open: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        sizes = train_sizes(self.context.max_train_size)[::-1]
        self.sizes = sizes[::2][:_MAX_SIZES][::-1]
        executor = self.context.executor
        self.n_workers = 1 if self.is_careful else executor.n_workers
        self.fits = RunningFits(
            executor,
            self._note_running,
            self.n_workers,
            self.left_s,
            kept_size=self.sizes[-1],
            n_kept_repeats=self.context.n_folds,
        )
        self.plan = MeasuringPlan(
            tuple(self.sizes),
            self.context.n_folds,
            self.left_s() * self.n_workers,
            self.n_workers,
        )

    @property
    def _is_by_time(self) -> bool:
        return self.context.spec.data.split.kind is SplitKind.TIME

    @property
    def _free_s(self) -> float:
        """Seconds before the time box closes, less those that what runs and waits will take."""
        return self.left_s() - self.fits.open_s / self.n_workers

    def run(self, sources: Iterable[CandidateSource]) -> None:
        """Measure until nothing is expected to help, or the time box closes."""
        unopened, is_all_open = iter(sources), False
        while True:
            while self.fits.has_room and self.left_s() > 0:
                if not is_all_open:
                    is_all_open = not self._open_next(unopened)
                elif not self._act():
                    break
            if self.fits.is_idle or self.left_s() <= 0:
                self._close()
                return
            for candidate in self.fits.take(self.left_s()):
                self._refresh(candidate)

    def _close(self) -> None:
        """Take over what was measured of those whose fits have not all ended."""
        for candidate in self.candidates:
            if candidate.trial.state is TrialState.RUNNING:
                self._refresh(candidate)

    def _open_next(self, sources: Iterator[CandidateSource]) -> bool:
        """Begin the next family's default; whether there was one. The first is done in full."""
        source = next(sources, None)
        if source is None:
            self.on_all_open()
            self._restore()
            return False
        candidate = self._open(source)
        if candidate is not None:
            is_baseline = len(self.candidates) == 1
            missing = (
                self.plan.at_largest(candidate) if is_baseline else self.plan.first_sizes(candidate)
            )
            self._add(candidate, missing)
        return True

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
        return self._begin(source, params, is_tuned=is_tuned, is_default=True)

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
        self,
        source: CandidateSource,
        params: Params,
        *,
        is_tuned: bool,
        is_default: bool = False,
    ) -> CandidateState | None:
        """Add a candidate; None if its trial is banned, or it cannot be begun."""
        trial = self.study.trial_of(source, params, is_tuned=is_tuned)
        if trial.name in self.banned:
            return None
        # one that failed in an earlier run is tried again
        trial = replace(trial, state=TrialState.NOT_STARTED, message="")
        self.study.write(trial)
        try:
            evaluator = self.context.evaluator(trial, self.left_s())
        except Exception as error:  # a language model is asked, and may not answer
            self.study.write(replace(trial, state=TrialState.FAILED, message=message_of(error)))
            return None
        candidate = CandidateState(trial, evaluator, is_default=is_default)
        self.candidates.append(candidate)
        return candidate

    def _add(self, candidate: CandidateState, measurements: list[Measurement]) -> None:
        """Have fits made; where all were made before, take over what is known."""
        if measurements:
            self.fits.add(candidate, measurements)
        else:
            self._refresh(candidate)

    def _note_running(self, candidate: CandidateState) -> None:
        """Note on the record that a fit begins: if the process is killed, this may be why."""
        if candidate.trial.state is not TrialState.RUNNING:
            candidate.trial = replace(candidate.trial, state=TrialState.RUNNING)
            self.study.write(candidate.trial)

    def _act(self) -> bool:
        """Begin the action of the largest gain a second; return whether there was any."""
        measured = [each for each in self.candidates if each.forecast is not None]
        if not measured:
            return self.fits.is_idle and self._begin_any_proposal()
        return self._add_whole_default(measured) or self._spend(measured)

    def _spend(self, measured: Sequence[CandidateState]) -> bool:
        """Spend what is left where it is expected to help most; whether anything was begun."""
        errors = expected_errors(measured, self.context.spec.scoring)
        leader = min(measured, key=lambda candidate: errors[candidate.trial.name])
        left_s = self._free_s
        missing = [] if leader.n_open else self.plan.for_choice(leader)
        needed_s = self.plan.wall_s(leader, missing)
        if missing and needed_s < left_s < _RESERVE * needed_s:
            self._add(leader, missing)
            return True
        least = min_gain(errors[leader.trial.name], leader.std_at_largest)
        actions = [
            *self._measuring_actions(measured, errors, least),
            *self._beginning_actions(errors, least),
        ]
        if run_best(actions, left_s):
            return True
        if missing and needed_s < left_s:
            self._add(leader, missing)
            return True
        # nothing is worth much, but the time is granted
        return self._add_repeats(measured, errors, left_s) or run_best(
            self._beginning_actions(errors, 0.0, least_std=_HOPED_STD), left_s
        )

    def _add_whole_default(self, measured: Sequence[CandidateState]) -> bool:
        """Measure in full the cheapest default that is not, if in time; whether there was one."""
        wholes = [
            (candidate, missing)
            for candidate in measured
            if candidate.is_default and not candidate.n_open
            if (missing := self.plan.at_largest(candidate))
        ]
        if not wholes:
            return False
        candidate, missing = min(wholes, key=lambda each: each[0].seconds(each[1]))
        is_in_time = self.plan.wall_s(candidate, missing) < self._free_s
        if is_in_time and self.plan.is_whole_cheap(candidate):
            self._add(candidate, missing)
            return True
        return False

    def _measuring_actions(
        self, measured: Sequence[CandidateState], errors: dict[str, float], least: float
    ) -> Iterator[Action]:
        """The next measurements of each candidate, where their gain is above the least."""
        gains = expected_value_of_information(posterior_means(measured, errors))
        for candidate, gain in zip(measured, gains, strict=True):
            if candidate.n_open:
                continue
            measurements = self.plan.following(candidate)
            if measurements and gain > least:
                run = partial(self._add, candidate, measurements)
                yield Action(float(gain), self.plan.wall_s(candidate, measurements), run)

    def _beginning_actions(
        self, errors: dict[str, float], least: float, *, least_std: float = 0.0
    ) -> Iterator[Action]:
        """One more candidate of each family; its own proposals need not reach the least gain."""
        for source in self.sources:
            gain, seconds = self._gain_and_seconds(source, errors, least_std)
            if gain > (0.0 if source.proposals else least):
                yield Action(gain, seconds, partial(self._begin_next, source))

    def _add_repeats(
        self, measured: Sequence[CandidateState], errors: dict[str, float], left_s: float
    ) -> bool:
        """One more round of folds for who may be the best; whether there was any to measure."""
        if self._is_by_time:
            return False  # the folds of a second round would be the same
        chances = probability_best(error_draws(measured, errors))
        for number in np.argsort(-chances, kind="stable"):
            candidate = measured[int(number)]
            if chances[number] < _FEWEST_CHANCE or chances[number] > 1 - _FEWEST_CHANCE:
                return False
            missing = [] if candidate.n_open else self.plan.next_round(candidate)
            if missing and self.plan.wall_s(candidate, missing) < left_s:
                self._add(candidate, missing)
                return True
        return False

    def _gain_and_seconds(
        self, source: CandidateSource, errors: dict[str, float], least_std: float
    ) -> tuple[float, float]:
        """Gain of one more candidate of a family, and seconds of its first fits; 0 for none."""
        family = measured_of(source.name, self.candidates)
        known = [errors[candidate.trial.name] for candidate in family]
        if source.is_exhausted or not family or (has_stalled(known) and not source.proposals):
            return 0.0, 0.0
        stds = [candidate.std_at_largest for candidate in family]
        gain = gain_of_new_candidate(known, stds, min(errors.values()), least_std=least_std)
        return gain, self.plan.look_s(family, default_of(source.name, self.candidates))

    def _begin_next(self, source: CandidateSource) -> bool:
        """Begin a family's next candidate and have its first fits made."""
        begun = [each.trial for each in self.candidates if each.trial.family == source.name]
        banned = [trial for trial in self.study if trial.name in self.banned]
        tried = [trial.params for trial in (*begun, *banned) if trial.family == source.name]
        family = measured_of(source.name, self.candidates)
        errors = expected_errors(family, self.context.spec.scoring)
        observed = [(candidate.trial.params, errors[candidate.trial.name]) for candidate in family]
        seed = self.context.spec.seed + len(begun)
        params, is_tuned = source.next_params(observed, self.searcher, seed, tried)
        if params in tried:
            if is_tuned:
                source.space = {}  # the searcher repeats itself: nothing new is left
            return True
        look = self.plan.look(default_of(source.name, self.candidates))
        candidate = self._begin(source, params, is_tuned=is_tuned)
        if candidate is not None:
            self._add(candidate, candidate.evaluator.missing(look))
        return True

    def _begin_any_proposal(self) -> bool:
        """While no candidate could be measured: begin the next proposal of any family."""
        source = next((each for each in self.sources if each.proposals), None)
        return source is not None and self._begin_next(source)

    def _refresh(self, candidate: CandidateState) -> None:
        """Forecast a candidate's error anew, and write what is known of it to the record."""
        evaluator = candidate.evaluator
        points = evaluator.points
        if not points and not evaluator.failed_sizes:
            candidate.set_not_started()
        elif not points or max(evaluator.failed_sizes, default=0) > points[-1].n_train:
            candidate.set_failed()
        else:
            compared = points_on_equal_folds(
                candidate, self.candidates, self.context.n_folds, is_by_time=self._is_by_time
            )
            forecast = self._forecast(candidate, compared)
            is_whole = points[-1].n_train == self.sizes[-1] and not self.plan.at_largest(candidate)
            candidate.set_measured(
                forecast, self.sizes[-1], self.n_affordable, is_complete=is_whole
            )
        self.study.write(candidate.trial)
        forget_answers(self.candidates, self.context.spec.scoring, _N_ANSWERS_KEPT)

    def _forecast(self, candidate: CandidateState, points: Sequence[Point]) -> ErrorForecast:
        """Forecast a candidate's error with draws that are independent of other candidates'."""
        measurements = self.plan.following(candidate)
        return error_forecast_of(
            points,
            self.sizes[-1],
            self.n_affordable,
            measurements[0][0] if measurements else None,
            scoring=self.context.spec.scoring,
            family=candidate.trial.family,
            n_draws=_N_DRAWS,
            seed=self.candidates.index(candidate),
            shape=None
            if candidate.is_default
            else shape_of(candidate.trial.family, self.candidates),
        )
