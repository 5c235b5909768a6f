"""Test of being behind: is one annotator beaten on so many more rows than it beats."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr, stdtr

from leadline.stats.arrays import as_vector

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

LEAST_T_ROWS = 30
"""From so many rows on Student's t holds."""


def behind_p_value(outcome: ArrayLike, epsilon: float) -> float:
    """P-value of a machine that is behind a person by `epsilon` or more.

    Parameters
    ----------
    outcome : array-like of int, shape (n_rows,)
        1 where the person is closer to the others, -1 where the machine is, 0 where neither.
    epsilon : float in [0, 1)
        Difference of the two shares that is no longer forgiven.

    Returns
    -------
    float
        By Student's t from 30 rows on, by Tango's score test below.

    Examples
    --------
    >>> round(behind_p_value([1] * 5 + [-1] * 5 + [0] * 90, 0.1), 3)
    0.001
    >>> round(behind_p_value([1] * 2 + [-1] * 2 + [0] * 11, 0.1), 2)
    0.23
    """
    found = as_vector(outcome, "outcome")
    n = found.size
    mean = float(np.mean(found))
    if n >= LEAST_T_ROWS:
        spread = float(np.std(found, ddof=1)) / np.sqrt(n)
        if spread == 0:
            return float(mean >= epsilon)
        return float(stdtr(n - 1, (mean - epsilon) / spread))
    ahead, behind = int(np.sum(found < 0)), int(np.sum(found > 0))
    # the likeliest share of rows won by the machine, were it behind by epsilon exactly
    linear = 2 * n * epsilon - (ahead + behind) - (behind - ahead) * epsilon
    root = np.sqrt(linear**2 + 8 * n * ahead * epsilon * (1 - epsilon))
    share = (root - linear) / (4 * n)
    variance = n * (2 * share + epsilon * (1 - epsilon))
    if variance <= 0:
        return 1.0
    return float(ndtr((behind - ahead - n * epsilon) / np.sqrt(variance)))
