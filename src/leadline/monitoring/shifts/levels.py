"""Levels of numbers, block by block: how far they lie apart where they no longer overlap."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import t as student

from leadline.monitoring.shifts.row_blocks import Measured, RowBlocks
from leadline.monitoring.shifts.season import Beside
from leadline.stats.arrays import Floats

# from the median to one standard deviation of a normal distribution
_LOW, _HIGH = 0.16, 0.84
# the absolute value of a normal number has .6 of its standard deviation
_NOISE = 0.6


class Levels:
    """Numbers of the reference on a scale that grows as logarithms do: outliers count little.

    Kolmogorov-Smirnov's distance is 1 at most: where blocks of different seasons hardly overlap,
    it cannot tell that numbers in another unit are beyond all of them. Means can.

    Parameters
    ----------
    values : ndarray of shape (n_rows,)
        Not a number where there is none.
    rows : RowBlocks
        The blocks that they lie in.
    """

    def __init__(self, values: Floats, rows: RowBlocks) -> None:
        self._rows = rows
        known = values[~np.isnan(values)]
        low, middle, high = np.quantile(known, [_LOW, 0.5, _HIGH]) if known.size else (0, 0, 0)
        # numbers that are nearly all the same have no scale: their distribution tells enough
        self._middle, self._scale = float(middle), float(high - low) / 2
        self._values = self._scaled(values)
        self._spread = float(np.nanstd(self._values)) if self._scale else 0.0
        self._full = self._sums(np.ones(values.size, dtype=bool))

    def measure(self, values: Floats, compared: Beside) -> Measured:
        """Measure a new block, and blocks of the reference at as many rows."""
        scaled = self._scaled(values)
        scaled = scaled[~np.isnan(scaled)]
        sums, counts = self._full
        total, n = sums[compared.mine].sum(), counts[compared.mine].sum()
        noise = self._spread / max(min(values.size, self._rows.usual_size), 1) ** 0.5
        new = abs(float(scaled.mean()) - total / n) if scaled.size and n else math.nan
        some, n_some = (each[compared.blocks] for each in self._sums(self._rows.first(values.size)))
        with np.errstate(invalid="ignore", divide="ignore"):
            others = (compared.theirs @ sums) / (compared.theirs @ counts)
            usual = np.abs(some / n_some - others)
        return Measured(new, usual, self._p_value(new, scaled, n), max(_NOISE * noise, 1e-9))

    def _scaled(self, values: Floats) -> Floats:
        if not self._scale:
            return np.full(values.size, np.nan)
        return np.asarray(np.arcsinh((values - self._middle) / self._scale))

    def _sums(self, is_counted: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Sum and number of the values of each block."""
        rows = is_counted & ~np.isnan(self._values)
        blocks = self._rows.blocks[rows]
        sums = np.bincount(blocks, self._values[rows], minlength=self._rows.n)
        return sums.astype(float), np.bincount(blocks, minlength=self._rows.n).astype(float)

    def _p_value(self, new: float, scaled: Floats, n: float) -> float:
        """Two-sided, as Welch has it."""
        if scaled.size < 2 or not n:
            return 1.0
        error = math.sqrt(scaled.var(ddof=1) / scaled.size + self._spread**2 / n)
        if error == 0:
            return 0.0 if new > 0 else 1.0
        return float(min(2 * student.sf(new / error, scaled.size - 1), 1.0))
