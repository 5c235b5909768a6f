"""Drift of the inputs of a block of data from the reference.

The p-values treat rows as independent, which rows of one day are not, so they are information and
never an alarm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import chdtrc, kolmogorov

from leadline.stats.arrays import as_vector

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


@dataclass(frozen=True)
class ShareShift:
    """Shift of the shares of categories.

    Parameters
    ----------
    total_variation : float in [0, 1]
        Share of rows that would have to change category to undo the shift.
    p_value : float in [0, 1]
        Two-sample chi-square test that nothing moved, rows taken as independent.
    """

    total_variation: float
    p_value: float


@dataclass(frozen=True)
class NumberShift:
    """Shift of the distribution of a number.

    Parameters
    ----------
    statistic : float in [0, 1]
        Largest distance of the two cumulative distributions (Kolmogorov-Smirnov).
    p_value : float in [0, 1]
        That nothing moved, rows taken as independent.
    """

    statistic: float
    p_value: float


def share_shift(block_counts: ArrayLike, reference_counts: ArrayLike) -> ShareShift:
    """Compare the shares of categories in a block with those of the reference.

    Parameters
    ----------
    block_counts, reference_counts : array-like of int, shape (n_categories,)
        Rows in each category, in the same order; 0 where a category does not occur.

    Returns
    -------
    ShareShift
        Categories that occur in neither are left out; with one category nothing can move.

    Raises
    ------
    ValueError
        If the lengths differ, a count is negative, or one side has no rows.

    Examples
    --------
    >>> shift = share_shift([30, 70], [500, 500])
    >>> round(shift.total_variation, 3), shift.p_value < 0.001
    (0.2, True)
    """
    block = as_vector(block_counts, "block_counts")
    reference = as_vector(reference_counts, "reference_counts")
    if block.size != reference.size or np.any(block < 0) or np.any(reference < 0):
        raise ValueError(
            "block_counts and reference_counts must be as many and not negative; they are not. "
            "Count both over the same list of categories."
        )
    table = np.stack([block, reference])[:, block + reference > 0]
    rows = table.sum(axis=1)
    if np.any(rows == 0):
        raise ValueError("block or reference has no rows, both need some. Wait for more data.")
    shares = table / rows[:, None]
    distance = float(np.abs(shares[0] - shares[1]).sum() / 2)
    if table.shape[1] < 2:
        return ShareShift(0.0, 1.0)
    expected = rows[:, None] * table.sum(axis=0) / rows.sum()
    chi2 = float(np.sum((table - expected) ** 2 / expected))
    return ShareShift(distance, float(chdtrc(table.shape[1] - 1, chi2)))


def number_shift(block: ArrayLike, reference: ArrayLike) -> NumberShift:
    """Compare the distribution of a number in a block with that of the reference.

    Two-sample Kolmogorov-Smirnov test; the p-value is the asymptotic one with Stephens's
    correction for few rows [1]_. It is too large where many values are tied.

    Parameters
    ----------
    block, reference : array-like of float, shape (n_rows,)
        Values; leave missing ones out (their share is a category).

    Returns
    -------
    NumberShift
        Distance and p-value.

    Raises
    ------
    ValueError
        If one side is empty or holds values that are not finite.

    References
    ----------
    .. [1] M. A. Stephens (1970), Use of the Kolmogorov-Smirnov, Cramer-von Mises and related
       statistics without extensive tables. J. Roy. Statist. Soc. B 32, 115-122.

    Examples
    --------
    >>> number_shift([1, 2, 3], [4, 5, 6]).statistic
    1.0
    """
    new, old = np.sort(as_vector(block, "block")), np.sort(as_vector(reference, "reference"))
    places = np.concatenate([new, old])
    cumulative_new = np.searchsorted(new, places, side="right") / new.size
    cumulative_old = np.searchsorted(old, places, side="right") / old.size
    statistic = float(np.max(np.abs(cumulative_new - cumulative_old)))
    root = math.sqrt(new.size * old.size / (new.size + old.size))
    return NumberShift(statistic, float(kolmogorov((root + 0.12 + 0.11 / root) * statistic)))
