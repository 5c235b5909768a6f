"""Learning curve job: errors at sizes that tell most for their time.

Fits of an earlier run, which was killed or whose time box closed, and fits of the search are used
again.
"""

from __future__ import annotations

import time
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import NotReadyError
from leadline.evaluation.budget import affordable_train_size
from leadline.labelling.row_ranking import rank_rows, rule_for
from leadline.phases import curve as phase
from leadline.phases.curve import CandidateCurve, Curve, Point, Stop
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.phases.search.trial import PROMPTED, Trial
from leadline.search.candidate_evaluator import (
    REPEATS_PER_BATCH,
    CandidateEvaluator,
    EvaluationContext,
)
from leadline.search.error_forecast import curve_posterior_of, floors_of
from leadline.stats.curves.design import (
    next_size,
    noise_of_more,
    pooled_variance,
    residual_variance,
    seed_sizes,
    share_removed,
    train_sizes,
)
from leadline.stats.machines.fit_time import TimeLaw, fit_time_law

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadline.jobs import Report
    from leadline.record import Reading
    from leadline.workspace import Workspace

_N_FOLDS = 5
_N_CANDIDATES = 2
_FEWEST_SIZES = 5
_N_FIRST_REPEATS = 5  # at each of the first sizes: those are cheap, and show how noisy fits are
_MAX_REPEATS = 15
# of the forecast's variance: a measurement that removes less narrows its interval by under 1 %
_MIN_SHARE_REMOVED = 0.02
_MIN_LOG_STD = 0.01  # of the error at the affordable size: a narrower forecast is of no use
_N_DRAWS = 1000


def run(workspace: Workspace, reading: Reading, report: Report) -> Curve:
    """Measure the chosen candidate and the best one of another family."""
    started = time.monotonic()
    problem, data, search = reading.of(Problem), reading.of(Data), reading.of(Search)
    context = EvaluationContext.of(workspace, problem, data, n_folds=_N_FOLDS)
    evaluators = [context.evaluator(trial) for trial in candidates(search)]
    if evaluators[0].spec.family == PROMPTED:  # no row of a machine is part of its curve
        data = data.without_machines()
    rule = rule_for(workspace, problem)
    sizes = train_sizes(context.max_train_size)
    n_affordable = affordable_train_size(workspace, problem, data)

    def left_s() -> float:
        return problem.time_box_s - (time.monotonic() - started)

    def say(message: str) -> None:
        report(message, min(max(1 - left_s() / problem.time_box_s, 0.0), 1.0))

    for evaluator in evaluators:
        evaluator.measure(evaluator.missing(seed_sizes(sizes), _N_FIRST_REPEATS), say)
    # the first has precedence: the second is there for comparison, and gets the time left
    stops = [_sharpen(evaluator, sizes, n_affordable, left_s, say) for evaluator in evaluators]
    curves = tuple(
        CandidateCurve(candidate=evaluator.trial.name, points=evaluator.points)
        for evaluator in evaluators
        if evaluator.points
    )
    if not curves or curves[0].candidate != evaluators[0].trial.name:
        raise NotReadyError(
            f"{evaluators[0].trial.name} could not be fitted at any size up to {sizes[-1]:,} rows"
            f"{_reason(evaluators[0])}.",
            "A learning curve needs fits that succeed.",
            "Bring more rows of the rarest class, or run the search again.",
        )
    without = _without_machines(context, evaluators[0], say)
    ranking = rank_rows(workspace, evaluators[0].spec, rule) if rule != "random" else ""
    return phase.assess(
        phase.Evidence(
            scoring=problem.scoring,
            curves=curves,
            chance_error=scoring_of(problem.scoring).error(_baseline_score(search)),
            n_available=data.split.n_train,
            machine_shares=data.machine_shares,
            without_machines=without,
            spent_s=time.monotonic() - started,
            n_affordable=n_affordable,
            stopped=stops[0],
            n_kept=sum(evaluator.n_kept for evaluator in evaluators),
            next_rule=rule if ranking else "random",
            ranking=ranking,
        )
    )


def _without_machines(
    context: EvaluationContext, evaluator: CandidateEvaluator, say: Callable[[str], None]
) -> Point | None:
    """The chosen candidate at its largest size without rows of machines; None if there are none."""
    if not evaluator.spec.data.machine_rows:
        return None
    spec = replace(context.spec, data=context.spec.data.without_machines())
    people = replace(context, spec=spec).evaluator(evaluator.trial)
    size = evaluator.points[-1].n_train
    people.measure(people.missing([size], _N_FIRST_REPEATS), say)
    return next((point for point in people.points if point.n_train == size), None)


