"""Posterior of a slice of a stream: the rest of the judged rows, shifted and stretched.

In stratum h the share of the rest is p_h, and that of the slice s_h:
``logit s_h = m + d + k (logit p_h - m)`` with m the mean of logit p_h over the slice's rows. d and
k have priors: most slices are like the rest, a few far from it, and in some the scores tell nothing
(k = 0). Both are summed over a grid, with the draws of the p_h, by what was judged in the slice.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit, log_expit, logit, logsumexp

from leadline.stats.arrays import Bools, Floats, Ints
from leadline.stats.judgments.band_posterior import BandPosterior
from leadline.stats.judgments.band_walk import Judged, band_means
from leadline.stats.judgments.bands import Bands
from leadline.stats.judgments.stratified_sampling import pick

_SHIFTS = np.linspace(-4.0, 4.0, 17)
_STEP = float(_SHIFTS[1] - _SHIFTS[0])
_SHIFT_SDS = np.array([0.4, 1.2, 2.5])
_SD_WEIGHTS = np.array([0.15, 0.5, 0.35])
_SLOPES = np.array([0.0, 0.25, 0.5, 0.75, 1.0, 1.25, 1.5])
_SLOPE_WEIGHTS = np.array([0.16, 0.15, 0.15, 0.15, 0.19, 0.12, 0.08])
_TINY = 1e-6
_N_REST = 150
_JEFFREYS = 0.5
# draws that must be left of a posterior once what a slice said is taken out of it
_FEWEST_LEFT = 50


def rest_of_bands(
    bands: Bands, scores: Floats, is_positive: Bools, rng: np.random.Generator, *, follows: bool
) -> Floats:
    """Draw the share of positives of each band from judgments outside a slice.

    Parameters
    ----------
    bands : Bands
        The stream.
    scores : ndarray of shape (n_judged,)
        Of the rows judged outside the slice; there may be none.
    is_positive : ndarray of bool of shape (n_judged,)
        The judgments.
    rng : Generator
        Source of chance.
    follows : bool
        Whether bands may speak for each other; if not, each has Jeffreys' prior.

    Returns
    -------
    ndarray of shape (150, n_bands)
    """
    judged = Judged.of(bands, scores, is_positive) if scores.size else Judged.nothing()
    if follows:
        drawn = BandPosterior.of(bands, [(1.0, judged)]).draw_shares(_N_REST, rng)
        return band_means(bands, drawn)
    yes, no = (
        np.bincount(bands.bands, weights=told, minlength=bands.n_bands)
        for told in judged.told(bands)
    )
    found: Floats = rng.beta(yes + _JEFFREYS, no + _JEFFREYS, size=(_N_REST, bands.n_bands))
    return found


def rest_of_strata(
    shares: Floats, n_hits: Ints, n_judged: Ints, rng: np.random.Generator
) -> Floats | None:
    """Take what a slice said out of a posterior: its draws, weighed by one over its likelihood.

    Parameters
    ----------
    shares : ndarray of shape (n_draws, n_strata)
        From all judgments.
    n_hits, n_judged : ndarray of int of shape (n_strata,)
        Of the slice.
    rng : Generator
        Source of chance.

    Returns
    -------
    ndarray of shape (150, n_strata) or None
        None where the slice says so much that too few draws would be left.
    """
    x = logit(np.clip(shares, _TINY, 1 - _TINY))
    log = -(x @ n_hits + log_expit(-x) @ n_judged)
    weights = np.exp(log - logsumexp(log))
    if 1 / np.sum(weights**2) < _FEWEST_LEFT:
        return None
    found: Floats = shares[pick(log, _N_REST, rng)]
    return found


def draw_slice_hits(
    rest: Floats,
    sizes: Ints,
    n_hits: Ints,
    n_judged: Ints,
    n_draws: int,
    rng: np.random.Generator,
) -> tuple[Ints, Floats, Ints]:
    """Draw the hits of a slice of a finite stream: rows judged are known, the others are drawn.

    Parameters
    ----------
    rest : ndarray of shape (n_rest, n_strata)
        Draws of the share of hits of each stratum, from judgments outside the slice. Time grows
        with their number; 150 will do.
    sizes, n_hits, n_judged : ndarray of int of shape (n_strata,)
        Rows of the slice, and of those judged the hits, and all.
    n_draws : int
        Joint draws.
    rng : Generator
        Source of chance.

    Returns
    -------
    hits : ndarray of int of shape (n_draws, n_strata)
        Of the slice.
    shares : ndarray of shape (n_draws, n_strata)
        Of the world that the slice is drawn from.
    taken : ndarray of int of shape (n_draws,)
        The draw of `rest` that each goes with.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rest = rng.beta(10, 90, (150, 2))
    >>> sizes, n_hits, n_judged = np.array([[400, 400], [30, 0], [40, 0]])
    >>> hits, *_ = draw_slice_hits(rest, sizes, n_hits, n_judged, 1000, rng)
    >>> bool(np.median(hits[:, 0]) > 200), bool(np.median(hits[:, 1]) > 80)
    (True, True)
    """
    claimed = logit(np.clip(rest, _TINY, 1 - _TINY))
    middle = claimed @ (sizes / max(int(sizes.sum()), 1))
    # shape (n_rest, n_slopes, n_strata)
    stretched = middle[:, None, None] + _SLOPES[:, None] * (claimed - middle[:, None])[:, None, :]
    at = stretched[:, :, None, :] + _SHIFTS[:, None]
    there = n_judged > 0
    # log p = x + log (1 - p)
    log = at[..., there] @ n_hits[there] + log_expit(-at[..., there]) @ n_judged[there]
    log = log + np.log(_SLOPE_WEIGHTS)[:, None] + _log_prior()
    rows, slopes, shifts = np.unravel_index(pick(log, n_draws, rng), log.shape)
    moved = _SHIFTS[shifts] + _STEP * (rng.random(n_draws) - 0.5)
    shares = expit(stretched[rows, slopes] + moved[:, None])
    hits = n_hits + rng.binomial(np.maximum(sizes - n_judged, 0), shares)
    return hits.astype(np.int64), shares, rows.astype(np.int64)


def _log_prior() -> Floats:
    """Of each shift: a mixture of normal laws."""
    each = -0.5 * (_SHIFTS[:, None] / _SHIFT_SDS) ** 2 - np.log(_SHIFT_SDS)
    found: Floats = logsumexp(each + np.log(_SD_WEIGHTS), axis=1)
    return found
