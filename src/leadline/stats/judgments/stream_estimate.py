"""Estimates of precision and recall at each threshold, from judgments."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, Ints, as_labels, as_vector, check_share
from leadline.stats.interval import Estimate
from leadline.stats.judgments.band_posterior import BandPosterior, Readings, draw_apart
from leadline.stats.judgments.band_walk import BandEvidence, Judged
from leadline.stats.judgments.bands import Bands, checked_rows, upwards
from leadline.stats.judgments.draw_interval import interval_of, ratio_of
from leadline.stats.judgments.posterior_check import predictive_probability

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_DRAWS = 3000
# posterior predictive probability below which bands are not taken to speak for each other
_MISFIT = 0.005


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
    follows_scores : bool
        Whether what was judged fits what the scores claim, or their order. If not, each band
        speaks for itself, and the intervals are wider.
    """

    thresholds: Floats
    precision: Estimate[Floats]
    recall: Estimate[Floats]
    n_alerts: Ints
    share_positive: Estimate[float]
    n_hits_drawn: Floats = field(repr=False)
    n_positive_drawn: Floats = field(repr=False)
    follows_scores: bool = True


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
    answers = as_labels(is_positive, "is_positive", n_samples=scores.size)
    judged = Judged.of(bands, scores, answers)
    return summarise(bands, [(1.0, judged)], confidence_level, rng)


def summarise(
    bands: Bands,
    judged: Readings,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
    evidence: BandEvidence | None = None,
) -> StreamEstimate:
    """Draw the positives, and read precision and recall off the draws.

    Parameters
    ----------
    bands : Bands
        The stream.
    judged : sequence of (float, Judged)
        Readings of the judgments, each with its prior probability.
    confidence_level : float in (0, 1), default=0.9
        Posterior probability inside each interval.
    rng : Generator, optional
        Source of chance; without it a fixed one.
    evidence : BandEvidence, optional
        What is known of the bands beside; not used where bands do not speak for each other.
    """
    check_share(confidence_level, "confidence_level")
    source = np.random.default_rng(0) if rng is None else rng
    positives, follows_scores = _draw(bands, judged, source, evidence)
    hits = upwards(np.append(positives, np.zeros((_N_DRAWS, 1)), axis=1))[:, bands.first_alerts]
    total = positives.sum(axis=1)
    n_alerts = bands.n_alerts
    precision: list[tuple[float, float, float]] = []
    recall: list[tuple[float, float, float]] = []
    for each, (yes, no, missed) in enumerate(_seen(bands, judged[0][1])):
        alerts = np.full(total.size, n_alerts[each], dtype=np.float64)
        for found, below, others in ((precision, alerts, no), (recall, total, missed)):
            drawn = ratio_of(hits[:, each], below)
            found.append(interval_of(drawn, confidence_level, is_low=not yes, is_high=not others))
    tail = (1 - confidence_level) / 2
    share = np.quantile(total / bands.n_samples, [tail, 0.5, 1 - tail])
    return StreamEstimate(
        thresholds=bands.thresholds,
        precision=Estimate(*np.transpose(precision)),
        recall=Estimate(*np.transpose(recall)),
        n_alerts=n_alerts,
        share_positive=Estimate(float(share[0]), float(share[1]), float(share[2])),
        follows_scores=follows_scores,
        n_hits_drawn=hits,
        n_positive_drawn=total,
    )


def _draw(
    bands: Bands, judged: Readings, rng: np.random.Generator, evidence: BandEvidence | None
) -> tuple[Floats, bool]:
    """Positives of each band, and whether bands may speak for each other."""
    first, posterior = judged[0][1], BandPosterior.of(bands, judged, evidence)
    if first.is_sure and predictive_probability(posterior, first, rng) < _MISFIT:
        return draw_apart(bands, first, _N_DRAWS, rng), False
    return posterior.draw_positives(_N_DRAWS, rng), True


def _seen(bands: Bands, judged: Judged) -> list[tuple[int, int, int]]:
    """Of each threshold: alerts judged yes, alerts judged no, and yes that it would miss."""
    yes, no = (
        upwards(np.bincount(bands.bands, weights=told, minlength=bands.n_bands))
        for told in judged.told(bands)
    )
    # above the highest threshold of all there may be no band
    yes, no = np.append(yes, 0), np.append(no, 0)
    return [
        (int(yes[first]), int(no[first]), int(yes[0] - yes[first])) for first in bands.first_alerts
    ]
