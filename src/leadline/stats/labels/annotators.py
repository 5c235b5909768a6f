"""Annotator quality: agreement, spammers, copying, haste.

All functions take votes as integer arrays of equal length, one entry a vote: the item, the
annotator, and the class.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import bdtrc

from leadline.stats.arrays import Floats, Ints

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import ArrayLike

_FEWEST = 20  # votes or shared items below which nobody is suspected
_ALARM = 0.001
_FAST = 1 / 3
_NEARLY_ALL = 0.9


@dataclass(frozen=True)
class Agreement:
    """Agreement of each annotator with the others on the same items.

    Parameters
    ----------
    annotators : ndarray of int of shape (n_annotators,)
        Ascending.
    n_votes : ndarray of int of shape (n_annotators,)
        Votes of each.
    n_pairs : ndarray of int of shape (n_annotators,)
        Votes of others on the items of each.
    shares : ndarray of shape (n_annotators,)
        Share of these that agree; NaN without any.
    """

    annotators: Ints
    n_votes: Ints
    n_pairs: Ints
    shares: Floats


def agreement_with_others(item: ArrayLike, annotator: ArrayLike, label: ArrayLike) -> Agreement:
    """Compare each vote with the other votes on its item.

    Returns
    -------
    Agreement
        Every pair of votes on an item counts for both of its annotators.

    Examples
    --------
    >>> found = agreement_with_others([0, 0, 0, 1, 1], [0, 1, 2, 0, 1], [1, 1, 0, 0, 0])
    >>> found.n_pairs.tolist(), found.shares.round(2).tolist()
    ([3, 3, 2], [0.67, 0.67, 0.0])
    """
    _, i = np.unique(np.asarray(item), return_inverse=True)
    annotators, j = np.unique(np.asarray(annotator), return_inverse=True)
    _, y = np.unique(np.asarray(label), return_inverse=True)
    n_classes = int(y.max()) + 1
    cells = i * n_classes + y
    of_item, of_cell = np.bincount(i), np.bincount(cells)
    others = of_item[i] - 1
    agreeing = of_cell[cells] - 1
    n_pairs = np.bincount(j, others, annotators.size).astype(np.int64)
    n_agreeing = np.bincount(j, agreeing, annotators.size)
    with np.errstate(invalid="ignore"):
        shares = n_agreeing / np.where(n_pairs, n_pairs, np.nan)
    return Agreement(annotators.astype(np.int64), np.bincount(j), n_pairs, shares)


def always_the_same(annotator: ArrayLike, label: ArrayLike) -> Ints:
    """Annotators who give one label nearly always, and far more often than the others.

    Returns
    -------
    ndarray of int
        With at least 20 votes, nine of ten of them alike, and a frequency that would come by
        chance with a probability below .001, divided by the number of annotators and of classes.

    Examples
    --------
    >>> annotator = [0] * 40 + [1] * 40
    >>> always_the_same(annotator, [0, 1] * 20 + [1] * 40).tolist()
    [1]
    """
    annotators, j = np.unique(np.asarray(annotator), return_inverse=True)
    classes, y = np.unique(np.asarray(label), return_inverse=True)
    counts = np.bincount(j * classes.size + y, minlength=annotators.size * classes.size)
    table = counts.reshape(annotators.size, classes.size)
    votes = table.sum(axis=1)
    rest = table.sum(axis=0) - table  # of the others only: nobody is compared with themselves
    usual = (rest + 0.5) / (rest.sum(axis=1, keepdims=True) + 0.5 * classes.size)
    chance = bdtrc(table - 1, votes[:, None], usual)
    chance = np.where(table > 0, chance, 1.0)
    is_rare = (chance < _ALARM / table.size) & (table >= _NEARLY_ALL * votes[:, None])
    is_odd = (votes >= _FEWEST) & is_rare.any(axis=1)
    odd: Ints = annotators[is_odd].astype(np.int64)
    return odd


def copied(item: ArrayLike, annotator: ArrayLike, label: ArrayLike) -> list[tuple[int, int]]:
    """Pairs of annotators who err together: one seems to have copied the other's votes.

    Where the majority of the others gives another label, two independent annotators seldom give the
    same one. The usual rate is that of all other pairs, as some items are hard for everybody.

    Returns
    -------
    list of tuple of int
        Pairs who share more of the answers that contradict the majority than the usual rate, or
        one half if that is more, would give with a probability of .001 divided by the number of
        pairs.

    Notes
    -----
    Enough items need votes of two others: without them copying and agreeing look alike.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> truth = rng.integers(0, 2, 200)
    >>> votes = np.where(rng.random((5, 200)) < 0.75, truth, 1 - truth)
    >>> votes[4] = votes[3]
    >>> annotator, item = np.indices(votes.shape)
    >>> copied(item.ravel(), annotator.ravel(), votes.ravel())
    [(3, 4)]
    """
    annotators, table = _table(item, annotator, label)
    pairs = list(_pairs(table))
    shared = np.array([_alone_together(table, a, b) for a, b in pairs]).reshape(-1, 2)
    suspects = []
    for place, (a, b) in enumerate(pairs):
        rest = np.delete(shared, place, axis=0).sum(axis=0)
        usual = max(0.5, float(rest[0] / rest[1]) if rest[1] else 0.0)
        n_same, n_odd = shared[place]
        if n_odd and bdtrc(n_same - 1, n_odd, usual) < _ALARM / len(pairs):
            suspects.append((int(annotators[a]), int(annotators[b])))
    return suspects


def too_fast(annotator: ArrayLike, seconds: ArrayLike) -> Ints:
    """Annotators whose median time is below a third of the others' usual one.

    Returns
    -------
    ndarray of int
        With at least 20 votes; nobody where fewer than two others are known.

    Examples
    --------
    >>> annotator = np.repeat([0, 1, 2], 30)
    >>> too_fast(annotator, np.repeat([9.0, 8.0, 1.0], 30)).tolist()
    [2]
    """
    whose, took = np.asarray(annotator), np.asarray(seconds, dtype=np.float64)
    annotators = np.unique(whose)
    medians = np.array([np.median(took[whose == each]) for each in annotators])
    counts = np.array([np.sum(whose == each) for each in annotators])
    fast = []
    for place, each in enumerate(annotators):
        others = np.delete(medians, place)
        is_known = others.size >= 2 and counts[place] >= _FEWEST
        if is_known and medians[place] < _FAST * np.median(others):
            fast.append(each)
    return np.array(fast, dtype=np.int64)


def _table(item: ArrayLike, annotator: ArrayLike, label: ArrayLike) -> tuple[Ints, Ints]:
    """Annotators, and class codes of shape (n_annotators, n_items); -1 where one did not vote."""
    annotators, j = np.unique(np.asarray(annotator), return_inverse=True)
    items, i = np.unique(np.asarray(item), return_inverse=True)
    _, y = np.unique(np.asarray(label), return_inverse=True)
    table = np.full((annotators.size, items.size), -1, dtype=np.int64)
    table[j, i] = y
    return annotators.astype(np.int64), table


def _pairs(table: Ints) -> Iterator[tuple[int, int]]:
    """Annotators with enough items in common."""
    voted = (table >= 0).astype(np.int64)
    for a, b in np.argwhere(np.triu(voted @ voted.T >= _FEWEST, k=1)):
        yield int(a), int(b)


def _alone_together(table: Ints, a: int, b: int) -> tuple[int, int]:
    """Items where both contradict the majority of the others alike, and where either does."""
    items = np.flatnonzero((table[a] >= 0) & (table[b] >= 0))
    others = np.delete(table[:, items], [a, b], axis=0)
    tallies = np.stack([np.sum(others == code, axis=0) for code in range(table.max() + 1)])
    ranked = np.sort(tallies, axis=0)[::-1]
    second = ranked[1] if len(ranked) > 1 else np.zeros_like(ranked[0])
    is_clear = ranked[0] >= np.maximum(2, second + 1)
    usual = tallies.argmax(axis=0)
    mine, other = table[a, items], table[b, items]
    odd = is_clear & ((mine != usual) | (other != usual))
    return int(np.sum(odd & (mine == other))), int(np.sum(odd))
