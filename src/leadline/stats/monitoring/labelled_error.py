"""Error of a block from the labels of some of its rows, which are drawn by strata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from leadline.stats.arrays import Floats, Ints
from leadline.stats.monitoring.predicted_error import strata_of


@dataclass(frozen=True)
class Gap:
    """By how much a block's error is above what was predicted.

    Parameters
    ----------
    value : float
        As the labels have it; 0 without any.
    variance : float
        Of that, by what the labels say; infinite without any.
    usual_variance : float
        As it would be if the prediction were right. A few labels that are all wrong have hardly
        a variance of their own: whoever tests for a rise takes the larger of the two.
    """

    value: float
    variance: float
    usual_variance: float


def stratified_rows(expected: Floats, n_labels: int, rng: np.random.Generator) -> Ints:
    """Draw rows to label by strata of the predicted error, in random order.

    Parameters
    ----------
    expected : ndarray of shape (n,)
        Predicted error of each row.
    n_labels : int >= 1
        Rows wanted; with as many or more than there are, all are drawn.
    rng : Generator
        Source of chance.

    Returns
    -------
    ndarray of int, shape (min(n_labels, n),)
    """
    n = min(n_labels, expected.size)
    if n == expected.size:
        return rng.permutation(n).astype(np.int64)
    strata = strata_of(expected, n)
    spreads = np.sqrt(expected * (1 - expected))
    weights = np.bincount(strata, weights=spreads)
    counts = _rounded(weights / weights.sum() * n, np.bincount(strata))
    rows: list[Ints] = []
    for stratum, count in enumerate(counts):
        here = np.flatnonzero(strata == stratum)
        rows.append(rng.permutation(here)[:count])
    return rng.permutation(np.concatenate(rows)).astype(np.int64)


def gap_of(expected: Floats, rows: Ints, wrong: Floats, weights: Floats | None = None) -> Gap:
    """Measure by how much a block's error is above what was predicted.

    A stratum without a label is taken to be like all rows that have one. Rows that were drawn by
    strata leave none; of 50 at random among 300, one draw of twelve does, and the estimate is
    unbiased there, too.

    Parameters
    ----------
    expected : ndarray of shape (n,)
        Predicted error of each row.
    rows : ndarray of int, shape (n_labels,)
        Those with a label.
    wrong : ndarray of {0, 1}, shape (n_labels,)
        Whether the model is wrong on them.
    weights : ndarray of shape (n,), optional
        What an error on each row counts; 1 without.
    """
    if not rows.size:
        return Gap(0.0, np.inf, np.inf)
    weight = np.ones(expected.size) if weights is None else weights
    strata = strata_of(expected, rows.size)
    n_strata = int(strata.max()) + 1
    sizes = np.bincount(strata, minlength=n_strata)
    counts = np.bincount(strata[rows], minlength=n_strata)
    off = wrong - expected[rows]
    rest = np.bincount(strata[rows], weights=weight[rows] * off, minlength=n_strata)
    overall = float(off.sum()) / rows.size
    squared = np.bincount(strata, weights=weight**2, minlength=n_strata) / sizes
    elsewhere = float(np.sum(weight[rows] * off)) / rows.size
    means = np.where(counts > 0, rest / np.maximum(counts, 1), elsewhere)
    shares = sizes / expected.size
    # what was seen beside what was predicted, as if of two rows
    ups = np.bincount(strata[rows], weights=wrong, minlength=n_strata)
    likely = np.bincount(strata, weights=expected, minlength=n_strata) / sizes
    rate = (ups + 2 * np.clip(likely + overall, 0.01, 0.99)) / (counts + 2)
    spread = squared * shares**2 / np.maximum(counts, 1) * (1 - counts / sizes)
    variance = float(spread @ (rate * (1 - rate)))
    usual = float(spread @ (likely * (1 - likely)))
    return Gap(float(shares @ means), max(variance, 1e-9), usual)


def _rounded(wanted: Floats, most: Ints) -> Ints:
    """Whole numbers that add up, at most as many as there are, by largest remainders."""
    total = round(float(wanted.sum()))
    counts = np.minimum(np.floor(wanted).astype(np.int64), most)
    while counts.sum() < total and np.any(counts < most):
        behind = np.where(counts < most, wanted - counts, -np.inf)
        counts[int(np.argmax(behind))] += 1
    return counts
