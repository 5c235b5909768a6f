"""Gaussian components of a forecast: their means, variances and whole curves at any size.

References
----------
C. E. Rasmussen, C. K. I. Williams (2006), Gaussian Processes for Machine Learning, section 2.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.curves.discrepancy import kernels
from leadline.stats.curves.shapes import shapes

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats, Ints

LEVEL_VARIANCE = 1.0
"""Prior variance of the level of log error: next to nothing is known of it beforehand."""
_JITTER = 1e-10


@dataclass(frozen=True)
class Components:
    """The Gaussian components whose mixture is the posterior.

    A component is a Gaussian process with one basis function, its shape: the log error has the mean
    ``b h(x)`` and the covariance of its kernel, ``b ~ N(1, 0.2^2)``.

    Parameters
    ----------
    kernel, shape : ndarray of int, shape (n_components,)
        Which kernel of `discrepancy.kernels`, which shape of `shapes.shapes`.
    weight : ndarray of shape (n_components,)
        Posterior probabilities; they sum to 1.
    coefficient, precision : ndarray of shape (n_components,)
        Posterior mean and precision of b.
    residual_weights, basis_weights : ndarray of shape (n_components, n_points)
        Inverse covariance times the residuals of the mean, and times the shape.
    inverse : dict of int to ndarray of shape (n_points, n_points)
        Inverse covariance of each kernel in use, noise included.
    x : ndarray of shape (n_points,)
        Log sizes of the measured points, relative to the largest.
    """

    kernel: Ints
    shape: Ints
    weight: Floats
    coefficient: Floats
    precision: Floats
    residual_weights: Floats
    basis_weights: Floats
    inverse: dict[int, Floats]
    x: Floats

    def moments(self, x: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance of the relative log error at `x`, each (n_components, n_x)."""
        basis = shapes().at(x, self.shape)
        kernel, inverse = self._inverses()
        cross, own = self._covariances(kernel, x)
        conditional = own - np.einsum("kxn,kxn->kx", cross @ inverse, cross)
        place = np.searchsorted(kernel, self.kernel)
        weights = np.stack([self.residual_weights, self.basis_weights], axis=2)
        residuals, seen = np.moveaxis(cross[place] @ weights, 2, 0)
        mean = self.coefficient[:, None] * basis + residuals
        variance = conditional[place] + (basis - seen) ** 2 / self.precision[:, None]
        return mean, np.maximum(variance, _JITTER)

    def draws(self, x: Floats, size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draw whole curves of relative log error at `x`, and the log of each one's floor share.

        Returns
        -------
        tuple of ndarray
            Of shape (size, n_x), and (size,); the floor share is -infinite where there is none.
        """
        chosen = rng.choice(self.weight.size, size=size, p=self.weight)
        mean = self.coefficient[chosen]
        coefficient = mean + rng.standard_normal(size) / np.sqrt(self.precision[chosen])
        shift = coefficient - mean
        curves = coefficient[:, None] * shapes().at(x, self.shape[chosen])
        for kernel in np.unique(self.kernel[chosen]):
            of = np.flatnonzero(self.kernel[chosen] == kernel)
            cross = _covariance(int(kernel), x, self.x)
            prior = _covariance(int(kernel), x, x)
            conditional = prior - cross @ self.inverse[int(kernel)] @ cross.T
            values, vectors = np.linalg.eigh(conditional)
            noise = rng.standard_normal((of.size, x.size)) * np.sqrt(np.maximum(values, 0.0))
            drawn = chosen[of]
            weights = self.residual_weights[drawn] - shift[of, None] * self.basis_weights[drawn]
            curves[of] += weights @ cross.T + noise @ vectors.T
        with np.errstate(divide="ignore"):
            floors = np.log(shapes().floor[self.shape[chosen]]) * np.maximum(coefficient, 1e-6)
        return curves, floors

    def _inverses(self) -> tuple[Ints, Floats]:
        """Kernels in use, ascending, and their inverse covariances."""
        kernel = np.array(sorted(self.inverse))
        return kernel, np.array([self.inverse[int(k)] for k in kernel])

    def _covariances(self, kernel: Ints, x: Floats) -> tuple[Floats, Floats]:
        """Covariance of `x` with the measured points, and the variance at `x`, of each kernel."""
        used = kernels().take(kernel)
        cross = used.covariance(x, self.x) + LEVEL_VARIANCE
        return cross, used.variogram(np.abs(x)) + LEVEL_VARIANCE


def _covariance(kernel: int, x: Floats, other: Floats) -> Floats:
    covariance: Floats = kernels().take(kernel).covariance(x, other)[0] + LEVEL_VARIANCE
    return covariance
