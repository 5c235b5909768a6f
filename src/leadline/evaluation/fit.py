"""Fitting one candidate on some rows and scoring it on others: the task that executors run."""

from __future__ import annotations

import hashlib
import time
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.datasets.folds import Fold, folds_of
from leadline.datasets.frames import Pool, Rows, Target, load_pool
from leadline.datasets.machine_rows import NO_ROWS, machine_rows_beside
from leadline.engines.encoded_rows import keep_encoded_rows
from leadline.engines.weighted_fit import fit_weighted
from leadline.errors import LeadlineError, NotReadyError
from leadline.evaluation.answer_time import answer_times
from leadline.evaluation.fit_spec import FitSpec, key_of
from leadline.evaluation.machines.connected_families import connected_family
from leadline.evaluation.scores import (
    response_of,
    score_model,
    score_of,
    shares_of,
    standard_error_of,
)
from leadline.phases.data import Data, Split
from leadline.phases.scoring import Task
from leadline.phases.search.trial import PROMPTED, Scalar
from leadline.record import Artifacts
from leadline.workspace import STATE_FOLDER

_LONGEST_MESSAGE = 600
_LONGEST_FOREIGN = 300
_FEWEST_OF_CLASS = 5  # with as few, what a model sets aside for itself may hold none
_MOST_LINES = 200


@dataclass(frozen=True)
class FitResult:
    """Outcome of a fit.

    Attributes
    ----------
    score : float
        In units of the metric, losses positive.
    n_train : int
        Rows with people's labels learnt from.
    fit_s : float
        Seconds of the fit, with those of encoding its rows, also where another fit had done that.
    n_valid : int
        Rows it was scored on; 0 where not asked for.
    stderr : float
        Standard error of the score for lack of more validation rows; 0 where not asked for.
    spent_s : float
        Seconds of everything but reading the rows, which a process does once; 0 where not asked
        for.
    architecture, epochs : tuple of mapping
        Layers and training of a network, as `leadline.engines.contract.Family` describes them.
    cpu_s : float
        Seconds of processors in `spent_s`; 0 where not asked for.
    answer_s : tuple of float
        Seconds a row takes to answer alone, and among a thousand; empty where not asked for.
    answer_cost : float >= 0
        Money that others are paid for the answer to a row.
    n_machine : int
        Rows that only machines labelled learnt from beside them.
    """

    score: float
    n_train: int
    fit_s: float
    n_valid: int = 0
    stderr: float = 0.0
    spent_s: float = 0.0
    architecture: tuple[Mapping[str, Scalar], ...] = ()
    epochs: tuple[Mapping[str, Scalar], ...] = ()
    cpu_s: float = 0.0
    answer_s: tuple[float, ...] = ()
    answer_cost: float = 0.0
    n_machine: int = 0


@dataclass(frozen=True)
class FailedFit:
    """A fit that failed, and why."""

    message: str


@dataclass(frozen=True)
class Answered:
    """A fit, and what the model answered to the validation rows.

    Attributes
    ----------
    result : FitResult or FailedFit
        As `attempt` returns it.
    shares : ndarray of float32, or None
        As `leadline.evaluation.scores.shares_of` gives them; None where the fit failed, or the
        model has none.
    """

    result: FitResult | FailedFit
    shares: NDArray[np.float32] | None = None


def attempt(spec: FitSpec) -> FitResult | FailedFit:
    """Fit and score one spec; any error is returned, not raised."""
    return _attempt(spec, is_kept=False).result


def attempt_and_keep(spec: FitSpec) -> Answered:
    """Fit and score one spec, and keep what the model answered."""
    return _attempt(spec, is_kept=True)


