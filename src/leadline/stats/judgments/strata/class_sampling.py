"""Choice of the rows of a stream that tell precision and recall of each of several classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, Ints
from leadline.stats.judgments.strata.class_strata import ClassStrata, as_probabilities
from leadline.stats.judgments.stratified_sampling import allocate, spread

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_LEAST_A_STRATUM = 2
# of each stratum at least this share is feared to be of another class, whatever is claimed
_LEAST_WRONG = 0.04


def sample_classes(
    probabilities: ArrayLike,
    n: int,
    rng: np.random.Generator,
    *,
    cuts: ArrayLike | None = None,
) -> Ints:
    """Choose the rows of a stream of several classes that reviewers should judge.

    The strata are the class said, by the cuts between which its probability lies. Each gets two
    judgments as far as `n` allows, the others go where they narrow the precision and the recall
    of all classes most: ``n_h ~ N_h sqrt(sum_m g_mh^2 p_mh (1 - p_mh))`` [1]_, g being the
    derivative of each class's precision and recall by a share of the stratum, and p that share as
    the probabilities claim it. Every class counts alike, so that rare ones get enough. Within a
    stratum the rows are spread evenly over the confidence.

    Parameters
    ----------
    probabilities : array-like of float, shape (n_samples, n_classes)
        What the model says of each row of the stream, calibrated or not.
    n : int >= 1
        Judgments wanted; with as many or more than there are rows, all rows are returned.
    rng : Generator
        Source of chance.
    cuts : array-like of float in (0, 1], optional
        Confidences below which the model may be left without an answer; without them those below
        which a tenth, a quarter and a half of the rows lie. Give `estimate_classes` the same.

    Returns
    -------
    ndarray of int of shape (min(n, n_samples),)
        Different row numbers, in random order so that the order tells nothing.

    Raises
    ------
    ValueError
        If `n` is below 1, or the probabilities or cuts are none.

    References
    ----------
    .. [1] J. Neyman (1934), On the two different aspects of the representative method. J. Roy.
       Statist. Soc. 97, 558-625.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows = sample_classes(rng.dirichlet([1, 1, 1], 1000), 60, rng)
    >>> rows.size, len(set(rows.tolist()))
    (60, 60)
    """
    shares = as_probabilities(probabilities)
    if n < 1:
        raise ValueError(f"n must be at least 1; got {n}.")
    if n >= shares.shape[0]:
        return rng.permutation(shares.shape[0]).astype(np.int64)
    strata = ClassStrata.of(shares, cuts)
    stratum = strata.stratum_of(shares)
    wanted = allocate(strata.sizes, _gain(strata), n, least=_LEAST_A_STRATUM)
    # at random among equals: where confidences tie, the order of the file must not decide
    confidence: Floats = shares.max(axis=1)
    order = np.lexsort((rng.random(stratum.size), confidence, stratum))
    ends = np.cumsum(strata.sizes)
    rows = [
        order[end - size + spread(int(size), int(count), rng)]
        for end, size, count in zip(ends, strata.sizes, wanted, strict=True)
    ]
    return rng.permutation(np.concatenate(rows)).astype(np.int64)


def _gain(strata: ClassStrata) -> Floats:
    """Gain in precision and recall by one more judgment in each stratum, up to a factor."""
    places = np.arange(strata.sizes.size)
    p = _feared(strata)
    rows = p * strata.sizes[:, None]
    n_true = np.maximum(rows.sum(axis=0), 1.0)
    n_right = np.bincount(
        strata.said, weights=rows[places, strata.said], minlength=strata.n_classes
    )
    recall = np.minimum(n_right / n_true, 1.0)
    # a row of a class that is said to be another lowers its recall, a right one raises it
    by_recall = np.broadcast_to(recall / n_true, p.shape).copy()
    by_recall[places, strata.said] = ((1 - recall) / n_true)[strata.said]
    variance = p * (1 - p)
    right = variance[places, strata.said]
    by_precision = right / np.maximum(strata.n_said[strata.said], 1) ** 2
    gain: Floats = strata.sizes * np.sqrt(by_precision + (by_recall**2 * variance).sum(axis=1))
    return gain


def _feared(strata: ClassStrata) -> Floats:
    """Shares of the classes in each stratum, of the class said at most .96."""
    places = np.arange(strata.sizes.size)
    right = np.minimum(strata.claimed[places, strata.said], 1 - _LEAST_WRONG)
    others = strata.claimed + 1e-6
    others[places, strata.said] = 0.0
    found: Floats = others / others.sum(axis=1, keepdims=True) * (1 - right)[:, None]
    found[places, strata.said] = right
    return found
