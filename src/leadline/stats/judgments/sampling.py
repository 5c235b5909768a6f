"""Sampling of the rows of a stream that reviewers judge: stratified by score, Neyman allocation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from leadline.stats.arrays import Floats, Ints, as_labels, as_vector, check_share
from leadline.stats.judgments.band_posterior import BandPosterior
from leadline.stats.judgments.band_walk import Judged, band_means
from leadline.stats.judgments.bands import Bands, checked_rows
from leadline.stats.judgments.stratified_sampling import allocate, spread

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_LEAST_A_BAND = 11
_LEAST_GUESS, _LARGEST_GUESS = 0.004, 0.85
# intervals of precision should be narrower than those of recall
_PRECISION_WEIGHT = 1.5
_N_DRAWS = 400
_TINY = 1e-9


def sample(
    scores: ArrayLike,
    thresholds: ArrayLike,
    n: int,
    rng: np.random.Generator,
    *,
    rows: ArrayLike = (),
    is_positive: ArrayLike = (),
) -> Ints:
    """Choose the rows of a stream that reviewers should judge.

    Every band gets 11 judgments, as far as it has rows and `n` allows. The rest go where they
    narrow precision and recall most: ``n_h ~ sqrt(E sum_m w_m g_mh^2 p_h (1 - p_h))`` [1]_, g being
    the derivative of each precision and recall by the band's share of positives p_h, and w weighing
    precision 1.5 against recall. The expectation is over what is not known of the shares: before
    the first judgment half by what the scores claim and half by how far real classifiers stray from
    that, which sends judgments into the tail below the lowest threshold; later by what the first
    judgments said. Within a band the rows are spread evenly over its scores: one at random of each
    of n_h equal parts.

    Parameters
    ----------
    scores : array-like of float, shape (n_samples,)
        Scores of the stream, higher for more likely positive.
    thresholds : array-like of float, shape (n_thresholds,)
        Operating points on offer, in any order.
    n : int >= 1
        Judgments wanted; with as many or more than there are rows, all rows are returned.
    rng : Generator
        Source of chance.
    rows : array-like of int, shape (n_judged,), optional
        Rows judged already: the next `n` are placed by what was said of them, and are others.
    is_positive : array-like of {0, 1}, shape (n_judged,), optional
        What was said.

    Returns
    -------
    ndarray of int of shape (min(n, n_samples - n_judged),)
        Different row numbers, in random order so that the order tells nothing.

    Raises
    ------
    ValueError
        If `n` is below 1 or an input is empty or not finite; if a row judged does not exist, is
        named twice, or has no answer.

    References
    ----------
    .. [1] J. Neyman (1934), On the two different aspects of the representative method. J. Roy.
       Statist. Soc. 97, 558-625.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> scores = rng.random(1000)
    >>> first = sample(scores, [0.5, 0.8], 60, rng)
    >>> said = rng.random(60) < scores[first]
    >>> second = sample(scores, [0.5, 0.8], 40, rng, rows=first, is_positive=said)
    >>> first.size, second.size, len(set(first.tolist()) | set(second.tolist()))
    (60, 40, 100)
    """
    values = as_vector(scores, "scores")
    cuts = as_vector(thresholds, "thresholds")
    if n < 1:
        raise ValueError(f"n must be at least 1; got {n}.")
    named = np.asarray(rows)
    had = checked_rows(named, values.size) if named.size else named.astype(np.int64)
    as_labels(is_positive, "is_positive", n_samples=had.size)
    if n >= values.size - had.size:
        return rng.permutation(np.setdiff1d(np.arange(values.size), had)).astype(np.int64)
    bands = Bands.of(values, cuts)
    band_of = bands.bands[bands.slice_of(values)]
    n_had = np.bincount(band_of[had], minlength=bands.n_bands)
    gain = _precision_gain(bands, values[had], is_positive, rng)
    wanted = allocate(bands.band_sizes, gain, n, least=_LEAST_A_BAND, had=n_had) - n_had
    # at random among equals: where scores tie, the order of the file must not decide
    order = np.lexsort((rng.random(values.size), values))
    order = order[~np.isin(order, had)]
    sizes = bands.band_sizes - n_had
    ends = np.cumsum(sizes)
    chosen = [
        order[start + spread(size, count, rng)]
        for start, size, count in zip(ends - sizes, sizes, wanted, strict=True)
        if count
    ]
    return rng.permutation(np.concatenate(chosen)).astype(np.int64)


def sample_between(
    scores: ArrayLike,
    thresholds: ArrayLike,
    n: int,
    rng: np.random.Generator,
    *,
    break_even: float | None = None,
) -> Ints:
    """Choose the rows that decide between thresholds: only what lies between two of them differs.

    A gap decides by the side of the break-even on which its share of positives lies, and the
    nearer that share is, the more judgments it takes. With the prior density f_g of the share at
    the break-even, n_g judgments leave a chance of a wrong side in proportion to
    ``f_g / sqrt(n_g)``; the sum over gaps is least at ``n_g ~ f_g^(2/3)``. The prior is a Cauchy
    distribution of scale 1 in log odds about the share that the scores claim, as wide as costs and
    calibration are uncertain before the first judgment.

    Parameters
    ----------
    scores : array-like of float, shape (n_samples,)
        Scores of the stream.
    thresholds : array-like of float, shape (n_thresholds,)
        Operating points on offer, in any order.
    n : int >= 1
        Judgments wanted, as far as there are rows.
    rng : Generator
        Source of chance.
    break_even : float in (0, 1), optional
        The share of positives at which two thresholds cost the same,
        ``c_false_alarm / (c_false_alarm + c_miss)``. Without it, or where some score lies outside
        [0, 1], every gap gets as many.

    Returns
    -------
    ndarray of int of shape (at most n,)
        Different row numbers in random order; none where no row lies between two thresholds.

    Raises
    ------
    ValueError
        If `n` is below 1, `break_even` is not in (0, 1), or an input is empty or not finite.

    Examples
    --------
    >>> rows = sample_between([0.1, 0.4, 0.5, 0.9], [0.3, 0.8], 5, np.random.default_rng(0))
    >>> sorted(rows.tolist())
    [1, 2]
    """
    values = as_vector(scores, "scores")
    cuts = np.unique(as_vector(thresholds, "thresholds"))
    if n < 1:
        raise ValueError(f"n must be at least 1; got {n}.")
    order = np.lexsort((rng.random(values.size), values))
    ends = np.searchsorted(values[order], cuts)
    sizes = np.diff(ends)
    weights = _gap_weights(values[order], ends, break_even)
    wanted = allocate(sizes, weights, min(n, int(sizes.sum())), least=_LEAST_A_BAND)
    rows = [
        order[start + spread(size, count, rng)]
        for start, size, count in zip(ends[:-1], sizes, wanted, strict=True)
        if count
    ]
    return rng.permutation(np.concatenate([*rows, np.empty(0, np.int64)])).astype(np.int64)


def _gap_weights(ordered: Floats, ends: Ints, break_even: float | None) -> Floats:
    """Judgments that each gap should get, up to a factor: most where it is near the break-even."""
    sizes = np.diff(ends)
    if break_even is None:
        return np.ones(sizes.size)
    check_share(break_even, "break_even")
    if not sizes.size or ordered[0] < 0 or ordered[-1] > 1:
        return np.ones(sizes.size)
    sums = np.diff(np.append(0.0, np.cumsum(ordered))[ends])
    claimed = np.clip(sums / np.maximum(sizes, 1), _LEAST_GUESS, 1 - _LEAST_GUESS)
    away = logit(claimed) - logit(break_even)
    weights: Floats = np.power(1 + away**2, -2 / 3)
    return weights


def _precision_gain(
    bands: Bands, scores: Floats, is_positive: ArrayLike, rng: np.random.Generator
) -> Floats:
    """Gain in precision and recall by one more judgment in each band, up to a factor."""
    in_doubt = width_gain(
        bands, band_means(bands, posterior_shares(bands, scores, is_positive, rng))
    )
    if scores.size:
        return in_doubt
    claimed: Floats = np.sqrt(in_doubt * width_gain(bands, _claimed_shares(bands)[None]))
    return claimed


def posterior_shares(
    bands: Bands, scores: Floats, is_positive: ArrayLike, rng: np.random.Generator
) -> Floats:
    """Draw the share of positives of each slice by what was judged; nothing may have been.

    Parameters
    ----------
    bands : Bands
        The stream.
    scores : ndarray of shape (n_judged,)
        Of the rows judged.
    is_positive : array-like of {0, 1}, shape (n_judged,)
        The judgments.
    rng : Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (400, n_slices)
    """
    reading = Judged.nothing()
    if scores.size:
        answers = as_labels(is_positive, "is_positive", n_samples=scores.size)
        reading = Judged.of(bands, scores, answers)
    return BandPosterior.of(bands, [(1.0, reading)]).draw_shares(_N_DRAWS, rng)


def _claimed_shares(bands: Bands) -> Floats:
    """Share of positives of each band as the scores have it, else rising from band to band."""
    guess: Floats = np.geomspace(_LEAST_GUESS, _LARGEST_GUESS, bands.n_bands)
    if bands.are_shares:
        guess = np.clip(band_means(bands, expit(bands.log_odds)), _LEAST_GUESS, _LARGEST_GUESS)
    return guess


def width_gain(bands: Bands, shares: Floats) -> Floats:
    """Gain of a judgment in each band, up to a factor.

    Parameters
    ----------
    bands : Bands
        The stream.
    shares : ndarray of shape (n_draws, n_bands)
        Share of positives of each band; the gain is the mean over draws.
    """
    sizes = bands.band_sizes
    positives = shares * sizes
    total = np.maximum(positives.sum(axis=1, keepdims=True), _TINY)
    gain = np.zeros_like(shares)
    for first in np.unique(bands.first_alerts):
        is_alert = np.arange(sizes.size) >= first
        recall = (positives @ is_alert)[:, None] / total
        by_precision = is_alert * sizes / max(int(is_alert @ sizes), 1)
        by_recall = (is_alert - recall) * sizes / total
        gain += _PRECISION_WEIGHT * by_precision**2 + by_recall**2
    found: Floats = np.sqrt(np.mean(gain * shares * (1 - shares), axis=0))
    return found
