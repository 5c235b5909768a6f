"""Model discrepancy: the covariance kernels of a real curve about its shape, and its noise.

Along ``x = log n`` the log error is shape + level + d(x) + noise, where ``d`` is a Gaussian process
with stationary increments: a random-walk level (Brownian motion of variance ``level^2`` a unit of
x), plus the integral of a mean-reverting slope (an Ornstein-Uhlenbeck process of standard deviation
``slope`` and length ``length`` [1]_). The slope must revert: a slope that only wanders would carry
every deviation near the end on for ever.

References
----------
.. [1] G. E. Uhlenbeck, L. S. Ornstein (1930), On the theory of the Brownian motion. Phys. Rev. 36,
   823-841.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats, Ints

_NOISES = (0.0015, 0.006, 0.02, 0.08, 0.25)  # a new one goes to the end: the order is stored
_LEVELS = (0.0, 0.03, 0.12)
_SLOPES = (0.0, 0.05, 0.15, 0.4)
_LENGTHS = (1.0, 4.0)
# losses of networks scatter by a thousandth and bend little: a grid of their own
_FINE_NOISES = (0.0003, 0.001, 0.003, 0.01)
_FINE_LEVELS = (0.0, 0.004, 0.012)
_FINE_SLOPES = (0.0, 0.01, 0.025, 0.07)


@dataclass(frozen=True)
class KernelGrid:
    """A grid of kernels and noises, one an element; all in units of log error.

    Parameters
    ----------
    noise : ndarray of shape (n_kernels,)
        Standard deviation of a measurement beyond its standard error, at an error of one half.
    level : ndarray of shape (n_kernels,)
        Standard deviation of the random walk, a unit of log size.
    slope, length : ndarray of shape (n_kernels,)
        Standard deviation of the mean-reverting slope, and its correlation length in log size.
    """

    noise: Floats
    level: Floats
    slope: Floats
    length: Floats

    def __len__(self) -> int:
        """Return the number of kernels."""
        return self.noise.size

    def take(self, which: Ints | int) -> KernelGrid:
        """Return some of the kernels."""
        some = np.atleast_1d(which)
        return KernelGrid(self.noise[some], self.level[some], self.slope[some], self.length[some])

    def variogram(self, distance: Floats) -> Floats:
        """Return the variance of ``d(x + distance) - d(x)``, of shape (n_kernels, *distance.shape).

        Examples
        --------
        >>> one = KernelGrid(*(np.array([v]) for v in (0.0, 0.1, 0.0, 1.0)))
        >>> one.variogram(np.array([0.0, 2.0])).round(6)
        array([[0.  , 0.02]])
        """
        lengths = np.unique(self.length)
        return self._weighted(_unit_variograms(distance, lengths), lengths)

    def covariance(self, x: Floats, other: Floats) -> Floats:
        """Return the covariance of ``d(x) - d(0)`` and ``d(other) - d(0)``.

        Parameters
        ----------
        x : ndarray of shape (n_points,)
        other : ndarray of shape (n_others,)

        Returns
        -------
        ndarray of shape (n_kernels, n_points, n_others)
        """
        lengths = np.unique(self.length)
        mine, its, between = (
            _unit_variograms(np.abs(distance), lengths)
            for distance in (x, other, x[:, None] - other)
        )
        return self._weighted(0.5 * (mine[:, :, None] + its[:, None, :] - between), lengths)

    def _weighted(self, parts: Floats, lengths: Floats) -> Floats:
        """Sum of what a level of 1 and a slope of 1 of each length make, for every kernel."""
        is_of = self.length[:, None] == lengths
        weights = np.column_stack([self.level**2, is_of * self.slope[:, None] ** 2])
        return np.tensordot(weights, parts, axes=1)


def _unit_variograms(distance: Floats, lengths: Floats) -> Floats:
    """Of a random walk of 1, and of the integral of a slope of 1 of each length."""
    of_slopes = [
        2 * length**2 * (u - 1 + np.exp(-u)) for length in lengths for u in [distance / length]
    ]
    return np.array([distance, *of_slopes])


@cache
def kernels() -> KernelGrid:
    """Return the grid: 5 noises by 3 levels by 7 slopes with their lengths, and a finer one.

    Examples
    --------
    >>> len(kernels())
    189
    """
    rows = _rows(_NOISES, _LEVELS, _SLOPES) + _rows(_FINE_NOISES, _FINE_LEVELS, _FINE_SLOPES)
    return KernelGrid(*np.array(rows).T)


def _rows(
    noises: tuple[float, ...], levels: tuple[float, ...], slopes: tuple[float, ...]
) -> list[tuple[float, ...]]:
    """Every combination; a slope of 0 has no length."""
    sloped = [(0.0, 1.0), *product(slopes[1:], _LENGTHS)]
    return [(noise, level, *slope) for noise in noises for level in levels for slope in sloped]


def relative_variance(errors: Floats, ceiling: float | None) -> Floats:
    """Return the factor by which the noise variance of log error depends on the error.

    A share of errors is binomial: its relative variance is (1 - e) / e. Losses without a ceiling
    are taken to be equally noisy everywhere.
    """
    if ceiling is None:
        return np.ones_like(errors)
    share = np.clip(errors / ceiling, 1e-3, 1.0)
    return (1 - share) / share + 0.02
