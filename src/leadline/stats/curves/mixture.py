"""Quantiles and probabilities of mixtures of normal distributions, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats

_REACH = 6.0
_FURTHEST = 8.0  # normal quantiles beyond are those of 0 and 1
_MOST_STEPS = 80
_PATIENCE = 12
_CLOSE = 1e-6  # of a normal quantile
_NEARLY = 3e-4  # from here a short step is the last: its error is of the order of this squared
_SHORT = 0.01  # of the narrowest component's spread: no density changes much on the way


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
    """Return the quantiles of each mixture: Newton's steps between those of its components.

    Steps are taken in normal quantiles, of which a mixture is nearly a straight line.

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
    wanted = ndtri(probability).clip(-_REACH, _REACH)
    of_components = mean[:, None] + wanted * sd[:, None]
    left, right = of_components.min(axis=0), of_components.max(axis=0)
    value: Floats = np.einsum("c,clm->lm", weight, of_components).clip(left, right)
    row, column = np.indices(value.shape).reshape(2, -1)
    short = _SHORT * sd.min(axis=0)
    scale = 1 / sd
    for number in range(_MOST_STEPS):
        here, steep = value[row, column], scale[:, column]
        z = here - mean[:, column]
        z *= steep
        # weights that sum to 1 and a digit more would make no quantile at all
        place = ndtri(np.minimum(weight @ ndtr(z), 1.0)).clip(-_FURTHEST, _FURTHEST)
        excess = place - wanted[row, column]
        is_open = np.abs(excess) >= _CLOSE
        if not is_open.any():
            break
        z *= z
        z *= -0.5
        density = (weight @ (np.exp(z, out=z) * steep))[is_open]
        row, column, here = row[is_open], column[is_open], here[is_open]
        excess, slope = excess[is_open], density / np.exp(-0.5 * place[is_open] ** 2)
        low = np.where(excess < 0, here, left[row, column])
        high = np.where(excess < 0, right[row, column], here)
        step = here - excess / np.maximum(slope, 1e-300)
        # a narrow component beside a wide one makes Newton's steps creep: halving does not
        is_newton = (step >= low) & (step <= high) & (number < _PATIENCE or number % 2 > 0)
        left[row, column], right[row, column] = low, high
        value[row, column] = np.where(is_newton, step, 0.5 * (low + high))
        # beside a narrow component a small excess may still be a long way
        is_last = (np.abs(excess) < _NEARLY) & (np.abs(step - here) <= short[column])
        goes_on = ~is_newton | ~is_last
        row, column = row[goes_on], column[goes_on]
    return value
