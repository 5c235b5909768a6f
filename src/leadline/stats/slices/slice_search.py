"""Search of slices: all rules of one column and pairs of them, with one price for all the looking.

A slice of one column is tested against the rest of the rows: by Fisher's exact test where the loss
is 0 or 1, by Welch's t otherwise. A pair has four tests to pass at once [1]_: it must be worse than
the rest, than either of its parts without it, and than both parts added up. The smallest p-value
that shuffled losses give, over all slices or all pairs, is what a p-value is compared with [2]_.

References
----------
.. [1] R. L. Berger (1982), Multiparameter hypothesis testing and acceptance sampling.
   Technometrics 24, 295-300.
.. [2] P. H. Westfall, S. S. Young (1993), Resampling-based multiple testing. Wiley.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, Ints, as_vector, check_share
from leadline.stats.slices.slice_rules import SliceRule, membership_of, pairs_of
from leadline.stats.slices.slice_tests import SliceTests

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

MIN_ROWS = 30


class SliceState(StrEnum):
    """What the rows say of a slice."""

    WORSE = "worse"
    NOT_SHOWN = "no difference shown"
    UNKNOWN = "not enough rows to know"


@dataclass(frozen=True)
class SearchedSlice:
    """One slice, beside the rest of the rows.

    Parameters
    ----------
    rules : tuple of SliceRule
        One, or the two of a pair.
    rows : ndarray of int of shape (n_rows,)
        Its rows, rising.
    mean_loss, rest_loss : float
        In it, and in all other rows; `rest_loss` is that of all rows where there are no others.
    at_least : float or None
        With the search's confidence the mean loss in it is above that of the rest by at least this
        (below 0: it may be better), for all slices at once; None where it was not tested.
    p_value : float in (0, 1]
        Adjusted for everything that was looked at.
    detectable : float or None
        A difference of this size would have been found in 4 of 5 cases; None where not tested.
    explained : float or None
        What the parts of a pair lead to expect of it, by adding up; None for one column.
    state : SliceState
        Worse; not shown to be; or too few rows: twice the usual loss could have been missed.
    """

    rules: tuple[SliceRule, ...]
    rows: Ints
    mean_loss: float
    rest_loss: float
    at_least: float | None
    p_value: float
    detectable: float | None
    explained: float | None
    state: SliceState

    @property
    def words(self) -> str:
        """The rule as a person would say it."""
        return " and ".join(rule.words for rule in self.rules)

    @property
    def n_rows(self) -> int:
        """Rows in it."""
        return int(self.rows.size)

    @property
    def excess(self) -> float:
        """Loss that would be saved at least if it fared as the rest does, over all its rows."""
        return max(self.at_least or 0.0, 0.0) * self.n_rows


@dataclass(frozen=True)
class SliceSearch:
    """What was looked at, and what was found.

    Parameters
    ----------
    slices : tuple of SearchedSlice
        Those that are worse, then all of one column; those by which most is lost first.
    n_tested, n_pairs : int
        Slices of one column, and pairs, that were tested.
    mean_loss : float
        Over all rows.
    """

    slices: tuple[SearchedSlice, ...]
    n_tested: int
    n_pairs: int
    mean_loss: float

    @property
    def worse(self) -> tuple[SearchedSlice, ...]:
        """Those that are shown to be worse than the rest."""
        return tuple(each for each in self.slices if each.state is SliceState.WORSE)


def search_slices(
    loss: ArrayLike,
    columns: Mapping[str, ArrayLike],
    *,
    rng: np.random.Generator,
    min_rows: int = MIN_ROWS,
    n_bins: int = 5,
    most_pairs: int = 200,
    confidence_level: float = 0.95,
    n_permutations: int = 999,
) -> SliceSearch:
    """Find parts of the rows on which a loss is larger than on the rest.

    Parameters
    ----------
    loss : array-like of float, shape (n_samples,)
        Loss of each row: 1 for wrong and 0 for right, or how far off a number is.
    columns : mapping of str to array-like of shape (n_samples,)
        What slices are made of: numbers are cut into bins, all else is taken value by value (the 30
        most frequent). None and NaN count as missing, a slice of their own.
    rng : Generator
        Shuffles the losses.
    min_rows : int >= 2, default=30
        Smaller slices are listed, not tested. A pair needs as many in it, in either part without
        it, and in neither.
    n_bins : int >= 2, default=5
        Bins of a number, of about equal size.
    most_pairs : int >= 0, default=200
        Pairs looked at, at most; the largest.
    confidence_level : float in (0, 1), default=0.95
        Of all that is said together: without any difference, a slice is named as worse in at most
        one of twenty data sets. Rows are taken as independent.
    n_permutations : int >= 99, default=999
        Shuffles. Of more than 20,000 rows, 20,000 or more are drawn from the normal distribution
        that they tend to, with the same correlations between slices.

    Returns
    -------
    SliceSearch
        Every slice of one column, and the pairs that are worse.

    Raises
    ------
    ValueError
        If a loss is not finite, a column is of another length, or a number is out of range.

    Examples
    --------
    Handwritten digits that a simple model gets wrong; `ink` is how dark the picture is:

    >>> from sklearn.datasets import load_digits
    >>> from sklearn.model_selection import cross_val_predict
    >>> from sklearn.naive_bayes import GaussianNB
    >>> X, y = load_digits(return_X_y=True)
    >>> wrong = cross_val_predict(GaussianNB(), X, y) != y
    >>> found = search_slices(
    ...     wrong, {"digit": y.astype(str), "ink": X.mean(axis=1)}, rng=np.random.default_rng(0)
    ... )
    >>> found.n_tested, found.n_pairs, round(found.mean_loss, 2)
    (15, 37, 0.19)
    >>> for each in found.worse:
    ...     print(each.words, round(each.mean_loss, 2), round(each.at_least, 2))
    digit = 9 0.37 0.1
    digit = 2 0.37 0.1
    digit = 9 and ink under 4.359 0.65 0.22
    """
    losses = as_vector(loss, "loss", min_size=2)
    _check(min_rows, n_bins, most_pairs, n_permutations, confidence_level)
    singles = membership_of(columns, losses.size, n_bins)
    n = singles.n_rows
    is_tested = (n >= min_rows) & (losses.size - n >= min_rows)
    tested = singles.part(np.flatnonzero(is_tested))
    pairs = pairs_of(tested, min_rows, most_pairs)
    compared = SliceTests(losses, tested, pairs)
    smallest = compared.smallest_by_chance(rng, n_permutations)
    found = _found(losses, compared, smallest, 1 - confidence_level)
    found += [
        _untested(losses, singles.rules[place], singles.rows_of(place))
        for place in np.flatnonzero(~is_tested).tolist()
    ]
    found.sort(key=lambda each: (each.state is not SliceState.WORSE, -each.excess, each.p_value))
    return SliceSearch(tuple(found), len(tested.rules), len(pairs.rules), float(losses.mean()))


def _check(
    min_rows: int, n_bins: int, most_pairs: int, n_permutations: int, confidence_level: float
) -> None:
    check_share(confidence_level, "confidence_level")
    least = {
        "min_rows": (min_rows, 2),
        "n_bins": (n_bins, 2),
        "most_pairs": (most_pairs, 0),
        "n_permutations": (n_permutations, 99),
    }
    for name, (value, lowest) in least.items():
        if value < lowest:
            raise ValueError(f"{name} must be at least {lowest}; got {value}.")


def _found(
    losses: Floats, compared: SliceTests, smallest: list[Floats], error: float
) -> list[SearchedSlice]:
    """Every tested slice of one column, and the pairs that are worse."""
    p_values, limits = _adjusted(compared, smallest, error)
    low, detectable = compared.bounds(limits)
    inside, outside = compared.mean_losses
    is_worse = (p_values <= error) & (low > 0)
    is_told = detectable <= _worth_knowing(losses)
    explained = compared.explained
    return [
        SearchedSlice(
            rules=rules,
            rows=compared.rows_of(at),
            mean_loss=float(inside[at]),
            rest_loss=float(outside[at]),
            at_least=float(low[at]),
            p_value=float(p_values[at]),
            detectable=float(detectable[at]),
            explained=explained[at],
            state=_state(bool(is_worse[at]), bool(is_told[at])),
        )
        for at, rules in enumerate(compared.rules)
        if explained[at] is None or is_worse[at]
    ]


def _adjusted(compared: SliceTests, smallest: list[Floats], error: float) -> tuple[Floats, Floats]:
    """Adjusted p-values, and the plain ones that count as worse.

    One column and pairs each may err in half of the cases: there are many more pairs, and they
    would otherwise use up what is allowed.
    """
    levels = [each for each in compared.by_level(compared.p_values) if each.size]
    adjusted, limits = [], []
    for p_values, by_chance in zip(levels, smallest, strict=True):
        n_below = np.searchsorted(by_chance, p_values, side="right")
        adjusted.append(np.minimum(len(levels) * (1 + n_below) / (1 + by_chance.size), 1.0))
        place = max(int(error / len(levels) * (by_chance.size + 1)) - 1, 0)
        limits.append(np.full(p_values.size, by_chance[place]))
    return np.concatenate([*adjusted, []]), np.concatenate([*limits, []])


def _state(is_worse: bool, is_told: bool) -> SliceState:
    if is_worse:
        return SliceState.WORSE
    return SliceState.NOT_SHOWN if is_told else SliceState.UNKNOWN


def _worth_knowing(losses: Floats) -> float:
    """Twice the usual loss; of shares above 1/3, half of the way to 1."""
    mean = float(losses.mean())
    is_share = losses.min() >= 0 and losses.max() <= 1
    return min(mean, (1 - mean) / 2) if is_share else abs(mean)


def _untested(losses: Floats, rules: tuple[SliceRule, ...], rows: Ints) -> SearchedSlice:
    rest = np.delete(losses, rows)
    return SearchedSlice(
        rules=rules,
        rows=rows,
        mean_loss=float(losses[rows].mean()),
        rest_loss=float(rest.mean() if rest.size else losses.mean()),
        at_least=None,
        p_value=1.0,
        detectable=None,
        explained=None,
        state=SliceState.UNKNOWN,
    )
