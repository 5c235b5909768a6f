"""Where the curves of LCDB 1.1 are cut: what a forecast sees, and at which sizes it is judged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from sources import Grid

RATIOS = (2, 4, 8, 16, 32, 64)
_OCTAVE = 8  # sizes of the grid from one size to its double
_FEWEST = 5


@dataclass(frozen=True)
class Cut:
    """One curve of the grid, cut: its place, the sizes seen, and those that came later."""

    row: int
    column: int
    seen: np.ndarray
    later: np.ndarray


def cuts_of(grid: Grid, step: int) -> Iterator[Cut]:
    """Every curve, cut at every octave that leaves five sizes up to it and one after.

    Seen is every `step`-th size up to the cut, later are 2 to 64 times the cut; both are
    places in `grid.sizes`, wherever something was measured.
    """
    ahead = _OCTAVE * np.log2(RATIOS).astype(int)
    for row, column in np.ndindex(grid.errors.shape[:2]):
        is_measured = np.isfinite(grid.errors[row, column])
        for cut in range(0, len(grid.sizes), _OCTAVE):
            seen = np.arange(cut % step, cut + 1, step)
            seen = seen[is_measured[seen]]
            later = cut + ahead
            later = later[later < len(grid.sizes)]
            later = later[is_measured[later]]
            if len(seen) >= _FEWEST and seen[-1] == cut and len(later):
                yield Cut(row, column, seen, later)
