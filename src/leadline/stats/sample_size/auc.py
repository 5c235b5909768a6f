"""Sample size of an area under the ROC curve, and its standard error."""

from __future__ import annotations

from math import sqrt

from scipy.special import ndtri

from leadline.stats.arrays import check_share
from leadline.stats.interval import two_sided_z

_MOST_ROWS = 100_000_000


def auc_stderr(auc: float, n_positive: float, n_negative: float) -> float:
    """Standard error of an area under the ROC curve.

    Parameters
    ----------
    auc : float in (0, 1)
        The area.
    n_positive, n_negative : float >= 1
        Rows of each class.

    Returns
    -------
    float
        The error under the negative-exponential model of [1]_.

    References
    ----------
    .. [1] J. A. Hanley, B. J. McNeil (1982), The meaning and use of the area under a receiver
       operating characteristic (ROC) curve. Radiology 143, 29-36.

    Examples
    --------
    >>> round(auc_stderr(0.8, 50, 50), 4)
    0.0445
    """
    q1, q2 = auc / (2 - auc), 2 * auc**2 / (1 + auc)
    variance = auc * (1 - auc) + (n_positive - 1) * (q1 - auc**2) + (n_negative - 1) * (q2 - auc**2)
    return sqrt(max(variance, 0.0) / (n_positive * n_negative))


def n_to_show_auc(
    target: float,
    expected: float,
    share_positive: float,
    *,
    confidence_level: float = 0.9,
    power: float = 0.8,
) -> int | None:
    """Rows that prove an area under the ROC curve of at least `target`.

    Parameters
    ----------
    target, expected : float in (0, 1)
        What is to be shown, and the true area hoped for.
    share_positive : float in (0, 1)
        Share of the rarer or the positive class.
    confidence_level : float in (0, 1), default=0.9
        Of the two-sided interval whose lower bound must reach the target.
    power : float in (0, 1), default=0.8
        Probability that it does.

    Returns
    -------
    int or None
        Rows of both classes together; None if `expected` is not above `target`.

    Examples
    --------
    >>> n_to_show_auc(0.75, 0.8, 0.5)
    550
    >>> n_to_show_auc(0.8, 0.8, 0.5) is None
    True
    """
    for value, name in ((target, "target"), (expected, "expected"), (power, "power")):
        check_share(value, name)
    check_share(share_positive, "share_positive")
    if expected <= target:
        return None
    z, z_power = two_sided_z(confidence_level), float(ndtri(power))

    def is_enough(n: int) -> bool:
        n_positive = max(n * share_positive, 1.0)
        n_negative = max(n * (1 - share_positive), 1.0)
        spread = z * auc_stderr(target, n_positive, n_negative)
        return expected - target >= spread + z_power * auc_stderr(expected, n_positive, n_negative)

    low, high = 2, 4
    while not is_enough(high):
        low, high = high, high * 2
        if high > _MOST_ROWS:
            return high
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_enough(middle) else (middle + 1, high)
    return low
