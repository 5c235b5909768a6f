"""Quantiles and probabilities of mixtures of normal distributions, many at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, ndtri

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats

_REACH = 6.0
_FURTHEST = 8.0  # normal quantiles beyond are those of 0 and 1
_WIDEST = 22.0  # standard deviations: a density beyond is 0 to 100 digits, and slow to handle
_MOST_STEPS = 80
_PATIENCE = 12
_CLOSE = 1e-9  # of a normal quantile
_NEARLY = 3e-3  # from here a short step is the last: its error goes with the fourth power
_SHORT = 0.03  # of the narrowest component's spread: no density changes much on the way


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
    """Return the quantiles of each mixture, by steps between those of its components.

    Steps are taken in normal quantiles, of which a mixture is nearly a straight line, and are of
    fourth order [1]_: two or three are enough for nine digits.

    Parameters
    ----------
    weight : ndarray of shape (n_components,)
        Sum to 1.
    mean, sd : ndarray of shape (n_components, n_mixtures)
    probability : ndarray of shape (n_levels, n_mixtures)

    Returns
    -------
    ndarray of shape (n_levels, n_mixtures)

    References
    ----------
    .. [1] A. S. Householder (1970), The numerical treatment of a single nonlinear equation.
       McGraw-Hill, chapter 4.

    Examples
    --------
    >>> one, two = np.array([[5.0]]), np.array([[1.0]])
    >>> mixture_quantile(np.array([1.0]), one, two, np.array([[0.5], [0.8413447]])).round(4)
    array([[5.],
           [6.]])
    """
    wanted = ndtri(probability).clip(-_REACH, _REACH)
    # a quantile lies between those of the components
    reach = wanted * np.array([sd.min(axis=0), sd.max(axis=0)])[:, None]
    left = (mean.min(axis=0) + reach.min(axis=0)).ravel()
    right = (mean.max(axis=0) + reach.max(axis=0)).ravel()
    centre = weight @ mean
    spread = np.sqrt(weight @ (sd**2 + (mean - centre) ** 2))
    value: Floats = (centre + wanted * spread).ravel().clip(left, right)
    wanted, short, scale = wanted.ravel(), _SHORT * sd.min(axis=0), 1 / sd
    still = np.arange(value.size)
    for number in range(_MOST_STEPS):
        column, here = still % sd.shape[1], value[still]
        excess, step = _step(weight, mean[:, column], scale[:, column], here, wanted[still])
        left[still] = low = np.where(excess < 0, here, left[still])
        right[still] = high = np.where(excess < 0, right[still], here)
        there = here + step
        # a narrow component beside a wide one makes steps creep: halving does not
        is_step = (there >= low) & (there <= high) & (number < _PATIENCE or number % 2 > 0)
        # and there a small excess may still be a long way
        is_last = is_step & (np.abs(excess) < _NEARLY) & (np.abs(step) <= short[column])
        is_there = (np.abs(excess) < _CLOSE) & ~is_last
        onward = np.where(is_step, there, 0.5 * (low + high))
        value[still] = np.where(is_there, here, onward)
        still = still[~(is_there | is_last)]
        if not still.size:
            break
    return value.reshape(probability.shape)


def _step(
    weight: Floats, mean: Floats, scale: Floats, here: Floats, wanted: Floats
) -> tuple[Floats, Floats]:
    """By how much the normal quantile of each value is above the wanted one, and the way there.

    The way is three terms of the Taylor series of the value as a function of its quantile; NaN or
    infinite where there is no density. `mean` and `scale` are overwritten, which saves a third.
    """
    z = np.subtract(here, mean, out=mean)
    z *= scale
    z.clip(-_WIDEST, _WIDEST, out=z)
    # weights that sum to 1 and a digit more would make no quantile at all
    term = ndtr(z)
    place = ndtri(np.minimum(weight @ term, 1.0)).clip(-_FURTHEST, _FURTHEST)
    excess = place - wanted
    peak = np.exp(-0.5 * place * place)
    # of the mixture: its density and two derivatives, in units of the normal's at the quantile
    np.multiply(z, z, out=term)
    term *= -0.5
    np.exp(term, out=term)
    term *= scale
    slope = weight @ term / peak
    z *= scale
    scale *= scale
    scale *= term
    term *= z
    second = -(weight @ term) / peak
    term *= z
    term -= scale
    third = weight @ term / peak
    with np.errstate(all="ignore"):
        # of the quantile: second and third derivative over the first
        bend = second / slope + place * slope
        twist = third / slope + 3 * place * second + (1 + 2 * place**2) * slope**2
        newton = -excess / slope
        way = newton * (1 - newton * bend / 2 + newton**2 * (3 * bend**2 - twist) / 6)
    return excess, way
