"""Upper bounds of the 99th percentile of latencies: of one run, and of a further run."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.stats import binom, chi2, t

_SHARE = 0.99
_BLOCKS = 20
_FEWEST = 30
_NEAR = 0.9


def p99_upper_bound(latencies: ArrayLike, *, confidence_level: float = 0.95) -> float:
    """Return what the 99th percentile stays below with a given confidence.

    Of n independent latencies the order statistic whose rank a binomial count reaches with
    that confidence is such a bound, whatever their distribution [1]_. Latencies in a queue are
    not independent: slow ones come together. How much that blurs is seen in how the number of
    slow ones scatters over 20 stretches of the run; n is divided by it, as in batch means [2]_.
    Below 299 independent ones no order statistic is a bound. Then the tail is taken for
    exponential, as that of a queue is in the end, and the bound is at least the slowest.

    Parameters
    ----------
    latencies : array-like of float, shape (n_requests,)
        In seconds, in the order in which the requests were due; infinite where there was no answer.
    confidence_level : float in (0, 1), default=0.95
        Share of runs in which the bound lies above the true percentile.

    Returns
    -------
    float
        In seconds; infinite where fewer than 30 independent requests tell of it, or too many had no
        answer.

    Raises
    ------
    ValueError
        If there is no latency.

    References
    ----------
    .. [1] H. A. David and H. N. Nagaraja (2003), Order Statistics, 3rd ed., section 7.1.
    .. [2] A. M. Law (2015), Simulation Modeling and Analysis, 5th ed., section 9.5.

    Examples
    --------
    >>> spread = np.random.default_rng(0).permutation(1000) / 1000
    >>> 0.99 < p99_upper_bound(spread) < 1.0
    True
    >>> p99_upper_bound([0.1] * 20)
    inf
    """
    values = np.asarray(latencies, dtype=float)
    if not values.size:
        raise ValueError("latencies is empty; at least one is needed. Measure for longer.")
    n_independent = math.floor(values.size / _inflation(values))
    if n_independent < _FEWEST:
        return math.inf
    rank = binom.ppf(confidence_level, n_independent, _SHARE) + 1
    if rank <= n_independent:
        return float(np.quantile(values, rank / n_independent, method="inverted_cdf"))
    return max(float(values.max()), _beyond(values, n_independent, confidence_level))


def further_run_bound(p99s: ArrayLike, *, confidence_level: float = 0.99) -> float:
    """Return what the 99th percentile of a further run stays below with a given confidence.

    The bound of one run, `p99_upper_bound`, knows nothing of what differs from run to run: where
    the system put the processes, what else the machine did. Here the percentiles of several runs
    are taken for normal, and one more is predicted [1]_. They are not taken for log-normal: on a
    machine that stands still now and then those of some runs are of its pauses, twenty times those
    of others, and the bound would be of no use.

    Parameters
    ----------
    p99s : array-like of float, shape (n_runs,)
        In seconds, of runs at one rate; infinite where a run did not keep up.
    confidence_level : float in (0, 1), default=0.99
        Share of further runs that stay below the bound.

    Returns
    -------
    float
        In seconds; infinite where a run did not keep up.

    Raises
    ------
    ValueError
        If there are fewer than two runs.

    References
    ----------
    .. [1] W. Q. Meeker, G. J. Hahn and L. A. Escobar (2017), Statistical Intervals, 2nd ed.,
       chapter 4: prediction of a single future observation of a normal distribution.

    Examples
    --------
    >>> round(further_run_bound([0.010, 0.011, 0.012, 0.011, 0.010, 0.012]), 3)
    0.014
    """
    values = np.asarray(p99s, dtype=float)
    if values.size < 2:
        raise ValueError(f"p99s has {values.size} runs; two are needed. Measure again.")
    if not np.isfinite(values).all():
        return math.inf
    reach = t.ppf(confidence_level, values.size - 1) * math.sqrt(1 + 1 / values.size)
    return float(values.mean() + reach * values.std(ddof=1))


def _beyond(values: NDArray[np.float64], n_independent: int, confidence_level: float) -> float:
    """The bound where the tail is exponential."""
    near, far = np.quantile(values, [_NEAR, _SHARE], method="inverted_cdf")
    if not np.isfinite(far):
        return math.inf
    scale = (far - near) / math.log((1 - _NEAR) / (1 - _SHARE))
    n_slow = (1 - _SHARE) * n_independent
    fewest = chi2.ppf(1 - confidence_level, 2 * n_slow) / 2
    return float(far + scale * math.log(n_slow / fewest))


def _inflation(values: NDArray[np.float64]) -> float:
    """How many times more than independent ones the counts of slow requests scatter; at least 1."""
    if values.size < _BLOCKS:
        return 1.0
    is_slow = values > np.quantile(values, _SHARE, method="inverted_cdf")
    counts = [part.sum() for part in np.array_split(is_slow, _BLOCKS)]
    expected = values.size / _BLOCKS * is_slow.mean() * (1 - is_slow.mean())
    return max(1.0, float(np.var(counts, ddof=1)) / expected) if expected else 1.0
