"""Candidate evaluator: the fits of one candidate at several sizes, each kept on the record.

Every fit is written to the record as it ends, under a key of all that fixes its outcome: a run that
was killed, or whose time box closed, continues from there, and search and curve share their fits.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.datasets.frames import load_pool
from leadline.engines.in_order import in_order
from leadline.engines.own.import_path import is_import_path
from leadline.errors import EngineError
from leadline.evaluation.answer_time import answer_price
from leadline.evaluation.fit import FailedFit, FitResult, attempt, fold_rows, kept_folds
from leadline.evaluation.fit_spec import FitSpec, key_of, spec_of
from leadline.phases.curve import Point
from leadline.phases.scoring import Task, scoring_of
from leadline.phases.search.trial import PROMPTED, Trial
from leadline.search.fit_processes import executor_of
from leadline.search.prompted_rows import rows_of_points, rows_to_ask

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from leadline.engines.contract import Executor
    from leadline.phases.data import Data
    from leadline.phases.problem import Problem
    from leadline.phases.search.answer_price import AnswerPrice
    from leadline.workspace import Workspace

_MOST_VALID = 10_000

REPEATS_PER_BATCH = 3
"""Repeats measured at once, and the fewest that make a point."""

Measurement = tuple[int, int]
"""One fit to make: train rows, and number of the repeat."""


@dataclass(frozen=True)
class EvaluationContext:
    """What all candidates of a project are measured with: rows, folds, metric, executor.

    Attributes
    ----------
    workspace : Workspace
        Its record keeps the fits.
    executor : Executor
        Runs the fits.
    spec : FitSpec
        Snapshot, target, metric and folds.
    n_folds : int
        Number of folds: with few rows of a class they may be fewer than asked for.
    n_valid_per_round : int
        Validation rows of one round of folds.
    max_train_size : int
        Train rows that every fold has.
    valid_labels : tuple of ndarray
        Labels of the rows that each fold is scored on.
    classes : ndarray
        The labels there are, in ascending order; empty for regression.
    price : AnswerPrice or None
        Of answers, where a person stated it: then they are timed.
    """

    workspace: Workspace
    executor: Any
    spec: FitSpec
    n_folds: int
    n_valid_per_round: int
    max_train_size: int
    valid_labels: tuple[NDArray[Any], ...] = ()
    classes: NDArray[Any] = field(default_factory=lambda: np.empty(0))
    price: AnswerPrice | None = None

    @classmethod
    def of(
        cls,
        workspace: Workspace,
        problem: Problem,
        data: Data,
        *,
        n_folds: int,
        executor: Executor | None = None,
    ) -> EvaluationContext:
        """The context of a project, with the executor that its settings name if none is given."""
        spec = replace(spec_of(workspace, problem, data), n_folds=n_folds, n_valid=_MOST_VALID)
        pool = load_pool(workspace.artifacts, data, spec.target)
        folds = kept_folds(pool, n_folds, spec.seed)
        is_classes = spec.target.task is not Task.REGRESSION
        valid = [fold_rows(pool, replace(spec, fold=fold))[1] for fold in range(len(folds))]
        return cls(
            workspace=workspace,
            executor=executor or executor_of(workspace),
            spec=spec,
            n_folds=len(folds),
            n_valid_per_round=sum(valid.size for _, valid in folds),
            max_train_size=min(train.size for train, _ in folds),
            valid_labels=tuple(pool.y[rows] for rows in valid),
            classes=np.unique(pool.y[pool.order]) if is_classes else np.empty(0),
            price=answer_price(workspace),
        )

    def evaluator(self, trial: Trial, left_s: float | None = None) -> CandidateEvaluator:
        """The evaluator of a candidate, with its fits that are on the record.

        Parameters
        ----------
        trial : Trial
            The candidate.
        left_s : float, optional
            Seconds of the time box that are left: a prompted model is asked about no more rows than
            fit. Left out: about as many as it was, or all.

        Raises
        ------
        EngineError
            If a prompted model does not answer, or not soon enough.
        """
        spec = replace(self.spec, family=trial.family, params=trial.params)
        n_valid_per_round = self.n_valid_per_round
        if trial.family == PROMPTED:
            # it learns from no row of a machine: its fits stay the same where there are new ones
            spec = replace(spec, data=spec.data.without_machines())
            # of one that was measured in an earlier run the rows stay: their answers are kept
            n_asked = rows_of_points(trial)
            if not n_asked and left_s is not None:
                n_fits = max(self.n_folds, REPEATS_PER_BATCH)
                n_asked = rows_to_ask(
                    self.workspace,
                    spec,
                    n_fits=n_fits,
                    n_train=self.max_train_size,
                    left_s=left_s,
                )
            most = max(map(len, self.valid_labels), default=_MOST_VALID)
            n_valid = min(n_asked or most, most)
            spec = replace(spec, n_valid=n_valid)
            n_valid_per_round = sum(min(len(each), n_valid) for each in self.valid_labels)
        return CandidateEvaluator(
            workspace=self.workspace,
            executor=self.executor,
            trial=trial,
            spec=spec,
            n_folds=self.n_folds,
            n_valid_per_round=n_valid_per_round,
            is_timed=self.price is not None,
        )


@dataclass
class CandidateEvaluator:
    """Measures one candidate.

    Attributes
    ----------
    workspace, executor, n_folds
        As in `EvaluationContext`.
    trial : Trial
        The candidate.
    spec : FitSpec
        What all its fits have in common.
    n_valid_per_round : int
        Validation rows of one round of folds.
    is_timed : bool
        Whether it is measured how long an answer takes, once at each size.
    fits : dict
        Size and repeat to the fit, including fits of earlier runs.
    failed_sizes : set of int
        Sizes at which a fit failed in this run.
    n_kept : int
        Fits of earlier runs.
    failure : str
        Message of the last fit that failed; empty if none did.
    """

    workspace: Workspace
    executor: Any
    trial: Trial
    spec: FitSpec
    n_folds: int
    n_valid_per_round: int
    is_timed: bool = False
    fits: dict[Measurement, FitResult] = field(default_factory=dict)
    failed_sizes: set[int] = field(default_factory=set)
    n_kept: int = 0
    failure: str = ""
    _wall_s: float = 0.0
    _work_s: float = 0.0
    _points: tuple[Point, ...] | None = None

    def __post_init__(self) -> None:
        self._key = key_of(self.spec)
        self.fits |= self.workspace.record.fits.of(self._key, FitResult)
        self.n_kept = len(self.fits)
        # a first repeat that has ended was stored as a release would store it
        self._is_proven = any(not repeat for _, repeat in self.fits)

    @property
    def wall_clock_ratio(self) -> float:
        """Seconds of wall clock for a second of fitting: below 1 where fits run in parallel."""
        return self._wall_s / self._work_s if self._work_s > 0 else 1.0

    @property
    def points(self) -> tuple[Point, ...]:
        """The sizes with enough repeats and no failure, the smallest first."""
        if self._points is None:  # asked for by every candidate after every fit of another
            self._points = self._points_of_fits()
        return self._points

    def _points_of_fits(self) -> tuple[Point, ...]:
        by_size: dict[int, list[FitResult]] = {}
        for (size, _), result in sorted(self.fits.items()):
            by_size.setdefault(size, []).append(result)
        return tuple(
            self._point(size, results)
            for size, results in by_size.items()
            if len(results) >= REPEATS_PER_BATCH and size not in self.failed_sizes
        )

    def missing(self, sizes: list[int], n_repeats: int = REPEATS_PER_BATCH) -> list[Measurement]:
        """The first repeats at some sizes, but for those that were measured or cannot be."""
        measurements = [
            (size, repeat)
            for size in sizes
            for repeat in range(n_repeats)
            if size not in self.failed_sizes
        ]
        return [measurement for measurement in measurements if measurement not in self.fits]

    def next_repeats(self, size: int) -> list[Measurement]:
        """The next repeats at a size."""
        taken = [repeat for at, repeat in self.fits if at == size]
        if len(taken) < REPEATS_PER_BATCH:
            return self.missing([size])
        return [
            (size, repeat) for repeat in range(max(taken) + 1, max(taken) + 1 + REPEATS_PER_BATCH)
        ]

    def measure(self, measurements: list[Measurement], say: Callable[[str], None]) -> None:
        """Fit, and write each fit to the record before waiting for the next.

        Parameters
        ----------
        measurements : list of Measurement
            Fits to make, in this order.
        say : callable
            Told before each fit which it is.
        """
        if not measurements:
            return
        started = time.monotonic()
        specs = [self.spec_of(measurement) for measurement in measurements]
        results = in_order(self.executor, attempt, specs)
        for measurement in measurements:
            size, repeat = measurement
            say(f"{self.trial.name} on {size:,} rows, repeat {repeat + 1}")
            try:
                result = next(results)
            except EngineError as error:  # a process died: larger sizes would fail too
                self.fail([at for at, _ in measurements if at >= size], str(error))
                break
            self.keep(measurement, result)
            self._work_s += result.spent_s if isinstance(result, FitResult) else 0.0
        self._wall_s += time.monotonic() - started

    def keep(self, measurement: Measurement, result: FitResult | FailedFit) -> None:
        """Put a fit that has ended on the record, or note that it failed."""
        size, repeat = measurement
        if isinstance(result, FailedFit):
            self.fail([size], result.message)
            return
        self._is_proven |= not repeat
        self.fits[measurement] = result
        self._points = None
        self.workspace.record.fits.add(self._key, size, repeat, result)

    def fail(self, sizes: list[int], message: str) -> None:
        """Take it that the candidate cannot be fitted at some sizes."""
        self.failed_sizes |= set(sizes)
        self._points = None
        self.failure = message

    def spec_of(self, measurement: Measurement) -> FitSpec:
        """The fit to make: nested subsets of a fold; after the last fold, folds of another seed."""
        size, repeat = measurement
        round_number, fold = divmod(repeat, self.n_folds)
        return replace(
            self.spec,
            n_train=size,
            fold=fold,
            seed=self.spec.seed + round_number,
            is_timed=self.is_timed and not self.answer_s(size),
            is_proof=is_import_path(self.spec.family) and not (repeat or self._is_proven),
        )

    def answer_s(self, size: int) -> tuple[float, ...]:
        """Seconds of an answer by the first fit at a size that was timed; empty if none was."""
        timed = (repeat for (at, repeat), fit in self.fits.items() if at == size and fit.answer_s)
        first = min(timed, default=None)
        return () if first is None else self.fits[size, first].answer_s

    def last_answer_s(self, size: int) -> tuple[float, ...]:
        """As `answer_s`; of a prompted model by any size, as it may have kept all answers since."""
        if self.spec.family != PROMPTED:
            return self.answer_s(size)
        timed = [at for (at, _), fit in self.fits.items() if fit.answer_s]
        return self.answer_s(max(timed)) if timed else ()

    @property
    def answer_cost(self) -> float:
        """Money that others are paid for an answer: the mean over fits that were answered anew."""
        paid = [fit.answer_cost for fit in self.fits.values() if fit.answer_cost]
        return float(np.mean(paid)) if paid else 0.0

    def _point(self, size: int, results: list[FitResult]) -> Point:
        scoring = scoring_of(self.spec.scoring)
        n_valid = tuple(result.n_valid for result in results)
        return Point(
            n_train=size,
            errors=tuple(scoring.error(result.score) for result in results),
            fit_s=float(np.mean([result.fit_s for result in results])),
            sampling=tuple(result.stderr for result in results),
            n_valid=n_valid,
            n_judged=min(sum(n_valid), self.n_valid_per_round),
        )
