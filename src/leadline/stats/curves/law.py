"""The power law ``error(n) = c + a n^-b``, and its weighted fit to many curves at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats

# b on a grid: given b the law is linear in c and a, so every fit is a closed form
_EXPONENTS = np.geomspace(0.01, 2.0, 160)


@dataclass(frozen=True)
class PowerLaws:
    """Several power laws ``c + a (n / n_unit)^-b``, one an element.

    Parameters
    ----------
    c : ndarray of shape (n_laws,)
        Error that no amount of data removes, >= 0.
    a : ndarray of shape (n_laws,)
        Error above `c` at `n_unit` rows, >= 0.
    b : ndarray of shape (n_laws,)
        Exponent in [0.01, 2].
    n_unit : float
        Train size at which `a` is read.
    """

    c: Floats
    a: Floats
    b: Floats
    n_unit: float

    def at(self, n: Floats) -> Floats:
        """Return the errors at `n` rows, of shape (n_laws, *n.shape)."""
        c, a, b = (part.reshape(-1, *[1] * n.ndim) for part in (self.c, self.a, self.b))
        return c + a * (n / self.n_unit) ** -b

    def rows_for(self, error: float) -> Floats:
        """Return the rows at which each law reaches `error`, infinite where it never does."""
        with np.errstate(divide="ignore", over="ignore"):
            reach = np.maximum(error - self.c, 0.0) / np.where(self.a > 0, self.a, 1.0)
            rows = self.n_unit * reach ** (-1 / self.b)
        flat = np.where(error >= self.c, 1.0, np.inf)
        return np.where(self.a > 0, rows, flat)


def fit_power_laws(train_sizes: Floats, curves: Floats, weights: Floats) -> PowerLaws:
    """Fit a constrained power law to each curve by weighted least squares.

    Parameters
    ----------
    train_sizes : ndarray of shape (n_sizes,)
        Rows trained on.
    curves : ndarray of shape (n_curves, n_sizes)
        Errors, >= 0.
    weights : ndarray of shape (n_sizes,)
        Inverse variances.

    Returns
    -------
    PowerLaws
        One law a curve, best over c >= 0, a >= 0 and a grid of 160 exponents in [0.01, 2].
    """
    n_unit = float(np.max(train_sizes))
    shape = (train_sizes / n_unit) ** -_EXPONENTS[:, None]
    w, wg, wgg = weights.sum(), shape @ weights, shape**2 @ weights
    wy, wgy = curves @ weights, curves @ (weights * shape).T
    wy = wy[:, None]

    def loss(c: Floats, a: Floats) -> Floats:
        """Weighted squared error up to what depends on the curve alone."""
        lost: Floats = a * (a * wgg + 2 * (c * wg - wgy)) + c * (c * w - 2 * wy)
        return lost

    free_a = (w * wgy - wg * wy) / (w * wgg - wg**2)
    free_c = (wy - free_a * wg) / w
    inside = (free_a >= 0) & (free_c >= 0)
    flat = np.broadcast_to(wy / w, wgy.shape)
    nothing = np.zeros_like(wgy)
    pure = wgy / wgg
    edge_is_flat = loss(flat, nothing) <= loss(nothing, pure)
    c = np.where(inside, free_c, np.where(edge_is_flat, flat, nothing))
    a = np.where(inside, free_a, np.where(edge_is_flat, nothing, pure))
    best = np.argmin(loss(c, a), axis=1)
    rows = np.arange(len(curves))
    return PowerLaws(c[rows, best], a[rows, best], _EXPONENTS[best], n_unit)
