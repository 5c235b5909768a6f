"""Required rows: the train size at which a target is met with a given probability."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.special import ndtri

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats
    from leadline.stats.curves.measured import Measured

HORIZON = 1e3
"""Multiple of the largest measured size beyond which no target is said to be reached."""
_N_GRID = 96
_EDGE = 1e-9


class ErrorCdf(Protocol):
    """The probability that the error at each size is at most so much."""

    def __call__(self, n: ArrayLike, error: ArrayLike) -> Floats:
        """Return probabilities of the broadcast shape."""
        ...


def rows_for(
    cdf: ErrorCdf, data: Measured, error: ArrayLike, probability: ArrayLike
) -> float | Floats | None:
    """Return the smallest size at which the error is reached with the probability.

    A grid at equal ratios from the smallest size that is used to the horizon finds the first
    crossing; between its two neighbours the probit of the probability is taken to be straight in
    log n.

    Returns
    -------
    float, None or ndarray
        None, or infinity in an array, where no size on the grid does.
    """
    wanted = np.asarray(probability, dtype=np.float64)
    if not np.all((wanted > 0) & (wanted < 1)):
        raise ValueError(
            f"probability must lie in (0, 1); got {wanted}. Write a percentage as a fraction."
        )
    targets = np.asarray(error, dtype=np.float64)
    if not np.all(np.isfinite(targets)):
        raise ValueError(f"error must be finite; got {targets}.")
    grid = np.geomspace(data.sizes[data.used][0], data.n_ref * HORIZON, _N_GRID)
    distinct, place = np.unique(targets, return_inverse=True)
    reached = cdf(grid[:, None], distinct[None])
    pairs = np.broadcast(place.reshape(targets.shape), wanted)
    # where sizes are left out the error was beyond all measure: no fewer rows are promised
    least = 1.0 if data.used.all() else float(grid[0])
    rows = np.array([_first(grid, reached[:, int(k)], float(p), least) for k, p in pairs])
    if pairs.shape == ():
        return None if np.isinf(rows[0]) else float(rows[0])
    return rows.reshape(pairs.shape)


def _first(grid: Floats, reached: Floats, probability: float, least: float) -> float:
    """Size of the first crossing, `least` where it is certain; infinite where there is none."""
    hits = np.flatnonzero(reached >= probability)
    if not hits.size:
        return float("inf")
    first = int(hits[0])
    if first == 0:
        return max(float(grid[0]), 1.0) if reached[0] < 1 - _EDGE else least
    low, high = (ndtri(reached[k].clip(_EDGE, 1 - _EDGE)) for k in (first - 1, first))
    share = float(np.clip((ndtri(probability) - low) / max(high - low, _EDGE), 0.0, 1.0))
    return max(float(grid[first - 1] * (grid[first] / grid[first - 1]) ** share), 1.0)
