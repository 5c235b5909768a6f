"""Strata of a stream of predicted numbers: by how wide their intervals are, then by the number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from leadline.stats.arrays import Floats, Ints, as_vector

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

UNANSWERED = (0.5, 0.25, 0.1)
"""Shares of rows that are left without an answer above the widths, where none are given."""
_N_PARTS = 4


@dataclass(frozen=True)
class ValueStrata:
    """A stream of numbers, summarised for the statistics of its judgments.

    Parameters
    ----------
    edges : ndarray of shape (n_parts - 1,)
        Predictions that part the stream in equal parts; rising, fewer where predictions tie.
    widths : ndarray of shape (n_widths,)
        Rising widths; a row is answered at one if its interval is at most as wide. Empty where
        the model gives none.
    places : ndarray of int of shape (n_strata,)
        Widths that the rows of each stratum exceed, times the parts, plus the part.
    sizes : ndarray of int of shape (n_strata,)
        Rows; none is empty.
    """

    edges: Floats
    widths: Floats
    places: Ints
    sizes: Ints

    @classmethod
    def of(
        cls,
        predictions: ArrayLike,
        interval_widths: ArrayLike | None = None,
        widths: ArrayLike | None = None,
    ) -> ValueStrata:
        """Cut a stream.

        Parameters
        ----------
        predictions : array-like of float, shape (n_samples,)
            What the model says.
        interval_widths : array-like of float >= 0, shape (n_samples,), optional
            How wide its interval of each row is, if it gives any.
        widths : array-like of float, optional
            Widths up to which rows are answered; without them those above which a tenth, a
            quarter and half of the rows lie.

        Raises
        ------
        ValueError
            If one is empty or not finite, or the lengths differ.
        """
        values = as_vector(predictions, "predictions")
        spans = _spans(values, interval_widths)
        levels = np.zeros(0)
        if interval_widths is not None:
            levels = _levels(spans) if widths is None else np.unique(as_vector(widths, "widths"))
        quantiles = np.arange(1, _N_PARTS) / _N_PARTS
        edges = np.unique(np.quantile(values, quantiles, method="higher"))
        found = cls(edges, levels, np.zeros(0, np.int64), np.zeros(0, np.int64))
        places, sizes = np.unique(found._place(values, spans), return_counts=True)
        return cls(edges, levels, places.astype(np.int64), sizes.astype(np.int64))

    @classmethod
    def from_dict(cls, kept: dict[str, Any]) -> ValueStrata:
        """Return what `as_dict` gave."""
        return cls(
            edges=np.asarray(kept["edges"], dtype=np.float64),
            widths=np.asarray(kept["widths"], dtype=np.float64),
            places=np.asarray(kept["places"], dtype=np.int64),
            sizes=np.asarray(kept["sizes"], dtype=np.int64),
        )

    def as_dict(self) -> dict[str, Any]:
        """Return plain lists, as JSON can keep them."""
        return {name: getattr(self, name).tolist() for name in vars(self)}

    @property
    def n_samples(self) -> int:
        """Rows of the stream."""
        return int(self.sizes.sum())

    @property
    def n_exceeded(self) -> Ints:
        """How many of the widths the rows of each stratum exceed."""
        found: Ints = self.places // (self.edges.size + 1)
        return found

    def stratum_of(self, predictions: ArrayLike, interval_widths: ArrayLike | None = None) -> Ints:
        """Return the stratum of each row of the stream.

        Raises
        ------
        ValueError
            If a row cannot be of this stream.
        """
        values = as_vector(predictions, "predictions")
        codes = self._place(values, _spans(values, interval_widths))
        found = np.minimum(np.searchsorted(self.places, codes), self.places.size - 1)
        if not np.array_equal(self.places[found], codes):
            raise ValueError("a row is not of this stream: no prediction of it lies there.")
        return found.astype(np.int64)

    def _place(self, values: Floats, spans: Floats) -> Ints:
        exceeded = np.searchsorted(self.widths, spans, side="left")
        parts = np.searchsorted(self.edges, values, side="right")
        return np.asarray(exceeded * (self.edges.size + 1) + parts, dtype=np.int64)


def _spans(values: Floats, interval_widths: ArrayLike | None) -> Floats:
    if interval_widths is None:
        return np.zeros(values.size)
    spans = as_vector(interval_widths, "interval_widths")
    if spans.size != values.size or spans.min() < 0:
        raise ValueError(
            f"interval_widths must be {values.size} numbers of at least 0, one a prediction."
        )
    return spans


def _levels(spans: Floats) -> Floats:
    shares = [1 - share for share in UNANSWERED]
    found = np.unique(np.quantile(spans, shares, method="lower"))
    return np.asarray(found[found < spans.max()])
