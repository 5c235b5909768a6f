"""State of a candidate in a search: its trial, its evaluator, its error forecast."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from leadline.phases.scoring import scoring_of
from leadline.phases.search.trial import Trial, TrialState
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
    forecast : ErrorForecast or None
        None before it was measured, and when it failed.
    """

    trial: Trial
    evaluator: CandidateEvaluator
    forecast: ErrorForecast | None = None

    @property
    def std_at_largest(self) -> float:
        """Standard deviation of its log error at the largest size; 0 without a forecast."""
        return 0.0 if self.forecast is None else float(np.std(np.log(self.forecast.draws)))

    def seconds(self, measurements: list[Measurement]) -> float:
        """Wall clock that some fits are expected to take, in seconds; 0 before any fit."""
        fits = self.evaluator.fits
        if not fits or not measurements:
            return 0.0
        sizes = [float(size) for size, _ in fits]
        spent = [max(result.spent_s, MIN_SECONDS) for result in fits.values()]
        wanted, counts = np.unique([float(size) for size, _ in measurements], return_counts=True)
        if len(set(sizes)) < 2:
            each = np.mean(spent) * np.maximum(wanted / sizes[0], 1.0)
        else:
            each = fit_time_law(sizes, spent).predict(wanted)
        return float(each @ counts) * self.evaluator.wall_clock_ratio

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
        )
