"""Least squares for curves whose level and scale are linear: search the shape, solve the rest.

A curve c + a φ(n; θ) has two linear parameters. For any θ their best values are known in closed
form (variable projection; Golub and Pereyra 1973), so only θ is searched: on a grid, all points of
it at once, then by Levenberg-Marquardt from the best local minima of the grid, or by zooming in.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.optimize import leastsq

_N_STARTS = 3
# the residual where a curve is not defined
HUGE = 1e3


class FitFailedError(Exception):
    """No start led to a finite curve."""


Shape = Callable[[np.ndarray, np.ndarray], np.ndarray]
"""φ(u, θ) for u of shape (n,) and θ of shape (..., p): shape (..., n)."""


def product(axes: Sequence[np.ndarray]) -> np.ndarray:
    """Every combination of the axes' values, shape (n_1, ..., n_p, p)."""
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)


def project(phi: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Level, scale and residuals of the best c + a φ for φ of shape (..., n)."""
    mean = phi.mean(axis=-1, keepdims=True)
    centred = phi - mean
    power = (centred**2).sum(axis=-1)
    flat = power <= 1e-24 * (1 + mean[..., 0] ** 2)
    scale = np.where(flat, 0.0, centred @ (y - y.mean()) / np.where(flat, 1.0, power))
    residuals = y - y.mean() - scale[..., None] * centred
    return y.mean() - scale * mean[..., 0], scale, residuals


def separable(
    shape: Shape, axes: Sequence[np.ndarray], u: np.ndarray, y: np.ndarray
) -> Callable[[np.ndarray], np.ndarray]:
    """Unconstrained least squares of c + a φ(u; θ), from the grid's best local minima."""

    def residuals(theta: np.ndarray) -> np.ndarray:
        out = project(shape(u, theta), y)[2]
        return np.where(np.isfinite(out), out, HUGE)

    with np.errstate(all="ignore"):
        grid = product(axes)
        sse = (project(shape(u, grid), y)[2] ** 2).sum(axis=-1)
        starts = local_minima(sse)[:_N_STARTS]
        ends = [leastsq(residuals, grid[i], maxfev=100, full_output=True)[0] for i in starts]
        ends += [grid[i] for i in starts]
        ends.sort(key=lambda theta: (residuals(theta) ** 2).sum())
        if not ends or (residuals(ends[0]) >= HUGE).any():
            raise FitFailedError
        level, scale, _ = project(shape(u, ends[0]), y)

    def curve(at: np.ndarray) -> np.ndarray:
        with np.errstate(all="ignore"):
            return level + scale * shape(at, ends[0])

    return curve


def local_minima(values: np.ndarray) -> list[tuple[int, ...]]:
    """The grid points that no neighbour along an axis undercuts, best first."""
    values = np.where(np.isfinite(values), values, np.inf)
    lowest = np.isfinite(values)
    for axis, n in enumerate(values.shape):
        ahead, behind = (np.arange(n) + step for step in (1, -1))
        lowest &= values <= np.take(values, np.minimum(ahead, n - 1), axis)
        lowest &= values <= np.take(values, np.maximum(behind, 0), axis)
    points = np.argwhere(lowest)
    order = np.argsort(values[tuple(points.T)], kind="stable")
    return [tuple(point) for point in points[order]]


def zoom(
    loss: Callable[[np.ndarray], np.ndarray],
    axes: Sequence[np.ndarray],
    *,
    n_rounds: int = 8,
    n_points: int = 7,
) -> np.ndarray:
    """The best point of a box: the grid's best cell, cut finer again and again."""
    grid = list(axes)
    best: np.ndarray | None = None
    for _ in range(n_rounds):
        points = product(grid)
        with np.errstate(all="ignore"):
            values = loss(points)
        values = np.where(np.isfinite(values), values, np.inf)
        at = np.unravel_index(np.argmin(values), values.shape)
        if not np.isfinite(values[at]):
            break
        best = points[at]
        grid = [
            np.linspace(axis[max(i - 1, 0)], axis[min(i + 1, len(axis) - 1)], n_points)
            for axis, i in zip(grid, at, strict=True)
        ]
    if best is None:
        raise FitFailedError
    return best


def positive_pair(
    phi: np.ndarray, y: np.ndarray, weights: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Level, scale and loss of the best c + a φ with c, a >= 0, weighted; φ of shape (..., n)."""
    w = weights / weights.sum()
    m, m2 = phi @ w, phi**2 @ w
    y1, yphi = y @ w, phi @ (w * y)
    variance = m2 - m**2
    scale = np.where(variance > 1e-24 * m2, (yphi - m * y1) / variance, 0.0)
    level = y1 - scale * m
    level, scale = (
        np.where(level < 0, 0.0, np.where(scale < 0, y1, level)),
        np.where(level < 0, yphi / m2, np.maximum(scale, 0.0)),
    )
    loss = ((y - level[..., None] - scale[..., None] * phi) ** 2) @ w
    return level, scale, loss