def candidates(search: Search) -> list[Trial]:
    """The chosen trial, and the best one of another family that learns from rows."""
    chosen = search.chosen_trial
    passed = (chosen.family, PROMPTED)
    others = (trial for trial in search.ranked if trial.family not in passed)
    return [chosen, *islice(others, _N_CANDIDATES - 1)]


def _sharpen(
    evaluator: CandidateEvaluator,
    sizes: list[int],
    n_affordable: int,
    left_s: Callable[[], float],
    say: Callable[[str], None],
) -> Stop:
    """Measure the most informative size a second, until none says much or the time is over."""
    while True:
        taken = [size for size, _ in evaluator.fits]
        open_sizes = [
            n for n in sizes if n not in evaluator.failed_sizes and taken.count(n) < _MAX_REPEATS
        ]
        if not open_sizes:
            return Stop.EXHAUSTED
        if len(evaluator.points) < _FEWEST_SIZES:
            # below five sizes there is no forecast to sharpen, whatever the time
            fresh = [n for n in open_sizes if evaluator.missing([n])]
            if not fresh:
                return Stop.EXHAUSTED
            evaluator.measure(evaluator.missing(fresh[:1]), say)
            continue
        size = _choose(evaluator, open_sizes, n_affordable, left_s())
        if isinstance(size, Stop):
            return size
        evaluator.measure(evaluator.next_repeats(size), say)


def _choose(
    evaluator: CandidateEvaluator, sizes: list[int], n_affordable: int, left_s: float
) -> int | Stop:
    """The size to measure next, or why there is none."""
    if left_s <= 0:
        return Stop.TIME
    posterior = curve_posterior_of(
        evaluator.points, scoring=evaluator.spec.scoring, family=evaluator.trial.family
    )
    draws = posterior.sample(
        [*sizes, n_affordable], _N_DRAWS, rng=np.random.default_rng(evaluator.spec.seed)
    )
    floors = floors_of(evaluator.points, evaluator.spec.scoring)
    logs = np.log(np.maximum(draws, floors.error))
    floor = residual_variance(posterior, np.exp(logs[:, :-1].mean(axis=0)))
    noise = _noise(evaluator, sizes, floor, floors.error)
    is_narrow = float(np.std(logs[:, -1])) < _MIN_LOG_STD
    if is_narrow or share_removed(logs[:, :-1], logs[:, -1], noise).max() < _MIN_SHARE_REMOVED:
        return Stop.SETTLED
    middle, high = _seconds(evaluator, np.array(sizes, dtype=float))
    fits = high * evaluator.wall_clock_ratio <= left_s
    if not fits.any():
        return Stop.TIME
    best = next_size(logs[:, :-1][:, fits], logs[:, -1], noise[fits], middle[fits])
    return Stop.SETTLED if best is None else sizes[int(np.flatnonzero(fits)[best])]


def _noise(
    evaluator: CandidateEvaluator, sizes: list[int], floor: np.ndarray, least_error: float
) -> np.ndarray:
    """Standard error of the next repeats at each size, in log error."""
    points = evaluator.points
    measured = [point.n_train for point in points]
    counts = [len(point.errors) for point in points]
    squares = [max(point.mean, least_error) ** 2 for point in points]
    split, sampling = (
        pooled_variance(measured, np.array(variances) / squares, counts, sizes)
        for variances in (
            [point.split_variance for point in points],
            [point.sampling_variance for point in points],
        )
    )
    taken = dict(zip(measured, counts, strict=True))
    each = float(np.mean([result.n_valid for result in evaluator.fits.values()]))
    return noise_of_more(
        split,
        sampling,
        [taken.get(size, 0) for size in sizes],
        n_more=REPEATS_PER_BATCH,
        n_rounds=max(evaluator.n_valid_per_round / each, 1.0),
        floor=floor,
    )


def _seconds(evaluator: CandidateEvaluator, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of the next repeats at each size: expected, and exceeded in 1 of 20 cases."""
    results = evaluator.fits
    law: TimeLaw = fit_time_law(
        [size for size, _ in results], [max(result.fit_s, 1e-4) for result in results.values()]
    )
    around = float(np.mean([max(each.spent_s - each.fit_s, 0.0) for each in results.values()]))
    return (
        REPEATS_PER_BATCH * (law.predict(sizes) + around),
        REPEATS_PER_BATCH * (law.interval(sizes).high + around),
    )


def _reason(evaluator: CandidateEvaluator) -> str:
    """Why a candidate could not be fitted, after a colon; empty if nothing failed."""
    return f": {evaluator.failure}" if evaluator.failure else ""


def _baseline_score(search: Search) -> float:
    """Score of the baseline: the simplest trial that was measured."""
    baseline = min(search.ranked, key=lambda trial: trial.complexity)
    return float(baseline.mean or 0.0)
