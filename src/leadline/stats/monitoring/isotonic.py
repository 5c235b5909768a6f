"""Isotonic regression: the least-squares fit of non-decreasing numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats


def isotonic(values: Floats, weights: Floats) -> Floats:
    """Return the non-decreasing sequence nearest to each row of `values`.

    By the max-min formula ``max_{i<=k} min_{j>=k} mean(i..j)`` [1]_, for all rows at once; meant
    for short rows, as memory grows with the square of their length.

    Parameters
    ----------
    values : ndarray of shape (..., n)
        Sequences.
    weights : ndarray of shape (..., n)
        Weights above 0.

    Returns
    -------
    ndarray of shape (..., n)
        Fits, non-decreasing along the last axis.

    References
    ----------
    .. [1] R. E. Barlow, D. J. Bartholomew, J. M. Bremner, H. D. Brunk (1972), Statistical
       Inference under Order Restrictions, section 1.4.

    Examples
    --------
    >>> isotonic(np.array([1.0, 3.0, 2.0]), np.ones(3)).tolist()
    [1.0, 2.5, 2.5]
    """
    n = values.shape[-1]
    before = [(0, 0)] * (values.ndim - 1) + [(1, 0)]
    sums = np.cumsum(np.pad(values * weights, before), axis=-1)
    mass = np.cumsum(np.pad(weights, before), axis=-1)
    start, end = np.arange(n)[:, None], np.arange(n)[None, :]
    ordered = start <= end
    sum_of = sums[..., None, 1:] - sums[..., :-1, None]
    mass_of = mass[..., None, 1:] - mass[..., :-1, None]
    mean = np.where(ordered, sum_of / np.where(ordered, mass_of, 1.0), np.inf)
    # least mean over all ends from k on, then the greatest over all starts up to k
    least = np.minimum.accumulate(mean[..., ::-1], axis=-1)[..., ::-1]
    fitted: Floats = np.max(np.where(ordered, least, -np.inf), axis=-2)
    return fitted
