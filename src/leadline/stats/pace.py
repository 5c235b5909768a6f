"""Pace of people: days until so many answers are in, from the counts of the days so far."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from leadline.stats.arrays import Floats, Ints

FEWEST_DAYS = 7
"""Days that must have been watched: fewer hold no weekend, and tell no spread."""
MOST_DAYS = 730
"""How far ahead days are drawn; later than that is "not within two years"."""
_AT_ONCE = 50  # days drawn at a time


def days_until(
    counts: ArrayLike, n_left: int, *, rng: np.random.Generator, size: int = 2_000
) -> Ints:
    """Draw the number of days until some answers are in.

    Each future draws how often each day so far comes again (Rubin's Bayesian bootstrap [1]_), then
    its days one by one. So both count: that a few days tell the mean only so well, and that days
    differ. Weights are spread wider than Rubin's, until the mean of n days is as uncertain as by
    Student's t with n - 1 degrees of freedom; Rubin's own would be too sure of a few days.

    Parameters
    ----------
    counts : array-like of int, shape (n_days,)
        Answers of each day so far, days without any among them.
    n_left : int >= 0
        Answers still wanted.
    rng : Generator
        Of the draws.
    size : int, default=2000
        Futures.

    Returns
    -------
    ndarray of int, shape (size,)
        Days from today on; `MOST_DAYS` + 1 where that many are not enough.

    Raises
    ------
    ValueError
        If fewer than `FEWEST_DAYS` were watched, or a count is negative.

    Notes
    -----
    Days are taken as alike and independent, so a pace that falls or rises makes it wrong, and a
    future of less than a week does not know which of its days is a Sunday.

    References
    ----------
    .. [1] D. B. Rubin (1981), The Bayesian bootstrap. Annals of Statistics 9, 130-134.

    Examples
    --------
    >>> drawn = days_until([10] * 14, 95, rng=np.random.default_rng(0))
    >>> int(drawn.min()), int(drawn.max())
    (10, 10)
    """
    seen = np.asarray(counts, dtype=np.int64)
    if seen.ndim != 1 or seen.size < FEWEST_DAYS:
        raise ValueError(f"counts of {FEWEST_DAYS} days at least are needed; got {seen.size}")
    if seen.min() < 0:
        raise ValueError("a day has no fewer than 0 answers")
    days = np.zeros(size, dtype=np.int64)
    if n_left <= 0:
        return days
    # var of a Dirichlet mean is s2 / (n a + 1); that of Student's t for a mean is s2 / (n - 3)
    weights = rng.dirichlet(np.full(seen.size, (seen.size - 4) / seen.size), size)
    edges = np.cumsum(weights, axis=1)
    edges[:, -1] = 1.0
    done = np.zeros(size, dtype=np.int64)
    while (open_ := done < n_left).any() and days.max() < MOST_DAYS:
        n_days = min(_AT_ONCE, MOST_DAYS - int(days.max()))
        drawn = _resampled(seen, edges[open_], n_days, rng)
        totals = done[open_, None] + np.cumsum(drawn, axis=1)
        is_before = totals < n_left
        days[open_] += np.where(is_before.all(axis=1), n_days, is_before.sum(axis=1) + 1)
        done[open_] = totals[:, -1]
    days[done < n_left] = MOST_DAYS + 1
    return days


def _resampled(seen: Ints, edges: Floats, n_days: int, rng: np.random.Generator) -> Ints:
    """Days of each future, drawn by its own weights."""
    points = rng.random((edges.shape[0], n_days))
    places = np.sum(points[:, :, None] > edges[:, None, :], axis=2)
    drawn: Ints = seen[places]
    return drawn
