"""Strata of a stream of several classes: the class said, by how sure the model is of it.

A stream of any length is kept as one line of numbers a stratum: its rows, and what the
probabilities claim of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import logit

from leadline.stats.arrays import Floats, Ints, as_vector
from leadline.stats.operating.class_costs import cheapest_classes

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

UNANSWERED = (0.1, 0.25, 0.5)
"""Shares of rows that are left without an answer below the cuts, where none are given."""
_SUM_IS_OFF_BY = 1e-3
# a claim nearer to certainty says more than any reviewer could
_LEAST_WRONG = 1e-7
_QUANTILES = np.array([0.1, 0.3, 0.5, 0.7, 0.9])


@dataclass(frozen=True)
class _Places:
    """The class said of each row, how many cuts it reaches, and the class that costs least."""

    said: Ints
    bands: Ints
    cheapest: Ints


@dataclass(frozen=True)
class ClassStrata:
    """A stream, summarised for the statistics of its judgments.

    Parameters
    ----------
    n_classes : int >= 2
        Classes that the model knows.
    cuts : ndarray of shape (n_cuts,)
        Rising confidences; a row is answered at a cut if the probability of its likeliest class is
        at least that.
    said : ndarray of int of shape (n_strata,)
        Code of the likeliest class of the rows of each stratum.
    bands : ndarray of int of shape (n_strata,)
        Cuts at which they are answered.
    sizes : ndarray of int of shape (n_strata,)
        Rows; none is empty.
    claimed : ndarray of shape (n_strata, n_classes)
        Mean probabilities of these rows.
    log_odds : ndarray of shape (n_strata, 5)
        Claimed log odds that the class said is wrong: those of 10, 30, 50, 70 and 90 % of the rows
        are at most that.
    costs : ndarray of shape (n_classes, n_classes) or None
        What a confusion costs, by true class and class said; None where all weigh the same.
    cheapest : ndarray of int of shape (n_strata,)
        Code of the class that costs least to say of the rows of each stratum; without costs that of
        the likeliest.
    """

    n_classes: int
    cuts: Floats
    said: Ints
    bands: Ints
    sizes: Ints
    claimed: Floats
    log_odds: Floats
    costs: Floats | None
    cheapest: Ints

    @classmethod
    def of(
        cls,
        probabilities: ArrayLike,
        cuts: ArrayLike | None = None,
        costs: ArrayLike | None = None,
    ) -> ClassStrata:
        """Cut a stream.

        Parameters
        ----------
        probabilities : array-like of float, shape (n_samples, n_classes)
            What the model says of each row, calibrated or not.
        cuts : array-like of float in (0, 1], optional
            Confidences; without them those below which a tenth, a quarter and a half of the rows
            lie.
        costs : array-like of float >= 0, shape (n_classes, n_classes), optional
            Of confusions, by true class and class said: rows of which another class costs least to
            say are strata of their own.

        Raises
        ------
        ValueError
            If the probabilities are none: negative, not finite, of fewer than two classes, or rows
            whose sum is not 1; if the costs are none.
        """
        shares = as_probabilities(probabilities)
        levels = default_cuts(shares) if cuts is None else np.unique(as_cuts(cuts))
        priced = None if costs is None else _as_costs(costs, shares.shape[1])
        places = _places(shares, levels, priced)
        codes, first, inverse, sizes = np.unique(
            _code(places, levels, shares.shape[1]),
            return_index=True,
            return_inverse=True,
            return_counts=True,
        )
        sums = np.zeros((codes.size, shares.shape[1]))
        np.add.at(sums, inverse.ravel(), shares)
        wrong = logit(np.clip(1 - shares.max(axis=1), _LEAST_WRONG, 1 - _LEAST_WRONG))
        return cls(
            n_classes=shares.shape[1],
            cuts=levels,
            said=places.said[first],
            bands=places.bands[first],
            sizes=sizes.astype(np.int64),
            claimed=sums / sizes[:, None],
            log_odds=_quantiles(wrong, inverse.ravel(), sizes),
            costs=priced,
            cheapest=places.cheapest[first],
        )

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> ClassStrata:
        """Return what `as_dict` gave, with costs or without."""
        said = np.asarray(kept["said"], dtype=np.int64)
        costs = kept.get("costs")
        return cls(
            n_classes=int(kept["n_classes"]),
            cuts=np.asarray(kept["cuts"], dtype=np.float64),
            said=said,
            bands=np.asarray(kept["bands"], dtype=np.int64),
            sizes=np.asarray(kept["sizes"], dtype=np.int64),
            claimed=np.asarray(kept["claimed"], dtype=np.float64),
            log_odds=np.asarray(kept["log_odds"], dtype=np.float64),
            costs=None if costs is None else np.asarray(costs, dtype=np.float64),
            cheapest=np.asarray(kept.get("cheapest", said), dtype=np.int64),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain lists, as JSON can keep them."""
        lists = ["cuts", "said", "bands", "sizes", "claimed", "log_odds"]
        if self.costs is not None:
            lists += ["costs", "cheapest"]
        return {"n_classes": self.n_classes} | {
            name: getattr(self, name).tolist() for name in lists
        }

    @property
    def n_samples(self) -> int:
        """Rows of the stream."""
        return int(self.sizes.sum())

    @property
    def n_said(self) -> Ints:
        """Rows of which each class is said, shape (n_classes,)."""
        counts = np.bincount(self.said, weights=self.sizes, minlength=self.n_classes)
        return counts.astype(np.int64)

    def stratum_of(self, probabilities: ArrayLike) -> Ints:
        """Return the stratum of each row of the stream.

        Parameters
        ----------
        probabilities : array-like of float, shape (n_rows, n_classes)
            Of rows of this stream.

        Raises
        ------
        ValueError
            If a row cannot be of this stream.
        """
        asked = _places(as_probabilities(probabilities), self.cuts, self.costs)
        own = _Places(self.said, self.bands, self.cheapest)
        known = _code(own, self.cuts, self.n_classes)
        codes = _code(asked, self.cuts, self.n_classes)
        places = np.minimum(np.searchsorted(known, codes), known.size - 1)
        if not np.array_equal(known[places], codes):
            raise ValueError("a row is not of this stream: no row of it was said to be the same.")
        return places.astype(np.int64)


