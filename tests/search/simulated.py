"""A simulated search: record in memory, families of known error, an executor and its clock."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
from tests.examples import example_data, example_problem

from leadline.datasets.frames import Target
from leadline.engines.contract import Space
from leadline.evaluation.fit import FailedFit, FitResult
from leadline.evaluation.fit_spec import FitSpec
from leadline.phases.search.trial import Scalar, Trial
from leadline.search.candidate_evaluator import EvaluationContext

Params = Mapping[str, Scalar]


class MemoryTrials:
    """Trials by study, as the record keeps them."""

    def __init__(self) -> None:
        self.studies: dict[str, list[Trial]] = {}

    def of(self, study: str) -> tuple[Trial, ...]:
        return tuple(self.studies.get(study, ()))

    def add(self, study: str, trial: Trial) -> None:
        self.studies.setdefault(study, []).append(trial)


class MemoryFits:
    """Fits by key, train size and repeat, as the record keeps them."""

    def __init__(self) -> None:
        self.kept: dict[str, dict[tuple[int, int], Any]] = {}

    def of(self, key: str, kind: type) -> dict[tuple[int, int], Any]:
        found = dict(self.kept.get(key, {}))
        assert all(isinstance(fit, kind) for fit in found.values())
        return found

    def add(self, key: str, n_train: int, repeat: int, result: Any) -> None:
        self.kept.setdefault(key, {})[n_train, repeat] = result


class MemoryRecord:
    """What a search keeps on the record."""

    def __init__(self) -> None:
        self.trials, self.fits = MemoryTrials(), MemoryFits()


@dataclass
class Model:
    """A family: error as a function of parameters and rows; None for a fit that fails."""

    name: str
    complexity: int
    error: Callable[[Params, int], float | None]
    proposals: Sequence[Params] = ({},)
    seconds_a_row: float = 1e-3
    searched: Space = field(default_factory=dict)

    def candidates(self, *_: Any) -> Sequence[Params]:
        return self.proposals

    def space(self, *_: Any) -> Space:
        return self.searched


@dataclass
class Simulation:
    """Fits that take no time but on a clock of their own.

    Attributes
    ----------
    models : mapping of str to Model
        By name.
    fold_effects : sequence of float
        Added to the log error of each fold, for all models.
    specs : list of FitSpec
        Of every fit so far.
    now : float
        Seconds that all fits took.
    """

    models: Mapping[str, Model]
    fold_effects: Sequence[float] = (0.05, -0.05, 0.02, -0.02)
    specs: list[FitSpec] = field(default_factory=list)
    now: float = 0.0

    @property
    def fits(self) -> list[tuple[str, int, int]]:
        """Family, train rows and fold of every fit so far."""
        return [(spec.family, spec.n_train or 0, spec.fold) for spec in self.specs]

    n_workers = 1

    def submit(self, _: Any, spec: FitSpec) -> Future[FitResult | FailedFit]:
        future: Future[FitResult | FailedFit] = Future()
        future.set_result(self._fit(spec))
        return future

    def _fit(self, spec: FitSpec) -> FitResult | FailedFit:
        model, n_train = self.models[spec.family], spec.n_train
        assert n_train is not None
        self.specs.append(spec)
        error = model.error(spec.params, n_train)
        if error is None:
            return FailedFit("it broke")
        spent_s = model.seconds_a_row * n_train
        self.now += spent_s
        return FitResult(
            score=1 - error * float(np.exp(self.fold_effects[spec.fold])),
            n_train=n_train,
            fit_s=spent_s,
            n_valid=200,
            stderr=0.01,
            spent_s=spent_s,
        )

    def monotonic(self) -> float:
        return self.now

    def context(self, record: MemoryRecord, max_train_size: int = 1600) -> EvaluationContext:
        workspace: Any = SimpleNamespace(record=record)
        data, n_folds = example_data(), len(self.fold_effects)
        spec = FitSpec(
            artifacts="",
            data=data,
            target=Target.of(example_problem()),
            scoring="accuracy",
            seed=3,
            n_folds=n_folds,
        )
        return EvaluationContext(workspace, self, spec, n_folds, 200 * n_folds, max_train_size)
