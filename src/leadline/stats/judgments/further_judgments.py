"""Widths to expect of precision and recall after further judgments."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from leadline.stats.arrays import Floats, Ints
from leadline.stats.judgments.band_walk import band_means
from leadline.stats.judgments.bands import Bands
from leadline.stats.judgments.sampling import posterior_shares, width_gain
from leadline.stats.judgments.stratified_sampling import allocate
from leadline.stats.judgments.stream_estimate import StreamEstimate

_TINY = 1e-12


@dataclass(frozen=True)
class ExpectedWidths:
    """Widths of the intervals of each threshold.

    Parameters
    ----------
    precision, recall : ndarray of shape (n_thresholds,)
        After the further judgments.
    """

    precision: Floats
    recall: Floats


def expected_widths(
    bands: Bands,
    scores: Floats,
    is_positive: Floats,
    result: StreamEstimate,
    n_more: Sequence[int],
    rng: np.random.Generator | None = None,
) -> list[ExpectedWidths]:
    """Say how wide the intervals will be once so many more rows are judged.

    The further judgments are placed as `sample` places them (Neyman). The variance of a figure is
    ``sum_h g_h^2 p_h (1 - p_h) (1 / n_h - 1 / N_h)``, g_h being its derivative by the share of
    positives p_h of band h, of which n_h of N_h rows are judged. Today's width is scaled by the
    root of the ratio of then to now, so what bands say of each other is taken to shrink alike.

    Parameters
    ----------
    bands : Bands
        The stream.
    scores : ndarray of shape (n_judged,)
        Scores of the rows judged.
    is_positive : ndarray of {0, 1}, shape (n_judged,)
        The judgments.
    result : StreamEstimate
        Of these.
    n_more : sequence of int >= 0
        Further judgments; at most as many count as there are rows.
    rng : Generator, optional
        Source of chance; without it a fixed one.

    Returns
    -------
    list of ExpectedWidths
        One for each of `n_more`.

    Examples
    --------
    >>> from leadline.stats.judgments import estimate, sample
    >>> rng = np.random.default_rng(0)
    >>> stream = rng.random(5000)
    >>> rows = sample(stream, [0.5], 60, rng)
    >>> said = (rng.random(60) < stream[rows]).astype(float)
    >>> result = estimate(stream, [0.5], rows, said)
    >>> (then,) = expected_widths(Bands.of(stream, [0.5]), stream[rows], said, result, [180])
    >>> now = result.precision.high - result.precision.low
    >>> bool(0.4 < then.precision[0] / now[0] < 0.6)  # four times as many: half as wide
    True
    """
    source = np.random.default_rng(0) if rng is None else rng
    shares = band_means(bands, posterior_shares(bands, scores, is_positive, source))
    band_of = bands.bands[bands.slice_of(scores)]
    n_had = np.bincount(band_of, minlength=bands.n_bands).astype(np.int64)
    gain, today = width_gain(bands, shares), _variances(bands, shares, n_had)
    widths = [each.high - each.low for each in (result.precision, result.recall)]
    found = []
    for n in n_more:
        n_new = min(n, bands.n_samples - scores.size)
        n_then = allocate(bands.band_sizes, gain, n_new, least=0, had=n_had)
        ratio = np.sqrt(_variances(bands, shares, n_then) / today)
        found.append(ExpectedWidths(widths[0] * ratio[0], widths[1] * ratio[1]))
    return found


def _variances(bands: Bands, shares: Floats, n_judged: Ints) -> Floats:
    """Of precision and recall of each threshold, up to a factor; shape (2, n_thresholds)."""
    sizes = bands.band_sizes
    p = shares.mean(axis=0)
    spread = np.mean(shares * (1 - shares), axis=0)
    left = spread * np.maximum(1 / (n_judged + 1.0) - 1 / (sizes + 1.0), 0.0)
    positives = p * sizes
    total = max(float(positives.sum()), _TINY)
    found = []
    for first in bands.first_alerts:
        is_alert = np.arange(sizes.size) >= first
        recall = float(positives[is_alert].sum()) / total
        by_precision = is_alert * sizes / max(int(sizes[is_alert].sum()), 1)
        by_recall = (is_alert - recall) * sizes / total
        found.append([float(np.sum(by**2 * left)) for by in (by_precision, by_recall)])
    variances: Floats = np.maximum(np.transpose(found), _TINY)
    return variances
