"""Where one candidate is measured: at many sizes, several times, each fit kept on the record.

Every fit is put on the record as it ends, under a key of all that fixes its outcome: a run that was
killed, or whose time box closed, goes on where it stopped, and search and curve share their fits.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.datasets.folds import folds_of
from leadline.datasets.frames import load_pool
from leadline.engines.loading import load
from leadline.engines.own.import_path import is_import_path
from leadline.errors import EngineError
from leadline.evaluation.fit import FailedFit, FitResult, attempt
from leadline.evaluation.fit_spec import FitSpec, key_of, spec_of
from leadline.phases.curve import Point
from leadline.phases.scoring import scoring_of
from leadline.phases.search.trial import Trial

if TYPE_CHECKING:
    from collections.abc import Callable

    from leadline.phases.data import Data
    from leadline.phases.problem import Problem
    from leadline.workspace import Workspace

_MOST_VALID = 10_000

BATCH = 3
"""Repeats measured at once, and the fewest that make a point."""

Step = tuple[int, int]
"""Train rows, and number of the repeat."""


@dataclass(frozen=True)
class Course:
    """What all candidates of a project are measured on.

    Attributes
    ----------
    workspace : Workspace
        Whose record keeps the fits.
    executor : Executor
        Where they run.
    spec : FitSpec
        Snapshot, target, metric and folds.
    n_folds : int
        Folds there are: with few rows of a class they may be fewer than asked for.
    n_judging : int
        Rows that one round of folds judges on.
    largest : int
        Rows that every fold can train on.
    """

    workspace: Workspace
    executor: Any
    spec: FitSpec
    n_folds: int
    n_judging: int
    largest: int

    @classmethod
    def of(cls, workspace: Workspace, problem: Problem, data: Data, *, n_folds: int) -> Course:
        """The course of a project, run by the executor that its settings name."""
        spec = replace(spec_of(workspace, problem, data), n_folds=n_folds, n_valid=_MOST_VALID)
        pool = load_pool(workspace.artifacts, data, spec.target)
        folds = folds_of(pool, n_folds=n_folds, seed=spec.seed)
        settings = workspace.settings.find
        return cls(
            workspace=workspace,
            executor=load("executors", settings.executor)(settings.n_jobs or -1),
            spec=spec,
            n_folds=len(folds),
            n_judging=sum(valid.size for _, valid in folds),
            largest=min(train.size for train, _ in folds),
        )

    def bench(self, trial: Trial) -> Bench:
        """Where a candidate is measured, with what is on record of it."""
        return Bench(
            workspace=self.workspace,
            executor=self.executor,
            trial=trial,
            spec=replace(self.spec, family=trial.family, params=trial.params),
            n_folds=self.n_folds,
            n_judging=self.n_judging,
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
        self._key = key_of(self.spec)
        self.fits |= self.workspace.record.fits.of(self._key, FitResult)
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
            if len(results) >= BATCH and size not in self.failed
        )

    def missing(self, sizes: list[int], n_repeats: int = BATCH) -> list[Step]:
        """What is not yet measured of the first repeats at some sizes."""
        steps = [(size, repeat) for size in sizes for repeat in range(n_repeats)]
        return [step for step in steps if step not in self.fits]

    def more(self, size: int) -> list[Step]:
        """The next repeats at a size."""
        taken = [repeat for at, repeat in self.fits if at == size]
        if len(taken) < BATCH:
            return self.missing([size])
        return [(size, repeat) for repeat in range(max(taken) + 1, max(taken) + 1 + BATCH)]

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
            self.workspace.record.fits.add(self._key, size, repeat, result)
        self._wall_s += time.monotonic() - started

    def _spec(self, step: Step) -> FitSpec:
        """Nested subsets of a fold; after the last fold the rows are dealt out anew."""
        size, repeat = step
        turn, fold = divmod(repeat, self.n_folds)
        return replace(
            self.spec,
            n_train=size,
            fold=fold,
            seed=self.spec.seed + turn,
            is_proof=is_import_path(self.spec.family) and not (repeat or self.fits),
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
