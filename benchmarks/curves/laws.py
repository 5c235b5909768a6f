"""Learning-curve laws of the LCDB paper (Mohr, Viering et al. 2022), fitted to error rates.

All have the form c + a φ(n; θ); sizes are divided by the largest seen one, which changes no curve.
Exponents are searched by their logs: as with Levenberg-Marquardt from positive starts they stay
positive (with negative ones allowed, forecasts are two to three times as far off).
"""

from __future__ import annotations

import numpy as np
from fitting import positive_pair, separable, zoom


def last(
    sizes: np.ndarray, errors: np.ndarray, _stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """The error at the largest size seen."""
    return np.full(len(at), errors[np.argmax(sizes)])


def pow3(
    sizes: np.ndarray, errors: np.ndarray, _stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """POW3: c + a n^-b, unconstrained least squares but for b > 0."""

    def shape(x: np.ndarray, theta: np.ndarray) -> np.ndarray:
        return np.exp(-np.exp(theta[..., :1]) * np.log(x))

    exponents = np.log(np.geomspace(0.02, 5, 32))
    return separable(shape, [exponents], sizes / sizes.max(), errors)(at / sizes.max())


def pow4(
    sizes: np.ndarray, errors: np.ndarray, _stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """POW4: c + a (n + d)^-b, unconstrained least squares but for b > 0 and n + d > 0."""

    def shape(x: np.ndarray, theta: np.ndarray) -> np.ndarray:
        return np.exp(-np.exp(theta[..., :1]) * np.log(x + theta[..., 1:]))

    x = sizes / sizes.max()
    exponents = np.log(np.geomspace(0.05, 6, 14))
    shifts = np.concatenate([np.array([-0.95, -0.7, -0.3, 0]) * x.min(), np.geomspace(0.01, 8, 9)])
    return separable(shape, [exponents, shifts], x, errors)(at / sizes.max())


def mmf4(
    sizes: np.ndarray, errors: np.ndarray, _stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """MMF4: (a b + c n^d) / (b + n^d) = c + (a - c) / (1 + (n/m)^d) with b = m^d."""

    def shape(x: np.ndarray, theta: np.ndarray) -> np.ndarray:
        steep, middle = np.exp(theta[..., :1]), theta[..., 1:]
        return 1 / (1 + np.exp(np.clip(steep * (np.log(x) - middle), -500, 500)))

    x = sizes / sizes.max()
    middles = np.linspace(np.log(x.min()) - 2, 4, 16)
    return separable(shape, [np.log(np.geomspace(0.05, 8, 14)), middles], x, errors)(
        at / sizes.max()
    )


def wbl4(
    sizes: np.ndarray, errors: np.ndarray, _stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """WBL4: c - b exp(-a n^d); for falling errors b is negative."""

    def shape(x: np.ndarray, theta: np.ndarray) -> np.ndarray:
        steep, height = np.exp(theta[..., :1]), theta[..., 1:]
        return np.exp(-np.exp(np.clip(steep * np.log(x) + height, -500, 500)))

    x = sizes / sizes.max()
    heights = np.linspace(-5, 4, 16)
    return separable(shape, [np.log(np.geomspace(0.03, 6, 14)), heights], x, errors)(
        at / sizes.max()
    )


def pow3_constrained(
    sizes: np.ndarray, errors: np.ndarray, stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """POW3 with c, a >= 0 and 0.01 <= b <= 2, weighted by 1 / stderr^2.

    Without standard errors every size weighs the same. A standard error below a tenth of the
    curve's median positive one (0 above all) counts as that tenth: it is luck, not knowledge.
    """
    weights = np.ones_like(errors)
    if stderr is not None and (stderr > 0).any():
        floor = 0.1 * np.median(stderr[stderr > 0])
        weights = 1 / np.maximum(np.nan_to_num(stderr, nan=np.nanmax(stderr)), floor) ** 2
    u = np.log(sizes / sizes.max())

    def loss(theta: np.ndarray) -> np.ndarray:
        return positive_pair(np.exp(-theta * u), errors, weights)[2]

    theta = zoom(loss, [np.geomspace(0.01, 2, 60)], n_rounds=5)
    level, scale, _ = positive_pair(np.exp(-theta * u), errors, weights)
    return level + scale * np.exp(-theta * np.log(at / sizes.max()))
