"""Quantiles and probabilities of mixtures of normal distributions, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats

_REACH = 6.0
_GRID = np.linspace(0.0, 1.0, 17)
_MOST_STEPS = 80
_PATIENCE = 12
_CLOSE = 1e-7  # of a probability


def mixture_cdf(weight: Floats, mean: Floats, sd: Floats, value: Floats) -> Floats:
    """Return the probability of at most `value` under each mixture.

    Parameters
    ----------
    weight : ndarray of shape (n_components,)
        Sum to 1.
    mean, sd : ndarray of shape (n_components, n_mixtures)
    value : ndarray of shape (n_values, n_mixtures)

    Returns
    -------
    ndarray of shape (n_values, n_mixtures)

    Examples
    --------
    >>> one, two = np.array([[0.0]]), np.array([[1.0]])
    >>> mixture_cdf(np.array([1.0]), one, two, np.array([[0.0]]))
    array([[0.5]])
    """
    below: Floats = np.einsum("c,cvm->vm", weight, ndtr((value - mean[:, None]) / sd[:, None]))
    return below


def mixture_quantile(weight: Floats, mean: Floats, sd: Floats, probability: Floats) -> Floats:
    """Return the quantiles of each mixture: a grid first, then Newton's steps inside its bracket.

    Parameters
    ----------
    weight : ndarray of shape (n_components,)
        Sum to 1.
    mean, sd : ndarray of shape (n_components, n_mixtures)
    probability : ndarray of shape (n_levels, n_mixtures)

    Returns
    -------
    ndarray of shape (n_levels, n_mixtures)

    Examples
    --------
    >>> one, two = np.array([[5.0]]), np.array([[1.0]])
    >>> mixture_quantile(np.array([1.0]), one, two, np.array([[0.5], [0.8413447]])).round(4)
    array([[5.],
           [6.]])
    """
    low, high = (mean - _REACH * sd).min(axis=0), (mean + _REACH * sd).max(axis=0)
    grid = low + _GRID[:, None] * (high - low)
    below = mixture_cdf(weight, mean, sd, grid)
    after = (below[:, None] < probability).sum(axis=0).clip(1, _GRID.size - 1)
    columns = np.arange(mean.shape[1])
    left, right = grid[after - 1, columns], grid[after, columns]
    start, end = below[after - 1, columns], below[after, columns]
    share = (probability - start) / np.maximum(end - start, 1e-300)
    value: Floats = left + share.clip(0.0, 1.0) * (right - left)
    row, column = np.indices(value.shape).reshape(2, -1)
    for number in range(_MOST_STEPS):
        here, spread = value[row, column], sd[:, column]
        z = (here - mean[:, column]) / spread
        density = weight @ (np.exp(-0.5 * z**2) / spread) / np.sqrt(2 * np.pi)
        excess = weight @ ndtr(z) - probability[row, column]
        is_open = np.abs(excess) >= _CLOSE
        if not is_open.any():
            break
        row, column, here = row[is_open], column[is_open], here[is_open]
        excess, density = excess[is_open], density[is_open]
        low = np.where(excess < 0, here, left[row, column])
        high = np.where(excess < 0, right[row, column], here)
        step = here - excess / np.maximum(density, 1e-300)
        # a narrow component beside a wide one makes Newton's steps creep: halving does not
        is_newton = (step >= low) & (step <= high) & (number < _PATIENCE or number % 2 > 0)
        left[row, column], right[row, column] = low, high
        value[row, column] = np.where(is_newton, step, 0.5 * (low + high))
    return value
