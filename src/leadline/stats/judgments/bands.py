"""Strata of a stream by score: bands between thresholds, and thin slices of them.

Everything that is computed here treats the rows of a slice alike, so a stream of any length is kept
as a few dozen numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit, ndtri

from leadline.stats.arrays import Floats, Ints, as_vector

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

# of the rows below the lowest threshold, those nearest to it: the few positives left are there
_SHARES_BELOW = (0.05, 0.25)
_SLICES = 8
# log odds beyond which a score of 0 or 1 would say more than any reviewer
_FURTHEST = 12.0
_KEPT = ("thresholds", "edges", "sizes", "bands", "log_odds", "ranks")


@dataclass(frozen=True)
class Bands:
    """A stream, summarised for the statistics of its judgments.

    Parameters
    ----------
    thresholds : ndarray of shape (n_thresholds,)
        In the order in which they were given.
    edges : ndarray of shape (n_slices - 1,)
        Lowest score of each slice but the first; rising.
    sizes : ndarray of int of shape (n_slices,)
        Rows of each slice.
    bands : ndarray of int of shape (n_slices,)
        The band of each slice, from 0 at the bottom; bands may be empty.
    log_odds : ndarray of shape (n_slices,)
        Mean log odds that the scores claim; the scores themselves where some are outside [0, 1].
    ranks : ndarray of shape (n_slices,)
        Normal quantile of the slice's place in the order of scores.
    are_shares : bool
        Whether all scores lie in [0, 1].
    """

    thresholds: Floats
    edges: Floats
    sizes: Ints
    bands: Ints
    log_odds: Floats
    ranks: Floats
    are_shares: bool

    @classmethod
    def of(cls, scores: ArrayLike, thresholds: ArrayLike) -> Bands:
        """Cut a stream.

        Parameters
        ----------
        scores : array-like of float, shape (n_samples,)
            Higher for more likely positive.
        thresholds : array-like of float, shape (n_thresholds,)
            In any order.

        Raises
        ------
        ValueError
            If one is empty or not finite.
        """
        values = as_vector(scores, "scores")
        thresholds = as_vector(thresholds, "thresholds")
        return cls._cut(np.sort(values), thresholds)

    @classmethod
    def _cut(cls, ordered: Floats, thresholds: Floats) -> Bands:
        cuts = np.unique(thresholds)
        starts, bands = _slices(ordered, cuts)
        sizes = np.diff(np.append(starts, ordered.size))
        are_shares = bool(ordered[0] >= 0 and ordered[-1] <= 1)
        claimed = _claimed(ordered) if are_shares else ordered
        places = (starts + sizes / 2) / ordered.size
        return cls(
            thresholds=thresholds,
            edges=ordered[starts[1:]],
            sizes=sizes.astype(np.int64),
            bands=bands,
            log_odds=np.add.reduceat(claimed, starts) / sizes,
            ranks=ndtri(places),
            are_shares=are_shares,
        )

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> Bands:
        """Return what `as_dict` gave."""
        return cls(
            thresholds=np.asarray(kept["thresholds"], dtype=np.float64),
            edges=np.asarray(kept["edges"], dtype=np.float64),
            sizes=np.asarray(kept["sizes"], dtype=np.int64),
            bands=np.asarray(kept["bands"], dtype=np.int64),
            log_odds=np.asarray(kept["log_odds"], dtype=np.float64),
            ranks=np.asarray(kept["ranks"], dtype=np.float64),
            are_shares=bool(kept["are_shares"]),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain lists, as JSON can keep them."""
        lists = {name: getattr(self, name).tolist() for name in _KEPT}
        return lists | {"are_shares": self.are_shares}

    @property
    def n_samples(self) -> int:
        """Rows of the stream."""
        return int(self.sizes.sum())

    @cached_property
    def n_bands(self) -> int:
        """Bands, the empty ones too."""
        return len(_SHARES_BELOW) + 1 + np.unique(self.thresholds).size

    @cached_property
    def band_sizes(self) -> Ints:
        """Rows of each band."""
        sizes = np.bincount(self.bands, weights=self.sizes, minlength=self.n_bands)
        return sizes.astype(np.int64)

    @cached_property
    def first_alerts(self) -> Ints:
        """The lowest band that alerts at each threshold."""
        places = np.searchsorted(np.unique(self.thresholds), self.thresholds)
        return (places + len(_SHARES_BELOW) + 1).astype(np.int64)

    @property
    def n_alerts(self) -> Ints:
        """Rows at or above each threshold."""
        return upwards(self.band_sizes)[self.first_alerts]

    def slice_of(self, scores: ArrayLike) -> Ints:
        """Return the slice of each score."""
        found = np.searchsorted(self.edges, np.asarray(scores, dtype=np.float64), side="right")
        return found.astype(np.int64)


def checked_rows(rows: ArrayLike, n_samples: int) -> Ints:
    """The judged rows of a stream, each once.

    Parameters
    ----------
    rows : array-like of int, shape (n_judged,)
        At least one.
    n_samples : int
        Rows of the stream.

    Raises
    ------
    ValueError
        If there is none, one is named twice, or one does not exist.
    """
    judged = np.asarray(rows)
    if judged.ndim != 1 or judged.size == 0 or not np.issubdtype(judged.dtype, np.integer):
        raise ValueError("rows must be a flat list of row numbers with at least one; it is not.")
    if judged.min() < 0 or judged.max() >= n_samples:
        raise ValueError(f"rows must lie between 0 and {n_samples - 1}; some do not.")
    if np.unique(judged).size != judged.size:
        raise ValueError(
            "rows names a row twice, each may be judged once. Settle doubled judgments first."
        )
    return judged.astype(np.int64)


def _claimed(ordered: Floats) -> Floats:
    """Log odds that scores claim: a score of 0 claims no more than half of the least above it."""
    inner = ordered[(ordered > 0) & (ordered < 1)]
    lowest, highest = (inner[0], inner[-1]) if inner.size else (0.5, 0.5)
    within = np.clip(ordered, lowest / 2, (1 + highest) / 2)
    return np.clip(logit(within), -_FURTHEST, _FURTHEST)


def upwards(counts: NDArray[Any]) -> NDArray[Any]:
    """Sum over each band and all above it, along the last axis."""
    return np.cumsum(counts[..., ::-1], axis=-1)[..., ::-1]


def _slices(ordered: Floats, cuts: Floats) -> tuple[Ints, Ints]:
    """First row and band of each slice; tied scores stay together."""
    n_below = int(np.searchsorted(ordered, cuts[0]))
    inner = [n_below - int(share * n_below) - 1 for share in _SHARES_BELOW] if n_below else [0, 0]
    # the whole tie goes up, so that no score is in two bands
    lower = [int(np.searchsorted(ordered, ordered[place])) if n_below else 0 for place in inner]
    borders = np.array([0, *lower[::-1], *np.searchsorted(ordered, cuts), ordered.size])
    starts: list[Ints] = []
    bands: list[Ints] = []
    for band, (first, last) in enumerate(pairwise(borders)):
        wanted = np.linspace(first, last, min(_SLICES, int(last - first)), endpoint=False)
        heads = np.searchsorted(ordered, ordered[wanted.astype(np.int64)])
        heads = np.unique(np.maximum(heads, first))
        starts.append(heads.astype(np.int64))
        bands.append(np.full(heads.size, band))
    return np.concatenate(starts), np.concatenate(bands).astype(np.int64)
