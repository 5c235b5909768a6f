"""Shuffles of many rows, drawn from the normal distribution that the means of slices tend to.

A shuffled loss has mean differences between slices whose correlations depend on the rows that the
slices share, not on the loss. With many rows the differences are jointly normal [1]_, so that the
smallest p-value of a shuffle can be drawn without shuffling.

References
----------
.. [1] J. Hájek (1961), Some extensions of the Wald-Wolfowitz-Noether theorem.
   Ann. Math. Statist. 32, 506-523.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtr

from leadline.stats.arrays import Floats, Ints

if TYPE_CHECKING:
    from scipy import sparse


def smallest_if_normal(
    rows: sparse.csr_array, parts: Ints, rng: np.random.Generator, n_shuffles: int
) -> Floats:
    """The smallest p-value of each shuffle, of slices of one column and of pairs.

    Parameters
    ----------
    rows : sparse matrix of shape (n_slices, n_samples)
        1 where a row belongs to a slice; slices of one column first, then pairs.
    parts : ndarray of int of shape (n_pairs, 2)
        The slices that each pair is made of.
    rng : Generator
        Draws.
    n_shuffles : int
        How many.

    Returns
    -------
    ndarray of shape (2, n_shuffles)
        Of slices of one column against the rest; of the excess of pairs over their parts. 1 where
        there are none.
    """
    n_singles = rows.shape[0] - len(parts)
    correlation = correlations(rows, parts)
    values, vectors = np.linalg.eigh(correlation)
    root = vectors * np.sqrt(np.maximum(values, 0.0))
    z = root @ rng.standard_normal((len(correlation), n_shuffles))
    p_values = np.asarray(ndtr(-z))
    levels = (p_values[:n_singles], p_values[n_singles:])
    return np.asarray([each.min(axis=0, initial=1.0) for each in levels])


def correlations(rows: sparse.csr_array, parts: Ints) -> Floats:
    """Correlations of what is tested, over all shuffles of any loss.

    Parameters
    ----------
    rows, parts
        As for `smallest_if_normal`.

    Returns
    -------
    ndarray of shape (n_slices, n_slices)
        Of the difference of each slice of one column to the rest, and of each pair's excess.
    """
    n_slices, n_samples = rows.shape
    n_singles = n_slices - len(parts)
    n = np.asarray(rows.sum(axis=1), dtype=np.float64)
    shared = np.empty((n_slices + 1, n_slices + 1))
    shared[:-1, :-1] = (rows @ rows.T).toarray()
    shared[-1] = shared[:, -1] = [*n, n_samples]
    # each tested difference is a weighted sum over slices; the last one is all rows
    weights = np.zeros((n_slices, n_slices + 1))
    single = np.arange(n_singles)
    weights[single, single] = 1 / n[:n_singles] + 1 / (n_samples - n[:n_singles])
    weights[single, -1] = -1 / (n_samples - n[:n_singles])
    for pair, (first, second) in enumerate(parts):
        at = n_singles + pair
        both, alone, other = n[at], n[first] - n[at], n[second] - n[at]
        neither = n_samples - both - alone - other
        weights[at, -1] = 1 / neither
        weights[at, first] = -1 / alone - 1 / neither
        weights[at, second] = -1 / other - 1 / neither
        weights[at, at] = 1 / both + 1 / alone + 1 / other + 1 / neither
    covariance = weights @ shared @ weights.T
    spread = np.sqrt(np.diag(covariance))
    return np.asarray(covariance / np.outer(spread, spread))
