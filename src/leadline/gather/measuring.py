"""Fit one candidate on some rows and score it on others: the task that executors run.

A spec is small and names its data by digest, so that it can be run anywhere, and again.
"""

from __future__ import annotations

import hashlib
import time
import warnings
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from importlib.metadata import version
from typing import Any

import numpy as np

from leadline.engines.loading import load_family
from leadline.engines.own.importing import source_version
from leadline.engines.own.naming import is_import_path, named
from leadline.gather.folds import folds_of
from leadline.gather.frames import Pool, Rows, Target, load_pool
from leadline.gather.sampling import sampling_stderr
from leadline.gather.scores import score_model
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.search import Scalar
from leadline.record import Artifacts
from leadline.record.codec import to_json
from leadline.workspace import Workspace


@dataclass(frozen=True)
class FitSpec:
    """One fit to be measured.

    Attributes
    ----------
    artifacts : str
        Where the bytes are.
    data : Data
        The snapshot, its features and its split.
    target : Target
        What is predicted.
    scoring : str
        The metric.
    seed : int
        Of folds and of the fit.
    family, params
        The candidate.
    fold, n_folds : int
        Which fold of how many.
    n_train : int or None
        First so many of the fold's shuffled train rows; None for all.
    n_valid : int or None
        At most so many validation rows.
    folder : str
        Where ``leadline.toml`` lies: the family may be a module beside it.
    """

    artifacts: str
    data: Data
    target: Target
    scoring: str
    seed: int
    family: str = ""
    params: Mapping[str, Scalar] = field(default_factory=dict)
    fold: int = 0
    n_folds: int = 2
    n_train: int | None = None
    n_valid: int | None = None
    folder: str = ""


def spec_of(workspace: Workspace, problem: Problem, data: Data) -> FitSpec:
    """What every fit of a project has in common; `dataclasses.replace` says the rest."""
    return FitSpec(
        artifacts=workspace.artifacts.url,
        folder=str(workspace.folder),
        data=data,
        target=Target.of(problem),
        scoring=problem.scoring,
        seed=data.split.seed,
    )


@dataclass(frozen=True)
class FitResult:
    """What a fit did.

    Attributes
    ----------
    score : float
        In units of the metric, losses positive.
    n_train : int
        Rows learnt from.
    fit_s : float
        Seconds of the fit.
    n_valid : int
        Rows it was judged on.
    stderr : float
        Standard error of the score for want of more rows to judge on; 0 where not asked for.
    spent_s : float
        Seconds of everything, reading the data and judging included; 0 where not asked for.
    """

    score: float
    n_train: int
    fit_s: float
    n_valid: int = 0
    stderr: float = 0.0
    spent_s: float = 0.0


@dataclass(frozen=True)
class FailedFit:
    """A fit that came to nothing, and why."""

    message: str


def key_of(spec: FitSpec) -> str:
    """What fixes the outcome of a fit but for its size and repeat, as a digest.

    Two specs of one key may share what was measured: the snapshot and its split, the features, the
    target, the metric, the seed, the candidate, the folds, and the versions that computed agree.
    So does the code of a model of a person's own.
    """
    said = {
        "leadline": version("leadline"),
        "scikit-learn": version("scikit-learn"),
        "snapshot": spec.data.snapshot,
        "split": asdict(spec.data.split),
        "features": spec.data.features,
        "target": asdict(spec.target),
        "scoring": spec.scoring,
        "seed": spec.seed,
        "family": spec.family,
        "params": dict(sorted(spec.params.items())),
        "n_folds": spec.n_folds,
        "n_valid": spec.n_valid,
    }
    if is_import_path(spec.family):
        said["code"] = source_version(named(spec.family), spec.folder)
    return hashlib.sha256(to_json(said).encode()).hexdigest()


def attempt(spec: FitSpec) -> FitResult | FailedFit:
    """Fit and score one spec, and say how sure its score is; whatever is raised comes back."""
    started = time.perf_counter()
    try:
        pool = load_pool(Artifacts(spec.artifacts), spec.data, spec.target)
        train, valid = fold_rows(pool, spec)
        model = build(spec)
        fitting = time.perf_counter()
        fit_model(model, pool, train)
        fit_s = time.perf_counter() - fitting
        score = score_model(model, pool, valid, spec.scoring)
        if not np.isfinite(score):
            return FailedFit(f"{spec.scoring} is not a number on {valid.size} validation rows")
        stderr = sampling_stderr(model, pool, valid, spec.scoring)
    except Exception as error:  # a guest's model may raise anything on few rows
        return FailedFit(f"{type(error).__name__}: {error}"[:300])
    result = FitResult(score, int(train.size), fit_s, int(valid.size), stderr)
    return replace(result, spent_s=time.perf_counter() - started)


def measure(spec: FitSpec) -> FitResult:
    """Fit and score one spec.

    Raises
    ------
    ValueError
        If the fit fails, or its score is not a number.
    """
    pool = load_pool(Artifacts(spec.artifacts), spec.data, spec.target)
    train, valid = fold_rows(pool, spec)
    return fit_and_score(pool, train, valid, spec)


def fold_rows(pool: Pool, spec: FitSpec) -> tuple[Rows, Rows]:
    """The rows a spec learns from and is judged on."""
    folds = folds_of(pool, n_folds=spec.n_folds, seed=spec.seed)
    train, valid = folds[spec.fold % len(folds)]
    if spec.n_valid is not None and valid.size > spec.n_valid:
        valid = np.sort(np.random.default_rng(spec.seed).permutation(valid)[: spec.n_valid])
    return train[: spec.n_train], valid


def build(spec: FitSpec) -> Any:
    """The unfitted estimator of a spec."""
    family = load_family(spec.family, spec.folder)
    return family.build(spec.params, spec.target.task.value, spec.data.features, spec.seed)


def fit_and_score(pool: Pool, train: Rows, valid: Rows, spec: FitSpec) -> FitResult:
    """Fit on some rows, taking the time, and score on others."""
    started = time.perf_counter()
    model = fit_model(build(spec), pool, train)
    fitted = time.perf_counter()
    score = score_model(model, pool, valid, spec.scoring)
    if not np.isfinite(score):
        raise ValueError(f"{spec.scoring} is not a number on {valid.size} validation rows")
    if spec.fold == 0 and is_import_path(spec.family):
        # skops takes seconds to import: only who needs it waits, and it comes out of the time box
        from leadline.engines.models import refuse_unstorable

        # what no release can hold is not worth a time box
        refuse_unstorable(model, spec.family, spec.folder)
    return FitResult(score, int(train.size), fitted - started)


def fit_model(model: Any, pool: Pool, rows: Rows) -> Any:
    """Fit an estimator on some rows of the pool."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(pool.X[rows], pool.y[rows])
