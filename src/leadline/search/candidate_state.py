"""A candidate in the race, and what may be done next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leadline.phases.search.trial import Trial
from leadline.search.candidate_evaluator import Bench, Step
from leadline.search.error_forecast import Outlook
from leadline.stats.machines.fit_time import fit_time_law

LEAST_S = 1e-3
"""Seconds below which nothing is told apart."""


@dataclass
class Runner:
    """A candidate in the race.

    Attributes
    ----------
    trial : Trial
        As the record has it last.
    bench : Bench
        Where it is measured.
    outlook : Outlook or None
        None before it was measured, and when it failed.
    """

    trial: Trial
    bench: Bench
    outlook: Outlook | None = None

    @property
    def doubt(self) -> float:
        """Standard deviation of its log error at the largest size."""
        return 0.0 if self.outlook is None else float(np.std(np.log(self.outlook.draws)))

    def seconds(self, steps: list[Step]) -> float:
        """Wall clock that some fits are expected to take; 0 where nothing was timed."""
        fits = self.bench.fits
        if not fits or not steps:
            return 0.0
        sizes = [float(size) for size, _ in fits]
        spent = [max(result.spent_s, LEAST_S) for result in fits.values()]
        wanted, counts = np.unique([float(size) for size, _ in steps], return_counts=True)
        if len(set(sizes)) < 2:
            each = np.mean(spent) * np.maximum(wanted / sizes[0], 1.0)
        else:
            each = fit_time_law(sizes, spent).predict(wanted)
        return float(each @ counts) * self.bench.pace


@dataclass(frozen=True)
class Move:
    """Something that may be done next.

    Attributes
    ----------
    worth : float
        Error that it is expected to save.
    seconds : float
        Wall clock that it is expected to take.
    make : callable
        Does it.
    """

    worth: float
    seconds: float
    make: Callable[[], object]