def as_probabilities(probabilities: ArrayLike) -> Floats:
    """Return an array of shape (n_samples, n_classes); raise a ValueError for anything else."""
    shares: Floats = np.asarray(probabilities, dtype=np.float64)
    if shares.ndim != 2 or shares.shape[0] < 1 or shares.shape[1] < 2:
        raise ValueError(
            f"probabilities has shape {shares.shape}, (n_samples, n_classes) with two classes or "
            "more is needed."
        )
    if not np.all(np.isfinite(shares)) or shares.min() < 0:
        raise ValueError("probabilities must be finite and at least 0; some are not.")
    if np.max(np.abs(shares.sum(axis=1) - 1)) > _SUM_IS_OFF_BY:
        raise ValueError("the probabilities of each row must add up to 1; some do not.")
    return shares


def as_cuts(cuts: ArrayLike) -> Floats:
    """Return confidences in (0, 1] as a flat array; raise a ValueError otherwise."""
    levels = np.zeros(0) if np.size(cuts) == 0 else as_vector(cuts, "cuts")
    if levels.size and (levels.min() <= 0 or levels.max() > 1):
        raise ValueError("cuts must lie in (0, 1]; some do not. Write a percentage as a fraction.")
    return levels


def default_cuts(probabilities: ArrayLike) -> Floats:
    """Confidences below which a tenth, a quarter and a half of the rows lie.

    Parameters
    ----------
    probabilities : array-like of float, shape (n_samples, n_classes)
        Of a stream, or of a test set.

    Examples
    --------
    >>> default_cuts([[0.5, 0.5], [0.4, 0.6], [0.7, 0.3], [0.2, 0.8], [0.9, 0.1]]).tolist()
    [0.6, 0.7]
    """
    sure = as_probabilities(probabilities).max(axis=1)
    found = np.unique(np.quantile(sure, UNANSWERED, method="higher"))
    cuts: Floats = found[found > sure.min()]
    return cuts


def _as_costs(costs: ArrayLike, n_classes: int) -> Floats:
    """Costs of confusions as an array; raise a ValueError for anything else."""
    found: Floats = np.asarray(costs, dtype=np.float64)
    if found.shape != (n_classes, n_classes):
        raise ValueError(
            f"costs has shape {found.shape}, {(n_classes, n_classes)} is needed: true class, class "
            "said."
        )
    if not np.all(np.isfinite(found)) or found.min() < 0 or np.any(np.diag(found)):
        raise ValueError("costs must be finite and at least 0, and 0 where the class is right.")
    return found


def _places(shares: Floats, cuts: Floats, costs: Floats | None) -> _Places:
    said = shares.argmax(axis=1).astype(np.int64)
    bands = np.searchsorted(cuts, shares.max(axis=1), side="right").astype(np.int64)
    return _Places(said, bands, said if costs is None else cheapest_classes(shares, costs))


def _quantiles(values: Floats, stratum: Ints, sizes: Ints) -> Floats:
    """Quantiles of the values of each stratum, shape (n_strata, n_quantiles)."""
    ordered = values[np.lexsort((values, stratum))]
    starts = np.cumsum(sizes) - sizes
    places = starts[:, None] + (sizes[:, None] * _QUANTILES).astype(np.int64)
    found: Floats = ordered[places]
    return found


def _code(places: _Places, cuts: Floats, n_classes: int) -> Ints:
    return (places.said * (cuts.size + 1) + places.bands) * n_classes + places.cheapest
