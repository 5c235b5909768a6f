"""Intervals of several figures that hold all at once, from joint draws."""

from __future__ import annotations

import numpy as np

from leadline.stats.arrays import Floats, check_share
from leadline.stats.interval import Estimate


def joint_intervals(draws: Floats, confidence_level: float = 0.9) -> Estimate[Floats]:
    """Quantiles of each figure, so far out that a draw lies inside all of them as often as said.

    All figures get the same tail. Where they move together, the intervals are hardly wider than
    each for itself.

    Parameters
    ----------
    draws : ndarray of shape (n_draws, n_figures)
        Of the joint distribution.
    confidence_level : float in (0, 1), default=0.9
        Share of draws inside all intervals.

    Returns
    -------
    Estimate of ndarray of shape (n_figures,)
        `estimate` is the median.

    References
    ----------
    .. [1] J. Besag, P. Green, D. Higdon and K. Mengersen (1995), Bayesian computation and
       stochastic systems. Statistical Science 10, 3-41, section 6.3.

    Examples
    --------
    >>> draws = np.random.default_rng(0).normal(size=(4000, 3))
    >>> found = joint_intervals(draws)
    >>> bool(0.89 < np.mean(np.all((found.low <= draws) & (draws <= found.high), axis=1)) < 0.91)
    True
    """
    from scipy.stats import rankdata  # long to import, and needed of several classes only

    check_share(confidence_level, "confidence_level")
    # equal draws share a rank, or figures that are known would count as far out
    places = (rankdata(draws, axis=0) - 0.5) / draws.shape[0]
    furthest = np.abs(places - 0.5).max(axis=1)
    reach = min(float(np.quantile(furthest, confidence_level)), 0.5)
    low, middle, high = np.quantile(draws, [0.5 - reach, 0.5, 0.5 + reach], axis=0)
    return Estimate(low, middle, high)
