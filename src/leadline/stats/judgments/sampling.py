"""Sampling of the rows of a stream that reviewers judge: stratified by score, Neyman allocation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, logit

from leadline.stats.arrays import Floats, Ints, as_vector, check_share
from leadline.stats.judgments.bands import Bands

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_LEAST_A_BAND = 8
_LEAST_GUESS, _LARGEST_GUESS = 0.004, 0.85
# intervals of precision should be narrower than those of recall
_PRECISION_WEIGHT = 1.5


def sample(scores: ArrayLike, thresholds: ArrayLike, n: int, rng: np.random.Generator) -> Ints:
    """Choose the rows of a stream that reviewers should judge.

    Every band gets 8 judgments, as far as it has rows and `n` allows. The rest go where they
    narrow precision and recall most: ``n_h ~ sqrt(sum_m w_m g_mh^2 p_h (1 - p_h))`` [1]_, g being
    the derivative of each precision and recall by the band's share of positives p_h, which is
    guessed from the scores if they lie in [0, 1], else from the order of the bands, and w weighing
    precision 1.5 against recall. Within a band the rows are spread evenly over its scores: one
    at random of each of n_h equal parts.

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

    Returns
    -------
    ndarray of int of shape (min(n, n_samples),)
        Different row numbers, in random order so that the order tells nothing.

    Raises
    ------
    ValueError
        If `n` is below 1 or an input is empty or not finite.

    References
    ----------
    .. [1] J. Neyman (1934), On the two different aspects of the representative method. J. Roy.
       Statist. Soc. 97, 558-625.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows = sample(rng.random(1000), [0.5, 0.8], 60, rng)
    >>> rows.size, len(set(rows.tolist()))
    (60, 60)
    """
    values = as_vector(scores, "scores")
    cuts = as_vector(thresholds, "thresholds")
    if n < 1:
        raise ValueError(f"n must be at least 1; got {n}.")
    if n >= values.size:
        return rng.permutation(values.size).astype(np.int64)
    bands = Bands.of(values, cuts)
    wanted = _allocation(bands.band_sizes, _precision_gain(bands), n)
    # at random among equals: where scores tie, the order of the file must not decide
    order = np.lexsort((rng.random(values.size), values))
    ends = np.cumsum(bands.band_sizes)
    rows = [
        order[start + _spread(size, count, rng)]
        for start, size, count in zip(
            ends - bands.band_sizes, bands.band_sizes, wanted, strict=True
        )
        if count
    ]
    return rng.permutation(np.concatenate(rows)).astype(np.int64)


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
    wanted = _allocation(sizes, weights, min(n, int(sizes.sum())))
    rows = [
        order[start + _spread(size, count, rng)]
        for start, size, count in zip(ends[:-1], sizes, wanted, strict=True)
        if count
    ]
    return rng.permutation(np.concatenate([*rows, np.empty(0, np.int64)])).astype(np.int64)


def _spread(size: int, count: int, rng: np.random.Generator) -> Ints:
    """One place at random of each of `count` equal parts of `size` places."""
    borders = np.arange(count + 1) * size // count
    return rng.integers(borders[:-1], borders[1:])


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


def _precision_gain(bands: Bands) -> Floats:
    """Gain in precision and recall by one more judgment in each band, up to a factor."""
    guess = np.geomspace(_LEAST_GUESS, _LARGEST_GUESS, bands.n_bands)
    if bands.are_shares:
        claimed = bands.sizes * expit(bands.log_odds)
        sums = np.bincount(bands.bands, weights=claimed, minlength=bands.n_bands)
        guess = np.clip(sums / np.maximum(bands.band_sizes, 1), _LEAST_GUESS, _LARGEST_GUESS)
    sizes = bands.band_sizes
    alerts = np.arange(sizes.size) >= np.unique(bands.first_alerts)[:, None]
    n_alerts = np.maximum(alerts @ sizes, 1)[:, None]
    positives = sizes * guess
    recall = (alerts @ positives / positives.sum())[:, None]
    by_precision = alerts * sizes / n_alerts
    by_recall = (alerts - recall) * sizes / positives.sum()
    gradient = np.sum(_PRECISION_WEIGHT * by_precision**2 + by_recall**2, axis=0)
    gain: Floats = np.sqrt(gradient * guess * (1 - guess))
    return gain


def _allocation(sizes: Ints, weights: Floats, n: int) -> Ints:
    """Judgments a band: a minimum for each, then in proportion to weights, at most its size."""
    n_bands = max(1, int(np.sum(sizes > 0)))
    if not sizes.size:
        return np.zeros(0, np.int64)
    wanted: Ints = np.minimum(sizes, min(_LEAST_A_BAND, n // n_bands)).astype(np.int64)
    # one at a time to the band that is furthest behind its share: exact, and n is small
    for _ in range(n - int(wanted.sum())):
        behind = np.where(wanted < sizes, weights / (wanted + 1), -1.0)
        wanted[int(np.argmax(behind))] += 1
    return wanted
