"""train / curve: measure how the error falls with more rows, where it tells most a second.

Every fit is put on the record as it ends, under a key of all that fixes its outcome: a run that was
killed, or whose time box closed, goes on where it stopped.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.engines.loading import load
from leadline.errors import EngineError, NotReadyError
from leadline.gather.folds import folds_of
from leadline.gather.frames import Target, load_pool
from leadline.gather.measuring import FailedFit, FitResult, FitSpec, attempt, key_of, spec_of
from leadline.gather.spending import spent_on_machines
from leadline.phases import curve as phase
from leadline.phases.curve import CandidateCurve, Curve, Point, Stop
from leadline.phases.data import Data, SplitKind
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search, Trial
from leadline.stats.curves import fit
from leadline.stats.curves.design import (
    borrowed,
    next_size,
    noise_of_more,
    seed_sizes,
    share_removed,
    train_sizes,
    unexplained,
)
from leadline.stats.timing import TimeLaw, fit_time_law

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadline.gather.progress import Report
    from leadline.record import Reading
    from leadline.workspace import Workspace

_N_FOLDS = 5
_MOST_VALID = 10_000
_N_CANDIDATES = 2
_FEWEST_SIZES = 5
_FIRST = 5  # repeats at each of the sizes begun with: those are cheap, and tell how noisy fits are
_BATCH = 3  # repeats measured at once from then on
_MOST_REPEATS = 15
_FARTHEST = 8  # multiples of the rows there are to which a forecast is sharpened
# a measurement that removes less of the forecast's variance narrows its interval by under 1 %
_NOTICEABLE = 0.02
_NARROW = 0.01  # standard deviation of log error at the aim below which nobody asks for more
_N_DRAWS = 1000
_LEAST_ERROR = 1e-6
_LEAST_STDERR = 1e-4

Step = tuple[int, int]
"""Train rows, and number of the repeat."""


def run(workspace: Workspace, reading: Reading, report: Report) -> Curve:
    """Measure the chosen candidate and the best one of another family."""
    started = time.monotonic()
    problem, data, search = reading.of(Problem), reading.of(Data), reading.of(Search)
    benches, largest = _benches(workspace, problem, data, search)
    sizes = train_sizes(largest)
    aim = aimed_at(workspace, problem, data)

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
        )
    )


@dataclass
class Bench:
    """Where one candidate is measured.

    Attributes
    ----------
    trial : Trial
        The candidate.
    spec : FitSpec
        What all its fits have in common.
    n_judging : int
        Rows that one round of folds judges on.
    fits : dict
        Size and repeat to the fit, those of earlier runs among them.
    failed : set of int
        Sizes at which a fit failed in this run.
    n_kept : int
        Fits of earlier runs.
    """

    workspace: Workspace
    executor: Any
    trial: Trial
    spec: FitSpec
    n_folds: int
    n_judging: int
    fits: dict[Step, FitResult] = field(default_factory=dict)
    failed: set[int] = field(default_factory=set)
    n_kept: int = 0
    why: str = ""
    _wall_s: float = 0.0
    _work_s: float = 0.0

    def __post_init__(self) -> None:
        self._box = f"curve {key_of(self.spec)}"
        for trial in self.workspace.record.trials(self._box):
            step, result = _read(trial)
            self.fits[step] = result
        self.n_kept = len(self.fits)

    @property
    def pace(self) -> float:
        """Seconds on the wall for each second of work: below 1 where fits run side by side."""
        return self._wall_s / self._work_s if self._work_s > 0 else 1.0

    @property
    def points(self) -> tuple[Point, ...]:
        """The sizes measured often enough, the smallest first."""
        by_size: dict[int, list[FitResult]] = {}
        for (size, _), result in sorted(self.fits.items()):
            by_size.setdefault(size, []).append(result)
        return tuple(
            self._point(size, results)
            for size, results in by_size.items()
            if len(results) >= _BATCH and size not in self.failed
        )

    def missing(self, sizes: list[int], n_repeats: int = _BATCH) -> list[Step]:
        """What is not yet measured of the first repeats at some sizes."""
        steps = [(size, repeat) for size in sizes for repeat in range(n_repeats)]
        return [step for step in steps if step not in self.fits]

    def more(self, size: int) -> list[Step]:
        """The next repeats at a size."""
        taken = [repeat for at, repeat in self.fits if at == size]
        if len(taken) < _BATCH:
            return self.missing([size])
        return [(size, repeat) for repeat in range(max(taken) + 1, max(taken) + 1 + _BATCH)]

    def measure(self, steps: list[Step], say: Callable[[str], None]) -> None:
        """Fit and keep; each fit is on the record before the next is waited for."""
        if not steps:
            return
        started = time.monotonic()
        results = self.executor.map(attempt, [self._spec(step) for step in steps])
        for step in steps:
            size, repeat = step
            say(f"{self.trial.name} on {size:,} rows, repeat {repeat + 1}")
            try:
                result = next(results)
            except EngineError as error:  # a process died: more rows would not help
                self.failed |= {at for at, _ in steps if at >= size}
                self.why = f": {error}"
                break
            if isinstance(result, FailedFit):
                self.failed.add(size)
                self.why = f": {result.message}"
                continue
            self._work_s += result.spent_s
            self.fits[step] = result
            self.workspace.record.add_trial(self._box, self._written(step, result))
        self._wall_s += time.monotonic() - started

    def _spec(self, step: Step) -> FitSpec:
        """Nested subsets of a fold; after the last fold the rows are dealt out anew."""
        size, repeat = step
        turn, fold = divmod(repeat, self.n_folds)
        return replace(self.spec, n_train=size, fold=fold, seed=self.spec.seed + turn)

    def _written(self, step: Step, result: FitResult) -> Trial:
        """A fit as the record keeps it; the key of its box holds the candidate's parameters."""
        size, repeat = step
        return replace(
            self.trial,
            name=f"{self.trial.name}, {size} rows, repeat {repeat}",
            params={"repeat": repeat, "n_valid": result.n_valid, "spent_s": result.spent_s},
            n_train=size,
            scores=(result.score,),
            mean=result.score,
            stderr=result.stderr,
            fit_s=result.fit_s,
        )

    def _point(self, size: int, results: list[FitResult]) -> Point:
        scoring = scoring_of(self.spec.scoring)
        n_valid = tuple(result.n_valid for result in results)
        return Point(
            n_train=size,
            errors=tuple(scoring.error(result.score) for result in results),
            fit_s=float(np.mean([result.fit_s for result in results])),
            sampling=tuple(result.stderr for result in results),
            n_valid=n_valid,
            n_judged=min(sum(n_valid), self.n_judging),
        )


