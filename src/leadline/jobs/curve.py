"""Learning curve job: errors at sizes that tell most for their time.

A run that was killed, or whose time box closed, goes on where it stopped; so does one that finds
what the search has measured.
"""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np

from leadline.errors import NotReadyError
from leadline.evaluation.budget import affordable_train_size
from leadline.labelling.next_rows import ranked, rule_for
from leadline.phases import curve as phase
from leadline.phases.curve import CandidateCurve, Curve, Stop
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.phases.search.trial import Trial
from leadline.search.candidate_evaluator import BATCH, Bench, Course
from leadline.search.error_forecast import LEAST_ERROR, belief_of
from leadline.stats.curves.design import (
    borrowed,
    next_size,
    noise_of_more,
    seed_sizes,
    share_removed,
    train_sizes,
    unexplained,
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
_FIRST = 5  # repeats at each of the sizes begun with: those are cheap, and tell how noisy fits are
_MOST_REPEATS = 15
# a measurement that removes less of the forecast's variance narrows its interval by under 1 %
_NOTICEABLE = 0.02
_NARROW = 0.01  # standard deviation of log error at the aim below which nobody asks for more
_N_DRAWS = 1000


def run(workspace: Workspace, reading: Reading, report: Report) -> Curve:
    """Measure the chosen candidate and the best one of another family."""
    started = time.monotonic()
    problem, data, search = reading.of(Problem), reading.of(Data), reading.of(Search)
    course = Course.of(workspace, problem, data, n_folds=_N_FOLDS)
    benches = [course.bench(trial) for trial in candidates(search)]
    rule = rule_for(workspace, problem)
    sizes = train_sizes(course.largest)
    aim = affordable_train_size(workspace, problem, data)

    def left_s() -> float:
        return problem.time_box_s - (time.monotonic() - started)

    def say(message: str) -> None:
        report(message, min(max(1 - left_s() / problem.time_box_s, 0.0), 1.0))

    for bench in benches:
        bench.measure(bench.missing(seed_sizes(sizes), _FIRST), say)
    # the second is there to be compared: it gets what the first does not need
    stops = [_sharpen(bench, sizes, aim, left_s, say) for bench in benches]
    curves = tuple(
        CandidateCurve(candidate=bench.trial.name, points=bench.points)
        for bench in benches
        if bench.points
    )
    if not curves or curves[0].candidate != benches[0].trial.name:
        raise NotReadyError(
            f"{benches[0].trial.name} could not be fitted at any size up to {sizes[-1]:,} rows"
            f"{benches[0].why}.",
            "A learning curve needs fits that succeed.",
            "Bring more rows of the rarest class, or run the search again.",
        )
    ranking = ranked(workspace, benches[0].spec, rule) if rule != "random" else ""
    return phase.assess(
        phase.Evidence(
            scoring=problem.scoring,
            curves=curves,
            chance_error=scoring_of(problem.scoring).error(_chance(search)),
            n_available=data.split.n_train,
            spent_s=time.monotonic() - started,
            n_aim=aim,
            stopped=stops[0],
            n_kept=sum(bench.n_kept for bench in benches),
            next_rule=rule if ranking else "random",
            ranking=ranking,
        )
    )


def candidates(search: Search) -> list[Trial]:
    """The chosen trial, and the best one of another family."""
    chosen = search.chosen_trial
    others = (trial for trial in search.ranked if trial.family != chosen.family)
    return [chosen, *islice(others, _N_CANDIDATES - 1)]


def _sharpen(
    bench: Bench,
    sizes: list[int],
    aim: int,
    left_s: Callable[[], float],
    say: Callable[[str], None],
) -> Stop:
    """Measure what tells most a second, until it tells little or the time is over."""
    while True:
        taken = [size for size, _ in bench.fits]
        open_sizes = [n for n in sizes if n not in bench.failed and taken.count(n) < _MOST_REPEATS]
        if not open_sizes:
            return Stop.EXHAUSTED
        if len(bench.points) < _FEWEST_SIZES:
            # below five sizes there is no forecast to sharpen, whatever the time
            fresh = [n for n in open_sizes if bench.missing([n])]
            if not fresh:
                return Stop.EXHAUSTED
            bench.measure(bench.missing(fresh[:1]), say)
            continue
        size = _choose(bench, open_sizes, aim, left_s())
        if isinstance(size, Stop):
            return size
        bench.measure(bench.more(size), say)


def _choose(bench: Bench, sizes: list[int], aim: int, left_s: float) -> int | Stop:
    """The size to measure next, or why there is none."""
    if left_s <= 0:
        return Stop.TIME
    belief = belief_of(bench.points, scoring=bench.spec.scoring, family=bench.trial.family)
    draws = belief.sample([*sizes, aim], _N_DRAWS, rng=np.random.default_rng(bench.spec.seed))
    logs = np.log(np.maximum(draws, LEAST_ERROR))
    floor = unexplained(belief, np.exp(logs[:, :-1].mean(axis=0)))
    noise = _noise(bench, sizes, floor)
    is_narrow = float(np.std(logs[:, -1])) < _NARROW
    if is_narrow or share_removed(logs[:, :-1], logs[:, -1], noise).max() < _NOTICEABLE:
        return Stop.SETTLED
    middle, high = _seconds(bench, np.array(sizes, dtype=float))
    fits = high * bench.pace <= left_s
    if not fits.any():
        return Stop.TIME
    best = next_size(logs[:, :-1][:, fits], logs[:, -1], noise[fits], middle[fits])
    return Stop.SETTLED if best is None else sizes[int(np.flatnonzero(fits)[best])]


def _noise(bench: Bench, sizes: list[int], floor: np.ndarray) -> np.ndarray:
    """How much the next repeats at each size would scatter, in log error."""
    points = bench.points
    measured = [point.n_train for point in points]
    counts = [len(point.errors) for point in points]
    squares = [max(point.mean, LEAST_ERROR) ** 2 for point in points]
    split, sampling = (
        borrowed(measured, np.array(variances) / squares, counts, sizes)
        for variances in (
            [point.split_variance for point in points],
            [point.sampling_variance for point in points],
        )
    )
    taken = dict(zip(measured, counts, strict=True))
    each = float(np.mean([result.n_valid for result in bench.fits.values()]))
    return noise_of_more(
        split,
        sampling,
        [taken.get(size, 0) for size in sizes],
        n_more=BATCH,
        n_rounds=max(bench.n_judging / each, 1.0),
        floor=floor,
    )


def _seconds(bench: Bench, sizes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Seconds of work for the next repeats at each size: to expect, and at most in 19 of 20."""
    results = bench.fits
    law: TimeLaw = fit_time_law(
        [size for size, _ in results], [max(result.fit_s, 1e-4) for result in results.values()]
    )
    around = float(np.mean([max(each.spent_s - each.fit_s, 0.0) for each in results.values()]))
    return (
        BATCH * (law.predict(sizes) + around),
        BATCH * (law.interval(sizes).high + around),
    )


def _chance(search: Search) -> float:
    """Score of the baseline, the first trial that finished."""
    baseline = min(search.ranked, key=lambda trial: trial.complexity)
    return float(baseline.mean or 0.0)
