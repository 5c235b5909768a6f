"""Sample size of a proportion: test rows that show a precision or recall at its target."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc

from leadline.stats.arrays import check_share
from leadline.stats.interval import two_sided_z

if TYPE_CHECKING:
    from leadline.stats.arrays import Floats

_MAX_ROWS = 10**9
_CHUNK = 4096


def power_of(n: int, target: float, expected: float, *, confidence_level: float = 0.9) -> float:
    """Return the probability that `n` rows will prove the target.

    Proved means that the Wilson lower bound of the measured share is at least `target`; where only
    hits without a miss show it, that of Clopper and Pearson.

    Parameters
    ----------
    n : int >= 1
        Rows that count: predicted positives for precision, true positives for recall.
    target : float in (0, 1)
        The share to be shown.
    expected : float in [0, 1]
        The true share one expects.
    confidence_level : float in (0, 1), default=0.9
        Of the two-sided Wilson interval; its lower end alone is then a bound of about 95 %.

    Returns
    -------
    float in [0, 1]
        Exact binomial probability.

    Raises
    ------
    ValueError
        If `n` is below 1 or a share is out of range.

    Examples
    --------
    >>> round(power_of(100, target=0.8, expected=0.9), 3)
    0.876
    """
    _check(target, expected)
    if n < 1:
        raise ValueError(f"n must be at least 1; got {n}.")
    counts = np.array([float(n)])
    hits = _whole_hits(counts, target, confidence_level)
    return float(_tail(hits, counts, expected)[0])


def n_to_show(
    target: float, expected: float, *, confidence_level: float = 0.9, power: float = 0.8
) -> int | None:
    """Return the number of rows that will prove the target with probability `power`.

    The exact power is a saw-tooth in the number of rows: one more row can lower it. The number
    returned is the smallest from which on the power is kept, so that a few rows more than
    planned never lower the power below it.

    The proof itself errs a little more often than its nominal 5 % at some numbers of rows: a true
    share exactly at the target passes in .037 to .05 of cases on average, but in up to .07 with few
    rows (measured for 20 to 3,000 rows and targets of .5 to .99).

    Parameters
    ----------
    target : float in (0, 1)
        The share to be shown, e.g. a precision of 0.8.
    expected : float in [0, 1]
        The true share one expects.
    confidence_level : float in (0, 1), default=0.9
        Of the two-sided Wilson interval whose lower end must reach `target`.
    power : float in (0, 1), default=0.8
        Probability of success that the test set must give.

    Returns
    -------
    int or None
        Rows that count (predicted positives for precision, true positives for recall). None if
        `expected` does not exceed `target`, or if more than 10^9 rows would be needed.

    Raises
    ------
    ValueError
        If a share is out of range.

    Examples
    --------
    >>> n_to_show(target=0.8, expected=0.9)
    86
    >>> n_to_show(target=0.9, expected=0.85) is None
    True
    """
    _check(target, expected)
    check_share(power, "power")
    z = two_sided_z(confidence_level)
    if expected <= target:
        return None
    enough = _enough(target, expected, z, power)
    if enough > _MAX_ROWS:
        return None
    while enough > 1:
        counts = np.arange(max(1, enough - _CHUNK), enough, dtype=np.float64)
        hits = _whole_hits(counts, target, confidence_level)
        failing = np.flatnonzero(_tail(hits, counts, expected) < power)
        if failing.size:
            return int(counts[failing[-1]]) + 1
        enough = int(counts[0])
    return 1


def _check(target: float, expected: float) -> None:
    """Refuse shares out of range."""
    check_share(target, "target")
    if not 0 <= expected <= 1:
        raise ValueError(
            f"expected must lie in [0, 1]; got {expected}. Write a percentage as a fraction."
        )


def _hits_needed(n: Floats, target: float, z: float) -> Floats:
    """Real number of hits at which the Wilson lower bound equals the target (score test)."""
    return n * target + z * np.sqrt(n * target * (1 - target))


def _whole_hits(n: Floats, target: float, confidence_level: float) -> Floats:
    """Hits that prove the target; more than there are rows where none do."""
    hits = np.ceil(_hits_needed(n, target, two_sided_z(confidence_level)) - 1e-9)
    # Wilson's bound is too high where there is no miss
    is_too_few = (hits >= n) & (target**n > (1 - confidence_level) / 2)
    return np.where(is_too_few, n + 1, hits)


def _tail(hits: Floats, n: Floats, expected: float) -> Floats:
    """P(Binomial(n, expected) >= hits), continued between whole numbers by the beta integral."""
    possible = hits <= n
    upper = betainc(
        np.where(possible, np.maximum(hits, 1e-9), 1.0),
        np.where(possible, n - hits + 1, 1),
        expected,
    )
    return np.where(possible, upper, 0.0).astype(np.float64)


def _enough(target: float, expected: float, z: float, power: float) -> int:
    """Bisect for rows at which the lower edge of the saw-tooth has reached the power.

    The lower edge needs one whole hit more than the real-valued count.
    """

    def kept(n: int) -> bool:
        counts = np.array([float(n)])
        return bool(_tail(_hits_needed(counts, target, z) + 1, counts, expected)[0] >= power)

    high = max(2, math.ceil(z**2 * target / (1 - target)))
    while not (kept(high) and kept(2 * high)):
        high *= 2
        if high > _MAX_ROWS:
            return high
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if kept(middle) else (middle, high)
    return high
