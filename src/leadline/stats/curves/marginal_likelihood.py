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
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.stats.curves.components import LEVEL_VARIANCE, Components
from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.shapes import shapes

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from leadline.stats.arrays import Floats, Ints
    from leadline.stats.curves.measured import Measured

_COEFFICIENT_SD = 0.2  # prior standard deviation of b
# of the likelihood: no shape is true, so at 1 the one nearest to the measured points takes all the
# weight, though others forecast as well [2]
_EXPONENT = 0.5
_N_KEPT = 128
_ZERO = 1e-12
_SMALL_BLOCK = 8
_N_DESIGNS = 8  # of a megabyte each, for 14 sizes
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
    pairs : tuple of ndarray of int, shape (n_pairs,)
        Places of each two sizes, or of one twice, at which shapes are not 0.
    products : ndarray of shape (n_pairs, n_shapes)
        Products of a shape's values at these; those of two different sizes count twice.
    covariance : ndarray of shape (n_active, n_points, n_points)
        Of log errors, without noise.
    """

    active: Ints
    basis: Floats
    pairs: tuple[Ints, Ints]
    products: Floats
    covariance: Floats

    @classmethod
    def at(cls, x: Floats, active: Ints) -> DesignMatrices:
        """Return the matrices of curves measured at the log sizes `x`; the last few are kept."""
        return _design(x.tobytes(), active.astype(np.int64).tobytes())

    @classmethod
    def made(cls, x: Floats, active: Ints) -> DesignMatrices:
        """Return them, made anew."""
        covariance = kernels().take(active).covariance(x, x) + LEVEL_VARIANCE
        basis = shapes().at(x)
        # all shapes pass through 0 at the largest size
        places = np.flatnonzero(np.abs(basis).max(axis=0) > _ZERO)
        points = np.ascontiguousarray(basis[:, places].T)
        one, other = np.triu_indices(places.size)
        products = np.empty((one.size, len(basis)))
        for place, part in enumerate(np.split(products, np.flatnonzero(np.diff(one)) + 1)):
            np.multiply(points[place], points[place:], out=part)
            part[1:] *= 2
        return cls(active, basis, (places[one], places[other]), products, covariance)


@lru_cache(maxsize=_N_DESIGNS)
def _design(x: bytes, active: bytes) -> DesignMatrices:
    """Candidates are measured at the same sizes, and fitted again and again."""
    return DesignMatrices.made(np.frombuffer(x), np.frombuffer(active, dtype=np.int64))


def log_likelihoods(data: Measured, design: DesignMatrices) -> tuple[Floats, Floats]:
    """Return the log likelihood of every shape under the active kernels, and their precisions.

    Returns
    -------
    tuple of ndarray
        Log likelihoods of shape (n_active, n_shapes), and the inverse covariances,
        (n_active, n_points, n_points).
    """
    noise = kernels().noise[design.active, None] ** 2 * data.unit_variance
    covariance = design.covariance + (data.variance + noise)[:, :, None] * np.eye(data.x.size)
    factor = np.linalg.cholesky(covariance)
    # by way of the factor: its condition is but the root of the covariance's
    whitener = _inverse_of_triangles(factor)
    inverse = whitener.transpose(0, 2, 1) @ whitener
    weights = inverse @ data.y
    one, other = design.pairs
    # b integrated out: the least of (y - b h)' V^-1 (y - b h) + (b - 1)^2 / sd^2, and its precision
    precision = inverse[:, one, other] @ design.products
    precision += _COEFFICIENT_SD**-2
    gain = weights @ design.basis.T
    gain += _COEFFICIENT_SD**-2
    gain *= gain
    gain /= precision
    log_likelihood: Floats = np.subtract(gain, np.log(precision, out=precision), out=gain)
    log_likelihood *= 0.5
    log_det = np.log(np.einsum("cnn->cn", factor)).sum(axis=1)
    log_likelihood -= (0.5 * (weights @ data.y + _COEFFICIENT_SD**-2) + log_det)[:, None]
    return log_likelihood, inverse


def _inverse_of_triangles(factor: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """Inverses of lower triangular matrices, by blocks."""
    n_points = factor.shape[-1]
    if n_points <= _SMALL_BLOCK:
        return np.linalg.inv(factor)
    half = n_points // 2
    inverse = np.zeros_like(factor)
    inverse[:, :half, :half] = upper = _inverse_of_triangles(factor[:, :half, :half])
    inverse[:, half:, half:] = lower = _inverse_of_triangles(factor[:, half:, half:])
    inverse[:, half:, :half] = -lower @ factor[:, half:, :half] @ upper
    return inverse


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
    log_weight, inverse = log_likelihoods(data, design)
    log_weight *= _EXPONENT
    log_weight += log_prior
    row, shape, weight = _thinned(log_weight)
    basis, active = design.basis[shape], design.active
    basis_weights = np.einsum("cn,cnm->cm", basis, inverse[row])
    data_weights = (inverse @ data.y)[row]
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
        inverse={int(active[r]): inverse[r] for r in np.unique(row)},
        x=data.x,
    )


def _thinned(log_weight: Floats) -> tuple[Ints, Ints, Floats]:
    """Rows, shapes and weights of a few components that stand for all, by systematic sampling.

    The heaviest alone would leave out up to a third of the weight, and with it the tails. Drawn at
    equal steps of the cumulative weight, in the order of where they lead, a few stand for all.
    `log_weight` is overwritten.
    """
    order = _order()
    log_weight -= log_weight.max()
    weight = np.exp(log_weight, out=log_weight)
    cumulative = np.cumsum(weight.sum(axis=0)[order])
    ticks = (np.arange(_N_KEPT) + 0.5) / _N_KEPT * cumulative[-1]
    place = np.searchsorted(cumulative, ticks)
    # which kernel, among those of the shape that the tick falls on
    within = np.cumsum(weight[:, order[place]], axis=0)
    row = (within < ticks - (cumulative[place] - within[-1])).sum(axis=0).clip(max=len(weight) - 1)
    kept, counts = np.unique(place * len(weight) + row, return_counts=True)
    place, row = np.divmod(kept, len(weight))
    return row, order[place], counts / _N_KEPT


@cache
def _order() -> Ints:
    """Shapes in the order of their error at four times the largest measured size."""
    return np.argsort(shapes().at(np.array([_AHEAD]))[:, 0], kind="stable")
