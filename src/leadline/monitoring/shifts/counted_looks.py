"""Looks that are counted in bins: distances of distributions, block by block."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.monitoring.shifts.looks import (
    GARBLED,
    MISSING,
    UNSEEN,
    VALUES,
    WHOLE,
    Column,
    only_in_one,
)
from leadline.monitoring.shifts.row_blocks import Measured, RowBlocks
from leadline.monitoring.shifts.season import Beside
from leadline.stats.arrays import Floats
from leadline.stats.monitoring.row_tests import row_p_value, unseen_p_value

_QUANTILES = np.linspace(0, 1, 101)
# Kolmogorov-Smirnov's distance has a standard deviation of .26 over the root of the rows
_NOISE = 0.25
# a few per cent of missing or new values in one block are no scale for what another may show
_LEAST_SPREAD = {MISSING: 0.03, WHOLE: 0.03, UNSEEN: 0.02, GARBLED: 0.02}


@dataclass(frozen=True, eq=False)
class Bins:
    """Bins in which the numbers of a look are counted: as many of the reference in each, or ties.

    Attributes
    ----------
    edges : ndarray of shape (n_edges,)
        A bin for each edge, and one before, between and after them.
    """

    edges: Floats

    @classmethod
    def of(cls, values: Floats) -> Bins:
        """Bins for the values of the reference."""
        known = values[~np.isnan(values)]
        return cls(
            np.unique(np.quantile(known, _QUANTILES, method="inverted_cdf"))
            if known.size
            else known
        )

    @property
    def n(self) -> int:
        """How many."""
        return 2 * self.edges.size + 1

    def codes(self, values: Floats) -> NDArray[np.int64]:
        """The bin of each value; -1 where there is none."""
        at = np.searchsorted(self.edges, values) + np.searchsorted(self.edges, values, "right")
        return np.where(np.isnan(values), -1, at)


def distances(counts: Floats, others: Floats, *, is_ordered: bool) -> Floats:
    """Distance of distributions, row by row.

    Parameters
    ----------
    counts, others : ndarray of shape (..., n_bins)
        Rows in each bin.
    is_ordered : bool
        Kolmogorov-Smirnov's distance if so, total variation if not.

    Returns
    -------
    ndarray of shape (...,)
        In [0, 1]; not a number where one side has no rows.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        gaps = counts / counts.sum(axis=-1, keepdims=True)
        gaps = gaps - others / others.sum(axis=-1, keepdims=True)
    if is_ordered:
        return np.asarray(np.minimum(np.abs(np.cumsum(gaps, axis=-1)).max(axis=-1), 1.0))
    return np.asarray(np.minimum(np.abs(gaps).sum(axis=-1) / 2, 1.0))


class CountedLook:
    """A look at a column of the reference, counted.

    Parameters
    ----------
    column : Column
        Looked at.
    what : str
        The look.
    values : ndarray of shape (n_rows,)
        What it reads off each row of the reference.
    cells : Series
        The column itself.
    rows : RowBlocks
        The blocks that the rows lie in.
    """

    def __init__(
        self, column: Column, what: str, values: Floats, cells: pl.Series, rows: RowBlocks
    ) -> None:
        self.column, self.what, self.rows = column, what, rows
        self._categories = Counter(cells.drop_nulls().to_list()) if what == UNSEEN else None
        numbers = only_in_one(cells, rows.blocks) if what == UNSEEN else values
        self._bins = Bins.of(numbers)
        self._codes = self._bins.codes(numbers)
        self._is_ordered = column.is_ordered or what != VALUES
        self._full = self._counts(np.ones(rows.blocks.size, dtype=bool))

    def measure(self, cells: pl.Series, values: Floats, compared: Beside) -> Measured:
        """Measure a new block, and blocks of the reference at as many rows.

        Parameters
        ----------
        cells : Series of shape (n_rows,)
            The column of the new block.
        values : ndarray of shape (n_rows,)
            What the look reads off it.
        compared : Beside
            With what.
        """
        codes = self._bins.codes(values)
        new = np.bincount(codes[codes >= 0], minlength=self._bins.n).astype(float)
        others = self._full[compared.mine].sum(axis=0)
        usual = self._counts(self.rows.first(cells.len()))[compared.blocks]
        noise = _NOISE / max(min(cells.len(), self.rows.usual_size), 1) ** 0.5
        noise = max(noise, _LEAST_SPREAD.get(self.what, 0.0))
        return Measured(
            float(self._distance(new, others)),
            self._distance(usual, compared.theirs @ self._full),
            self._p_value(cells, new, others),
            noise,
        )

    def _counts(self, is_counted: NDArray[np.bool_]) -> Floats:
        """Rows in each bin, block by block: shape (n_blocks, n_bins)."""
        rows = is_counted & (self._codes >= 0)
        places = self.rows.blocks[rows] * self._bins.n + self._codes[rows]
        counts = np.bincount(places, minlength=self.rows.n * self._bins.n)
        return counts.reshape(self.rows.n, self._bins.n).astype(float)

    def _distance(self, counts: Floats, others: Floats) -> Floats:
        if self._categories is not None:
            # what no other block has: seen nowhere, whatever the others are
            others = np.zeros_like(counts)
            others[..., self._bins.codes(np.zeros(1))[0]] = 1.0
        return distances(counts, others, is_ordered=self._is_ordered)

    def _p_value(self, cells: pl.Series, new: Floats, others: Floats) -> float:
        if self._categories is not None:
            return unseen_p_value(Counter(cells.drop_nulls().to_list()), self._categories)
        return row_p_value(new, others, is_ordered=self._is_ordered)
