"""Weigh every shape under every discrepancy by what was measured: an exact posterior, no sampling.

Given a cell, log errors are Gaussian about ``b h_k`` plus an unknown level; ``b ~ N(1, 0.2^2)``
stretches a shape a little, so that their grid has no gaps. All shapes share the cell's covariance;
one factor of it serves them all.

References
----------
C. E. Rasmussen, C. K. I. Williams (2006), Gaussian Processes for Machine Learning, section 2.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.curves.components import LEVEL_VARIANCE, Components
from leadline.stats.curves.discrepancy import cells
from leadline.stats.curves.shapes import shapes

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats, Ints
    from leadline.stats.curves.measured import Measured

_STRETCH = 0.2  # prior spread of b
_N_KEPT = 160
_CHUNK = 6  # cells at a time: what is computed from them stays in the cache
_AHEAD = np.log(4.0)  # components are lined up by where they lead at four times the size


@dataclass(frozen=True)
class Ground:
    """What curves measured at the same sizes have in common.

    Parameters
    ----------
    active : ndarray of int, shape (n_active,)
        Cells that are considered.
    heights : ndarray of shape (n_shapes, n_points)
        Every shape at the measured sizes.
    covariance : ndarray of shape (n_active, n_points, n_points)
        Of log errors, without noise.
    """

    active: Ints
    heights: Floats
    covariance: Floats

    @classmethod
    def at(cls, x: Floats, active: Ints) -> Ground:
        """Return what is common to curves measured at the log sizes `x`."""
        covariance = cells().take(active).covariance(x, x) + LEVEL_VARIANCE
        return cls(active, shapes().at(x), covariance)


def log_likelihoods(data: Measured, ground: Ground) -> tuple[Floats, Floats]:
    """Return the log likelihood of every shape under the active cells, and their factors.

    Returns
    -------
    tuple of ndarray
        Log likelihoods of shape (n_active, n_shapes), and the inverse Cholesky factors of the
        covariances, (n_active, n_points, n_points).
    """
    noise = cells().noise[ground.active, None] ** 2 * data.unit_variance
    covariance = ground.covariance + (data.variance + noise)[:, :, None] * np.eye(data.x.size)
    factor = np.linalg.cholesky(covariance)
    whitener = np.linalg.inv(factor)
    white_y = (whitener @ data.y).astype(np.float32)[:, :, None]
    fit = np.empty((ground.active.size, len(ground.heights)))
    # single precision: differences of log weights are good to a hundredth
    narrow, heights = whitener.astype(np.float32), ground.heights.T.astype(np.float32)
    for start in range(0, ground.active.size, _CHUNK):
        some = slice(start, start + _CHUNK)
        white_shapes = narrow[some] @ heights
        residuals = white_y[some] - white_shapes
        precision = _STRETCH**-2 + np.einsum("cns,cns->cs", white_shapes, white_shapes)
        lean = np.einsum("cns,cns->cs", white_shapes, residuals)
        # a sum of squares: the difference of two large numbers, which it equals, would be noise
        off = lean / precision
        residuals -= off[:, None] * white_shapes
        misfit = np.einsum("cns,cns->cs", residuals, residuals) + (off / _STRETCH) ** 2
        fit[some] = misfit + np.log(precision)
    log_det = np.log(np.einsum("cnn->cn", factor)).sum(axis=1)
    log_likelihood: Floats = -0.5 * fit - log_det[:, None]
    return log_likelihood, whitener


def _thinned(log_weight: Floats) -> tuple[Ints, Ints, Floats]:
    """Stand-ins for all components, by systematic sampling: rows, shapes and weights of each.

    The heaviest alone would leave out up to a third of the weight, and with it the tails. Drawn at
    equal steps of the cumulative weight, in the order of where they lead, a few stand for all.
    """
    order = _order()
    weight = np.exp(log_weight - log_weight.max())[:, order].T.ravel()
    cumulative = np.cumsum(weight)
    ticks = (np.arange(_N_KEPT) + 0.5) / _N_KEPT * cumulative[-1]
    kept, counts = np.unique(np.searchsorted(cumulative, ticks), return_counts=True)
    place, row = np.divmod(kept, log_weight.shape[0])
    return row, order[place], counts / _N_KEPT


@cache
def _order() -> Ints:
    return np.argsort(shapes().at(np.array([_AHEAD]))[:, 0], kind="stable")


def weigh(data: Measured, log_prior: Floats, ground: Ground) -> Components:
    """Return the components of the posterior.

    Parameters
    ----------
    data : Measured
        The curve.
    log_prior : ndarray of shape (n_active, n_shapes)
        Log weights of the active cells and all shapes, up to a constant.
    ground : Ground
        What does not depend on its errors.
    """
    log_weight, whitener = log_likelihoods(data, ground)
    row, shape, weight = _thinned(log_weight + log_prior)
    heights, active = ground.heights[shape], ground.active
    used = np.unique(row)
    inverse = {int(active[r]): whitener[r].T @ whitener[r] for r in used}
    lean, level = np.empty_like(heights), np.empty_like(heights)
    for r in used:
        of = row == r
        lean[of] = heights[of] @ inverse[int(active[r])]
        level[of] = inverse[int(active[r])] @ data.y
    precision = _STRETCH**-2 + np.einsum("cn,cn->c", heights, lean)
    stretch = (_STRETCH**-2 + np.einsum("cn,cn->c", heights, level)) / precision
    return Components(
        cell=active[row],
        shape=shape,
        weight=weight,
        stretch=stretch,
        precision=precision,
        pull=level - stretch[:, None] * lean,
        lean=lean,
        inverse=inverse,
        x=data.x,
    )