def _attempt(spec: FitSpec, *, is_kept: bool) -> Answered:
    try:
        pool = _load(_PoolKey.of(spec))
        started, cpu_started = time.perf_counter(), time.process_time()
        train, valid = fold_rows(pool, spec)
        machines = fold_machine_rows(pool, spec)
        model = _resumable(build(spec), spec)
        fit_s = _fit_seconds(model, pool, train, machines)
        response = response_of(model, pool.X[valid], spec.scoring)
        score = score_of(pool.y[valid], response, spec.scoring)
        if not np.isfinite(score):
            message = f"{spec.scoring} is not a number on {valid.size} validation rows"
            return Answered(FailedFit(message))
        stderr = standard_error_of(pool.y[valid], response, spec.scoring, pool.groups_of(valid))
        if spec.is_proof:
            _refuse_unstorable(model, spec)
        shares = _kept(model, pool.X[valid], spec.target.task) if is_kept else None
        answer_s = answer_times(model, pool.X[valid]) if spec.is_timed else ()
    except Exception as error:  # another package's model may raise anything on few rows
        return Answered(FailedFit(_why_failed(error, spec)))
    result = FitResult(
        score=score,
        n_train=int(train.size),
        fit_s=fit_s,
        n_valid=int(valid.size),
        stderr=stderr,
        spent_s=time.perf_counter() - started,
        cpu_s=time.process_time() - cpu_started,
        architecture=_reported(model, "architecture_"),
        epochs=_reported(model, "epochs_"),
        answer_s=answer_s,
        answer_cost=getattr(model, "cost_per_row_", None) or 0.0,
        n_machine=int(machines.size),
    )
    return Answered(result, shares)


def _fit_seconds(model: Any, pool: Pool, train: Rows, machines: Rows) -> float:
    """Fit a model; the seconds that it takes where no other has encoded the rows before it."""
    kept = keep_encoded_rows()
    saved_s, started = kept.saved_s, time.perf_counter()
    fit_model(model, pool, train, machines)
    return time.perf_counter() - started + kept.saved_s - saved_s


def _kept(model: Any, frame: pl.DataFrame, task: Task) -> NDArray[np.float32] | None:
    """What a model answered; None if it has no probabilities, which its score may not need."""
    with suppress(Exception):
        return shares_of(model, frame, task)
    return None


@dataclass(frozen=True)
class _PoolKey:
    """Key of the cache of pools: equal keys are the same rows."""

    artifacts: str
    snapshot: str
    split: Split
    features: tuple[tuple[str, str], ...]
    machine_rows: str
    machine_weights: tuple[tuple[float, int], ...]
    target: Target
    data: Data = field(compare=False)

    @classmethod
    def of(cls, spec: FitSpec) -> _PoolKey:
        data = spec.data
        features = tuple(data.features.items())
        # a new verdict on a machine changes what its rows weigh, and not always which they are
        weights = tuple((share.weight, share.n_rows) for share in data.machine_shares)
        rows = data.snapshot, data.split, features, data.machine_rows, weights
        return cls(spec.artifacts, *rows, spec.target, data)


# a process fits hundreds of times on one snapshot; reading it often takes longer than a fit
@lru_cache(maxsize=1)
def _load(key: _PoolKey) -> Pool:
    return load_pool(Artifacts(key.artifacts), key.data, key.target, is_learnt=True)


def _resumable(model: Any, spec: FitSpec) -> Any:
    """Give a model that can resume its training the path of its checkpoint."""
    if spec.folder and "checkpoint" in getattr(model, "get_params", dict)():
        identity = f"{key_of(spec)} {spec.n_train} {spec.fold} {spec.seed}"
        name = hashlib.sha256(identity.encode()).hexdigest()
        folder = Path(spec.folder) / STATE_FOLDER / "checkpoints"
        folder.mkdir(parents=True, exist_ok=True)
        model.set_params(checkpoint=str(folder / f"{name}.npz"))
    return model


def message_of(error: Exception) -> str:
    """Message of an error, short enough for a page."""
    if isinstance(error, LeadlineError):
        return str(error)[:_LONGEST_MESSAGE]  # it says what is found, needed and next
    return f"{type(error).__name__}: {error}"[:_LONGEST_FOREIGN]


def _why_failed(error: Exception, spec: FitSpec) -> str:
    """The message of an error; where a class has hardly any rows, that, and what to do, first."""
    told = message_of(error)
    is_of_classes = isinstance(error, ValueError) and "class" in told
    if not is_of_classes or spec.target.task is Task.REGRESSION:
        return told
    with suppress(Exception):  # what failed may be the reading of the rows
        pool = _load(_PoolKey.of(spec))
        y = pool.y[fold_rows(pool, spec)[0]]
        counts = np.unique(y, return_counts=True)[1]
        n_classes = max(np.unique(pool.y[pool.order]).size, 2)
        fewest = int(counts.min()) if counts.size == n_classes else 0
        if fewest < _FEWEST_OF_CLASS:
            return (
                f"of the rarest class there are {fewest:,} among the {y.size:,} rows that it was "
                "to learn from, too few for this model. Bring more rows of that class, or leave "
                f"the family out under [find] families. ({told})"
            )
    return told


