"""The Gaussian components of a forecast: their means, variances and whole curves at any size.

References
----------
C. E. Rasmussen, C. K. I. Williams (2006), Gaussian Processes for Machine Learning, section 2.7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.curves.discrepancy import cells
from leadline.stats.curves.shapes import shapes

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats, Ints

LEVEL_VARIANCE = 30.0
"""Prior variance of the level of log error: it is anybody's guess."""
_JITTER = 1e-10


@dataclass(frozen=True)
class Components:
    """The Gaussian components that stand for the posterior.

    Parameters
    ----------
    cell, shape : ndarray of int, shape (n_components,)
        Which discrepancy, which shape.
    weight : ndarray of shape (n_components,)
        Posterior probabilities; they sum to 1.
    stretch, precision : ndarray of shape (n_components,)
        Posterior mean and precision of b.
    pull, lean : ndarray of shape (n_components, n_points)
        Inverse covariance times residuals, and times the shape.
    inverse : dict of int to ndarray of shape (n_points, n_points)
        Inverse covariance of each cell in use.
    x : ndarray of shape (n_points,)
        Where it was measured.
    """

    cell: Ints
    shape: Ints
    weight: Floats
    stretch: Floats
    precision: Floats
    pull: Floats
    lean: Floats
    inverse: dict[int, Floats]
    x: Floats

    def moments(self, x: Floats) -> tuple[Floats, Floats]:
        """Return mean and variance of the relative log error at `x`, each (n_components, n_x)."""
        heights = shapes().at(x, self.shape)
        mean = self.stretch[:, None] * heights
        variance = np.empty_like(mean)
        for cell, (cross, own) in self._kernels(x).items():
            of = self.cell == cell
            left = cross @ self.inverse[cell]
            mean[of] += self.pull[of] @ cross.T
            rest = heights[of] - self.lean[of] @ cross.T
            spare = own - np.einsum("ij,ij->i", left, cross)
            variance[of] = spare + rest**2 / self.precision[of, None]
        return mean, np.maximum(variance, _JITTER)

    def draws(self, x: Floats, size: int, rng: np.random.Generator) -> tuple[Floats, Floats]:
        """Draw whole curves of relative log error at `x`, and the log of each one's floor share.

        Returns
        -------
        tuple of ndarray
            Of shape (size, n_x), and (size,); the floor share is -infinite where there is none.
        """
        chosen = rng.choice(self.weight.size, size=size, p=self.weight)
        stretch = self.stretch[chosen] + rng.standard_normal(size) / np.sqrt(self.precision[chosen])
        shift = stretch - self.stretch[chosen]
        curves = stretch[:, None] * shapes().at(x, self.shape[chosen])
        kernels = self._kernels(x)
        for cell in np.unique(self.cell[chosen]):
            of = np.flatnonzero(self.cell[chosen] == cell)
            cross, _ = kernels[int(cell)]
            full = _kernel(int(cell), x, x) - cross @ self.inverse[int(cell)] @ cross.T
            values, vectors = np.linalg.eigh(full)
            noise = rng.standard_normal((of.size, x.size)) * np.sqrt(np.maximum(values, 0.0))
            pull = self.pull[chosen[of]] - shift[of, None] * self.lean[chosen[of]]
            curves[of] += pull @ cross.T + noise @ vectors.T
        with np.errstate(divide="ignore"):
            floors = np.log(shapes().floor[self.shape[chosen]]) * np.maximum(stretch, 1e-6)
        return curves, floors

    def _kernels(self, x: Floats) -> dict[int, tuple[Floats, Floats]]:
        """Covariance of each cell in use with the measured points, and the variance, at `x`."""
        return {
            cell: (
                _kernel(cell, x, self.x),
                LEVEL_VARIANCE + cells().take(cell).variogram(np.abs(x))[0],
            )
            for cell in self.inverse
        }


def _kernel(cell: int, x: Floats, other: Floats) -> Floats:
    one: Floats = cells().take(cell).covariance(x, other)[0] + LEVEL_VARIANCE
    return one
