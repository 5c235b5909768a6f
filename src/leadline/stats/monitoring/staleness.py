"""Staleness: the error added by a model's age, and the period of retraining."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, Ints, check_positive, check_share
from leadline.stats.interval import Estimate
from leadline.stats.monitoring.isotonic import isotonic

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True)
class Staleness:
    """Error added by age.

    Parameters
    ----------
    delays : ndarray of int of shape (n_delays,)
        Age of the model in blocks, from 1 (the block after training).
    added_error : Estimate of ndarray of shape (n_delays,)
        s(d): error at that age minus the error of a fresh model on the same block; 0 at delay 1,
        never falling.
    n_pairs : ndarray of int of shape (n_delays,)
        Blocks on which the two could be compared.
    probability_ages : float in [0, 1]
        Share of redraws in which older models did worse on average. About .5 without ageing.
    added_error_drawn : ndarray of shape (n_bootstrap, n_delays)
        The redraws.
    """

    delays: Ints
    added_error: Estimate[Floats]
    n_pairs: Ints
    probability_ages: float
    added_error_drawn: Floats = field(repr=False)


@dataclass(frozen=True)
class RetrainPeriod:
    """Period of retraining at least cost.

    Parameters
    ----------
    period : int
        Blocks between trainings, T*.
    low, high : int
        All periods between these cost at most 5 % more than T*.
    cost_per_block : ndarray of shape (n_delays,)
        C(T) for T = 1, 2, ...
    at_edge : bool
        T* is the longest period measured: retraining less often may be cheaper still.
    probability_ages : float in [0, 1]
        As in `Staleness`; if low, the period rests on noise.
    """

    period: int
    low: int
    high: int
    cost_per_block: Floats
    at_edge: bool
    probability_ages: float


def staleness(
    errors: ArrayLike,
    *,
    rng: np.random.Generator,
    n_bootstrap: int = 500,
    confidence_level: float = 0.9,
) -> Staleness:
    """Estimate how the error grows with the age of a model, from a time-split backtest.

    ``s(d) = mean over t of E(t, d) - E(t + d - 1, 1)``: both models are tested on the same block,
    so a block that is hard for every model cancels. The fit may only rise and starts at 0. The
    interval comes from redrawing the tested blocks in runs of about the cube root of their
    number, as neighbouring blocks share training data.

    Parameters
    ----------
    errors : array-like of float, shape (n_blocks, n_delays)
        ``errors[t, d - 1]`` is the error on block t + d of the model trained up to block t; nan
        where there is none.
    rng : Generator
        Source of chance.
    n_bootstrap : int >= 2, default=500
        Redraws.
    confidence_level : float in (0, 1), default=0.9
        Of the interval. It is somewhat too narrow, as bootstraps of few blocks are: with 20 blocks
        and 6 delays 90 % intervals held the true ageing in .80 to .84 of simulations.

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
    gaps = _paired_gaps(np.asarray(errors, dtype=np.float64))
    if n_bootstrap < 2:
        raise ValueError(f"n_bootstrap must be at least 2; got {n_bootstrap}.")
    fitted, _ = _fit(gaps[None])
    redrawn, mean_gap = _fit(gaps[_runs(len(gaps), n_bootstrap, rng)])
    tail = (1 - confidence_level) / 2
    low, high = np.quantile(redrawn, [tail, 1 - tail], axis=0)
    return Staleness(
        delays=np.arange(1, gaps.shape[1] + 2),
        added_error=Estimate(np.minimum(low, fitted[0]), fitted[0], np.maximum(high, fitted[0])),
        n_pairs=np.append(len(gaps), np.isfinite(gaps).sum(axis=0)),
        probability_ages=float(np.mean(mean_gap > 0) + np.mean(mean_gap == 0) / 2),
        added_error_drawn=redrawn,
    )


def retrain_period(
    aged: Staleness, cost_retrain: float, cost_error: float, n_block: float
) -> RetrainPeriod:
    """Return the period of retraining that costs least.

    ``C(T) = [cost_retrain + cost_error * n_block * (s(1) + ... + s(T))] / T``.

    Parameters
    ----------
    aged : Staleness
        Result of `staleness`.
    cost_retrain : float > 0
        Cost of one retraining, labels and people included.
    cost_error : float > 0
        Cost of one error more.
    n_block : float > 0
        Rows served a block.

    Returns
    -------
    RetrainPeriod
        T* among the delays measured, and the range over which the choice hardly matters.

    Raises
    ------
    ValueError
        If a number is not above 0.

    Examples
    --------
    >>> age, block = np.arange(1, 5), np.arange(8)[:, None]
    >>> aged = staleness(0.2 + 0.01 * (age - 1) + 0 * block, rng=np.random.default_rng(0))
    >>> retrain_period(aged, cost_retrain=15, cost_error=1, n_block=1000).period
    2
    """
    for value, name in (
        (cost_retrain, "cost_retrain"),
        (cost_error, "cost_error"),
        (n_block, "n_block"),
    ):
        check_positive(value, name)
    excess = np.cumsum(aged.added_error.estimate)
    cost = (cost_retrain + cost_error * n_block * excess) / aged.delays
    best = int(np.argmin(cost))
    dear = np.flatnonzero(cost > 1.05 * cost[best])
    low = int(np.max(dear[dear < best], initial=-1)) + 1
    high = int(np.min(dear[dear > best], initial=cost.size)) - 1
    return RetrainPeriod(
        period=best + 1,
        low=low + 1,
        high=high + 1,
        cost_per_block=cost,
        at_edge=best == cost.size - 1,
        probability_ages=aged.probability_ages,
    )


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