def _reported(model: Any, name: str) -> tuple[Mapping[str, Scalar], ...]:
    """Rows of a network's own report; of long ones every second, third, ... row."""
    lines = list(getattr(model, name, ()))
    stride = -(-len(lines) // _MOST_LINES) or 1
    kept = [*lines[:-1:stride], *lines[-1:]]
    return tuple(dict(line) for line in kept)


def _refuse_unstorable(model: Any, spec: FitSpec) -> None:
    # skops takes seconds to import, which count towards the time box: only where it is needed
    from leadline.serving.releases.models import refuse_unstorable

    refuse_unstorable(model, spec.family, spec.folder)


# to shuffle a hundred thousand rows takes longer than many a fit
@lru_cache(maxsize=4)
def kept_folds(pool: Pool, n_folds: int, seed: int) -> list[Fold]:
    """The folds of `leadline.datasets.folds.folds_of`, kept for those who ask again."""
    return folds_of(pool, n_folds=n_folds, seed=seed)


def fold_rows(pool: Pool, spec: FitSpec) -> tuple[Rows, Rows]:
    """Train and validation rows of a spec."""
    folds = kept_folds(pool, spec.n_folds, spec.seed)
    train, valid = folds[spec.fold % len(folds)]
    if spec.n_valid is not None and valid.size > spec.n_valid:
        valid = np.sort(np.random.default_rng(spec.seed).permutation(valid)[: spec.n_valid])
    return train[: spec.n_train], valid


def fold_machine_rows(pool: Pool, spec: FitSpec) -> Rows:
    """Rows of machines that a fold learns from: as large a part of them as of its train rows."""
    folds = kept_folds(pool, spec.n_folds, spec.seed)
    train = folds[spec.fold % len(folds)][0]
    n_train = train.size if spec.n_train is None else min(spec.n_train, train.size)
    return machine_rows_of(pool, train, spec, share=n_train / max(train.size, 1))


def machine_rows_of(pool: Pool, train: Rows, spec: FitSpec, *, share: float = 1.0) -> Rows:
    """Rows of machines that a model learns from beside some train rows.

    None of a prompted model: it would be shown answers of a machine as examples of the truth.
    """
    if pool.machines is None or spec.family == PROMPTED:
        return NO_ROWS
    return machine_rows_beside(pool, train, share=share, seed=spec.seed)


def build(spec: FitSpec) -> Any:
    """The unfitted estimator of a spec."""
    family = connected_family(spec.family, spec.folder)
    return family.build(spec.params, spec.target.task.value, spec.data.features, spec.seed)


def fit_and_score(pool: Pool, train: Rows, valid: Rows, spec: FitSpec) -> FitResult:
    """Fit on some rows, taking the time, and score on others.

    Raises
    ------
    NotReadyError
        If there are too few classes to fit or to score by.
    """
    if spec.target.task is not Task.REGRESSION and np.unique(pool.y[train]).size < 2:
        raise _too_few(f"The {train.size:,} rows to learn from have one class only.")
    started = time.perf_counter()
    model = fit_model(build(spec), pool, train)
    fitted = time.perf_counter()
    score = score_model(model, pool, valid, spec.scoring)
    if not np.isfinite(score):
        raise _too_few(f"{spec.scoring} is not a number on {valid.size:,} validation rows.")
    return FitResult(score, int(train.size), fitted - started)


def _too_few(found: str) -> NotReadyError:
    needed = "Every fold needs rows of at least two classes, to learn from and to be scored by."
    return NotReadyError(found, needed, "Bring more rows of the rarest class.")


def fit_model(model: Any, pool: Pool, rows: Rows, machines: Rows = NO_ROWS) -> Any:
    """Fit an estimator on some rows of the pool, and on some that machines labelled.

    The latter count as much as one of them is worth, where the estimator can weigh rows.
    """
    X, y, weight = pool.X[rows], pool.y[rows], None
    if machines.size:
        given = pool.machines
        assert given is not None
        X = pl.concat([X, given.X[machines]])
        y = np.concatenate([y, given.y[machines]])
        weight = np.concatenate([np.ones(rows.size), given.weight[machines]])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return fit_weighted(model, X, y, weight)
