"""Choice of the rows of a stream that tell precision and recall of each of several classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, Ints
from leadline.stats.judgments.bands import checked_rows
from leadline.stats.judgments.strata.class_strata import ClassStrata, as_probabilities
from leadline.stats.judgments.stratified_sampling import allocate, spread

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

_LEAST_A_STRATUM = 2
# of each stratum at least this share is feared to be of another class, whatever is claimed
_LEAST_WRONG = 0.04
# beside judgments of a stratum, the claim weighs as much as so many of them
_CLAIM_COUNTS = 4.0


def sample_classes(
    probabilities: ArrayLike,
    n: int,
    rng: np.random.Generator,
    *,
    cuts: ArrayLike | None = None,
    costs: ArrayLike | None = None,
    rows: ArrayLike = (),
    truth_codes: ArrayLike = (),
) -> Ints:
    """Choose the rows of a stream of several classes that reviewers should judge.

    The strata are the class said, by the cuts between which its probability lies. Each gets two
    judgments as far as `n` allows, the others go where they narrow the precision and the recall
    of all classes most: ``n_h ~ N_h sqrt(sum_m g_mh^2 p_mh (1 - p_mh))`` [1]_, g being the
    derivative of each class's precision and recall by a share of the stratum, and p that share as
    the probabilities claim it, and as what was judged has it once something was: the claim then
    weighs as much as four judgments. Every class counts alike, so that rare ones get enough. Within
    a stratum the rows are spread evenly over the confidence.

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
    costs : array-like of float >= 0, shape (n_classes, n_classes), optional
        What a confusion costs, by true class and class said: rows of which another class costs
        least to say get judgments of their own. Give `estimate_classes` the same.

    Returns
    -------
    ndarray of int of shape (min(n, n_samples),)
        Different row numbers, in random order so that the order tells nothing.

    Raises
    ------
    ValueError
        If `n` is below 1, or the probabilities or cuts are none; if a row judged does not exist, is
        named twice, or has no answer.

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
    had, codes = _judged(shares, rows, truth_codes)
    if n >= shares.shape[0] - had.size:
        return rng.permutation(np.setdiff1d(np.arange(shares.shape[0]), had)).astype(np.int64)
    strata = ClassStrata.of(shares, cuts, costs)
    stratum = strata.stratum_of(shares)
    seen = np.zeros((strata.sizes.size, strata.n_classes))
    np.add.at(seen, (stratum[had], codes), 1)
    n_had = seen.sum(axis=1).astype(np.int64)
    gain = _gain(strata, seen)
    wanted = allocate(strata.sizes, gain, n, least=_LEAST_A_STRATUM, had=n_had) - n_had
    # at random among equals: where confidences tie, the order of the file must not decide
    confidence: Floats = shares.max(axis=1)
    order = np.lexsort((rng.random(stratum.size), confidence, stratum))
    order = order[~np.isin(order, had)]
    sizes = strata.sizes - n_had
    ends = np.cumsum(sizes)
    chosen = [
        order[end - size + spread(int(size), int(count), rng)]
        for end, size, count in zip(ends, sizes, wanted, strict=True)
    ]
    return rng.permutation(np.concatenate(chosen)).astype(np.int64)


def _judged(shares: Floats, rows: ArrayLike, truth_codes: ArrayLike) -> tuple[Ints, Ints]:
    """Rows judged already with their codes; both may be empty."""
    named, codes = np.asarray(rows), np.asarray(truth_codes)
    if named.shape != codes.shape:
        raise ValueError(
            f"truth_codes has shape {codes.shape}, {named.shape} is needed: one a row judged."
        )
    if not named.size:
        return named.astype(np.int64), codes.astype(np.int64)
    had = checked_rows(named, shares.shape[0])
    if not np.issubdtype(codes.dtype, np.integer):
        raise ValueError("truth_codes must be column numbers; some are not whole.")
    if codes.min() < 0 or codes.max() >= shares.shape[1]:
        raise ValueError(f"truth_codes must lie between 0 and {shares.shape[1] - 1}; some do not.")
    return had, codes.astype(np.int64)


def _gain(strata: ClassStrata, seen: Floats) -> Floats:
    """Gain in precision and recall by one more judgment in each stratum, up to a factor."""
    places = np.arange(strata.sizes.size)
    p = (_CLAIM_COUNTS * _feared(strata) + seen) / (_CLAIM_COUNTS + seen.sum(axis=1, keepdims=True))
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
