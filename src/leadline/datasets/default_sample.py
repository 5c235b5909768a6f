"""Sample of the stream for people where there is no threshold: several classes, and numbers.

What pages need of the stream is kept beside it, as `stream_sample` does for a question of yes or
no.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from leadline.datasets.stream_sample import StreamSample, first_part
from leadline.record import Artifacts
from leadline.snapshot import to_parquet
from leadline.stats.judgments import ClassStrata, ValueStrata, sample_classes, sample_values

N_OF_CLASSES = 300
"""Judgments planned where there are several classes: each has a precision and a recall."""
N_OF_NUMBERS = 200
"""Judgments planned of numbers."""

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def draw_class_sample(
    store: Artifacts,
    frame: pl.DataFrame,
    shares: Floats,
    names: Sequence[str],
    cuts: Sequence[float],
    rng: np.random.Generator,
    *,
    costs: Floats | None = None,
) -> tuple[Ints, StreamSample]:
    """Choose the first rows that tell precision and recall of every class: half of those planned.

    Parameters
    ----------
    store : Artifacts
        Where rows and numbers are kept.
    frame : DataFrame of shape (n_samples, n_columns)
        The stream.
    shares : ndarray of shape (n_samples, n_classes)
        Probabilities of the classes.
    names : sequence of str
        The classes, in the order of the columns.
    cuts : sequence of float in (0, 1]
        Confidences below which nothing may be said.
    rng : Generator
        Source of chance.
    costs : ndarray of shape (n_classes, n_classes), optional
        Of confusions, by true class and class said.

    Returns
    -------
    ndarray of int of shape (n,)
        Row numbers in random order.
    StreamSample
        What is kept beside them; the scores are the probabilities, row after row.
    """
    n = first_part(min(N_OF_CLASSES, frame.height), frame.height)
    rows = sample_classes(shares, n, rng, cuts=cuts, costs=costs)
    strata = ClassStrata.of(shares, cuts, costs)
    kept = {"classes": list(names), "strata": strata.as_dict()}
    return rows, _kept(store, frame, rows, shares[rows], kept)


def draw_number_sample(
    store: Artifacts, frame: pl.DataFrame, predicted: Floats, rng: np.random.Generator
) -> tuple[Ints, StreamSample]:
    """Choose the first rows that tell how far numbers are off: half of those planned.

    Parameters
    ----------
    store : Artifacts
        Where rows and numbers are kept.
    frame : DataFrame of shape (n_samples, n_columns)
        The stream.
    predicted : ndarray of shape (n_samples,)
        What the model says.
    rng : Generator
        Source of chance.
    """
    n = first_part(min(N_OF_NUMBERS, frame.height), frame.height)
    rows = sample_values(predicted, n, rng)
    kept = {"strata": ValueStrata.of(predicted).as_dict()}
    return rows, _kept(store, frame, rows, predicted[rows], kept)


def _kept(
    store: Artifacts, frame: pl.DataFrame, rows: Ints, scores: Floats, strata: dict[str, Any]
) -> StreamSample:
    return StreamSample(
        sample_rows=store.put(to_parquet(frame[rows]), "sample"),
        sample_scores=store.put(scores.astype("<f8").tobytes(), "scores"),
        bands=store.put(json.dumps(strata).encode(), "bands"),
        changes="",
        change_points=(),
    )
