"""Strata of rows by a machine's score: two or three parts that differ as much as they can."""

from __future__ import annotations

import numpy as np

from leadline.stats.arrays import Floats, Ints

_MOST_VALUES = 60
_LEAST_OF_TWO = 3
_LEAST_OF_THREE = 10
# a stratum costs a row of information: the third must tell more apart
_WORTH_A_CUT = 1.05


def score_strata(score: Floats, labels: Floats, cells: Ints) -> Ints:
    """Cut each cell of rows by the score, where people labelled enough rows on each side.

    The cuts make the variance of the score within the strata least. Of the labels they see where
    these are and how many are positive, but not which: nothing is biased by the cuts.

    Parameters
    ----------
    score : ndarray of float, shape (n_rows,)
        On any scale; nan, where the machine is unsure, counts as the mean of the cell.
    labels : ndarray of float, shape (n_rows,)
        1 or 0; nan where nobody labelled.
    cells : ndarray of int, shape (n_rows,)
        Rows that must not share a stratum with others, from 0.

    Returns
    -------
    ndarray of int, shape (n_rows,)
        The stratum of each row, from 0. A cell is cut in three if each part gets 10 labelled rows
        and people found 5 positive and 5 negative ones; in two if each gets 3 and they found one of
        either; not if its scores are all alike. Each stratum brings a prior of its own, which must
        not outweigh what was found.

    Examples
    --------
    >>> score = np.repeat([0.0, 1.0], 50)
    >>> strata = score_strata(score, score, np.zeros(100, dtype=int))
    >>> strata[[0, 49, 50, 99]].tolist()
    [0, 0, 1, 1]
    """
    strata = np.zeros(score.size, dtype=np.int64)
    n_strata = 0
    for cell in np.unique(cells):
        here = np.flatnonzero(cells == cell)
        known = score[here][~np.isnan(score[here])]
        filled = np.nan_to_num(score[here], nan=float(known.mean()) if known.size else 0.0)
        cuts = _best_cuts(filled, labels[here])
        strata[here] = n_strata + np.searchsorted(cuts, filled, side="right")
        n_strata += len(cuts) + 1
    return strata


def _best_cuts(score: Floats, labels: Floats) -> Floats:
    """Return up to two scores at which a next stratum begins."""
    is_labelled = ~np.isnan(labels)
    rarer = min(np.sum(labels == 1), np.sum(labels == 0))
    starts = np.unique(score)[1:]
    if starts.size > _MOST_VALUES:
        starts = np.unique(np.quantile(score, np.linspace(0, 1, _MOST_VALUES + 2)[1:-1]))
        starts = starts[starts > score.min()]
    if not starts.size:
        return starts
    # of the rows below each start, and of all: how many, how many labelled, sum of scores
    place = np.searchsorted(starts, score, side="right")
    below = [
        np.concatenate([[0.0], np.cumsum(np.bincount(place, weights, minlength=starts.size + 1))])
        for weights in (np.ones(score.size), is_labelled.astype(np.float64), score - score.mean())
    ]
    m = starts.size
    best, most = starts[:0], 0.0
    for n_cuts, least, least_rarer in ((1, _LEAST_OF_TWO, 1), (2, _LEAST_OF_THREE, 5)):
        cuts = np.stack(np.triu_indices(m, 1)) + 1 if n_cuts == 2 else np.arange(1, m + 1)[None]
        if not cuts.size or rarer < least_rarer:
            break
        ends = np.vstack([np.zeros_like(cuts[:1]), cuts, np.full_like(cuts[:1], m + 1)])
        rows, labelled, total = (np.diff(sums[ends], axis=0) for sums in below)
        between = np.sum(total**2 / np.maximum(rows, 1), axis=0)
        between[np.any(labelled < least, axis=0)] = 0.0
        if between.max() > most * _WORTH_A_CUT:
            most = float(between.max())
            best = starts[cuts[:, np.argmax(between)] - 1]
    return best
