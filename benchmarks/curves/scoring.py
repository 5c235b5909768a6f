"""Scores of forecasts, and tables of them in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
from scipy.stats import rankdata

# below this a forecast loss has no useful logarithm
_LEAST = 1e-6


def rmsle(truth: np.ndarray, forecast: np.ndarray) -> float:
    """Root of the mean squared log error of one curve."""
    return float(np.sqrt(np.mean((np.log(np.maximum(forecast, _LEAST)) - np.log(truth)) ** 2)))


def as_rate(forecast: np.ndarray) -> np.ndarray:
    """A forecast error rate, clipped to [0, 1]: kind to those who may leave it."""
    return np.clip(forecast, 0.0, 1.0)


def inside(truth: np.ndarray, interval: np.ndarray) -> np.ndarray:
    """Which truths lie within low and high (the first and last row of `interval`)."""
    return (interval[0] <= truth) & (truth <= interval[-1])


def clustered_error(values: np.ndarray, clusters: Sequence[str]) -> float:
    """Standard error of a mean of values of which those of one cluster err together.

    The linearised (ratio) estimate of cluster sampling: Cochran 1977, Sampling Techniques, 9A.2.
    """
    _, place = np.unique(clusters, return_inverse=True)
    sums = np.bincount(place, weights=values - values.mean())
    n = len(sums)
    return float(np.sqrt(n / (n - 1) * np.sum(sums**2)) / len(values)) if n > 1 else np.nan


def log_width(interval: np.ndarray) -> np.ndarray:
    """Log of high over low: how wide an interval is, whatever the error's size."""
    return np.log(np.maximum(interval[-1], _LEAST) / np.maximum(interval[0], _LEAST))


def weighted_median(values: np.ndarray, weights: np.ndarray) -> float:
    """The least value up to which lies half of the weight."""
    order = np.argsort(values)
    cumulative = np.cumsum(weights[order])
    return float(values[order][np.searchsorted(cumulative, 0.5 * cumulative[-1])])


def mean_ranks(losses: np.ndarray) -> np.ndarray:
    """The mean rank of each method (column) over instances (rows); 1 is best, ties averaged.

    Losses are rounded to 1e-9 first, so that equal forecasts tie.
    """
    return rankdata(np.round(losses, 9), axis=1).mean(axis=0)


def markdown(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table, its first column left, the others right."""
    lines = ["| " + " | ".join(header) + " |"]
    lines.append("|" + "|".join(["---", *["---:"] * (len(header) - 1)]) + "|")
    lines += ["| " + " | ".join(row) + " |" for row in rows]
    return "\n".join(lines)


def figure(value: float | None, digits: int = 4) -> str:
    """A number for a table; a dash where there is none."""
    return "–" if value is None or not np.isfinite(value) else f"{value:.{digits}f}"
