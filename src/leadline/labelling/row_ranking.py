"""Active learning: unlabelled rows ranked by uncertainty or diversity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from sklearn.decomposition import TruncatedSVD

from leadline.datasets.frames import load_pool
from leadline.engines.loading import load_family
from leadline.errors import SettingsError
from leadline.evaluation.fit import build, fit_model
from leadline.labelling.item_pool import drawn_rows, keys_of
from leadline.phases.scoring import Task
from leadline.reading.conform import conform
from leadline.record.codec import to_json
from leadline.snapshot import test_side
from leadline.stats.active_learning import farthest_first, margins

if TYPE_CHECKING:
    from leadline.datasets.frames import Pool
    from leadline.evaluation.fit_spec import FitSpec
    from leadline.phases.problem import Problem
    from leadline.stats.arrays import Floats
    from leadline.workspace import Workspace

# the time for diversity grows with this number; the rows after them keep their random order
_N_SPREAD = 2000
_N_DIRECTIONS = 50


def rule_for(workspace: Workspace, problem: Problem) -> str:
    """How rows to label next are chosen, by the settings.

    Raises
    ------
    SettingsError
        If the rule does not fit what is predicted.
    """
    rule = workspace.settings.labels.next
    if rule == "uncertainty" and problem.task is Task.REGRESSION:
        raise SettingsError(
            "[labels] next is 'uncertainty', and a number is predicted.",
            "Uncertainty is that between classes.",
            "Set it to 'diversity' or 'random' in leadline.toml.",
        )
    return rule


def rank_rows(workspace: Workspace, spec: FitSpec, rule: str) -> str:
    """Rank train rows without a label, and store their keys, the most wanted first.

    Parameters
    ----------
    workspace : Workspace
        Where labelled and unlabelled rows are.
    spec : FitSpec
        The candidate; fitted here on all train rows that are labelled.
    rule : {"uncertainty", "diversity"}
        Smallest margin between the two likeliest classes, or farthest from all labelled so far.

    Returns
    -------
    str
        Digest of the ranking; empty where no train row is without a label.
    """
    if not spec.data.unlabelled:
        return ""
    drawn = drawn_rows(workspace.artifacts, spec.data)
    drawn = drawn.filter(~pl.Series(test_side(drawn, spec.data.split)))
    if not drawn.height:
        return ""
    pool = load_pool(workspace.artifacts, spec.data, spec.target)
    X = conform(drawn, spec.data.features)
    order = _least_sure(pool, X, spec) if rule == "uncertainty" else _most_different(pool, X, spec)
    keys = keys_of(drawn, spec.data)
    said = {"rule": rule, "keys": [keys[row] for row in order]}
    return workspace.artifacts.put(to_json(said).encode(), "ranking")


def _least_sure(pool: Pool, X: pl.DataFrame, spec: FitSpec) -> np.ndarray:
    model = fit_model(build(spec), pool, pool.order)
    return np.argsort(margins(model.predict_proba(X)), kind="stable")


def _most_different(pool: Pool, X: pl.DataFrame, spec: FitSpec) -> np.ndarray:
    """Farthest first among scaled numbers, indicators of categories, and directions of text.

    The linear family's view of the columns serves for every candidate: trees have no distances.
    """
    task = spec.target.task.value
    linear = load_family("linear", spec.folder).build({}, task, spec.data.features, spec.seed)
    encode = fit_model(linear, pool, pool.order)[:-1]
    known, rows = _dense(encode.transform(pool.X[pool.order]), encode.transform(X), spec.seed)
    first = farthest_first(rows, known, _N_SPREAD)
    return np.append(first, np.setdiff1d(np.arange(len(rows)), first))


def _dense(known: Any, rows: Any, seed: int) -> tuple[Floats, Floats]:
    """Two tables as dense ones; wide sparse ones in fifty directions (latent semantic analysis)."""
    if not hasattr(known, "toarray"):
        return np.asarray(known, dtype=float), np.asarray(rows, dtype=float)
    if min(known.shape) <= _N_DIRECTIONS:
        return known.toarray(), rows.toarray()
    few = TruncatedSVD(_N_DIRECTIONS, random_state=seed).fit(known)
    return few.transform(known), few.transform(rows)
