"""Measured points of a learning curve: checked, in logarithms, thinned.

An error that is a square, as 1 - R² is of the root mean squared error, is modelled by its root: the
logarithm is half as large, and by the delta method so is its standard error.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import as_vector
from leadline.stats.curves.discrepancy import relative_variance

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Bools, Floats
    from leadline.stats.metric import Metric

_FEWEST_SIZES = 3
_MOST_POINTS = 40  # beyond this, neighbours on the logarithmic axis are averaged
_LEAST_SHARE = 1e-4  # of the largest possible error, or a typical one: smaller ones count as this
_LEAST_TYPICAL = 1e-4  # where all errors are 0
# half the standard error of no errors among n rows is the mean of Jeffreys' posterior, 1 / (2n + 2)
_LEAST_STDERRS = 0.5
_MOST_TIMES = 1000.0  # the typical error: what is larger teaches nothing of larger sizes
_MOST_RELATIVE = 2.0
# pseudo-repeats of the variance pooled over all sizes, towards which each is shrunk
_POOLED_REPEATS = 6.0
_UNKNOWN_REPEATS = 6.0
_NEAR = 0.7  # bandwidth of the smoothing kernel, in log n
_N_ANCHORS = 40


@dataclass(frozen=True)
class Measured:
    """Points of one learning curve, ascending in size.

    Parameters
    ----------
    sizes, errors : ndarray of shape (n_points,)
        As handed in, repeated sizes averaged.
    stderr : ndarray of shape (n_points,) or None
        Standard errors of `errors`; None where unknown.
    x, y : ndarray of shape (n_used,)
        Logarithms of size and error relative to the last point, neighbours averaged; of the error's
        root where `power` is 2.
    variance : ndarray of shape (n_used,)
        Of `y`, from the standard errors; 0 where unknown.
    unit_variance : ndarray of shape (n_used,)
        Of `y` for a noise of 1.
    n_ref, error_ref : float
        Size and error of the last point.
    power : int
        The errors are this power of what `y` is the logarithm of.
    used : ndarray of bool of shape (n_points,)
        False where an error is beyond all measure: `x`, `y` and variances are without it.
    """

    sizes: Floats
    errors: Floats
    stderr: Floats | None
    x: Floats
    y: Floats
    variance: Floats
    unit_variance: Floats
    n_ref: float
    error_ref: float
    power: int
    used: Bools


def measured(
    train_sizes: ArrayLike,
    errors: ArrayLike,
    stderr: ArrayLike | None,
    metric: Metric,
    n_repeats: int | None,
) -> Measured:
    """Check and prepare one curve.

    Raises
    ------
    ValueError
        If the inputs differ in length, hold fewer than three sizes, or a value is out of range.
    """
    sizes, means, spread = _checked(train_sizes, errors, stderr, metric)
    sizes, means, spread, counts = _averaged(sizes, means, spread)
    power = metric.curve_power
    used = _is_used(means, metric)
    least = np.full(means.size, _LEAST_SHARE**power * (metric.ceiling or typical_error(means)))
    if spread is not None:
        least = np.maximum(least, _LEAST_STDERRS * spread)
    least = least[used]
    places, kept = np.log(sizes / sizes[-1])[used], means[used]
    # at its own error, a measurement that is low by chance would be given too large a variance
    expected = np.maximum(_smoothed(places, kept), least)
    noisy = relative_variance(expected, metric.ceiling)
    if spread is None:
        variance = np.zeros(kept.size)
    else:
        relative = np.minimum(spread[used] / expected / power, _MOST_RELATIVE) ** 2
        variance = _shrunk(relative, noisy, n_repeats)
    logs = np.log(np.maximum(kept, least)) / power
    x, y, variance, noisy = _thinned(places, logs, variance, noisy / counts[used])
    return Measured(
        sizes=sizes,
        errors=means,
        stderr=spread,
        x=x,
        y=y - y[-1],
        variance=variance,
        unit_variance=noisy,
        n_ref=float(sizes[-1]),
        error_ref=float(np.exp(power * y[-1])),
        power=power,
        used=used,
    )


def _checked(
    train_sizes: ArrayLike, errors: ArrayLike, stderr: ArrayLike | None, metric: Metric
) -> tuple[Floats, Floats, Floats | None]:
    sizes = as_vector(train_sizes, "train_sizes", min_size=_FEWEST_SIZES)
    means = as_vector(errors, "errors", min_size=_FEWEST_SIZES)
    spread = None if stderr is None else as_vector(stderr, "stderr", min_size=_FEWEST_SIZES)
    counts = {sizes.size, means.size, means.size if spread is None else spread.size}
    if len(counts) > 1:
        raise ValueError(
            f"train_sizes, errors and stderr have {sizes.size}, {means.size} and "
            f"{'no' if spread is None else spread.size} values; they must be as many. "
            "Pass one of each a point."
        )
    n_different = len(set(sizes.tolist()))
    if n_different < _FEWEST_SIZES or np.any(sizes <= 0):
        raise ValueError(
            f"train_sizes holds {n_different} different sizes; at least "
            f"{_FEWEST_SIZES} above 0 are needed. Measure the error at more sizes."
        )
    if np.any(means < 0) or (spread is not None and np.any(spread < 0)):
        raise ValueError("errors and stderr must not be negative; some are. Pass 1 - score.")
    if metric.ceiling is not None and np.any(means > metric.ceiling):
        raise ValueError(
            f"errors of {metric.name} must not exceed {metric.ceiling:g}; the largest is "
            f"{np.max(means):g}. Pass shares, not percent, or name the metric."
        )
    return sizes, means, spread


def _averaged(
    sizes: Floats, means: Floats, spread: Floats | None
) -> tuple[Floats, Floats, Floats | None, Floats]:
    """One point a size, ascending, and how many were averaged."""
    if np.all(np.diff(sizes) > 0):
        return sizes, means, spread, np.ones(sizes.size)
    unique, place, counts = np.unique(sizes, return_inverse=True, return_counts=True)
    errors = np.bincount(place, means) / counts
    if spread is None:
        return unique, errors, None, counts.astype(np.float64)
    stderr = np.sqrt(np.bincount(place, spread**2)) / counts
    return unique, errors, stderr, counts.astype(np.float64)


def typical_error(errors: ArrayLike) -> float:
    """The middle or the last of the errors above 0, the less of both.

    Without a ceiling those at small sizes, even most of them, may be any multiple of it.

    Parameters
    ----------
    errors : array-like of float >= 0, shape (n_sizes,)
        The smallest size first.

    Examples
    --------
    >>> typical_error([1e9, 1e8, 0.5]), typical_error([0.5, 0.4, 0.3, 0.0])
    (0.5, 0.3)
    """
    means = np.asarray(errors, dtype=np.float64)
    above = means[means > 0]
    return float(min(np.median(above), above[-1])) if above.size else _LEAST_TYPICAL


def _is_used(means: Floats, metric: Metric) -> Bools:
    """Whether each is within a thousand times the typical one; the last three always count."""
    if metric.ceiling is not None:
        return np.ones(means.size, dtype=bool)
    used = means <= _MOST_TIMES**metric.curve_power * typical_error(means)
    used[-_FEWEST_SIZES:] = True
    return used


def _smoothed(x: Floats, means: Floats) -> Floats:
    """Means of the neighbourhood of each point, by a Gaussian kernel."""
    anchors = np.linspace(x[0], x[-1], _N_ANCHORS)
    kernel = np.exp(-0.5 * ((anchors[:, None] - x) / _NEAR) ** 2) + 1e-300
    smooth: Floats = np.interp(x, anchors, kernel @ means / kernel.sum(axis=1))
    return smooth


def _shrunk(relative: Floats, noisy: Floats, n_repeats: int | None) -> Floats:
    """Variances shrunk towards the one pooled over all sizes, as they are estimates themselves."""
    own = _UNKNOWN_REPEATS if n_repeats is None else float(n_repeats - 1)
    shared = float(np.mean(relative / noisy)) * noisy
    return (own * relative + _POOLED_REPEATS * shared) / (own + _POOLED_REPEATS)


def _thinned(
    x: Floats, y: Floats, variance: Floats, noisy: Floats
) -> tuple[Floats, Floats, Floats, Floats]:
    """At most 40 points at equal steps of x, each the mean of its neighbourhood."""
    if x.size <= _MOST_POINTS:
        return x, y, variance, noisy
    step = -float(x[0]) / (_MOST_POINTS - 1)
    place = _MOST_POINTS - 1 - np.floor(-x / step + 1e-9).astype(np.int64).clip(0, _MOST_POINTS - 1)
    _, place, counts = np.unique(place, return_inverse=True, return_counts=True)
    mean_x, mean_y = (np.bincount(place, values) / counts for values in (x, y))
    mean_variance, mean_noisy = (
        np.bincount(place, values) / counts**2 for values in (variance, noisy)
    )
    return mean_x, mean_y, mean_variance, mean_noisy
