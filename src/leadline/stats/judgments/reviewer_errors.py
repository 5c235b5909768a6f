"""Reviewer errors: the judgments to ask others about, and estimates that allow for errors.

A false yes where hardly anything is positive is taken for hundreds of missed positives, so a few
careless answers ruin a recall. They are also the easiest to find.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, Ints, as_labels, as_vector
from leadline.stats.judgments.band_posterior import BandPosterior, smooth_shares
from leadline.stats.judgments.band_walk import Judged
from leadline.stats.judgments.bands import Bands, checked_rows
from leadline.stats.judgments.stream_estimate import StreamEstimate, summarise

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# rates at which a reviewer says yes to a negative and no to a positive, and their prior
_FALSE_YES = np.array([0.002, 0.015, 0.05, 0.1, 0.2])
_MISSES = np.array([0.005, 0.05, 0.12, 0.25])
_OF_FALSE_YES = np.array([0.4, 0.3, 0.15, 0.1, 0.05])
_OF_MISSES = np.array([0.4, 0.3, 0.2, 0.1])
_USUAL_FALSE_YES, _USUAL_MISS = 0.02, 0.1


def surprising(
    scores: ArrayLike,
    thresholds: ArrayLike,
    rows: ArrayLike,
    is_positive: ArrayLike,
    n: int,
) -> Ints:
    """Choose the judgments to ask others about: likely errors that stand for many rows.

    Parameters
    ----------
    scores : array-like of float, shape (n_samples,)
        Scores of the stream.
    thresholds : array-like of float, shape (n_thresholds,)
        Operating points on offer.
    rows : array-like of int, shape (n_judged,)
        Rows judged.
    is_positive : array-like of {0, 1}, shape (n_judged,)
        The judgments.
    n : int
        How many are wanted.

    Returns
    -------
    ndarray of int of shape (min(n, n_judged),)
        Row numbers, the most surprising first.

    Examples
    --------
    >>> scores = [0.01] * 50 + [0.99] * 50
    >>> said = [1] + [0] * 49 + [1] * 50
    >>> surprising(scores, [0.5], range(100), said, 1).tolist()
    [0]
    """
    values = as_vector(scores, "scores")
    judged = checked_rows(rows, values.size)
    yes = as_labels(is_positive, "is_positive", n_samples=judged.size)
    order = surprise_in(Bands.of(values, thresholds), values[judged], yes)
    return judged[order[:n]]


def surprise_in(bands: Bands, scores: Floats, is_positive: ArrayLike) -> Ints:
    """Order judgments of a stream that is kept as bands, the most surprising first.

    Parameters
    ----------
    bands : Bands
        Of the stream.
    scores : ndarray of shape (n_judged,)
        Scores of the rows judged.
    is_positive : array-like of {0, 1}, shape (n_judged,)
        The judgments.

    Returns
    -------
    ndarray of int, shape (n_judged,)
        Places among the judgments, not rows of the stream.
    """
    yes = as_labels(is_positive, "is_positive", n_samples=scores.size)
    slices = bands.slice_of(scores)
    share = smooth_shares(
        bands, _tallied(slices, yes.astype(np.int64), (~yes).astype(np.int64), 0.0, 0.0)
    )[slices]
    if_yes = _USUAL_FALSE_YES * (1 - share)
    if_no = _USUAL_MISS * share
    wrong = np.where(
        yes,
        if_yes / (if_yes + (1 - _USUAL_MISS) * share),
        if_no / (if_no + (1 - _USUAL_FALSE_YES) * (1 - share)),
    )
    band = bands.bands[slices]
    rows_per_judgment = bands.band_sizes / np.maximum(np.bincount(band, minlength=bands.n_bands), 1)
    return np.argsort(-wrong * rows_per_judgment[band], kind="stable").astype(np.int64)


def estimate_votes(
    scores: ArrayLike,
    thresholds: ArrayLike,
    rows: ArrayLike,
    n_yes: ArrayLike,
    n_no: ArrayLike,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
) -> StreamEstimate:
    """Estimate as `estimate` does, from votes of reviewers who may be wrong.

    Their rates of yes to a negative and of no to a positive are estimated with all else, from rows
    with several votes and from answers that contradict the scores. Reviewers are taken to be alike,
    and to err independently [1]_.

    Parameters
    ----------
    scores : array-like of float, shape (n_samples,)
        Scores of the stream.
    thresholds : array-like of float, shape (n_thresholds,)
        Operating points on offer.
    rows : array-like of int, shape (n_judged,)
        Rows judged, each once.
    n_yes, n_no : array-like of int, shape (n_judged,)
        Votes of each.
    confidence_level : float in (0, 1), default=0.9
        Posterior probability inside each interval.
    rng : Generator, optional
        Source of chance; without it a fixed one.

    Returns
    -------
    StreamEstimate
        Intervals of each threshold in the order given.

    References
    ----------
    .. [1] A. P. Dawid and A. M. Skene (1979), Maximum likelihood estimation of observer
       error-rates using the EM algorithm. Appl. Statist. 28, 20-28.
    """
    values = as_vector(scores, "scores")
    judged = checked_rows(rows, values.size)
    return estimate_votes_in(
        Bands.of(values, thresholds), values[judged], n_yes, n_no, confidence_level, rng
    )


def estimate_votes_in(
    bands: Bands,
    scores: Floats,
    n_yes: ArrayLike,
    n_no: ArrayLike,
    confidence_level: float = 0.9,
    rng: np.random.Generator | None = None,
) -> StreamEstimate:
    """Estimate as `estimate_votes` does, from a stream that is kept as bands.

    Parameters
    ----------
    bands : Bands
        Of the stream.
    scores : ndarray of shape (n_judged,)
        Scores of the rows judged.
    n_yes, n_no : array-like of int, shape (n_judged,)
        Votes of each.
    confidence_level, rng
        As for `estimate_votes`.
    """
    return summarise(bands, readings_of_votes(bands, scores, n_yes, n_no), confidence_level, rng)


def readings_of_votes(
    bands: Bands, scores: Floats, n_yes: ArrayLike, n_no: ArrayLike
) -> list[tuple[float, Judged]]:
    """What votes say, at each pair of error rates that reviewers may have.

    Parameters
    ----------
    bands, scores, n_yes, n_no
        As for `estimate_votes_in`.

    Returns
    -------
    list of (float, Judged)
        Each with the prior probability of the rates.
    """
    yes, no = np.asarray(n_yes, dtype=np.int64), np.asarray(n_no, dtype=np.int64)
    slices = bands.slice_of(scores)
    return [
        (float(p * q), _tallied(slices, yes, no, float(e), float(m)))
        for e, p in zip(_FALSE_YES, _OF_FALSE_YES, strict=True)
        for m, q in zip(_MISSES, _OF_MISSES, strict=True)
    ]


def believed(bands: Bands, scores: Floats, n_yes: ArrayLike, n_no: ArrayLike) -> Floats:
    """Probability that each judged row is positive, by its votes and all others.

    Parameters
    ----------
    bands, scores, n_yes, n_no
        As for `estimate_votes_in`.

    Returns
    -------
    ndarray of shape (n_judged,)
        In [0, 1].

    Examples
    --------
    >>> scores = np.repeat([0.02, 0.9], [100, 50])
    >>> yes = np.repeat([1, 0, 2], [1, 99, 50])
    >>> real = believed(Bands.of(scores, [0.5]), scores, yes, 2 - yes)
    >>> bool(real[0] < 0.5), bool(real[-1] > 0.95)
    (True, True)
    """
    posterior = BandPosterior.of(bands, readings_of_votes(bands, scores, n_yes, n_no))
    kinds = np.column_stack([bands.slice_of(scores), n_yes, n_no])
    # in the order in which they are tallied
    _, group = np.unique(kinds, axis=0, return_inverse=True)
    found: Floats = posterior.believed(np.random.default_rng(0))[group]
    return found


def _tallied(slices: Ints, yes: Ints, no: Ints, false_yes: float, miss: float) -> Judged:
    """Count rows with the same slice and votes; with the probability of these votes."""
    kinds, counts = np.unique(np.column_stack([slices, yes, no]), axis=0, return_counts=True)
    found, y, n = kinds.T.astype(np.int64)
    return Judged(
        found,
        np.power(1 - miss, y) * np.power(miss, n),
        np.power(false_yes, y) * np.power(1 - false_yes, n),
        counts,
    )
