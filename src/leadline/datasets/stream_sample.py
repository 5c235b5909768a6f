"""Sample of the stream for people: rows to judge, and a few that show what a threshold changes.

All that a page needs of a stream of a million rows is stored beside it: a page reads no stream.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import polars as pl

from leadline.phases.tuning import OperatingPoint
from leadline.record import Artifacts
from leadline.snapshot import to_parquet
from leadline.stats.judgments import Bands, sample, sample_between

FIRST_SHARE = 1 / 3
"""Of the judgments, those that decide between points."""
FEWEST_IN_PARTS = 60
"""Judgments below which all rows are drawn at once: half of them would tell too little."""
_N_SHOWN = 5

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def first_part(n: int, n_rows: int) -> int:
    """Judgments of `n` planned whose rows are drawn before anything is said: half of them.

    The others are placed by what the first said. All where that is few, or the whole stream.

    Examples
    --------
    >>> first_part(200, 10_000), first_part(200, 200), first_part(59, 10_000)
    (100, 200, 59)
    """
    return n if n < FEWEST_IN_PARTS or n >= n_rows else -(-n // 2)


@dataclass(frozen=True)
class StreamSample:
    """Digests of what is kept for the pages: the tuning's evidence has fields of the same names."""

    sample_rows: str
    sample_scores: str
    bands: str
    changes: str
    change_points: tuple[str, ...]


def draw_stream_sample(
    store: Artifacts,
    frame: pl.DataFrame,
    scores: Floats,
    points: tuple[OperatingPoint, ...],
    n: int,
    rng: np.random.Generator,
    *,
    break_even: float | None = None,
) -> tuple[Ints, StreamSample]:
    """Choose the rows to judge: a third between the points, the others by all bands.

    The third decides which point is chosen, the others narrow the intervals that are published.
    They are shuffled together: a reviewer who knew that the first rows lie between two points
    would know roughly how the model scores them.

    Parameters
    ----------
    store : Artifacts
        Where rows and numbers are kept.
    frame : DataFrame of shape (n_samples, n_columns)
        The stream.
    scores : ndarray of shape (n_samples,)
        Its scores.
    points : tuple of OperatingPoint
        Proposed operating points, the highest threshold first.
    n : int >= 1
        Judgments, at most as many as there are rows.
    rng : Generator
        Source of chance.
    break_even : float in (0, 1), optional
        Share of positives at which two points cost the same, by the costs that the problem states.

    Returns
    -------
    ndarray of int of shape (n,)
        Row numbers in random order.
    StreamSample
        What is kept beside them.
    """
    cuts = np.array([point.threshold for point in points])
    n_between = max(1, int(n * FIRST_SHARE))
    first = sample_between(scores, cuts, n_between, rng, break_even=break_even)
    others = sample(scores, cuts, n, rng)
    others = others[~np.isin(others, first)][: n - first.size]
    rows = rng.permutation(np.concatenate([first, others]))
    names, shown = _changes(scores, points, rows, rng)
    kept = json.dumps(Bands.of(scores, cuts).as_dict()).encode()
    return rows, StreamSample(
        sample_rows=store.put(to_parquet(frame[rows]), "sample"),
        sample_scores=store.put(scores[rows].astype("<f8").tobytes(), "scores"),
        bands=store.put(kept, "bands"),
        changes=store.put(to_parquet(frame[shown]), "sample"),
        change_points=names,
    )


def _changes(
    scores: Floats, points: tuple[OperatingPoint, ...], judged: Ints, rng: np.random.Generator
) -> tuple[tuple[str, ...], Ints]:
    """A few rows that each point flags and the one before does not; never one that is judged."""
    is_free = ~np.isin(np.arange(scores.size), judged)
    names: list[str] = []
    rows: list[Ints] = [np.empty(0, np.int64)]
    for strict, loose in pairwise(points):
        between = (scores >= loose.threshold) & (scores < strict.threshold)
        there = np.flatnonzero(between & is_free)
        picked = rng.choice(there, min(_N_SHOWN, there.size), replace=False)
        names.extend([loose.name] * picked.size)
        rows.append(picked)
    return tuple(names), np.concatenate(rows)
