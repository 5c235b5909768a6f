"""Calibration of forecasts, so that 90 % intervals hold the truth in 90 % of cases.

On curves that the prior was not learnt from, the place of the truth in the forecast is noted as a
standard normal quantile. Where these quantiles are wider than a standard normal, or to one side,
the forecast is widened or shifted by as much: split conformal prediction [1]_ for every level at
once, a ratio of sizes at a time, shrunk from groups of curves towards all of them.

References
----------
.. [1] V. Vovk, J. Shen, V. Manokhin, M. Xie (2017), Nonparametric predictive distributions based on
   conformal prediction. COPA.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.stats.arrays import Floats
    from leadline.stats.curves.learnt import Table

_LEAST_STEP = 1e-3  # the map must rise, or it could not be inverted
GROUP_WEIGHT = 150.0
"""Pseudo-count, in curves, of all groups together beside those of one group."""


@dataclass(frozen=True)
class Calibration:
    """Map from quantiles of the uncalibrated forecast to those of the calibrated one.

    Parameters
    ----------
    log_ratios : ndarray of shape (n_ratios + 1,)
        Of size forecast to largest measured size, from 0.
    levels : ndarray of shape (n_levels,)
        Standard normal quantiles.
    places : ndarray of shape (n_ratios + 1, n_levels)
        Their places in the uncalibrated forecast.
    """

    log_ratios: Floats
    levels: Floats
    places: Floats

    @classmethod
    def of(cls, table: Table, names: Sequence[str | None]) -> Calibration:
        """Return the calibration for a curve of these groups; within the measured sizes, none."""
        places = np.vstack([table.levels, table.calibrated[table.index(names)]])
        return cls(np.append(0.0, np.log(table.ratios)), table.levels, places)

    def towards(self, other: Calibration, share: float) -> Calibration:
        """Return what lies between this one and another at the same ratios and levels.

        Parameters
        ----------
        other : Calibration
        share : float in [0, 1]
            Weight of the other.
        """
        return replace(self, places=(1 - share) * self.places + share * other.places)

    def plain(self, z: Floats, x: Floats) -> Floats:
        """Return where calibrated quantiles lie in the uncalibrated forecast.

        Parameters
        ----------
        z : ndarray of shape (n_values, n_x)
            Standard normal quantiles.
        x : ndarray of shape (n_x,)
            Log ratios of size to largest measured size.

        Returns
        -------
        ndarray of shape (n_values, n_x)
        """
        return self._through(z, x, forward=True)

    def calibrated(self, z: Floats, x: Floats) -> Floats:
        """Return the inverse of `plain`."""
        return self._through(z, x, forward=False)

    def _through(self, z: Floats, x: Floats, *, forward: bool) -> Floats:
        ahead = np.maximum(x, 0.0)
        places = np.array([np.interp(ahead, self.log_ratios, place) for place in self.places.T])
        levels = np.broadcast_to(self.levels[:, None], places.shape)
        start, end = (levels, places) if forward else (places, levels)
        # linear between the knots, and beyond them in the direction of the outermost two
        after = (start[:, None] <= z).sum(axis=0).clip(1, len(start) - 1)
        columns = np.arange(x.size)
        left, right = start[after - 1, columns], start[after, columns]
        low, high = end[after - 1, columns], end[after, columns]
        moved: Floats = low + (z - left) / (right - left) * (high - low)
        return moved


def learn_places(z: Floats, levels: Floats, n_independent: int | None = None) -> Floats:
    """Return the quantiles of where the truth fell, one a level, strictly ascending.

    A new curve is of a data set that none of these are of, so the conformal quantile is taken as if
    there were as many values as data sets: further out than the plain one.

    Parameters
    ----------
    z : ndarray of shape (n_curves,)
        Where the truth lay in each plain forecast, as a standard normal quantile.
    levels : ndarray of shape (n_levels,)
        Probabilities, ascending.
    n_independent : int >= 1, optional
        Data sets that the curves are of; as many as curves if not given.
    """
    n = z.size if n_independent is None else n_independent
    centre = 0.5
    outward = centre + (levels - centre) * (n + 1) / max(n - 1, 1)
    places = np.quantile(z, outward.clip(0.0, 1.0))
    steps = np.arange(levels.size) * _LEAST_STEP
    ascending: Floats = np.maximum.accumulate(places - steps) + steps
    return ascending