def aimed_at(workspace: Workspace, problem: Problem, data: Data) -> int:
    """Train size whose error matters: what the budget can buy, as far as forecasts reach."""
    n_available = data.split.n_train
    label_cost = workspace.settings.prices.label_cost
    if label_cost <= 0:
        return _FARTHEST * n_available
    is_by_time = data.split.kind is SplitKind.TIME  # later rows are all learnt from
    train_share = 1.0 if is_by_time else 1 - data.split.test_share
    budget = max(problem.budget - spent_on_machines(workspace), 0.0)
    return min(n_available + int(train_share * budget / label_cost), _FARTHEST * n_available)


def candidates(search: Search) -> list[Trial]:
    """The chosen trial, and the best one of another family."""
    chosen = search.chosen_trial
    others = (trial for trial in search.ranked if trial.family != chosen.family)
    return [chosen, *islice(others, _N_CANDIDATES - 1)]


def _benches(
    workspace: Workspace, problem: Problem, data: Data, search: Search
) -> tuple[list[Bench], int]:
    """A bench a candidate, and the largest size that every fold can train on."""
    target = Target.of(problem)
    base = replace(spec_of(workspace, problem, data), n_folds=_N_FOLDS, n_valid=_MOST_VALID)
    pool = load_pool(workspace.artifacts, data, target)
    folds = folds_of(pool, n_folds=_N_FOLDS, seed=base.seed)
    n_judging = sum(valid.size for _, valid in folds)
    settings = workspace.settings.find
    executor = load("executors", settings.executor)(settings.n_jobs)
    benches = [
        Bench(
            workspace=workspace,
            executor=executor,
            trial=trial,
            spec=replace(base, family=trial.family, params=trial.params),
            n_folds=len(folds),
            n_judging=n_judging,
        )
        for trial in candidates(search)
    ]
    return benches, min(train.size for train, _ in folds)


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
    points = bench.points
    measured = np.array([point.n_train for point in points], dtype=float)
    errors = np.array([max(point.mean, _LEAST_ERROR) for point in points])
    stderrs = np.array([max(point.stderr or 0.0, _LEAST_STDERR) for point in points])
    counts = np.array([len(point.errors) for point in points])
    belief = fit(
        measured,
        errors,
        stderrs,
        metric=bench.spec.scoring,
        family=bench.trial.family,
        n_repeats=int(counts.min()),
    )
    draws = belief.sample([*sizes, aim], _N_DRAWS, rng=np.random.default_rng(bench.spec.seed))
    logs = np.log(np.maximum(draws, _LEAST_ERROR))
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
    squares = [max(point.mean, _LEAST_ERROR) ** 2 for point in points]
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
        n_more=_BATCH,
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
        _BATCH * (law.predict(sizes) + around),
        _BATCH * (law.interval(sizes).high + around),
    )


def _chance(search: Search) -> float:
    """Score of the baseline, the first trial that finished."""
    baseline = min(search.ranked, key=lambda trial: trial.complexity)
    return float(baseline.mean or 0.0)


def _read(trial: Trial) -> tuple[Step, FitResult]:
    """A fit that the record kept."""
    told = trial.params
    repeat, n_valid, spent_s = (told[name] for name in ("repeat", "n_valid", "spent_s"))
    assert isinstance(repeat, int)
    assert isinstance(n_valid, int)
    assert isinstance(spent_s, float)
    return (trial.n_train, repeat), FitResult(
        score=trial.scores[0],
        n_train=trial.n_train,
        fit_s=trial.fit_s,
        n_valid=n_valid,
        stderr=trial.stderr or 0.0,
        spent_s=spent_s,
    )
