"""Staleness: the error added by a model's age, with a range for the blocks that come next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtr, stdtrit

from leadline.stats.arrays import Floats, Ints, check_positive, check_share
from leadline.stats.interval import Estimate
from leadline.stats.monitoring.isotonic import isotonic

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


# times the spread over origins, by which the mean of later ones strays: learnt on simulated streams
# whose ageing itself comes and goes, by benchmarks/watch/staleness.py
_STRAYS = 1.25
# delays whose logarithms differ by less share their spread
_ALIKE = 0.35


@dataclass(frozen=True)
class Staleness:
    """Error added by age.

    Parameters
    ----------
    delays : ndarray of int of shape (n_delays,)
        Age of the model in blocks, from 1 (the block after training).
    added_error : Estimate of ndarray of shape (n_delays,)
        s(d): error at that age minus the error of a fresh model on the same block. The estimate
        is 0 at delay 1 and never falls; the ends may lie below 0, as older models can do better
        for a while.
    n_pairs : ndarray of int of shape (n_delays,)
        Blocks on which the two could be compared.
    probability_ages : float in [0, 1]
        That older models do worse on average. About .5 without ageing.
    """

    delays: Ints
    added_error: Estimate[Floats]
    n_pairs: Ints
    probability_ages: float


def staleness(
    errors: ArrayLike,
    *,
    confidence_level: float = 0.9,
    n_tested: float | None = None,
) -> Staleness:
    """Estimate how the error grows with the age of a model, from a time-split backtest.

    ``s(d) = mean over t of E(t, d) - E(t + d - 1, 1)``: both models are tested on the same block,
    so a block that is hard for every model cancels. The fit may only rise and starts at 0.

    The interval is for the mean over as many blocks to come as were measured, which is what a
    plan stands on. Ageing itself comes and goes, and models that learnt from nearly the same rows
    err alike; therefore the spread of s over origins is not divided by the root of their number:
    ``1.25 t spread(d)``, with n / 2 - 1 degrees of freedom, and the spread shared by delays of
    about the same length.

    Parameters
    ----------
    errors : array-like of float, shape (n_blocks, n_delays)
        ``errors[t, d - 1]`` is the error on block t + d of the model trained up to block t; nan
        where there is none.
    confidence_level : float in (0, 1), default=0.9
        Of the interval. Where the second half of a stream is hidden, 90 % intervals of the first
        hold its mean in .91 of the delays of simulated streams (.82 where what is to be learnt
        jumps, 1.00 where it stands still), and in .97 or more of those of four real ones.
    n_tested : float > 0 or None, default=None
        Rows that each error was measured on, if known: no spread is taken to be less than one
        wrong row more or less, so that no interval has zero width beyond delay 1.

    Returns
    -------
    Staleness
        Up to the largest delay that could be compared on some block.

    Raises
    ------
    ValueError
        If the matrix is not two-dimensional or no block has two models to compare.

    References
    ----------
    .. [1] A. C. Cameron, J. B. Gelbach, D. L. Miller (2011), Robust inference with multiway
       clustering. J. Bus. Econ. Stat. 29, 238-249.

    Examples
    --------
    >>> age, block = np.arange(1, 5), np.arange(8)[:, None]
    >>> errors = 0.2 + 0.01 * (age - 1) + 0.05 * ((block + age) % 3)
    >>> result = staleness(errors)
    >>> result.added_error.estimate.round(3).tolist()
    [0.0, 0.01, 0.02, 0.03]
    """
    check_share(confidence_level, "confidence_level")
    if n_tested is not None:
        check_positive(n_tested, "n_tested")
    gaps = _paired_gaps(np.asarray(errors, dtype=np.float64))
    half = _half_widths(gaps, confidence_level, 0.0 if n_tested is None else 1 / n_tested)
    mean = _rising(gaps)
    return Staleness(
        delays=np.arange(1, gaps.shape[1] + 2),
        added_error=Estimate(np.maximum(mean - half, -1.0), mean, np.minimum(mean + half, 1.0)),
        n_pairs=np.append(len(gaps), np.isfinite(gaps).sum(axis=0)),
        probability_ages=_probability_ages(gaps),
    )


def _half_widths(gaps: Floats, confidence_level: float, least_spread: float) -> Floats:
    """Half widths of the intervals, by delay; 0 at delay 1, where nothing can be added."""
    n_pairs = np.isfinite(gaps).sum(axis=0)
    spreads = np.maximum(_spreads(gaps, n_pairs), least_spread)
    # neighbouring blocks share what their models learnt
    freedom = max(len(gaps) / 2 - 1, 2.0)
    reach = stdtrit(freedom, (1 + confidence_level) / 2)
    return np.insert(_STRAYS * reach * spreads, 0, 0.0)


def _spreads(gaps: Floats, n_pairs: Ints) -> Floats:
    """Standard deviation of the gaps over origins, by delay; that of all errors if unknown."""
    enough = n_pairs > 1
    if not np.any(enough):
        return np.ones(n_pairs.size)
    variances = np.nanvar(gaps[:, enough], axis=0, ddof=1)
    delays = np.log(np.arange(2, n_pairs.size + 2))
    apart = (delays[:, None] - delays[enough]) / _ALIKE
    # relative to the nearest, so that no row of weights is nothing but zeros
    nearest = np.min(apart**2, axis=1, keepdims=True)
    weights = (n_pairs[enough] - 1) * np.exp(-(apart**2 - nearest) / 2)
    spreads: Floats = np.sqrt(weights @ variances / weights.sum(axis=1))
    return spreads


def _paired_gaps(errors: Floats) -> Floats:
    """Old minus fresh on the same block: one row a tested block, columns delays 2, 3, ..."""
    if errors.ndim != 2:
        raise ValueError(
            f"errors has {errors.ndim} dimensions, two are needed. Pass one row a training block."
        )
    n_blocks, n_delays = errors.shape
    gaps = np.full((n_blocks, max(n_delays - 1, 0)), np.nan)
    for delay in range(2, min(n_delays, n_blocks) + 1):
        # row r is the block tested by the fresh model errors[r, 0]
        older = errors[: n_blocks - delay + 1, delay - 1]
        gaps[delay - 1 :, delay - 2] = older - errors[delay - 1 :, 0]
    if not np.any(np.isfinite(gaps)):
        raise ValueError(
            "errors has no block that an old and a fresh model were both tested on. "
            "Backtest over at least two training blocks and two delays."
        )
    last = int(np.max(np.flatnonzero(np.any(np.isfinite(gaps), axis=0)))) + 1
    return gaps[np.any(np.isfinite(gaps), axis=1), :last]


def _rising(gaps: Floats) -> Floats:
    """Rising s(d) from 0."""
    n_pairs = np.isfinite(gaps).sum(axis=0)
    total = np.where(np.isfinite(gaps), gaps, 0.0).sum(axis=0)
    # a delay without a pair gets a weight next to nothing
    means = np.where(n_pairs > 0, total / np.maximum(n_pairs, 1), total.sum() / n_pairs.sum())
    rising: Floats = np.maximum(isotonic(means, np.maximum(n_pairs, 1e-9)), 0.0)
    return np.insert(rising, 0, 0.0)


def _probability_ages(gaps: Floats) -> float:
    """Probability that the mean gap is above 0.

    A bad block makes all old models err, and a bad old model errs on all blocks: errors go together
    within both [1]_.
    """
    blocks, delays = np.nonzero(np.isfinite(gaps))
    found = gaps[blocks, delays]
    mean = float(found.mean())
    models = np.unique(blocks - delays, return_inverse=True)[1]
    runs = blocks // max(1, round(len(gaps) ** (1 / 3)))
    apart, in_runs, by_model = (
        float(np.sum(np.bincount(group, weights=found - mean) ** 2)) / found.size**2
        for group in (blocks, runs, models)
    )
    by_block = max(apart, in_runs)
    alone = float(np.sum((found - mean) ** 2)) / found.size**2
    variance = max(by_block + by_model - alone, by_block, by_model)
    if not variance:
        return 0.5 if not mean else float(mean > 0)
    freedom = max((int(models.max()) + 1) / 2 - 1, 2.0)
    return float(stdtr(freedom, mean / np.sqrt(variance)))
