"""Label aggregation: one label of an item from the votes of several people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, Ints

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# prior of an annotator: two votes on items of each class, .7 of them right
_PRIOR_VOTES = 2.0
_PRIOR_RIGHT = 0.7
_MOST_STEPS = 200
_TOLERANCE = 1e-5


@dataclass(frozen=True)
class Consensus:
    """Labels of items, each vote weighted by the error rates of its annotator.

    Parameters
    ----------
    items : ndarray of int of shape (n_items,)
        Items that were voted on, ascending.
    labels : ndarray of int of shape (n_items,)
        The likeliest label of each.
    classes : ndarray of int of shape (n_classes,)
        Labels that occur, ascending.
    shares : ndarray of shape (n_items, n_classes)
        Probability of each class under the model. Far too close to 0 and 1, as the model takes
        annotators' errors to be independent: good for ranking items, never to be shown as accuracy.
    annotators : ndarray of int of shape (n_annotators,)
        People who voted, ascending.
    confusions : ndarray of shape (n_annotators, n_classes, n_classes)
        Of each annotator: probability of the vote (last axis) given the true class (middle axis).
    """

    items: Ints
    labels: Ints
    classes: Ints
    shares: Floats = field(repr=False)
    annotators: Ints = field(repr=False)
    confusions: Floats = field(repr=False)

    @property
    def skills(self) -> Floats:
        """Probability that each annotator's vote is right, over the classes as frequent as here."""
        frequent = self.shares.mean(axis=0)
        right: Floats = np.einsum("jkk,k->j", self.confusions, frequent)
        return right


def majority_value(votes: Sequence[str]) -> str | None:
    """Return the value with most votes.

    Parameters
    ----------
    votes : sequence of str
        At least one.

    Returns
    -------
    str or None
        None where the first two are tied: a tie is not a label.

    Examples
    --------
    >>> majority_value(["yes", "no", "yes"])
    'yes'
    >>> majority_value(["yes", "no"]) is None
    True
    """
    ranked = Counter(votes).most_common(2)
    if len(ranked) == 2 and ranked[0][1] == ranked[1][1]:
        return None
    return ranked[0][0]


def is_unresolved(answers: Sequence[str | None]) -> bool:
    """Whether answers make no label: nobody gave one, or the first two are tied.

    Parameters
    ----------
    answers : sequence of str or None
        What people said; None: unsure. Without any there is nothing to resolve.

    Examples
    --------
    >>> is_unresolved(["yes", "no", None]), is_unresolved([None]), is_unresolved(["yes", None])
    (True, True, False)
    """
    given = [answer for answer in answers if answer is not None]
    return bool(answers) and (not given or majority_value(given) is None)


def dawid_skene(item: ArrayLike, annotator: ArrayLike, label: ArrayLike) -> Consensus:
    """Labels of items and error rates of annotators at once, by EM [1]_.

    Each annotator has a full confusion matrix, whose rows are shrunk towards two earlier votes of
    which .7 were right, so that a few votes neither make an annotator an authority nor turn the
    meaning of the votes round.

    Parameters
    ----------
    item, annotator, label : array-like of int, shape (n_votes,)
        One vote an entry: about which item, by whom, for which class.

    Returns
    -------
    Consensus
        Items ascending, with their labels.

    Raises
    ------
    ValueError
        If the three differ in length, are empty, or hold something other than integers.

    Notes
    -----
    It fails where annotators err in the same way: copied votes and a question that all misread are
    taken for the truth. With two votes an item it knows little more than the majority.

    References
    ----------
    .. [1] A. P. Dawid, A. M. Skene (1979), Maximum likelihood estimation of observer error-rates
       using the EM algorithm. Applied Statistics 28(1).

    Examples
    --------
    >>> item = [0, 0, 0, 1, 1, 1, 2, 2, 2]
    >>> annotator = [0, 1, 2, 0, 1, 2, 0, 1, 2]
    >>> dawid_skene(item, annotator, [1, 1, 0, 0, 0, 0, 1, 1, 0]).labels.tolist()
    [1, 0, 1]
    """
    items, i = _coded(item, "item")
    annotators, j = _coded(annotator, "annotator")
    classes, y = _coded(label, "label")
    if not i.size == j.size == y.size:
        raise ValueError(
            f"item, annotator and label hold {i.size}, {j.size} and {y.size} values; as many of "
            "each are needed. Pass one entry a vote."
        )
    votes = _Votes(i, j, y, items.size, annotators.size, classes.size)
    shares = votes.tallies() / votes.tallies().sum(axis=1, keepdims=True)
    for _ in range(_MOST_STEPS):
        before, confusions = shares, votes.confusions(shares)
        shares = votes.shares(confusions, before)
        if np.max(np.abs(shares - before)) < _TOLERANCE:
            break
    labels = classes[shares.argmax(axis=1)]
    return Consensus(items, labels, classes, shares, annotators, votes.confusions(shares))


def _coded(values: ArrayLike, name: str) -> tuple[Ints, Ints]:
    """Different values, ascending, and where among them each value stands."""
    raw = np.asarray(values)
    if raw.ndim != 1 or raw.size == 0 or raw.dtype.kind not in "iub":
        raise ValueError(
            f"{name} must be a flat array of integers with at least one vote; got "
            f"{raw.dtype} of shape {raw.shape}. Number what it holds first."
        )
    found, codes = np.unique(raw.astype(np.int64), return_inverse=True)
    return found, codes


@dataclass(frozen=True)
class _Votes:
    """Codes of item, annotator and class of every vote."""

    item: Ints
    annotator: Ints
    label: Ints
    n_items: int
    n_annotators: int
    n_classes: int

    def tallies(self) -> Floats:
        """Votes for each class, of shape (n_items, n_classes)."""
        cells = np.bincount(
            self.item * self.n_classes + self.label, minlength=self.n_items * self.n_classes
        )
        return cells.reshape(self.n_items, self.n_classes).astype(np.float64)

    def confusions(self, shares: Floats) -> Floats:
        """The annotators' error rates if the items' classes are as probable as this."""
        k = self.n_classes
        cells = self.annotator * k + self.label
        counts = np.stack(
            [
                np.bincount(cells, shares[self.item, true], self.n_annotators * k).reshape(-1, k)
                for true in range(k)
            ],
            axis=1,
        )
        seen = counts.astype(np.float64) + _prior(k)
        rates: Floats = seen / seen.sum(axis=2, keepdims=True)
        return rates

    def shares(self, confusions: Floats, before: Floats) -> Floats:
        """Probability of each item's classes if the annotators err like this."""
        frequent = (before.sum(axis=0) + 1) / (self.n_items + self.n_classes)
        told = np.log(confusions)
        logs = np.column_stack(
            [
                np.bincount(self.item, told[self.annotator, true, self.label], self.n_items)
                for true in range(self.n_classes)
            ]
        )
        logs += np.log(frequent)
        odds = np.exp(logs - logs.max(axis=1, keepdims=True))
        probable: Floats = odds / odds.sum(axis=1, keepdims=True)
        return probable


def _prior(n_classes: int) -> Floats:
    """Votes added to each annotator's confusion matrix."""
    if n_classes == 1:
        return np.full((1, 1), _PRIOR_VOTES)
    wrong = _PRIOR_VOTES * (1 - _PRIOR_RIGHT) / (n_classes - 1)
    prior = np.full((n_classes, n_classes), wrong)
    np.fill_diagonal(prior, _PRIOR_VOTES * _PRIOR_RIGHT)
    return prior
