"""Inter-annotator agreement, and the bounds that it sets to a model's accuracy."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.interval import Interval

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def krippendorff_alpha(votes: ArrayLike) -> float | None:
    """Nominal alpha: agreement among annotators beyond chance, votes may be missing [1]_.

    Parameters
    ----------
    votes : array-like, shape (n_annotators, n_items)
        Class codes from 0 upwards; nan or -1 where an annotator did not vote.

    Returns
    -------
    float or None
        1 is perfect agreement, 0 what chance gives, below 0 systematic disagreement. None where
        alpha is not defined: no item has two votes, or all votes are for one class.

    Raises
    ------
    ValueError
        If `votes` is not two-dimensional.

    References
    ----------
    .. [1] K. Krippendorff (2011), Computing Krippendorff's alpha-reliability.
       University of Pennsylvania, Annenberg School.

    Examples
    --------
    >>> round(krippendorff_alpha([[0, 1, 0, 0], [0, 1, 1, 0], [0, 1, -1, 0]]), 3)
    0.643
    """
    table = np.asarray(votes, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(
            f"votes has {table.ndim} dimensions, two are needed. Pass one row an annotator."
        )
    given = np.nan_to_num(table, nan=-1.0) >= 0
    classes = np.unique(table[given])
    counts = np.sum(table[:, :, None] == classes, axis=0).astype(np.float64)
    n_votes = counts.sum(axis=1)
    counts, n_votes = counts[n_votes >= 2], n_votes[n_votes >= 2]
    totals = counts.sum(axis=0)
    n = totals.sum()
    expected = n**2 - np.sum(totals**2)
    if n == 0 or expected == 0:
        return None
    disagreeing = n_votes**2 - np.sum(counts**2, axis=1)
    observed = np.sum(disagreeing / (n_votes - 1))
    return float(1 - (n - 1) * observed / expected)


def pairwise_agreement(n_yes: ArrayLike, n_votes: ArrayLike) -> float:
    """Probability that two annotators give the same answer to a yes-no question.

    Parameters
    ----------
    n_yes : array-like of int, shape (n_items,)
        Votes for yes.
    n_votes : array-like of int, shape (n_items,)
        All votes; items with fewer than two say nothing and are left out.

    Returns
    -------
    float in [0, 1]
        Mean over items of the share of pairs that agree: unbiased for
        ``E[pi^2 + (1 - pi)^2]``, pi being the share of all annotators who would say yes.

    Raises
    ------
    ValueError
        If yes exceeds the votes, or no item has two votes.

    Examples
    --------
    >>> round(pairwise_agreement([3, 2, 0], [3, 3, 3]), 3)
    0.778
    """
    yes, votes = np.broadcast_arrays(
        np.asarray(n_yes, dtype=np.float64), np.asarray(n_votes, dtype=np.float64)
    )
    if not np.all((yes >= 0) & (yes <= votes)):
        raise ValueError("n_yes must lie between 0 and n_votes; some do not. Pass counts.")
    yes, votes = yes[votes >= 2], votes[votes >= 2]
    if votes.size == 0:
        raise ValueError(
            "no item has two votes, at least one must. Ask a second person about some items."
        )
    no = votes - yes
    return float(np.mean((yes * (yes - 1) + no * (no - 1)) / (votes * (votes - 1))))


def agreement_bounds(p_o: float) -> Interval[float]:
    """Bound the best agreement with one annotator that any model can reach.

    With pi the share of annotators who would say yes to an item, the best model reaches
    ``A* = E[max(pi, 1 - pi)]``. From the pairwise agreement alone
    ``p_o <= A* <= (1 + sqrt(2 p_o - 1)) / 2``: the left end where items are either clear or even,
    the right end (Jensen) where all are equally hard.

    Parameters
    ----------
    p_o : float in [0, 1]
        Pairwise agreement. In the population it is at least 1/2 for yes and no; an estimate below
        that is read as 1/2.

    Returns
    -------
    Interval
        `low` and `high` of A*. The bounds hold for the true p_o; its sampling error comes on top.

    Raises
    ------
    ValueError
        If `p_o` is outside [0, 1].

    Examples
    --------
    >>> bounds = agreement_bounds(0.82)
    >>> round(bounds.low, 2), round(bounds.high, 2)
    (0.82, 0.9)
    """
    if not 0 <= p_o <= 1:
        raise ValueError(f"p_o must lie in [0, 1]; got {p_o}. Write a percentage as a fraction.")
    share = max(p_o, 0.5)
    return Interval(share, (1 + math.sqrt(2 * share - 1)) / 2)
