"""Query strategies of active learning: the rows to label next.

`margins` measures how certain a model is of each row: the least certain first is uncertainty
sampling [1]_.
`farthest_first` orders rows so that every beginning is spread out: diversity by greedy k-centre,
also known as a core-set [2]_. Neither draws at random, so that rows labelled in such an order are
no sample of what there is.

References
----------
.. [1] B. Settles (2009), Active learning literature survey. Univ. of Wisconsin-Madison, TR 1648.
.. [2] O. Sener, S. Savarese (2018), Active learning for convolutional neural networks: a core-set
   approach. ICLR. The greedy algorithm: T. F. Gonzalez (1985), Theor. Comput. Sci. 38, 293-306.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats, Ints

_BLOCK = 512


def margins(y_proba: ArrayLike) -> Floats:
    """Probability of the likeliest class less that of the next one.

    Parameters
    ----------
    y_proba : array-like of float, shape (n_samples, n_classes)
        Probabilities; two classes or more.

    Returns
    -------
    ndarray of shape (n_samples,)
        In [0, 1]; 0: two classes are equally likely.

    Raises
    ------
    ValueError
        If there are not two columns or more.

    Examples
    --------
    >>> margins([[0.5, 0.5], [0.9, 0.1]]).tolist()
    [0.0, 0.8]
    """
    proba = np.asarray(y_proba, dtype=np.float64)
    if proba.ndim != 2 or proba.shape[1] < 2:
        raise ValueError(f"y_proba must have a row a sample and two columns or more: {proba.shape}")
    second, first = np.partition(proba, -2, axis=1)[:, -2:].T
    gap: Floats = first - second
    return gap


def farthest_first(X: ArrayLike, known: ArrayLike, n_most: int) -> Ints:
    """Rows in an order in which each next one is farthest from all before it.

    Parameters
    ----------
    X : array-like of float, shape (n_samples, n_features)
        Rows to choose from, on scales that can be compared.
    known : array-like of float, shape (n_known, n_features)
        Rows that are labelled already; at least one.
    n_most : int >= 0
        Rows to choose; time grows as ``n_most * n_samples``.

    Returns
    -------
    ndarray of int of shape (min(n_most, n_samples),)
        Places in `X`, the farthest first; none twice.

    Raises
    ------
    ValueError
        If no row is known.

    Examples
    --------
    >>> farthest_first([[1.0], [5.0], [4.9], [-3.0]], [[0.0]], 3).tolist()
    [1, 3, 0]
    """
    rows, near = np.asarray(X, dtype=np.float64), np.asarray(known, dtype=np.float64)
    if not len(near):
        raise ValueError("farthest_first needs a row to be far from; got none")
    gaps = np.min([_gaps(rows, block) for block in _blocks(near)], axis=0)
    order = np.empty(min(n_most, len(rows)), dtype=np.int64)
    for place in range(order.size):
        order[place] = chosen = int(np.argmax(gaps))
        np.minimum(gaps, _gaps(rows, rows[chosen : chosen + 1]), out=gaps)
        gaps[chosen] = -np.inf  # a row that is taken stays the nearest of all
    return order


def _blocks(rows: Floats) -> list[Floats]:
    """Rows in pieces, so that no table of all distances is ever held."""
    return [rows[start : start + _BLOCK] for start in range(0, len(rows), _BLOCK)]


def _gaps(rows: Floats, others: Floats) -> Floats:
    """Squared distance of each row to the nearest of some others."""
    inner = rows @ others.T
    apart = np.einsum("ij,ij->i", others, others)[None] - 2 * inner
    gaps: Floats = apart.min(axis=1) + np.einsum("ij,ij->i", rows, rows)
    return gaps
