"""Tests of a larger mean loss: a slice against the rest, a pair against what its parts explain.

Each gives a p-value a slice, from the rows and the sums of the loss in it. The values need to be
alike across slices of all sizes, not exact: the search compares the smallest of them with what
shuffled losses give.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln, ndtr, ndtri, stdtr, stdtrit

from leadline.stats.arrays import Floats

_TINY = 1e-300


@dataclass(frozen=True)
class Cells:
    """Rows, and sums of the loss and of its square, of groups of rows.

    Parameters
    ----------
    n : ndarray of shape (...,)
        Rows.
    total, square : ndarray of shape (..., n_shuffles)
        Sums of the loss and of its square.
    """

    n: NDArray[np.float64]
    total: Floats
    square: Floats

    def __sub__(self, other: Cells) -> Cells:
        return Cells(self.n - other.n, self.total - other.total, self.square - other.square)

    @property
    def mean(self) -> Floats:
        """Mean loss; 0 where there are no rows."""
        return np.asarray(self.total / np.maximum(self.n, 1)[..., None])

    def variance_of_mean(self, prior: float) -> Floats:
        """Squared standard error of the mean; drawn towards `prior`, if that is above 0.

        A cell without an error, or with nothing else, would seem to be known for certain.
        """
        n, weight = np.maximum(self.n, 2)[..., None], 2.0 if prior > 0 else 0.0
        spread = np.maximum(self.square - self.total**2 / n, 0.0)
        return np.asarray((spread + weight * prior) / (n - 1 + weight) / n)


def exact_tail(n_rows: int, n_wrong: int, n_samples: int) -> Floats:
    """Chance of at least k wrong rows in a slice whose rows are drawn by chance, for every k.

    Parameters
    ----------
    n_rows, n_wrong, n_samples : int
        Rows of the slice; wrong rows, and all rows.

    Returns
    -------
    ndarray of shape (n_rows + 1,)
        Upper tail of the hypergeometric distribution, as in Fisher's exact test.

    Examples
    --------
    >>> exact_tail(2, 2, 4).round(3).tolist()
    [1.0, 0.833, 0.167]
    """
    k = np.arange(n_rows + 1, dtype=np.float64)
    may = (k <= n_wrong) & (n_rows - k <= n_samples - n_wrong)
    at = k[may]
    log_share = (
        _log_choose(n_wrong, at)
        + _log_choose(n_samples - n_wrong, n_rows - at)
        - _log_choose(n_samples, np.asarray(float(n_rows)))
    )
    shares = np.zeros(n_rows + 1)
    shares[may] = np.exp(log_share)
    tail: Floats = np.clip(np.cumsum(shares[::-1])[::-1], _TINY, 1.0)
    return tail


def _log_choose(n: float, k: Floats) -> Floats:
    found: Floats = np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))
    return found


def welch_tails(inside: Cells, outside: Cells) -> Floats:
    """One-sided p-values of Welch's t: the mean inside is larger than outside."""
    a, b = inside.variance_of_mean(0.0), outside.variance_of_mean(0.0)
    gap = inside.mean - outside.mean
    return _student_tail(gap, a + b, welch_freedom(inside, outside))


def welch_freedom(inside: Cells, outside: Cells) -> Floats:
    """Degrees of freedom of Welch's t."""
    parts = [(each.variance_of_mean(0.0), each.n[..., None]) for each in (inside, outside)]
    return _freedom(parts)


def _freedom(parts: list[tuple[Floats, Floats]]) -> Floats:
    whole = np.asarray(sum(variance for variance, _ in parts))
    below = np.asarray(sum(variance**2 / np.maximum(n - 1, 1) for variance, n in parts))
    is_known = below > 0
    found: Floats = np.where(is_known, whole**2, 1.0) / np.where(is_known, below, 1.0)
    return found


def contrast_tails(four: tuple[Cells, Cells, Cells, Cells], prior: float) -> Floats:
    """One-sided p-values of a pair's excess: it is above what its two parts add up to.

    Parameters
    ----------
    four : tuple of Cells
        Rows of both slices, of the first alone, of the second alone, and of neither.
    prior : float >= 0
        Variance of the loss over all rows, for losses of 0 and 1; 0 for others.
    """
    gap, variance, freedom = contrast(four, prior)
    if prior > 0:
        spread = np.sqrt(np.maximum(variance, _TINY))
        return np.clip(np.asarray(ndtr(-gap / spread)), _TINY, 1.0)
    return _student_tail(gap, variance, freedom)


def contrast(
    four: tuple[Cells, Cells, Cells, Cells], prior: float
) -> tuple[Floats, Floats, Floats]:
    """The excess, its squared standard error, and the degrees of freedom of the latter."""
    both, first, second, neither = four
    gap = both.mean - first.mean - second.mean + neither.mean
    parts = [(each.variance_of_mean(prior), each.n[..., None]) for each in four]
    return gap, np.asarray(sum(variance for variance, _ in parts)), _freedom(parts)


def _student_tail(gap: Floats, variance: Floats, freedom: Floats) -> Floats:
    known = variance > 0
    t = np.where(known, gap / np.sqrt(np.where(known, variance, 1.0)), 0.0)
    found: Floats = np.clip(np.asarray(stdtr(freedom, -t)), _TINY, 1.0)
    return found


def lower_bound_of_shares(k1: Floats, n1: Floats, k0: Floats, n0: Floats, tail: Floats) -> Floats:
    """Lower bound of a difference of two proportions, by Newcombe's hybrid of score intervals.

    Parameters
    ----------
    k1, n1, k0, n0 : ndarray of shape (...,)
        Hits and rows of each side; the difference is first minus second.
    tail : ndarray of shape (...,)
        Error probability below the bound, in (0, 1).

    References
    ----------
    .. [1] R. G. Newcombe (1998), Interval estimation for the difference between independent
       proportions: comparison of eleven methods. Statistics in Medicine 17, 873-890, method 10.
    """
    z: Floats = np.asarray(-ndtri(tail))
    low1 = _score_ends(k1, n1, z)[0]
    high0 = _score_ends(k0, n0, z)[1]
    share1, share0 = k1 / n1, k0 / n0
    return np.asarray(share1 - share0 - np.hypot(share1 - low1, high0 - share0))


def _score_ends(k: Floats, n: Floats, z: Floats) -> tuple[Floats, Floats]:
    share = k / n
    centre = share + z**2 / (2 * n)
    half = z * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return (centre - half) / (1 + z**2 / n), (centre + half) / (1 + z**2 / n)


def student_quantile(freedom: Floats, tail: Floats) -> Floats:
    """What Student's t exceeds with probability `tail`."""
    return np.asarray(-stdtrit(freedom, tail))
