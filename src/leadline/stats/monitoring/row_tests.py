"""Tests of a block's rows against those of the reference, or of some of them against the others.

Rows are taken as independent. Those of one day are alike, so that tests against a reference find
too much on most real streams: they serve where nothing is known of days, and beside
`leadline.stats.monitoring.block_spread` where few are known.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import kolmogorov
from scipy.stats import hypergeom

from leadline.stats.arrays import Bools, Floats, as_labels, as_vector
from leadline.stats.monitoring.drift import share_shift

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# below, the chi-square of counts sees too much in a few rows
_FEWEST_EXPECTED = 5
_FEWEST_ROWS = 3
_N_CUTS, _MOST_CATEGORIES = 10, 20


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


def subset_p_values(columns: Sequence[ArrayLike], is_chosen: ArrayLike) -> Floats:
    """Test whether rows were chosen without regard to their columns, one test a column.

    Rows are counted on either side of up to nine cuts of a number, or of each of the commonest
    categories, and of what is missing; each count is held against Fisher's exact test, twice the
    smaller tail, and the smallest p-value of a column is corrected for their number (Bonferroni).
    So it holds its level whatever the columns are, and however few rows there are.

    Parameters
    ----------
    columns : sequence of array-like of shape (n_rows,)
        Numbers, of which some may be not a number; or texts, of which some may be None.
    is_chosen : array-like of {0, 1}, shape (n_rows,)
        Rows that were chosen.

    Returns
    -------
    ndarray of float in [0, 1], shape (n_columns,)
        Of each column, not corrected for the number of columns; 1 where all rows are alike.

    Raises
    ------
    ValueError
        If a column has another length, or `is_chosen` another value.

    Examples
    --------
    >>> region = np.repeat(["north", "south"], 50)
    >>> age = np.tile(np.arange(50.0), 2)
    >>> found = subset_p_values([region, age], np.arange(100) < 20)
    >>> bool(found[0] < 1e-5), bool(found[1] > 0.01)
    (True, False)
    """
    chosen = as_labels(is_chosen, "is_chosen", n_samples=np.size(is_chosen)) > 0
    found = np.ones(len(columns))
    for place, column in enumerate(columns):
        values = np.asarray(column)
        if values.shape != chosen.shape:
            raise ValueError(f"a column has shape {values.shape}; {chosen.shape} is needed.")
        parts = _parts(values)
        if parts:
            p_values = _exact_p_values(np.array(parts), chosen)
            found[place] = min(float(p_values.min()) * len(parts), 1.0)
    return found


def _parts(values: np.ndarray) -> list[Bools]:
    """Rows below each cut, of each category, and with a missing value; not all rows, nor none."""
    if np.issubdtype(values.dtype, np.number):
        numbers = values.astype(np.float64)
        is_missing = np.isnan(numbers)
        shares = np.arange(1, _N_CUTS) / _N_CUTS
        known = numbers[~is_missing]
        cuts = np.unique(np.quantile(known, shares, method="lower")) if known.size else known
        parts = [numbers <= cut for cut in cuts]
    else:
        is_missing = np.array([value is None for value in values])
        common = Counter(values[~is_missing].tolist()).most_common(_MOST_CATEGORIES)
        parts = [values == name for name, count in common if count >= _FEWEST_ROWS]
    return [part for part in [*parts, is_missing] if 0 < part.sum() < part.size]


def _exact_p_values(parts: np.ndarray, chosen: Bools) -> Floats:
    whole, drawn, ones = chosen.size, int(chosen.sum()), parts.sum(axis=1)
    seen = parts[:, chosen].sum(axis=1)
    few = hypergeom.cdf(seen, whole, ones, drawn)
    many = hypergeom.sf(seen - 1, whole, ones, drawn)
    return np.asarray(np.minimum(2 * np.minimum(few, many), 1.0))
