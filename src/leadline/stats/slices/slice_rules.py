"""Rules of slices: which rows belong to one, by the value of a column or by its bin.

A pair of slices is the rows that belong to both. Which pairs are looked at depends on their sizes
alone, never on the loss: what is chosen by the loss would have to be paid for once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from leadline.stats.arrays import Bools, Floats, Ints

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MOST_VALUES = 30
"""Values of one column that become slices: its most frequent ones."""


@dataclass(frozen=True)
class SliceRule:
    """A condition on one column.

    Parameters
    ----------
    column : str
        The column.
    value : str or None
        Its value, as text; None for a bin of numbers, and where the value is missing.
    low, high : float or None
        A bin holds ``low <= number < high``; None leaves that end open. Both None without a
        `value`: the rows whose value is missing.

    Examples
    --------
    >>> SliceRule("carrier", "UA").words
    'carrier = UA'
    >>> SliceRule("delay", low=5.0, high=12.5).words, SliceRule("delay", low=12.5).words
    ('delay from 5 to under 12.5', 'delay of at least 12.5')
    """

    column: str
    value: str | None = None
    low: float | None = None
    high: float | None = None

    @property
    def words(self) -> str:
        """The condition as a person would say it."""
        if self.value is not None:
            return f"{self.column} = {self.value}"
        if self.low is None and self.high is None:
            return f"{self.column} is missing"
        if self.low is None:
            return f"{self.column} under {self.high:.4g}"
        if self.high is None:
            return f"{self.column} of at least {self.low:.4g}"
        return f"{self.column} from {self.low:.4g} to under {self.high:.4g}"

    def holds(self, values: ArrayLike) -> Bools:
        """Which rows belong to the slice, by their values of its column.

        Parameters
        ----------
        values : array-like of shape (n_samples,)
            Numbers or categories, as `membership_of` takes them.

        Examples
        --------
        >>> SliceRule("delay", low=5.0, high=12.5).holds([4.0, 5.0, 12.5]).tolist()
        [False, True, False]
        >>> SliceRule("carrier").holds(["UA", None]).tolist()
        [False, True]
        """
        given = np.asarray(values)
        if given.dtype.kind in "iuf":
            numbers = given.astype(np.float64)
            lacks = ~np.isfinite(numbers)
            texts = np.asarray([f"{each:.4g}" for each in numbers], dtype=str)
        else:
            given = np.asarray(values, dtype=object)
            lacks = np.asarray([_is_missing(each) for each in given], dtype=np.bool_)
            texts = np.where(lacks, "", given).astype(str)
        if self.value is not None:
            return np.asarray((texts == self.value) & ~lacks)
        if self.low is None and self.high is None:
            return lacks
        low = -np.inf if self.low is None else self.low
        high = np.inf if self.high is None else self.high
        return np.asarray((numbers >= low) & (numbers < high))


@dataclass(frozen=True)
class Membership:
    """Which rows belong to which slice.

    Parameters
    ----------
    rules : tuple of tuple of SliceRule
        One rule a slice, two a pair.
    rows : sparse matrix of shape (n_slices, n_samples)
        1 where the row belongs to the slice.
    parts : ndarray of int of shape (n_slices, 2)
        Places of the two slices that a pair is made of; -1 for a slice of one column.
    """

    rules: tuple[tuple[SliceRule, ...], ...]
    rows: sparse.csr_array
    parts: Ints

    @property
    def n_rows(self) -> Ints:
        """Rows of each slice."""
        counts: Ints = np.diff(self.rows.indptr).astype(np.int64)
        return counts

    def part(self, places: Ints) -> Membership:
        """Some of the slices."""
        rules = tuple(self.rules[place] for place in places)
        return Membership(rules, self.rows[places], self.parts[places])

    def rows_of(self, place: int) -> Ints:
        """Numbers of the rows of one slice, rising."""
        start, end = self.rows.indptr[place : place + 2]
        rows: Ints = np.sort(self.rows.indices[start:end]).astype(np.int64)
        return rows


def membership_of(columns: Mapping[str, ArrayLike], n_samples: int, n_bins: int) -> Membership:
    """Slices of one column each: values of a category, bins of a number, what is missing.

    Parameters
    ----------
    columns : mapping of str to array-like of shape (n_samples,)
        Numbers are cut into bins of about equal size, all else is taken as categories. None and
        NaN count as missing. A number of no more values than bins is taken value by value.
    n_samples : int
        Rows there must be.
    n_bins : int
        Bins of a number.

    Raises
    ------
    ValueError
        If a column is of another length.
    """
    rules: list[tuple[SliceRule, ...]] = []
    rows: list[Ints] = []
    for name, given in columns.items():
        values = _as_column(given, name, n_samples)
        for rule, mask in _slices_of(name, values, n_bins):
            rules.append((rule,))
            rows.append(np.flatnonzero(mask))
    no_parts = np.full((len(rules), 2), -1, dtype=np.int64)
    return Membership(tuple(rules), _sparse(rows, n_samples), no_parts)


def pairs_of(singles: Membership, min_rows: int, most_pairs: int) -> Membership:
    """Pairs of slices of different columns, the largest first.

    Parameters
    ----------
    singles : Membership
        Slices of one column each.
    min_rows : int
        Rows in each of the four cells that the two slices make: without the other three nobody can
        tell a pair from its parts.
    most_pairs : int
        Pairs looked at, at most.
    """
    n_samples = singles.rows.shape[1]
    both = (singles.rows @ singles.rows.T).toarray()
    n = singles.n_rows
    only_first, only_second = n[:, None] - both, n[None, :] - both
    neither = n_samples - both - only_first - only_second
    smallest = np.minimum(np.minimum(both, neither), np.minimum(only_first, only_second))
    columns = np.asarray([rule[0].column for rule in singles.rules], dtype=object)
    may = (smallest >= min_rows) & (columns[:, None] != columns[None, :])
    first, second = np.nonzero(np.triu(may, 1))
    order = np.argsort(-both[first, second], kind="stable")[:most_pairs]
    first, second = first[order], second[order]
    rows = singles.rows[first].multiply(singles.rows[second])
    return Membership(
        tuple((*singles.rules[a], *singles.rules[b]) for a, b in zip(first, second, strict=True)),
        rows.tocsr(),
        np.column_stack([first, second]).astype(np.int64),
    )


def _as_column(given: ArrayLike, name: str, n_samples: int) -> NDArray[Any]:
    values: NDArray[Any] = np.asarray(given)
    if values.dtype.kind not in "biuf":
        values = np.asarray(given, dtype=object)
    if values.shape != (n_samples,):
        raise ValueError(
            f"column {name!r} has shape {values.shape}, ({n_samples},) is needed. "
            "Pass one value a row."
        )
    return values


def _slices_of(name: str, values: NDArray[Any], n_bins: int) -> list[tuple[SliceRule, Bools]]:
    if values.dtype.kind in "iuf":
        numbers = values.astype(np.float64)
        lacks = ~np.isfinite(numbers)
        known = np.unique(numbers[~lacks])
        if known.size > n_bins:
            found = _bins(name, numbers, lacks, n_bins)
        else:
            found = [(SliceRule(name, f"{each:.4g}"), numbers == each) for each in known]
    else:
        lacks = np.asarray([_is_missing(each) for each in values], dtype=np.bool_)
        texts = np.where(lacks, "", values).astype(str)
        names, counts = np.unique(texts[~lacks], return_counts=True)
        kept = names[np.argsort(-counts, kind="stable")][:MOST_VALUES]
        found = [(SliceRule(name, str(each)), (texts == each) & ~lacks) for each in kept]
    return [*found, (SliceRule(name), lacks)] if lacks.any() else found


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and np.isnan(value))


def _bins(name: str, numbers: Floats, lacks: Bools, n_bins: int) -> list[tuple[SliceRule, Bools]]:
    """Bins of about equal size; fewer where many rows share one number."""
    known = np.sort(numbers[~lacks])
    edges = np.unique(known[np.arange(1, n_bins) * known.size // n_bins])
    ends = [None, *(float(edge) for edge in edges if edge > known[0]), None]
    place = np.searchsorted(np.asarray(ends[1:-1]), numbers, side="right")
    return [
        (SliceRule(name, low=low, high=high), (place == at) & ~lacks)
        for at, (low, high) in enumerate(pairwise(ends))
    ]


def _sparse(rows: list[Ints], n_samples: int) -> sparse.csr_array:
    indices = np.concatenate([*rows, np.empty(0, dtype=np.int64)])
    ends = np.cumsum([0, *(each.size for each in rows)])
    content = (np.ones(indices.size, dtype=np.float32), indices, ends)
    return cast("sparse.csr_array", sparse.csr_array(content, shape=(len(rows), n_samples)))
