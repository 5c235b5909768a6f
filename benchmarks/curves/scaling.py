"""The estimators M1 to M4 of Alabdulmohsin, Neyshabur and Zhai (2022), for positive losses.

All are fitted by least squares of the log loss. Theirs are least squares of the log of the law's
left side, from one start by coordinate descent; its global optimum forecasts far worse than what
they publish (M2 .086 and M4 .052 on images, .05 on language), because ε∞ next to the least loss
blows that loss's residual up. See `PUBLISHED` in `peers` for their own figures.
"""

from __future__ import annotations

import itertools

import numpy as np
from fitting import HUGE, FitFailedError, positive_pair, zoom
from scipy.optimize import leastsq

# their margin between the limits and the losses seen
_MARGIN = 1e-3


def m1(
    sizes: np.ndarray, errors: np.ndarray, _stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """M1: β n^c."""
    slope, level = np.polyfit(np.log(sizes / sizes.max()), np.log(errors), 1)
    return np.exp(level + slope * np.log(at / sizes.max()))


def m2(
    sizes: np.ndarray, errors: np.ndarray, _stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """M2: β n^c + ε∞ with β, ε∞ >= 0; these two by relative, the exponent by log error."""
    u = np.log(sizes / sizes.max())

    def pair(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return positive_pair(np.exp(-theta * u), errors, errors**-2)[:2]

    def loss(theta: np.ndarray) -> np.ndarray:
        level, scale = pair(theta)
        fitted = level[..., None] + scale[..., None] * np.exp(-theta * u)
        return (np.log(fitted / errors) ** 2).sum(axis=-1)

    theta = zoom(loss, [np.geomspace(0.01, 5, 60)])
    level, scale = pair(theta)
    return level + scale * np.exp(-theta * np.log(at / sizes.max()))


def m3(
    sizes: np.ndarray, errors: np.ndarray, _stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """M3: β (1/n + γ)^c with c, γ >= 0."""
    logs = np.log(errors)

    def bent(n: np.ndarray, theta: np.ndarray) -> np.ndarray:
        return np.log(sizes.max() / n + np.exp(theta))

    def line(theta: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        x = bent(sizes, theta)
        centred = x - x.mean(axis=-1, keepdims=True)
        slope = np.maximum(centred @ logs / (centred**2).sum(axis=-1), 0.0)
        level = logs.mean() - slope * x.mean(axis=-1)
        return level, slope, ((logs - logs.mean() - slope[..., None] * centred) ** 2).sum(axis=-1)

    theta = zoom(lambda t: line(t)[2], [np.linspace(-12, 6, 60)])
    level, slope, _ = line(theta)
    return np.exp(level + slope * bent(at, theta))


def m4(
    sizes: np.ndarray, errors: np.ndarray, _stderr: np.ndarray | None, at: np.ndarray
) -> np.ndarray:
    """M4: (ε - ε∞) / (ε0 - ε)^α = β n^c with c < 0 < α, solved for ε by bisection.

    For the fit the residual of the law's log is divided by its slope in log ε: the log error to
    first order, without solving for ε.
    """
    u = np.log(sizes / sizes.max())
    least, most = errors.min(), errors.max()
    margin = min(_MARGIN, least / 2)

    def unpack(theta: np.ndarray) -> tuple[np.ndarray, ...]:
        low = (least - margin) / (1 + np.exp(-theta[3]))
        return theta[0], np.exp(theta[1]), np.exp(theta[2]), low, most + margin + np.exp(theta[4])

    def residuals(theta: np.ndarray) -> np.ndarray:
        level, exponent, alpha, low, high = unpack(theta)
        excess = np.log(errors - low) - alpha * np.log(high - errors)
        slope = errors / (errors - low) + alpha * errors / (high - errors)
        out = (excess - level + exponent * u) / slope
        return np.where(np.isfinite(out), out, HUGE)

    ends = []
    for alpha, low, high in itertools.product((-3.0, 0.0), (-3.0, 3.0), (-6.0, -1.5)):
        start = np.array([0.0, np.log(0.3), alpha, low, high])
        limits = unpack(start)[3:]
        excess = np.log(errors - limits[0]) - np.exp(alpha) * np.log(limits[1] - errors)
        start[0] = (excess + 0.3 * u).mean()
        ends += [start, leastsq(residuals, start, maxfev=600, full_output=True)[0]]
    best = min(ends, key=lambda theta: (residuals(theta) ** 2).sum())
    if (residuals(best) >= HUGE).any():
        raise FitFailedError
    return _solve_m4(unpack(best), np.log(at / sizes.max()))


def _solve_m4(law: tuple[np.ndarray, ...], u: np.ndarray) -> np.ndarray:
    """The ε between ε∞ and ε0 at which M4 holds, by 50 bisections."""
    level, exponent, alpha, low, high = law
    below, above = np.full(len(u), low), np.full(len(u), high)
    for _ in range(50):
        middle = (below + above) / 2
        under = np.log(middle - low) - alpha * np.log(high - middle) < level - exponent * u
        below, above = np.where(under, middle, below), np.where(under, above, middle)
    return (below + above) / 2
