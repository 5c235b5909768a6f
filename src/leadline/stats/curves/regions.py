"""Regions of a learning curve: small data, power law, or close to its floor.

* *Small data*: the error has not yet come down by a twentieth of chance.
* *Irreducible*: twice the rows take less than a fiftieth off the error.
* *Power law*: neither.

Each is a statement about a curve and a size; its probability is the share of the forecast's curves
of which it is true. Whether measured errors are better than chance at all is tested, not seen [1]_.

References
----------
.. [1] J. Hestness et al. (2017), Deep learning scaling is predictable, empirically.
   arXiv:1712.00409, section 2, names the regions.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np
from scipy.special import ndtri

from leadline.stats.curves.caution import has_begun_to_fall
from leadline.stats.decision_levels import LIKELY, MAX_GROWTH
from leadline.stats.interval import Interval

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike

    from leadline.stats.arrays import Floats
    from leadline.stats.curves.measured import Measured

_LEARNT_SHARE = 0.05
_WORTH_DOUBLING = 0.02
_N_DRAWS = 600
_TEST_LEVEL = 0.05
_N_GRID = 25
_NEARLY_SURE = 0.99


class Sampler(Protocol):
    """Draws whole curves at some sizes."""

    def __call__(
        self, n: ArrayLike, size: int, *, rng: np.random.Generator | None = None
    ) -> Floats:
        """Return draws of shape (size, *n_shape)."""
        ...


@dataclass(frozen=True)
class Regions:
    """Probabilities of the three regions, and their numbers.

    Parameters
    ----------
    n : ndarray of shape (*n_shape,)
        Train sizes asked about.
    small, power, floor : ndarray of shape (*n_shape,)
        Probabilities that sum to 1.
    slope : Interval of ndarray of shape (*n_shape,)
        90 % interval of the exponent: error falls as ``n^-slope`` from here to twice the size.
    slope_median : ndarray of shape (*n_shape,)
        Its middle.
    floor_error : Interval of float
        90 % interval of the error that no data remove.
    floor_median : float
        Its middle.
    learns_from : float or None
        Smallest measured size from which on every one is better than chance, one-sided test at
        5 %; None where none is, or chance was not named.
    floor_from : float or None
        Size from which the irreducible region is more likely than not, up to 64 times the largest
        measured; None where it is not in sight.
    has_begun : bool
        Whether the measured errors have begun to fall at all.
    """

    n: Floats
    small: Floats
    power: Floats
    floor: Floats
    slope: Interval[Floats]
    slope_median: Floats
    floor_error: Interval[float]
    floor_median: float
    learns_from: float | None
    floor_from: float | None
    has_begun: bool

    @property
    def is_waiting(self) -> bool:
        """Whether the last size is close to chance, and the curve has not begun to fall."""
        small, power, floor = self._last
        return small >= max(power, floor) and not self.has_begun

    @property
    def is_rising(self) -> bool:
        """Whether twice the last size adds to the error, of a model that is better than chance."""
        small, power, floor = self._last
        return small < max(power, floor) and self._gain < -_WORTH_DOUBLING

    @property
    def tells_floor(self) -> bool:
        """Whether the error that no data remove can be told: not where a curve waits, or rises."""
        return not (self.is_waiting or self.is_rising)

    @property
    def _last(self) -> tuple[float, float, float]:
        small, power, floor = (
            float(np.ravel(part)[-1]) for part in (self.small, self.power, self.floor)
        )
        return small, power, floor

    @property
    def _gain(self) -> float:
        slope = float(np.ravel(self.slope_median)[-1])
        return float(1 - 2.0**-slope)

    @property
    def words(self) -> str:
        """What it means, in a sentence or two; at the last size where several were asked about."""
        small, power, _ = self._last
        best = max(self._last)
        if self.is_waiting:
            state = "the curve has not begun to fall, and nothing measured says when it will"
        elif self.is_rising:
            state = f"more data do not pay: twice the rows add about {-self._gain:.0%} to the error"
        elif best == small:
            state = "the model has hardly begun to learn: it is still close to chance"
        elif best == power:
            state = f"more data still pay: twice the rows take about {self._gain:.0%} off the error"
        else:
            state = "more data hardly pay any more: the error is close to what no data remove"
        said = f"At {float(np.ravel(self.n)[-1]):,.0f} rows {state}"
        if self.is_rising:
            return f"{said}."
        # a share of some hundred curves is no certainty
        said += f" (probability {'over 99%' if best > _NEARLY_SURE else f'{best:.0%}'})."
        if self.is_waiting:
            return said
        low, high = self.floor_error.low, self.floor_error.high
        return f"{said} The error that no data remove lies between {low:.3g} and {high:.3g} (90%)."


def regions_of(
    sample: Sampler,
    floors: Callable[[int], Floats],
    data: Measured,
    n: Floats,
    chance_error: float | None,
) -> Regions:
    """Return the regions, estimated from draws of whole curves."""
    grid = np.geomspace(data.sizes[data.used][0], data.n_ref * MAX_GROWTH, _N_GRID)
    sizes = np.concatenate([n.ravel(), 2 * n.ravel(), grid, 2 * grid])
    draws = np.maximum(sample(sizes, _N_DRAWS), 1e-300)
    here, twice, along, along_twice = np.split(
        draws, np.cumsum([n.size, n.size, grid.size]), axis=1
    )
    small, floor = _shares(here, twice, chance_error)
    _, floor_along = _shares(along, along_twice, chance_error)
    slopes = np.log(here / twice) / np.log(2)
    low, median, high = np.quantile(slopes, (0.05, 0.5, 0.95), axis=0).reshape(3, *n.shape)
    floor_low, floor_median, floor_high = np.quantile(floors(_N_DRAWS), (0.05, 0.5, 0.95))
    near = grid[_lasting(floor_along > LIKELY)]
    return Regions(
        n=n,
        small=small.reshape(n.shape),
        power=(1 - small - floor).reshape(n.shape),
        floor=floor.reshape(n.shape),
        slope=Interval(low, high),
        slope_median=median,
        floor_error=Interval(float(floor_low), float(floor_high)),
        floor_median=float(floor_median),
        learns_from=_learns_from(data, chance_error),
        floor_from=float(near[0]) if near.size else None,
        has_begun=has_begun_to_fall(data),
    )


def _shares(here: Floats, twice: Floats, chance_error: float | None) -> tuple[Floats, Floats]:
    """Shares of curves in the small-data and in the irreducible region."""
    if chance_error is None:
        is_small = np.zeros(here.shape, dtype=bool)
    else:
        is_small = here > (1 - _LEARNT_SHARE) * chance_error
    is_floor = ~is_small & (twice > (1 - _WORTH_DOUBLING) * here)
    return is_small.mean(axis=0), is_floor.mean(axis=0)


def _lasting(true: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> slice:
    """From where on all are true."""
    false = np.flatnonzero(~true)
    return slice(int(false[-1]) + 1 if false.size else 0, None)


def _learns_from(data: Measured, chance_error: float | None) -> float | None:
    """First measured size of those, to the last, that are all better than chance."""
    if chance_error is None:
        return None
    stderr = data.stderr if data.stderr is not None else np.zeros(data.sizes.size)
    limit = chance_error + ndtri(_TEST_LEVEL) * stderr
    better = data.sizes[_lasting(data.errors < limit)]
    return float(better[0]) if better.size else None
