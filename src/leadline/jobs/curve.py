"""train / curve: measure how the error falls with more rows."""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.engines.loading import load
from leadline.errors import NotReadyError
from leadline.gather.folds import folds_of
from leadline.gather.frames import Target, load_pool
from leadline.gather.measuring import FitResult, FitSpec, measure, spec_of
from leadline.phases import curve as phase
from leadline.phases.curve import CandidateCurve, Curve, Point
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search, Trial

if TYPE_CHECKING:
    from leadline.gather.progress import Report
    from leadline.record import Reading
    from leadline.workspace import Workspace

_N_SIZES = 8
_N_REPEATS = 5
_SMALLEST = 50
_FEWEST_ROWS = 20
_MOST_VALID = 10_000
_N_CANDIDATES = 2


def run(workspace: Workspace, reading: Reading, report: Report) -> Curve:
    """Measure the chosen candidate and the best one of another family."""
    problem = reading.of(Problem)
    data = reading.of(Data)
    search = reading.of(Search)
    target = Target.of(problem)
    base = replace(
        spec_of(workspace.artifacts, problem, data),
        n_folds=_N_REPEATS,
        n_valid=_MOST_VALID,
    )
    folds = folds_of(
        load_pool(workspace.artifacts, data, target), n_folds=_N_REPEATS, seed=base.seed
    )
    sizes = train_sizes(min(train.size for train, _ in folds))
    settings = workspace.settings.find
    executor = load("executors", settings.executor)(settings.n_jobs)
    started = time.monotonic()
    trials = candidates(search)
    measured: dict[str, list[Point]] = {trial.name: [] for trial in trials}
    steps = [(size, trial) for size in sizes for trial in trials]
    for step, (size, trial) in enumerate(steps):
        spent_s = time.monotonic() - started
        if spent_s > problem.time_box_s and len(measured[trial.name]) >= 5:
            break
        report(f"{trial.name} on {size:,} rows", step / len(steps))
        spec = replace(base, family=trial.family, params=trial.params, n_train=size)
        point = _point(executor, spec, size, len(folds))
        if point is not None:
            measured[trial.name].append(point)
    curves = tuple(
        CandidateCurve(candidate=name, points=tuple(points))
        for name, points in measured.items()
        if points
    )
    if not curves or curves[0].candidate != trials[0].name:
        raise NotReadyError(
            f"{trials[0].name} could not be fitted at any size up to {sizes[-1]:,} rows.",
            "A learning curve needs fits that succeed.",
            "Bring more rows of the rarest class, or run the search again.",
        )
    return phase.assess(
        phase.Evidence(
            scoring=problem.scoring,
            curves=curves,
            chance_error=scoring_of(problem.scoring).error(_chance(search)),
            n_available=data.split.n_train,
            spent_s=time.monotonic() - started,
        )
    )


def train_sizes(largest: int) -> list[int]:
    """Geometric train sizes up to the largest there is.

    Examples
    --------
    >>> train_sizes(6400)
    [50, 100, 200, 400, 800, 1600, 3200, 6400]
    >>> train_sizes(30)[-1]
    30
    """
    smallest = min(_SMALLEST, max(largest // 4, min(_FEWEST_ROWS, largest)))
    return sorted({round(float(n)) for n in np.geomspace(smallest, largest, _N_SIZES)})


def candidates(search: Search) -> list[Trial]:
    """The chosen trial, and the best one of another family."""
    chosen = search.chosen_trial
    others = (trial for trial in search.ranked if trial.family != chosen.family)
    return [chosen, *islice(others, _N_CANDIDATES - 1)]


def _chance(search: Search) -> float:
    """Score of the baseline, the first trial that finished."""
    baseline = min(search.ranked, key=lambda trial: trial.complexity)
    return float(baseline.mean or 0.0)


def _point(executor: Any, spec: FitSpec, size: int, n_folds: int) -> Point | None:
    """One size with all its repeats; None where the rows are too few to fit at all."""
    specs = [replace(spec, fold=fold) for fold in range(n_folds)]
    try:
        results: list[FitResult] = list(executor.map(measure, specs))
    except Exception:  # a guest's model may raise anything on few rows
        return None
    scoring = scoring_of(spec.scoring)
    return Point(
        n_train=size,
        errors=tuple(scoring.error(result.score) for result in results),
        fit_s=float(np.mean([result.fit_s for result in results])),
    )
