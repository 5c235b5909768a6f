"""Curves of RMSE, MAE, R² and average precision, cut: `metric_curves.csv.gz` as examples.

Seen are the sizes up to a cut, five at least, and some of the six repeats, drawn by chance; the
truth is the mean of all six at larger sizes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import polars as pl
from learning import Example
from sources import here

OF_NUMBERS = ("root_mean_squared_error", "mean_absolute_error", "r2")
METRICS = (*OF_NUMBERS, "average_precision")
CURVES = Path(__file__).with_name("metric_curves.csv.gz")
KEYS = ["data", "half", "learner", "metric", "repeat"]
N_REPEATS = 6
_FEWEST = 5
_OFFSET = 10**6  # beyond the numbers by which OpenML knows its data sets


def stored() -> pl.DataFrame:
    """What was measured: a row for each learner, metric and repeat, a column for each size."""
    rows = pl.read_csv(here(CURVES), infer_schema_length=None)
    return rows.with_columns(pl.exclude(KEYS).cast(pl.Float64))


def examples_of(
    half: str, n_repeats: int, *, hide: bool = False, metrics: Sequence[str] = METRICS
) -> list[Example]:
    """Every curve of a half of the data sets, cut at every size that has enough before it.

    Parameters
    ----------
    half : {"learning", "test"}
        Of the data sets.
    n_repeats : int
        That are seen, of six.
    hide : bool, default=False
        Leave out the standard errors, and how many repeats there were.
    metrics : sequence of str
        Whose curves.
    """
    rows = stored().filter(pl.col("metric").is_in(metrics), half=half)
    found: list[Example] = []
    keys = ["data", "learner", "metric"]
    for (data, learner, name), curve in rows.group_by(keys, maintain_order=True):
        points = curve.drop(KEYS)
        errors = points.to_numpy().astype(float).T
        is_measured = np.isfinite(errors).all(axis=1)
        sizes = np.array([float(column) for column in points.columns])[is_measured]
        found += _cuts(
            str(data), str(learner), str(name), sizes, errors[is_measured], n_repeats, hide
        )
    return found


def _cuts(
    data: str,
    learner: str,
    metric: str,
    sizes: np.ndarray,
    errors: np.ndarray,
    n_repeats: int,
    hide: bool,
) -> Iterator[Example]:
    number = int.from_bytes(sha256(data.encode()).digest()[:4], "big")
    rng = np.random.default_rng([number, n_repeats])
    means, spread = errors.mean(axis=1), errors.std(axis=1, ddof=1) / np.sqrt(N_REPEATS)
    for n_seen in range(_FEWEST, sizes.size):
        runs = errors[:n_seen, rng.permutation(N_REPEATS)[:n_repeats]]
        stderr = runs.std(axis=1, ddof=1) / np.sqrt(n_repeats) if n_repeats > 1 else None
        yield Example(
            data=_OFFSET + number,
            family=learner,
            sizes=sizes[:n_seen],
            errors=runs.mean(axis=1),
            stderr=None if hide else stderr,
            later_sizes=sizes[n_seen:],
            later_errors=means[n_seen:],
            later_stderr=spread[n_seen:],
            n_repeats=None if hide else n_repeats,
            metric=metric,
            # cross-validated: learners of one data set err apart enough to count as several
            share_of=f"{data}, {learner}",
        )
