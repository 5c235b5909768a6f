"""Tests of a block's rows against those of the reference, rows taken as independent.

Rows of one day are alike, so these find too much on most real streams: they serve where nothing is
known of days, and beside `leadline.stats.monitoring.block_spread` where few are known.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import kolmogorov
from scipy.stats import hypergeom

from leadline.stats.arrays import Floats, as_vector
from leadline.stats.monitoring.drift import share_shift

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# below, the chi-square of counts sees too much in a few rows
_FEWEST_EXPECTED = 5
_FEWEST_ROWS = 3


def row_p_value(block: ArrayLike, reference: ArrayLike, *, is_ordered: bool) -> float:
    """Test whether rows fall into bins as they did before.

    Parameters
    ----------
    block, reference : array-like of int, shape (n_bins,)
        Rows in each bin.
    is_ordered : bool
        Kolmogorov-Smirnov over the bins if so, chi-square with rare bins put together if not; of
        two bins with rows, Fisher's exact test, twice the smaller tail.

    Returns
    -------
    float in [0, 1]
        1 where one side has no rows. Of ordered bins it is too large rather than too small.

    Examples
    --------
    >>> row_p_value([0, 5], [100, 0], is_ordered=True) < 1e-6
    True
    """
    new, old = as_vector(block, "block"), as_vector(reference, "reference")
    if not new.sum() or not old.sum():
        return 1.0
    used = new + old > 0
    new, old = new[used], old[used]
    if new.size < 2:
        return 1.0
    if new.size == 2:
        return _exact(new, old)
    if is_ordered:
        gaps = np.cumsum(new) / new.sum() - np.cumsum(old) / old.sum()
        root = math.sqrt(new.sum() * old.sum() / (new.sum() + old.sum()))
        return float(kolmogorov((root + 0.12 + 0.11 / root) * np.abs(gaps).max()))
    is_rare = (new + old) * new.sum() < _FEWEST_EXPECTED * (new.sum() + old.sum())
    pooled = (np.append(each[~is_rare], each[is_rare].sum()) for each in (new, old))
    return share_shift(*pooled).p_value


def _exact(new: Floats, old: Floats) -> float:
    whole, ones, drawn = (int(each) for each in (new.sum() + old.sum(), new[0] + old[0], new.sum()))
    few = hypergeom.cdf(new[0], whole, ones, drawn)
    many = hypergeom.sf(new[0] - 1, whole, ones, drawn)
    return float(min(2 * min(few, many), 1.0))


def unseen_p_value(block: Mapping[str, int], reference: Mapping[str, int]) -> float:
    """Test whether a category that was never seen comes more often than chance allows.

    Parameters
    ----------
    block, reference : mapping of str to int
        Rows with each category.

    Returns
    -------
    float in [0, 1]
        Exact for each unseen category with three rows and more, corrected for all categories with
        as many (Bonferroni); 1 where none is unseen.

    Examples
    --------
    >>> unseen_p_value({"XQ": 50}, {"AA": 900, "BB": 100}) < 1e-6
    True
    """
    n_block, n = sum(block.values()), sum(block.values()) + sum(reference.values())
    counts = [count for value, count in block.items() if value not in reference]
    counts = [count for count in counts if count >= _FEWEST_ROWS]
    if not counts:
        return 1.0
    everything = {*block, *reference}
    together = (block.get(value, 0) + reference.get(value, 0) for value in everything)
    n_tests = sum(count >= _FEWEST_ROWS for count in together)
    most = max(counts)
    # all rows of the category lie in the block: the likelier, the fewer it has
    return float(min(hypergeom.sf(most - 1, n, most, n_block) * n_tests, 1.0))
