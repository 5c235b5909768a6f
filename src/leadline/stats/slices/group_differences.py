"""Differences between groups that fairness asks about: selection, miss and false-alarm rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Bools, as_labels, check_share
from leadline.stats.interval import Estimate, Interval, wilson_interval
from leadline.stats.slices.slice_rules import SliceRule, membership_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_N_BINS = 5
_N_RATES = 3


@dataclass(frozen=True)
class RateDifference:
    """A rate in a group beside the same rate in the rest.

    Parameters
    ----------
    n_hits, n_rows : int
        What the rate counts, and out of how many rows of the group.
    rate, rest_rate : float or None
        In the group, and in the rest; None where there is nothing to count it on.
    difference : Estimate of float
        Group minus rest, in [-1, 1]; from -1 to 1 where a side has no rows.
    """

    n_hits: int
    n_rows: int
    rate: float | None
    rest_rate: float | None
    difference: Estimate[float]


@dataclass(frozen=True)
class GroupDifferences:
    """One group beside the rest of the rows.

    Parameters
    ----------
    rule : SliceRule
        Who belongs to it.
    n_rows : int
        Rows of it.
    selection, miss, false_alarm : RateDifference
        Flagged, of all rows; not flagged, of the positives; flagged, of the negatives.
    """

    rule: SliceRule
    n_rows: int
    selection: RateDifference
    miss: RateDifference
    false_alarm: RateDifference


def group_differences(
    column: str,
    values: ArrayLike,
    y_true: ArrayLike,
    y_pred: ArrayLike,
    *,
    confidence_level: float = 0.9,
) -> tuple[GroupDifferences, ...]:
    """Compare the rates of each group with those of the rest.

    Parameters
    ----------
    column : str
        What the groups are called.
    values : array-like of shape (n_samples,)
        Group of each row: numbers are cut into five bins, all else is taken value by value (the 30
        most frequent). None and NaN count as missing, a group of their own.
    y_true, y_pred : array-like of {0, 1}, shape (n_samples,)
        Labels, and which rows are flagged.
    confidence_level : float in (0, 1), default=0.9
        That all differences of all groups lie in their intervals at once (Bonferroni). Rows are
        taken as independent.

    Returns
    -------
    tuple of GroupDifferences
        One a group. Each interval is Newcombe's hybrid of two score intervals [1]_.

    Raises
    ------
    ValueError
        If the lengths differ or a label is not 0 or 1.

    References
    ----------
    .. [1] R. G. Newcombe (1998), Interval estimation for the difference between independent
       proportions: comparison of eleven methods. Statistics in Medicine 17, 873-890, method 10.

    Examples
    --------
    >>> y_true, y_pred = [1, 0, 0, 0] * 50, [1, 0, 0, 0] * 25 + [0, 1, 0, 0] * 25
    >>> first, second = group_differences("place", ["in"] * 100 + ["out"] * 100, y_true, y_pred)
    >>> second.rule.words, second.miss.rate, second.miss.rest_rate, second.miss.difference.low > 0.5
    ('place = out', 1.0, 0.0, True)
    """
    check_share(confidence_level, "confidence_level")
    n_samples = np.asarray(y_true).size
    truth = as_labels(y_true, "y_true", n_samples=n_samples)
    flagged = as_labels(y_pred, "y_pred", n_samples=n_samples)
    groups = membership_of({column: values}, n_samples, _N_BINS)
    each_level = 1 - (1 - confidence_level) / max(_N_RATES * len(groups.rules), 1)
    found = []
    for place, (rule,) in enumerate(groups.rules):
        inside = np.zeros(n_samples, dtype=np.bool_)
        inside[groups.rows_of(place)] = True
        found.append(
            GroupDifferences(
                rule=rule,
                n_rows=int(inside.sum()),
                selection=_compared(flagged, np.ones_like(truth), inside, each_level),
                miss=_compared(~flagged, truth, inside, each_level),
                false_alarm=_compared(flagged, ~truth, inside, each_level),
            )
        )
    return tuple(found)


def _compared(is_hit: Bools, counts: Bools, inside: Bools, level: float) -> RateDifference:
    """The share of hits among the rows that count, in a group and in the rest."""
    k1, n1 = int((is_hit & counts & inside).sum()), int((counts & inside).sum())
    k0, n0 = int((is_hit & counts & ~inside).sum()), int((counts & ~inside).sum())
    if not (n1 and n0):
        gap = Estimate(-1.0, 0.0, 1.0)
    else:
        gap = _newcombe(k1 / n1, _ends(k1, n1, level), k0 / n0, _ends(k0, n0, level))
    return RateDifference(k1, n1, k1 / n1 if n1 else None, k0 / n0 if n0 else None, gap)


def _ends(n_hits: int, n_rows: int, level: float) -> Interval[float]:
    return wilson_interval(n_hits, n_rows, confidence_level=level)


def _newcombe(
    share: float, ends: Interval[float], rest: float, rest_ends: Interval[float]
) -> Estimate[float]:
    gap = share - rest
    return Estimate(
        gap - float(np.hypot(share - ends.low, rest_ends.high - rest)),
        gap,
        gap + float(np.hypot(ends.high - share, rest - rest_ends.low)),
    )
