"""Multiple tests: p-values corrected for how many were looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def holm(p_values: ArrayLike) -> Floats:
    """P-values corrected for how many there are, by Holm's method.

    Parameters
    ----------
    p_values : array-like of float in [0, 1], shape (n_tests,)
        Of single tests, which may depend on each other in any way.

    Returns
    -------
    ndarray of float, shape (n_tests,)
        Those up to .05 are wrong, any of them, with a probability of at most .05.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).round(2).tolist()
    [0.03, 0.06, 0.06]
    """
    p: Floats = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(p, kind="stable")
    raised = np.maximum.accumulate(p[order] * np.arange(p.size, 0, -1)).clip(max=1.0)
    corrected = np.empty(p.size)
    corrected[order] = raised
    return corrected


def benjamini_yekutieli(p_values: ArrayLike) -> Floats:
    """P-values corrected for a false discovery rate, however the tests depend on each other [1]_.

    Parameters
    ----------
    p_values : array-like of float in [0, 1], shape (n_tests,)
        Of single tests.

    Returns
    -------
    ndarray of float, shape (n_tests,)
        Of those up to .05, at most .05 are wrong on average.

    References
    ----------
    .. [1] Y. Benjamini, D. Yekutieli (2001), The control of the false discovery rate in multiple
       testing under dependency. Ann. Statist. 29, 1165-1188.

    Examples
    --------
    >>> benjamini_yekutieli([0.01, 0.04, 0.03]).round(3).tolist()
    [0.055, 0.073, 0.073]
    """
    p: Floats = np.asarray(p_values, dtype=np.float64)
    order = np.argsort(-p, kind="stable")
    ranks = np.arange(p.size, 0, -1)
    harmonic = float(np.sum(1.0 / ranks))
    raised = np.minimum.accumulate(p[order] * p.size * harmonic / ranks).clip(max=1.0)
    corrected = np.empty(p.size)
    corrected[order] = raised
    return corrected
