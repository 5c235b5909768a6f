"""Fit one candidate on some rows and score it on others: the task that executors run.

A spec is small and names its data by digest, so that it can be run anywhere, and again.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import get_scorer

from leadline.engines.loading import load
from leadline.gather.folds import folds_of
from leadline.gather.frames import Pool, Rows, Target, load_pool
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Scalar
from leadline.record import Artifacts

_SKLEARN_NAMES = {"mean_absolute_error": "neg_mean_absolute_error"}


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


def spec_of(artifacts: Artifacts, problem: Problem, data: Data) -> FitSpec:
    """What every fit of a project has in common; `dataclasses.replace` says the rest."""
    return FitSpec(
        artifacts=artifacts.url,
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
    """

    score: float
    n_train: int
    fit_s: float


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
    family = load("families", spec.family)()
    return family.build(spec.params, spec.target.task.value, spec.data.features, spec.seed)


def fit_and_score(pool: Pool, train: Rows, valid: Rows, spec: FitSpec) -> FitResult:
    """Fit on some rows, taking the time, and score on others."""
    started = time.perf_counter()
    model = fit_model(build(spec), pool, train)
    fitted = time.perf_counter()
    score = score_model(model, pool, valid, spec.scoring)
    if not np.isfinite(score):
        raise ValueError(f"{spec.scoring} is not a number on {valid.size} validation rows")
    return FitResult(score, int(train.size), fitted - started)


def fit_model(model: Any, pool: Pool, rows: Rows) -> Any:
    """Fit an estimator on some rows of the pool."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return model.fit(pool.X[rows], pool.y[rows])


def score_model(model: Any, pool: Pool, rows: Rows, scoring: str) -> float:
    """Score a fitted estimator; losses are positive."""
    scorer = get_scorer(_SKLEARN_NAMES.get(scoring, scoring))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        value = float(scorer(model, pool.X[rows], pool.y[rows]))
    return -value if scoring_of(scoring).is_loss else value


def positive_scores(model: Any, frame: Any) -> NDArray[np.float64]:
    """Probability of the positive class of a binary model.

    Returns
    -------
    ndarray of float of shape (n_samples,)
        In [0, 1].
    """
    probabilities = np.asarray(model.predict_proba(frame), dtype=float)
    classes = list(model.classes_)
    if 1 not in classes:
        return np.zeros(len(probabilities))
    scores: NDArray[np.float64] = np.clip(probabilities[:, classes.index(1)], 0.0, 1.0)
    return scores
