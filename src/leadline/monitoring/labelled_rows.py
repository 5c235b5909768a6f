"""Labelled rows of a block: as the model reads them, with what each of them stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.monitoring.block_rows import (
    SCORE,
    TRUTH,
    answered_rows,
    features_of,
    without_learnt,
)
from leadline.monitoring.page_labels import KnownRows
from leadline.reading.conform import conform
from leadline.record import Observation

_GROUPS, _FEWEST_EACH = 10, 5


@dataclass(frozen=True, eq=False)
class LabelledBlock:
    """The labelled rows of a block.

    Attributes
    ----------
    name : str
        Of the block.
    at : str
        First day of the block, ISO; empty where rows carry no time.
    n_rows : int
        Rows in the block, labelled or not.
    X : DataFrame of shape (n_labelled, n_features)
        Cast to the kinds that the model learnt.
    y : ndarray of shape (n_labelled,)
        The labels, as `leadline.datasets.frames.Target.values` has them.
    weights : ndarray of float of shape (n_labelled,)
        Rows of the block that each stands for.
    digest : str
        Of the block's rows and labels.
    """

    name: str
    at: str
    n_rows: int
    X: pl.DataFrame
    y: NDArray[Any]
    weights: NDArray[np.float64]
    digest: str


def labelled_blocks(
    read: Callable[[Observation], KnownRows | None],
    observations: Sequence[Observation],
    features: Mapping[str, str],
    confidence: float | None = None,
) -> list[LabelledBlock]:
    """The blocks that hold labelled rows new to the release, in the order of time.

    Parameters
    ----------
    read : callable
        The rows of an observation with their labels; None where they were not kept.
    observations : sequence of Observation
        Of the release.
    features : mapping of str to str
        Name to kind, as the release learnt them.
    confidence : float or None, default=None
        Of several classes: rows that score less have no answer, and are left out.
    """
    ordered = sorted(observations, key=lambda seen: (seen.block_at, seen.at))
    found = (_read(read(seen), seen, features, confidence) for seen in ordered)
    return [block for block in found if block is not None]


def _read(
    known: KnownRows | None,
    seen: Observation,
    features: Mapping[str, str],
    confidence: float | None,
) -> LabelledBlock | None:
    if known is None:
        return None
    rows = answered_rows(without_learnt(known.rows, seen.payload), confidence)
    is_labelled = rows[TRUTH].is_not_null().to_numpy()
    if not is_labelled.any():
        return None
    labelled = rows.filter(pl.Series(is_labelled))
    y = labelled[TRUTH].to_numpy()
    return LabelledBlock(
        name=seen.block,
        at=seen.block_at,
        n_rows=rows.height,
        X=conform(features_of(labelled), features),
        y=y.astype(str) if labelled[TRUTH].dtype == pl.String else y,
        weights=rows_stood_for(rows[SCORE].to_numpy(), is_labelled),
        digest=known.digest,
    )


def rows_stood_for(
    scores: NDArray[np.float64], is_labelled: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """How many rows of a block each labelled one stands for, by their scores.

    Labels are often asked for where the model is in doubt: counted alike, they would say more of
    doubtful rows than the block holds.

    Parameters
    ----------
    scores : ndarray of float of shape (n_rows,)
        What the model said of each row.
    is_labelled : ndarray of bool of shape (n_rows,)
        At least one is.

    Returns
    -------
    ndarray of float of shape (n_labelled,)
        Up to ten groups by score, of at least five labelled rows each, share their rows out.
        They add up to n_rows.

    Examples
    --------
    >>> scores = np.repeat([0.1, 0.5], [90, 10])
    >>> is_labelled = np.repeat([True, False, True], [5, 85, 10])
    >>> rows_stood_for(scores, is_labelled).tolist()[::5]
    [18.0, 1.0, 1.0]
    """
    labelled = scores[is_labelled]
    n_groups = min(_GROUPS, max(labelled.size // _FEWEST_EACH, 1))
    shares = np.arange(1, n_groups) / n_groups
    edges = np.unique(np.quantile(labelled, shares, method="lower"))
    # an edge is a labelled row's score, so that no group is without one
    edges = edges[edges > labelled.min()]
    group = np.searchsorted(edges, scores, side="right")
    own = group[is_labelled]
    n_all = np.bincount(group, minlength=edges.size + 1)
    each: NDArray[np.float64] = n_all / np.bincount(own, minlength=edges.size + 1)
    return each[own]
