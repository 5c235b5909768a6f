"""Fit a learning curve and redraw it under its own noise."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import as_vector
from leadline.stats.curves.law import fit_power_laws
from leadline.stats.curves.posterior import CurvePosterior

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats

# a mean over a few repeats may look exact by luck; no point is trusted beyond this share of itself
_LEAST_NOISE = 0.005
_LEAST_LEVEL = 1e-12
# 90 % quantile of chi-square with the two parameters that a flat line lacks
_FLAT_BELOW = 4.61

_NARROW = (
    "The interval is too narrow beyond the measured sizes: of intervals made this way that claim "
    "90 %, only 45 to 62 % held the truth when measured on other data."
)
_FLAT = (
    "The errors hardly fall over the measured sizes: these data do not show that more rows help."
)


def fit(
    train_sizes: ArrayLike,
    errors: ArrayLike,
    stderr: ArrayLike | None = None,
    *,
    rng: np.random.Generator,
    n_draws: int = 400,
) -> CurvePosterior:
    """Fit ``error(n) = c + a n^-b`` and redraw it by a parametric bootstrap.

    Least squares weighted by the standard errors, with c >= 0, a >= 0 and 0.01 <= b <= 2 [1]_.
    Each draw adds fresh noise to the fitted errors and fits again. Where the points scatter more
    than their standard errors say, the noise is enlarged to match. The method takes the power law
    for granted, which is why its intervals are too narrow; the result says so in `caution`.

    Parameters
    ----------
    train_sizes : array-like of float, shape (n_sizes,)
        Rows trained on, at least three different sizes; sizes may repeat.
    errors : array-like of float >= 0, shape (n_sizes,)
        Mean error at each size, e.g. 1 - score.
    stderr : array-like of float >= 0, shape (n_sizes,), optional
        Standard errors of those means. Without them the noise is taken to be proportional to the
        error, and its size is read off the scatter about the law.
    rng : Generator
        Source of chance.
    n_draws : int >= 1, default=400
        Bootstrap draws.

    Returns
    -------
    CurvePosterior
        Forecast at any size.

    Raises
    ------
    ValueError
        If the inputs differ in length, hold fewer than three sizes, or a value is out of range.

    References
    ----------
    .. [1] J. Hestness et al. (2017), Deep learning scaling is predictable, empirically.
       arXiv:1712.00409.

    Examples
    --------
    >>> n = np.array([100, 200, 400, 800, 1600])
    >>> curve = fit(n, 0.1 + 2 * n**-0.5, rng=np.random.default_rng(0))
    >>> round(float(curve.quantile(6400, 0.5)), 3)
    0.125
    >>> curve.rows_for(0.09, probability=0.9) is None
    True
    """
    sizes, means, spread = _checked(train_sizes, errors, stderr)
    if n_draws < 1:
        raise ValueError(f"n_draws must be at least 1; got {n_draws}.")
    weights = spread**-2
    fitted = fit_power_laws(sizes, means[None, :], weights).at(sizes)[0]
    chi2 = float(np.sum(weights * (means - fitted) ** 2))
    inflation = math.sqrt(chi2 / max(sizes.size - 3, 1))
    if stderr is not None:
        inflation = max(inflation, 1.0)
    noise = np.maximum(inflation * spread, _LEAST_NOISE * np.maximum(fitted, _LEAST_LEVEL))
    redrawn = np.abs(fitted + noise * rng.standard_normal((n_draws, sizes.size)))
    flat = np.average(means, weights=weights)
    gain = float(np.sum(((means - flat) ** 2 - (means - fitted) ** 2) / noise**2))
    return CurvePosterior(
        laws=fit_power_laws(sizes, redrawn, weights),
        n_largest=float(np.max(sizes)),
        caution=_caution(np.unique(sizes).size, gain),
    )


def _checked(
    train_sizes: ArrayLike, errors: ArrayLike, stderr: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    """Return sizes, errors and the noise assumed of each, or say what is wrong."""
    sizes = as_vector(train_sizes, "train_sizes", min_size=3)
    means = as_vector(errors, "errors", min_size=3)
    # errors of exactly 0 must not get infinite weight
    level = np.maximum(means, max(0.05 * float(np.max(means)), _LEAST_LEVEL))
    spread = level if stderr is None else as_vector(stderr, "stderr", min_size=3)
    if not sizes.size == means.size == spread.size:
        raise ValueError(
            f"train_sizes, errors and stderr have {sizes.size}, {means.size} and {spread.size} "
            "values; they must be as many. Pass one of each a point."
        )
    if np.unique(sizes).size < 3 or np.any(sizes <= 0):
        raise ValueError(
            f"train_sizes holds {np.unique(sizes).size} different sizes; at least 3 above 0 are "
            "needed. Measure the error at more sizes."
        )
    if np.any(means < 0) or np.any(spread < 0):
        raise ValueError("errors and stderr must not be negative; some are. Pass 1 - score.")
    return sizes, means, np.maximum(spread, _LEAST_NOISE * level)


def _caution(n_sizes: int, gain: float) -> tuple[str, ...]:
    """Sentences that belong beside the forecast."""
    sentences = [_NARROW]
    if n_sizes < 5:
        sentences.append(
            f"Only {n_sizes} train sizes were measured; a curve needs at least 5 to be read."
        )
    if gain < _FLAT_BELOW:
        sentences.append(_FLAT)
    return tuple(sentences)
