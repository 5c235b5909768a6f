"""The broken neural scaling law with one break (Caballero et al. 2023), for positive losses.

a + b n^-c0 (1 + (n/d1)^(1/f1))^(-c1 f1). As in the paper a coarse grid gives the start and least
squares of the log error the end; from several starts, and on the grid a and b are solved.
"""

from __future__ import annotations

import numpy as np
from fitting import HUGE, FitFailedError, local_minima, product, project
from scipy.optimize import leastsq

_N_STARTS = 5


def bnsl(
    sizes: np.ndarray, errors: np.ndarray, _stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """The law's forecast, fitted by mean squared log error."""
    u, logs = np.log(sizes / sizes.max()), np.log(errors)

    def residuals(theta: np.ndarray) -> np.ndarray:
        out = np.log(theta[0] + np.exp(theta[1] + _bend(u, theta[2:]))) - logs
        # zeros where there are fewer points than parameters: MINPACK wants as many
        return np.append(np.where(np.isfinite(out), out, HUGE), np.zeros(max(6 - u.size, 0)))

    with np.errstate(all="ignore"):
        ends = []
        for start in _starts(u, errors):
            end = leastsq(residuals, start, maxfev=1000, full_output=True)[0]
            ends += [start, end]
        ends.sort(key=lambda theta: (residuals(theta) ** 2).sum())
        if not ends or (residuals(ends[0]) >= HUGE).any():
            raise FitFailedError
        theta = ends[0]
        return theta[0] + np.exp(theta[1] + _bend(np.log(at / sizes.max()), theta[2:]))


def _bend(u: np.ndarray, theta: np.ndarray) -> np.ndarray:
    """Log of n^-c0 (1 + (n/d1)^(1/f1))^(-c1 f1) for θ = c0, c1, log d1, log f1."""
    c0, c1, d1, f1 = (theta[..., i : i + 1] for i in range(4))
    f1 = np.exp(np.clip(f1, -6, 6))
    return -c0 * u - c1 * f1 * np.logaddexp(0, (u - d1) / f1)


def _starts(u: np.ndarray, errors: np.ndarray) -> list[np.ndarray]:
    """The grid's best local minima of the squared relative error, a and b solved."""
    exponents = np.array([0.0, 0.1, 0.25, 0.5, 0.75, 1.0])
    breaks = np.linspace(u.min() - 1, 1, 10)
    grid = product([exponents, exponents, breaks, np.log([0.1, 0.3, 0.8])])
    level, scale, residuals = project(np.exp(_bend(u, grid)), errors)
    loss = ((residuals / errors) ** 2).sum(axis=-1)
    loss = np.where((scale > 0) & (level > -errors.min()), loss, np.inf)
    return [
        np.concatenate([[level[i], np.log(scale[i])], grid[i]])
        for i in local_minima(loss)[:_N_STARTS]
    ]
