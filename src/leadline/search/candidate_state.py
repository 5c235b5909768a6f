"""State of a candidate in a search: its trial, its evaluator, its error forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from leadline.phases.scoring import scoring_of
from leadline.phases.search.trial import PROMPTED, Trial, TrialState
from leadline.search.action_choice import MIN_SECONDS
from leadline.search.candidate_evaluator import CandidateEvaluator, Measurement
from leadline.search.error_forecast import ErrorForecast, forecast_beyond, mean_and_interval
from leadline.stats.machines.fit_time import fit_time_law


@dataclass
class CandidateState:
    """A candidate of a search.

    Attributes
    ----------
    trial : Trial
        As it was last written to the record.
    evaluator : CandidateEvaluator
        Measures it.
    is_default : bool
        Whether it is what its family proposes first.
    forecast : ErrorForecast or None
        None before it was measured, and when it failed.
    n_open : int
        Fits that run or wait for a process.
    suspects : set of Measurement
        Fits during which a process died that others ran beside.
    shares : dict of int to ndarray
        Repeat at the largest size to what the model answered to its validation rows.
    """

    trial: Trial
    evaluator: CandidateEvaluator
    is_default: bool = False
    forecast: ErrorForecast | None = None
    n_open: int = 0
    suspects: set[Measurement] = field(default_factory=set)
    shares: dict[int, NDArray[np.float32]] = field(default_factory=dict)
    _seconds_known: tuple[int, dict[int, float]] = field(default_factory=lambda: (0, {}))

    @property
    def is_prompted(self) -> bool:
        """Whether a language model is asked: more rows teach it nothing, and each answer costs."""
        return self.trial.family == PROMPTED

    @property
    def std_at_largest(self) -> float:
        """Standard deviation of its log error at the largest size; 0 without a forecast."""
        return 0.0 if self.forecast is None else float(np.std(np.log(self.forecast.draws)))

    def seconds(self, measurements: Sequence[Measurement]) -> float:
        """Seconds of one process that some fits are expected to take; 0 before any fit."""
        if not self.evaluator.fits:
            return 0.0
        n_fits, known = self._seconds_known
        if n_fits != len(self.evaluator.fits):
            known = {}
            self._seconds_known = len(self.evaluator.fits), known
        for size in {size for size, _ in measurements} - known.keys():
            known[size] = self._seconds_of_one(size)
        return sum(known[size] for size, _ in measurements)

    def _seconds_of_one(self, size: int) -> float:
        """Seconds of a fit at a size: as measured there, else by the law of those at others."""
        fits = self.evaluator.fits
        at_size = [result.spent_s for (n, _), result in fits.items() if n == size]
        if at_size:
            return max(float(np.median(at_size)), MIN_SECONDS)
        sizes = [float(n) for n, _ in fits]
        spent = [max(result.spent_s, MIN_SECONDS) for result in fits.values()]
        if len(set(sizes)) < 2:
            return float(np.mean(spent)) * max(size / sizes[0], 1.0)
        return float(fit_time_law(sizes, spent).predict([float(size)])[0])

    def set_not_started(self) -> None:
        """Take it that the box closes before a size is measured."""
        self.forecast = None
        self.trial = replace(self.trial, state=TrialState.NOT_STARTED)

    def set_failed(self) -> None:
        """Take it that the candidate cannot be fitted at a larger size than those measured."""
        self.forecast = None
        message = self.evaluator.failure
        self.trial = replace(self.trial, state=TrialState.FAILED, message=message)

    def set_measured(
        self, forecast: ErrorForecast, n_largest: int, n_affordable: int, *, is_complete: bool
    ) -> None:
        """Take over a new forecast, and bring the trial up to what was measured.

        Parameters
        ----------
        forecast : ErrorForecast
            From the points measured so far.
        n_largest : int
            Largest size that any candidate can be measured at.
        n_affordable : int
            Train rows that can be afforded.
        is_complete : bool
            Whether every fold was measured at the largest size.
        """
        evaluator, points = self.evaluator, self.evaluator.points
        last, scoring = points[-1], scoring_of(evaluator.spec.scoring)
        result = next(each for (n, _), each in sorted(evaluator.fits.items()) if n == last.n_train)
        self.forecast = forecast
        self.trial = replace(
            self.trial,
            state=TrialState.COMPLETE if is_complete else TrialState.PRUNED,
            n_train=last.n_train,
            scores=tuple(scoring.score(error) for error in last.errors),
            mean=scoring.score(last.mean),
            stderr=last.stderr,
            fit_s=last.fit_s,
            points=points,
            expected=forecast_beyond(
                points, n_affordable, scoring=evaluator.spec.scoring, family=self.trial.family
            ),
            error_at_largest=mean_and_interval(forecast.draws, n_largest),
            log_error_change=forecast.log_error_change,
            log_error_std=forecast.log_error_std,
            architecture=result.architecture,
            epochs=result.epochs,
            answer_s=evaluator.last_answer_s(last.n_train),
            answer_cost=evaluator.answer_cost,
        )
