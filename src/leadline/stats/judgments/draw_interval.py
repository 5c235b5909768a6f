"""Shares from draws: ratios, and intervals that end at 0 or 1 where nothing speaks against it."""

from __future__ import annotations

import numpy as np

from leadline.stats.arrays import Floats

# where one end is given, this much more may be left out at the other
_ONE_SIDED = 1.5


def interval_of(
    draws: Floats, confidence_level: float, *, is_low: bool, is_high: bool
) -> tuple[float, float, float]:
    """Low end, median and high end of a share.

    Equal tails leave out 0 and 1, which may be true: a precision of 1 is not refuted while every
    alert that was judged is real. Where nothing was seen that speaks against an end, the interval
    reaches to it. Else an end is that of the interval with equal tails or of the shortest,
    whichever is further out: the law of a share is skew where little was seen.

    Parameters
    ----------
    draws : ndarray of shape (n_draws,)
        Of the share, in [0, 1].
    confidence_level : float in (0, 1)
        Probability inside.
    is_low, is_high : bool
        Whether nothing was seen that speaks against 0, and against 1.

    Returns
    -------
    tuple of float
        ``low <= median <= high``.

    Examples
    --------
    >>> draws = np.random.default_rng(0).beta(20, 1, 1000)
    >>> low, median, high = interval_of(draws, 0.9, is_low=False, is_high=True)
    >>> round(low, 2), high
    (0.88, 1.0)
    """
    ordered = np.sort(draws)
    tail = (1 - confidence_level) / 2 * (_ONE_SIDED if is_low != is_high else 1.0)
    low, median, high = np.quantile(ordered, [tail, 0.5, 1 - tail])
    if is_low == is_high:
        n_inside = int(np.ceil(confidence_level * ordered.size))
        widths = ordered[n_inside - 1 :] - ordered[: ordered.size - n_inside + 1]
        first = int(np.argmin(widths))
        low, high = min(low, ordered[first]), max(high, ordered[first + n_inside - 1])
    return (
        0.0 if is_low and ordered[0] < 1 else float(low),
        float(median),
        1.0 if is_high and ordered[-1] > 0 else float(high),
    )


def ratio_of(above: Floats, below: Floats) -> Floats:
    """Draws of a ratio; 0/0 tells nothing and spreads over (0, 1).

    Parameters
    ----------
    above, below : ndarray of shape (n_draws, ...)
        Counts, drawn jointly, of shapes that broadcast.

    Examples
    --------
    >>> ratio_of(np.array([1.0, 0.0, 0.0]), np.array([4.0, 0.0, 5.0])).tolist()
    [0.25, 0.5, 0.0]
    """
    n_draws = above.shape[0]
    ignorance = np.linspace(0, 1, n_draws).reshape(n_draws, *[1] * (above.ndim - 1))
    found: Floats = np.where(below > 0, above / np.where(below > 0, below, 1), ignorance)
    return found
