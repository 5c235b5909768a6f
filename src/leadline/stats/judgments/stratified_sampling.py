"""Stratified sampling: judgments a stratum, rows within one, and draws in proportion to weights."""

from __future__ import annotations

import numpy as np

from leadline.stats.arrays import Floats, Ints


def allocate(sizes: Ints, weights: Floats, n: int, *, least: int, had: Ints | None = None) -> Ints:
    """Judgments a stratum: a minimum for each, then in proportion to weights.

    Parameters
    ----------
    sizes : ndarray of int of shape (n_strata,)
        Rows; no stratum gets more.
    weights : ndarray of shape (n_strata,)
        At least 0.
    n : int
        Judgments; at most as many as there are rows.
    least : int >= 0
        For each stratum, as far as it has rows and `n` allows.
    had : ndarray of int of shape (n_strata,), optional
        Judgments there already; the `n` come on top.

    Returns
    -------
    ndarray of int of shape (n_strata,)
        With those that were there.

    Examples
    --------
    >>> allocate(np.array([100, 100, 3]), np.array([3.0, 1.0, 9.0]), 15, least=2).tolist()
    [9, 3, 3]
    """
    if not sizes.size:
        return np.zeros(0, np.int64)
    before = np.zeros(sizes.size, np.int64) if had is None else had
    total = n + int(before.sum())
    n_used = max(1, int(np.sum(sizes > 0)))
    wanted: Ints = np.maximum(before, np.minimum(sizes, min(least, total // n_used)))
    wanted = wanted.astype(np.int64)
    # the first judgments may have left fewer than the minima of all other strata ask for
    while wanted.sum() > total:
        wanted[int(np.argmax(wanted - before))] -= 1
    # one at a time to the stratum that is furthest behind its share: exact, and n is small
    for _ in range(total - int(wanted.sum())):
        behind = np.where(wanted < sizes, weights / (wanted + 1), -1.0)
        wanted[int(np.argmax(behind))] += 1
    return wanted


def spread(size: int, count: int, rng: np.random.Generator) -> Ints:
    """One place at random of each of `count` equal parts of `size` places."""
    borders = np.arange(count + 1) * size // max(count, 1)
    return rng.integers(borders[:-1], borders[1:]).astype(np.int64)


def pick(log_weights: Floats, n: int, rng: np.random.Generator) -> Ints:
    """Draw places in proportion to weights, evenly spread: the same law with less noise.

    Parameters
    ----------
    log_weights : ndarray
        Of any shape, up to a constant.
    n : int
        Draws.
    rng : Generator
        Source of chance.

    Returns
    -------
    ndarray of int of shape (n,)
        Places in the flattened weights, in random order.
    """
    cumulated = np.cumsum(np.exp(log_weights - log_weights.max()))
    levels = (np.arange(n) + rng.random()) / n * cumulated[-1]
    places = np.searchsorted(cumulated, levels, side="right")
    return rng.permutation(np.minimum(places, cumulated.size - 1)).astype(np.int64)
