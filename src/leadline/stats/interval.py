"""Intervals of a proportion, and the types of all intervals: with and without an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar, overload

import numpy as np
from scipy.special import betaincinv, ndtri

from leadline.stats.arrays import Floats, check_share

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

T = TypeVar("T")
Count: TypeAlias = "float | np.integer[Any]"


@dataclass(frozen=True)
class Interval(Generic[T]):
    """A range that holds the unknown value with a stated confidence.

    Parameters
    ----------
    low, high : float or ndarray
        The two ends, of one shape.
    """

    low: T
    high: T


@dataclass(frozen=True)
class Estimate(Generic[T]):
    """A best guess inside its range.

    Parameters
    ----------
    low, estimate, high : float or ndarray
        Lower end, best guess and upper end, of one shape.
    """

    low: T
    estimate: T
    high: T


def two_sided_z(confidence_level: float) -> float:
    """Return the normal quantile that leaves half of the error probability on each side.

    Parameters
    ----------
    confidence_level : float in (0, 1)
        Coverage of the two-sided interval.

    Returns
    -------
    float
        For example 1.645 at 0.9, which makes either end alone a bound of about 95 %.

    Raises
    ------
    ValueError
        If `confidence_level` is outside (0, 1).
    """
    check_share(confidence_level, "confidence_level")
    return float(ndtri((1 + confidence_level) / 2))


@overload
def wilson_interval(
    n_hits: Count, n_trials: Count, *, confidence_level: float = 0.9
) -> Interval[float]: ...
@overload
def wilson_interval(
    n_hits: ArrayLike, n_trials: ArrayLike, *, confidence_level: float = 0.9
) -> Interval[Floats]: ...
def wilson_interval(
    n_hits: ArrayLike, n_trials: ArrayLike, *, confidence_level: float = 0.9
) -> Interval[float] | Interval[Floats]:
    """Score interval of a binomial proportion.

    Parameters
    ----------
    n_hits : array-like of int, shape (...,)
        Successes, e.g. true positives.
    n_trials : array-like of int, shape (...,)
        Trials, e.g. predicted positives. Where it is 0 the interval is (0, 1):
        no evidence rules nothing out.
    confidence_level : float in (0, 1), default=0.9
        Coverage aimed at, on average over the proportion [1]_.

    Returns
    -------
    Interval
        `low` and `high` in [0, 1], each of the broadcast shape of the two inputs;
        plain floats where both inputs are scalars.

    Raises
    ------
    ValueError
        If there are more hits than trials, a negative count, or a level outside (0, 1).

    References
    ----------
    .. [1] E. B. Wilson (1927), Probable inference, the law of succession, and statistical
       inference. J. Amer. Stat. Assoc. 22, 209-212.

    Examples
    --------
    >>> interval = wilson_interval(9, 10)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.652, 0.977)
    >>> wilson_interval(0, 0)
    Interval(low=0.0, high=1.0)
    """
    z = two_sided_z(confidence_level)

    def bounds(hits: Floats, trials: Floats) -> tuple[Floats, Floats]:
        share = hits / trials
        centre = share + z**2 / (2 * trials)
        half = z * np.sqrt(share * (1 - share) / trials + z**2 / (4 * trials**2))
        shrink = 1 + z**2 / trials
        return (centre - half) / shrink, (centre + half) / shrink

    return _proportion_interval(n_hits, n_trials, bounds)


@overload
def jeffreys_interval(
    n_hits: Count, n_trials: Count, *, confidence_level: float = 0.9
) -> Interval[float]: ...
@overload
def jeffreys_interval(
    n_hits: ArrayLike, n_trials: ArrayLike, *, confidence_level: float = 0.9
) -> Interval[Floats]: ...
def jeffreys_interval(
    n_hits: ArrayLike, n_trials: ArrayLike, *, confidence_level: float = 0.9
) -> Interval[float] | Interval[Floats]:
    """Equal-tailed Bayesian interval of a proportion under the prior Beta(1/2, 1/2).

    Parameters
    ----------
    n_hits : array-like of int, shape (...,)
        Successes.
    n_trials : array-like of int, shape (...,)
        Trials; where it is 0 the interval is (0, 1).
    confidence_level : float in (0, 1), default=0.9
        Posterior probability inside; close to the coverage on average [1]_.

    Returns
    -------
    Interval
        `low` and `high` in [0, 1]; `low` is 0 without a hit, `high` is 1 without a miss.

    Raises
    ------
    ValueError
        If there are more hits than trials, a negative count, or a level outside (0, 1).

    References
    ----------
    .. [1] L. D. Brown, T. T. Cai, A. DasGupta (2001), Interval estimation for a binomial
       proportion. Statist. Sci. 16, 101-133.

    Examples
    --------
    >>> interval = jeffreys_interval(9, 10)
    >>> round(interval.low, 3), round(interval.high, 3)
    (0.669, 0.982)
    """
    check_share(confidence_level, "confidence_level")
    tail = (1 - confidence_level) / 2

    def bounds(hits: Floats, trials: Floats) -> tuple[Floats, Floats]:
        yes, no = hits + 0.5, trials - hits + 0.5
        low: Floats = np.asarray(betaincinv(yes, no, tail), dtype=np.float64)
        high: Floats = np.asarray(betaincinv(yes, no, 1 - tail), dtype=np.float64)
        return low, high

    return _proportion_interval(n_hits, n_trials, bounds)


def _proportion_interval(
    n_hits: ArrayLike,
    n_trials: ArrayLike,
    bounds: Callable[[Floats, Floats], tuple[Floats, Floats]],
) -> Interval[float] | Interval[Floats]:
    """Check the counts, apply `bounds` where there is evidence, and close the open ends."""
    hits, trials = np.broadcast_arrays(
        np.asarray(n_hits, dtype=np.float64), np.asarray(n_trials, dtype=np.float64)
    )
    if not np.all((hits >= 0) & (hits <= trials)):
        raise ValueError(
            "n_hits must lie between 0 and n_trials; some do not. "
            "Pass counts, the hits being part of the trials."
        )
    low, high = bounds(hits, np.where(trials > 0, trials, 1))
    low = np.where(hits == 0, 0.0, np.clip(low, 0, 1))
    high = np.where(hits == trials, 1.0, np.clip(high, 0, 1))
    if low.ndim == 0:
        return Interval(float(low), float(high))
    return Interval(low, high)
