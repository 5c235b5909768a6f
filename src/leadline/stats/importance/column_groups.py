"""Groups of columns that say much the same: association of numbers and categories, and a cut."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.stats.arrays import Floats, Ints, check_share
from leadline.stats.importance.table_columns import Table, is_number, names_of, values_of

CUT = 0.6
"""Association from which two columns are of one group, where nobody says another."""

# a category that nearly every row has for itself goes along with anything
_MOST_LEVELS_SHARE = 0.2


def group_columns(table: Table, *, cut: float = CUT) -> list[tuple[Hashable, ...]]:
    """Put columns that say much the same into one group.

    Groups grow by average linkage: the two that go along most are joined, as long as their columns
    have an association of at least `cut` on average.

    Parameters
    ----------
    table : ndarray, mapping or data frame of n_samples rows
        As `permutation_importance` takes it. Texts that hardly repeat are linked to nothing.
    cut : float in (0, 1), default=0.6
        In units of `association`.

    Returns
    -------
    list of tuple
        Every column once, in the order of the table.

    Examples
    --------
    >>> x = np.arange(40.0)
    >>> table = {"age": x, "born": 2020 - x, "city": ["Rome", "Bonn"] * 20}
    >>> group_columns(table)
    [('age', 'born'), ('city',)]
    """
    # both take long, and who asks for no groups needs neither
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    check_share(cut, "cut")
    names = names_of(table)
    if len(names) < 2:
        return [(name,) for name in names]
    distances = 1 - association([values_of(table, name) for name in names])
    joined = linkage(squareform(distances, checks=False), method="average")
    labels = fcluster(joined, t=1 - cut, criterion="distance")
    groups: dict[int, list[Hashable]] = {}
    for name, label in zip(names, labels.tolist(), strict=True):
        groups.setdefault(label, []).append(name)
    return [tuple(group) for group in groups.values()]


def association(columns: list[NDArray[Any]]) -> Floats:
    r"""Association of each pair of columns, in [0, 1].

    Of two numbers the absolute rank correlation of Spearman; of a number and a category the root of
    the share of the variance of ranks that lies between the categories, less what chance would
    give (:math:`\epsilon^2`); of two categories Cramér's V without its bias [1]_. Missing numbers
    count as middling.

    Parameters
    ----------
    columns : list of ndarray, each of shape (n_samples,)
        Floats, or texts.

    Returns
    -------
    ndarray of float, shape (n_columns, n_columns)
        Symmetric, with ones on the diagonal.

    References
    ----------
    .. [1] W. Bergsma (2013), A bias-correction for Cramér's V and Tschuprow's T. J. Korean Stat.
       Soc. 42, 323-328.

    Examples
    --------
    >>> association([np.arange(9.0), -(np.arange(9.0) ** 3)]).round(2).tolist()
    [[1.0, 1.0], [1.0, 1.0]]
    """
    found = np.eye(len(columns))
    numbers = [place for place, values in enumerate(columns) if is_number(values)]
    ranks = {place: centred_ranks(columns[place]) for place in numbers}
    if numbers:
        stacked = np.array([ranks[place] for place in numbers])
        found[np.ix_(numbers, numbers)] = np.abs(stacked @ stacked.T).clip(max=1.0)
        np.fill_diagonal(found, 1.0)
    codes = _codes_of(columns)
    for place, levels in codes.items():
        for number in numbers:
            found[place, number] = found[number, place] = _between(levels, ranks[number])
        for other in (each for each in codes if each < place):
            found[place, other] = found[other, place] = _cramers_v(levels, codes[other])
    return found


def _codes_of(columns: list[NDArray[Any]]) -> dict[int, Ints]:
    """Numbers of the levels of each category that repeats."""
    codes: dict[int, Ints] = {}
    for place, values in enumerate(columns):
        if not is_number(values):
            levels, found = np.unique(values, return_inverse=True)
            if 1 < levels.size <= _MOST_LEVELS_SHARE * values.size:
                codes[place] = found
    return codes


def centred_ranks(values: Floats) -> Floats:
    """Ranks without their mean, of length 1; zeros of a column with one value.

    Examples
    --------
    >>> centred_ranks(np.array([5.0, 9.0, 7.0])).round(2).tolist()
    [-0.71, 0.71, 0.0]
    """
    from scipy.stats import rankdata

    is_known = np.isfinite(values)
    ranks = np.zeros(values.size)
    if is_known.any():
        known: Floats = rankdata(values[is_known])
        ranks[is_known] = known - known.mean()
    length = float(np.linalg.norm(ranks))
    return ranks / length if length > 0 else ranks


def _between(codes: Ints, ranks: Floats) -> float:
    """Root of the share of the variance of ranks that lies between levels."""
    counts = np.bincount(codes)
    n, k = codes.size, counts.size
    share = float(np.sum(np.bincount(codes, weights=ranks) ** 2 / counts))
    if n <= k or not ranks.any():
        return 0.0
    return float(np.sqrt(np.clip(1 - (1 - share) * (n - 1) / (n - k), 0.0, 1.0)))


def _cramers_v(one: Ints, other: Ints) -> float:
    """Cramér's V without its bias."""
    n, k, m = one.size, int(one.max()) + 1, int(other.max()) + 1
    counts = np.bincount(one * m + other, minlength=k * m).reshape(k, m) / n
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0))
    phi2 = float(np.sum((counts - expected) ** 2 / expected)) - (k - 1) * (m - 1) / (n - 1)
    least = min(k - (k - 1) ** 2 / (n - 1), m - (m - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(np.clip(phi2 / least, 0.0, 1.0))) if least > 0 else 0.0
