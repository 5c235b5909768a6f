"""Staleness: the error added by a model's age, with a range for the blocks that come next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

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
        Share of redraws in which older models did worse on average. About .5 without ageing.
    """

    delays: Ints
    added_error: Estimate[Floats]
    n_pairs: Ints
    probability_ages: float


def staleness(
    errors: ArrayLike,
    *,
    rng: np.random.Generator,
    n_bootstrap: int = 500,
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
    rng : Generator
        Source of chance, for the redraws behind `Staleness.probability_ages`: tested blocks in
        runs of about the cube root of their number.
    n_bootstrap : int >= 2, default=500
        Redraws.
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

    Examples
    --------
    >>> age, block = np.arange(1, 5), np.arange(8)[:, None]
    >>> errors = 0.2 + 0.01 * (age - 1) + 0.05 * ((block + age) % 3)
    >>> result = staleness(errors, rng=np.random.default_rng(0))
    >>> result.added_error.estimate.round(3).tolist()
    [0.0, 0.01, 0.02, 0.03]
    """
    check_share(confidence_level, "confidence_level")
    if n_tested is not None:
        check_positive(n_tested, "n_tested")
    gaps = _paired_gaps(np.asarray(errors, dtype=np.float64))
    if n_bootstrap < 2:
        raise ValueError(f"n_bootstrap must be at least 2; got {n_bootstrap}.")
    fitted, _ = _fit(gaps[None])
    _, mean_gap = _fit(gaps[_runs(len(gaps), n_bootstrap, rng)])
    half = _half_widths(gaps, confidence_level, 0.0 if n_tested is None else 1 / n_tested)
    mean = fitted[0]
    return Staleness(
        delays=np.arange(1, gaps.shape[1] + 2),
        added_error=Estimate(np.maximum(mean - half, -1.0), mean, np.minimum(mean + half, 1.0)),
        n_pairs=np.append(len(gaps), np.isfinite(gaps).sum(axis=0)),
        probability_ages=float(np.mean(mean_gap > 0) + np.mean(mean_gap == 0) / 2),
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


def _fit(gaps: Floats) -> tuple[Floats, Floats]:
    """Rising s(d) from 0 of each sample of blocks (samples, blocks, delays), and its mean gap."""
    known = np.isfinite(gaps)
    n_pairs = known.sum(axis=1)
    total = np.where(known, gaps, 0.0).sum(axis=1)
    mean_gap = total.sum(axis=1) / np.maximum(n_pairs.sum(axis=1), 1)
    # a delay that a sample lacks gets a weight next to nothing
    means = np.where(n_pairs > 0, total / np.maximum(n_pairs, 1), mean_gap[:, None])
    rising = np.maximum(isotonic(means, np.maximum(n_pairs, 1e-9)), 0.0)
    return np.pad(rising, [(0, 0), (1, 0)]), mean_gap


def _runs(n_blocks: int, n_samples: int, rng: np.random.Generator) -> Ints:
    """Circular block bootstrap: indices of shape (n_samples, n_blocks) in runs of neighbours."""
    length = max(1, round(n_blocks ** (1 / 3)))
    n_runs = -(-n_blocks // length)
    starts = rng.integers(n_blocks, size=(n_samples, n_runs, 1))
    rows = (starts + np.arange(length)) % n_blocks
    return rows.reshape(n_samples, -1)[:, :n_blocks]
