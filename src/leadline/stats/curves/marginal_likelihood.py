"""Marginal likelihood of every shape under every kernel, and the posterior made of them.

Given a kernel, log errors are a Gaussian process with one basis function, the shape ``h_k``:
Gaussian about ``b h_k`` plus an unknown level. ``b ~ N(1, 0.2^2)`` makes a shape a little steeper
or flatter, so that the grid of shapes has no gaps. Level and b are integrated out, so the posterior
is exact and needs no sampling [1]_. All shapes share the kernel's covariance; one factor of it
serves them all. Shapes and kernels are weighed by the root of their likelihood [2]_.

References
----------
.. [1] C. E. Rasmussen, C. K. I. Williams (2006), Gaussian Processes for Machine Learning, section
   2.7.
.. [2] P. Grünwald, T. van Ommen (2017), Inconsistency of Bayesian inference for misspecified linear
   models, and a proposal for repairing it. Bayesian Analysis 12, 1069-1103.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.curves.components import LEVEL_VARIANCE, Components
from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.shapes import shapes

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats, Ints
    from leadline.stats.curves.measured import Measured

_COEFFICIENT_SD = 0.2  # prior standard deviation of b
# of the likelihood: no shape is true, so at 1 the one nearest to the measured points takes all the
# weight, though others forecast as well [2]
_EXPONENT = 0.5
_N_KEPT = 128
_CHUNK = 6  # kernels at a time: what is computed from them stays in the cache
_AHEAD = np.log(4.0)  # components are lined up by where they lead at four times the size


@dataclass(frozen=True)
class DesignMatrices:
    """The part of the likelihood that depends on the measured sizes and not on the errors.

    Parameters
    ----------
    active : ndarray of int, shape (n_active,)
        Kernels that are considered.
    basis : ndarray of shape (n_shapes, n_points)
        Every shape at the measured sizes.
    covariance : ndarray of shape (n_active, n_points, n_points)
        Of log errors, without noise.
    """

    active: Ints
    basis: Floats
    covariance: Floats

    @classmethod
    def at(cls, x: Floats, active: Ints) -> DesignMatrices:
        """Return the matrices of curves measured at the log sizes `x`."""
        covariance = kernels().take(active).covariance(x, x) + LEVEL_VARIANCE
        return cls(active, shapes().at(x), covariance)


def log_likelihoods(data: Measured, design: DesignMatrices) -> tuple[Floats, Floats]:
    """Return the log likelihood of every shape under the active kernels, and their factors.

    Returns
    -------
    tuple of ndarray
        Log likelihoods of shape (n_active, n_shapes), and the inverse Cholesky factors of the
        covariances, (n_active, n_points, n_points).
    """
    noise = kernels().noise[design.active, None] ** 2 * data.unit_variance
    covariance = design.covariance + (data.variance + noise)[:, :, None] * np.eye(data.x.size)
    factor = np.linalg.cholesky(covariance)
    whitener = np.linalg.inv(factor)
    white_y = (whitener @ data.y).astype(np.float32)[:, :, None]
    fit = np.empty((design.active.size, len(design.basis)))
    # single precision: differences of log weights are good to a hundredth
    narrow, basis = whitener.astype(np.float32), design.basis.T.astype(np.float32)
    for start in range(0, design.active.size, _CHUNK):
        some = slice(start, start + _CHUNK)
        white_basis = narrow[some] @ basis
        residuals = white_y[some] - white_basis
        precision = _COEFFICIENT_SD**-2 + np.einsum("cns,cns->cs", white_basis, white_basis)
        projection = np.einsum("cns,cns->cs", white_basis, residuals)
        # a sum of squares: the difference of two large numbers, which it equals, would be noise
        shift = projection / precision
        residuals -= shift[:, None] * white_basis
        misfit = np.einsum("cns,cns->cs", residuals, residuals) + (shift / _COEFFICIENT_SD) ** 2
        fit[some] = misfit + np.log(precision)
    log_det = np.log(np.einsum("cnn->cn", factor)).sum(axis=1)
    log_likelihood: Floats = -0.5 * fit - log_det[:, None]
    return log_likelihood, whitener


def posterior_components(data: Measured, log_prior: Floats, design: DesignMatrices) -> Components:
    """Return the components of the posterior.

    Parameters
    ----------
    data : Measured
        The curve.
    log_prior : ndarray of shape (n_active, n_shapes)
        Log weights of the active kernels and all shapes, up to a constant.
    design : DesignMatrices
        Of its measured sizes.

    Returns
    -------
    Components
        At most 128 of them.
    """
    log_weight, whitener = log_likelihoods(data, design)
    row, shape, weight = _thinned(_EXPONENT * log_weight + log_prior)
    basis, active = design.basis[shape], design.active
    used = np.unique(row)
    inverse = {int(active[r]): whitener[r].T @ whitener[r] for r in used}
    basis_weights, data_weights = np.empty_like(basis), np.empty_like(basis)
    for r in used:
        of = row == r
        basis_weights[of] = basis[of] @ inverse[int(active[r])]
        data_weights[of] = inverse[int(active[r])] @ data.y
    precision = _COEFFICIENT_SD**-2 + np.einsum("cn,cn->c", basis, basis_weights)
    projection = np.einsum("cn,cn->c", basis, data_weights)
    coefficient = (_COEFFICIENT_SD**-2 + projection) / precision
    return Components(
        kernel=active[row],
        shape=shape,
        weight=weight,
        coefficient=coefficient,
        precision=precision,
        residual_weights=data_weights - coefficient[:, None] * basis_weights,
        basis_weights=basis_weights,
        inverse=inverse,
        x=data.x,
    )


def _thinned(log_weight: Floats) -> tuple[Ints, Ints, Floats]:
    """Rows, shapes and weights of a few components that stand for all, by systematic sampling.

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
    """Shapes in the order of their error at four times the largest measured size."""
    return np.argsort(shapes().at(np.array([_AHEAD]))[:, 0], kind="stable")
