"""Estimates of precision and recall at each threshold, from judgments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, Ints, as_labels, as_vector, check_share
from leadline.stats.interval import Estimate
from leadline.stats.judgments.band_posterior import Judged, draw_positives
from leadline.stats.judgments.bands import Bands, upwards

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_DRAWS = 3000


@dataclass(frozen=True)
class StreamEstimate:
    """Precision and recall at each threshold, with credible intervals.

    Parameters
    ----------
    thresholds : ndarray of shape (n_thresholds,)
        In the order in which they were given.
    precision, recall : Estimate of ndarray of shape (n_thresholds,)
        Each with `low`, `estimate` (posterior median) and `high`.
    n_alerts : ndarray of int of shape (n_thresholds,)
        Rows of the stream at or above each threshold.
    share_positive : Estimate of float
        Share of positives in the whole stream.
    n_hits_drawn : ndarray of shape (n_draws, n_thresholds)
        Positives among the alerts, drawn jointly.
    n_positive_drawn : ndarray of shape (n_draws,)
        Positives in the stream, of the same draws.
    """

    thresholds: Floats
    precision: Estimate[Floats]
    recall: Estimate[Floats]
    n_alerts: Ints
    share_positive: Estimate[float]
    n_hits_drawn: Floats = field(repr=False)
    n_positive_drawn: Floats = field(repr=False)


def estimate(
    scores: ArrayLike,
    thresholds: ArrayLike,
    rows: ArrayLike,
    is_positive: ArrayLike,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
) -> StreamEstimate:
    """Estimate precision and recall on the whole stream.

    Parameters
    ----------
    scores : array-like of float, shape (n_samples,)
        Scores of the stream, higher for more likely positive; calibrated or not, probabilities
        or not.
    thresholds : array-like of float, shape (n_thresholds,)
        The thresholds that `sample` was given.
    rows : array-like of int, shape (n_judged,)
        Rows judged, each once.
    is_positive : array-like of {0, 1}, shape (n_judged,)
        The judgments.
    confidence_level : float in (0, 1), default=0.9
        Posterior probability inside each interval.
    rng : Generator, optional
        Source of chance; without it a fixed one, so that the same judgments give the same answer.

    Returns
    -------
    StreamEstimate
        Intervals of each threshold in the order given.

    Raises
    ------
    ValueError
        If no row was judged, a row is judged twice or does not exist, or lengths differ.

    Examples
    --------
    >>> stream = [0.1, 0.2, 0.3, 0.7, 0.8, 0.9]
    >>> result = estimate(stream, [0.5], range(6), [0, 0, 1, 0, 1, 1])
    >>> result.precision.estimate.round(3).tolist(), result.recall.high.round(3).tolist()
    ([0.667], [0.667])
    """
    values = as_vector(scores, "scores")
    judged = checked_rows(rows, values.size)
    answers = as_labels(is_positive, "is_positive", n_samples=judged.size)
    return estimate_in(Bands.of(values, thresholds), values[judged], answers, confidence_level, rng)


def estimate_in(
    bands: Bands,
    scores: Floats,
    is_positive: ArrayLike,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
) -> StreamEstimate:
    """Estimate as `estimate` does, from a stream that is kept as bands.

    Parameters
    ----------
    bands : Bands
        The stream.
    scores : ndarray of shape (n_judged,)
        Scores of the rows judged.
    is_positive : array-like of {0, 1}, shape (n_judged,)
        The judgments.
    confidence_level : float in (0, 1), default=0.9
        Posterior probability inside each interval.
    rng : Generator, optional
        Source of chance; without it a fixed one.

    Returns
    -------
    StreamEstimate
        Intervals of each threshold in the order given.
    """
    answers = as_labels(is_positive, "is_positive", n_samples=scores.size).astype(np.int64)
    codes, counts = np.unique(bands.slice_of(scores) * 2 + answers, return_counts=True)
    is_yes = codes % 2 == 1
    judged = Judged(codes // 2, is_yes.astype(np.float64), (~is_yes).astype(np.float64), counts)
    return summarise(bands, [(1.0, judged)], confidence_level, rng)


def summarise(
    bands: Bands,
    judged: Sequence[tuple[float, Judged]],
    confidence_level: float,
    rng: np.random.Generator | None,
) -> StreamEstimate:
    """Draw the positives, and read precision and recall off the draws."""
    check_share(confidence_level, "confidence_level")
    source = np.random.default_rng(0) if rng is None else rng
    positives = draw_positives(bands, judged, _N_DRAWS, source)
    hits = upwards(np.append(positives, np.zeros((_N_DRAWS, 1)), axis=1))[:, bands.first_alerts]
    total = positives.sum(axis=1)
    n_alerts = bands.n_alerts
    tail = (1 - confidence_level) / 2
    quantiles = np.array([tail, 0.5, 1 - tail])
    share = np.quantile(total / bands.n_samples, quantiles)
    return StreamEstimate(
        thresholds=bands.thresholds,
        precision=_ratio(hits, np.broadcast_to(n_alerts, hits.shape), quantiles),
        recall=_ratio(hits, np.broadcast_to(total[:, None], hits.shape), quantiles),
        n_alerts=n_alerts,
        share_positive=Estimate(float(share[0]), float(share[1]), float(share[2])),
        n_hits_drawn=hits,
        n_positive_drawn=total,
    )


def checked_rows(rows: ArrayLike, n_samples: int) -> Ints:
    """The judged rows of a stream, each once.

    Parameters
    ----------
    rows : array-like of int, shape (n_judged,)
        At least one.
    n_samples : int
        Rows of the stream.

    Raises
    ------
    ValueError
        If there is none, one is named twice, or one does not exist.
    """
    judged = np.asarray(rows)
    if judged.ndim != 1 or judged.size == 0 or not np.issubdtype(judged.dtype, np.integer):
        raise ValueError("rows must be a flat list of row numbers with at least one; it is not.")
    if judged.min() < 0 or judged.max() >= n_samples:
        raise ValueError(f"rows must lie between 0 and {n_samples - 1}; some do not.")
    if np.unique(judged).size != judged.size:
        raise ValueError(
            "rows names a row twice, each may be judged once. Settle doubled judgments first."
        )
    return judged.astype(np.int64)


def _ratio(above: Floats, below: Floats, quantiles: Floats) -> Estimate[Floats]:
    """Quantiles of a ratio of draws; 0/0 tells nothing and spreads over (0, 1)."""
    known = below > 0
    ignorance = np.linspace(0, 1, above.shape[0])[:, None]
    drawn = np.where(known, above / np.where(known, below, 1), ignorance)
    low, middle, high = np.quantile(drawn, quantiles, axis=0)
    return Estimate(low, middle, high)
