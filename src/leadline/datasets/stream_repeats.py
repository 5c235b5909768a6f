"""Rows of a stream that a model was made of: judgments of them flatter it."""

from __future__ import annotations

import polars as pl

from leadline.datasets.frames import Pool, Rows
from leadline.phases.data import SplitKind
from leadline.serving.releases.learnt_rows import LearntRows
from leadline.stats.monitoring.repeats import are_repeats


def n_learnt_of(X: pl.DataFrame, pool: Pool, machines: Rows) -> int:
    """Rows of a stream that the model was made of; 0 where chance brings as many.

    Parameters
    ----------
    X : DataFrame of shape (n_rows, n_features)
        The stream, conformed.
    pool : Pool
        Rows that people judged: the model was made of them, or measured by them.
    machines : ndarray of int
        Rows of `pool.machines` that it learnt from beside them.
    """
    learnt = LearntRows.of(
        pool.X,
        # at random, equal rows are on one side: the split does not show how often rows come back
        None if pool.kind is SplitKind.RANDOM else pool.is_test,
        more=None if pool.machines is None else pool.machines.X[machines],
    )
    n_found = int(learnt.contain(X).sum())
    return n_found if are_repeats(n_found, X.height, learnt.usual_share) else 0
