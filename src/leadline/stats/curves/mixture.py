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
    for number in range(_MOST_STEPS):
        z = (value - mean[:, None]) / sd[:, None]
        density = np.einsum("c,cvm->vm", weight, np.exp(-0.5 * z**2) / sd[:, None]) / np.sqrt(
            2 * np.pi
        )
        excess = np.einsum("c,cvm->vm", weight, ndtr(z)) - probability
        if np.abs(excess).max() < _CLOSE:
            break
        left, right = np.where(excess < 0, value, left), np.where(excess < 0, right, value)
        step = value - excess / np.maximum(density, 1e-300)
        # a narrow component beside a wide one makes Newton's steps creep: halving does not
        is_newton = (step >= left) & (step <= right) & (number < _PATIENCE or number % 2 > 0)
        value = np.where(is_newton, step, 0.5 * (left + right))
    return value
