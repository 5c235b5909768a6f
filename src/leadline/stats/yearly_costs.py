"""Yearly costs: an amount a row from few blocks, and what retraining by schedule saves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import stdtrit

from leadline.stats.arrays import Floats, check_positive, check_share
from leadline.stats.interval import Estimate

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

FEWEST_BLOCKS = 3
"""Blocks without which their spread says nothing."""


def amount_per_row(
    amounts: ArrayLike, n_rows: ArrayLike, *, confidence_level: float = 0.9
) -> tuple[float, Estimate[float] | None]:
    """Estimate an amount a row from blocks, each row counting the same.

    The ratio of the sums; its interval is Student's, from how far blocks lie off that ratio: errors
    cluster, so the block is the unit of evidence [1]_.

    Parameters
    ----------
    amounts : array-like of float, shape (n_blocks,)
        Of each block, such as what the errors in it cost.
    n_rows : array-like of float > 0, shape (n_blocks,)
        Rows of each.
    confidence_level : float in (0, 1), default=0.9
        Coverage aimed at.

    Returns
    -------
    float
        The amount a row.
    Estimate of float or None
        The same with its interval; None with fewer than `FEWEST_BLOCKS`.

    Raises
    ------
    ValueError
        If there is no block, or one without rows.

    References
    ----------
    .. [1] W. G. Cochran (1977), Sampling techniques, 3rd edition, section 6.3.

    Examples
    --------
    >>> ratio, interval = amount_per_row([10.0, 12.0, 14.0, 8.0], [100, 100, 100, 100])
    >>> round(ratio, 3), round(interval.low, 3), round(interval.high, 3)
    (0.11, 0.08, 0.14)
    """
    check_share(confidence_level, "confidence_level")
    money, rows = np.asarray(amounts, dtype=np.float64), np.asarray(n_rows, dtype=np.float64)
    if not money.size or np.any(rows <= 0):
        raise ValueError("a block with rows is needed, and none without.")
    ratio = float(money.sum() / rows.sum())
    if money.size < FEWEST_BLOCKS:
        return ratio, None
    off = money - ratio * rows
    error = np.sqrt(money.size / (money.size - 1) * np.sum(off**2)) / rows.sum()
    wide = float(stdtrit(money.size - 1, 0.5 + confidence_level / 2) * error)
    return ratio, Estimate(ratio - wide, ratio, ratio + wide)


def saved_errors(added_error: ArrayLike, *, period: int, n_blocks: int) -> float:
    """Errors a row, summed over blocks, that retraining every `period` blocks spares.

    Without it the model grows older by a block each block; what was measured last stays as it is.
    With it, it is never older than `period`.

    Parameters
    ----------
    added_error : array-like of float, shape (n_delays,)
        Error added by age, from a delay of one block on.
    period : int >= 1
        Blocks between two trainings.
    n_blocks : int >= 1
        Blocks that are looked ahead, as a year's.

    Returns
    -------
    float
        ``s(1) + ... + s(n_blocks) - n_blocks / period (s(1) + ... + s(period))``.

    Raises
    ------
    ValueError
        If nothing was measured, or a number is not above 0.

    Examples
    --------
    >>> saved_errors([0.0, 0.01, 0.02, 0.03], period=2, n_blocks=6)
    0.09
    """
    check_positive(period, "period")
    check_positive(n_blocks, "n_blocks")
    measured = np.asarray(added_error, dtype=np.float64)
    if not measured.size:
        raise ValueError("added_error needs at least one delay.")
    delays = np.minimum(np.arange(max(n_blocks, period)), measured.size - 1)
    by_age: Floats = measured[delays]
    without = float(by_age[:n_blocks].sum())
    return without - n_blocks / period * float(by_age[:period].sum())
