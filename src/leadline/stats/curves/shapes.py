"""Shapes of learning curves: a grid of curves, each through the last measured size.

With ``r = n / n_ref`` and ``a`` the share of today's error that no data remove, a shape is
``h(r) = log(a + (1 - a) g(r) / g(1))`` where ``g`` is one of

* ``r^-c``, a power law [1]_,
* ``(r + d)^-c``, a power law that begins late [2]_,
* ``1 / (1 + (r / d)^c)``, a plateau at chance and then a power law [3]_,
* ``exp(-(r / d)^c)``, Weibull's [2]_;

or a power law with a peak, which many a model has where rows are as many as parameters [4]_; or a
flat or slowly rising line.

References
----------
.. [1] J. Hestness et al. (2017), Deep learning scaling is predictable, empirically.
   arXiv:1712.00409.
.. [2] F. Mohr, T. J. Viering, M. Loog, J. N. van Rijn (2022), LCDB 1.0: an extensive learning
   curves database for classification tasks. ECML PKDD.
.. [3] I. Alabdulmohsin, B. Neyshabur, X. Zhai (2022), Revisiting neural scaling laws in language
   and vision. NeurIPS.
.. [4] M. Loog, T. J. Viering, A. Mey, J. H. Krijthe, D. M. J. Tax (2020), A brief prehistory of
   double descent. PNAS 117, 10625-10626.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats

if TYPE_CHECKING:
    from leadline.stats.arrays import Ints

# close to 1 finer than to 0: a curve near its floor must be told from one that still falls
_FLOORS = (0.0, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.87, 0.92, 0.96, 0.985)
_POWER = tuple((0.0, c) for c in np.geomspace(0.05, 2.5, 12))
_SHIFTED = tuple(product((0.3, 1.0, 4.0, 16.0), (0.3, 0.6, 1.2, 2.4, 4.0)))
_SATURATING = tuple(product((0.03, 0.1, 0.3, 1.0, 3.0, 10.0), (0.4, 0.8, 1.5, 2.5)))
_WEIBULL = tuple(product((0.1, 0.3, 1.0, 3.0, 10.0), (0.4, 0.8, 1.5)))
_PEAKED = tuple(product((0.35, 0.7, 1.0, 1.4, 2.0, 4.0), (0.15, 0.4, 0.8)))
_PEAK_HEIGHTS = (0.4, 1.0, 1.8)
_PEAK_WIDTH = 0.45  # of log n
_RISING = (0.03, 0.1, 0.3)
_STEEPEST = 60.0  # exponents beyond this are 0 or infinity all the same


@dataclass(frozen=True)
class Shapes:
    """The grid, one shape an element.

    Parameters
    ----------
    floor : ndarray of shape (n_shapes,)
        Share of the error at the last measured size that no data remove.
    scale, exponent : ndarray of shape (n_shapes,)
        ``d`` and ``c`` of the formulas; of a peak its place and the slope beneath it.
    curve : ndarray of int, shape (n_shapes,)
        Which of the different curves it has above its floor.
    first : ndarray of int, shape (n_curves,)
        The first shape of each curve.
    bounds : tuple of int
        Where each kind begins: power, shifted, saturating, Weibull, peaks of each height, lines.
    """

    floor: Floats
    scale: Floats
    exponent: Floats
    curve: Ints
    first: Ints
    bounds: tuple[int, ...]

    def __len__(self) -> int:
        """Return the number of shapes."""
        return self.floor.size

    def at(self, x: Floats, which: Ints | None = None) -> Floats:
        """Return log errors relative to that at the last measured size.

        Parameters
        ----------
        x : ndarray of shape (n_points,)
            ``log(n / n_ref)``.
        which : ndarray of int, shape (n_some,), optional
            Shapes that are asked for, in this order; all of them if not given.

        Returns
        -------
        ndarray of shape (n_shapes or n_some, n_points)
            0 where `x` is 0.
        """
        some = np.arange(len(self)) if which is None else which
        r = np.exp(np.clip(x, -_STEEPEST, _STEEPEST))
        kinds = np.split(self.first, np.searchsorted(self.first, self.bounds[2:-1]))
        # what does not depend on the floor is computed once for all floors
        log_g = np.concatenate(
            [
                log_of(r, self.scale[of, None], self.exponent[of, None])
                for log_of, of in zip(_LOGARITHMS, kinds, strict=True)
            ]
        )
        values: Floats = np.exp(np.clip(log_g, -_STEEPEST, _STEEPEST))[self.curve[some]]
        # a line is all floor and has none beneath it
        floor = np.where(some < self.bounds[-2], self.floor[some], 0.0)[:, None]
        values *= 1 - floor
        values += floor
        return np.log(values, out=values)


def _peaked(height: float, r: Floats, d: Floats, c: Floats) -> Floats:
    """A cusp: measured peaks rise and fall exponentially in log n."""
    x, place = np.log(r), np.log(d)
    bump = np.exp(-np.abs(x - place) / _PEAK_WIDTH) - np.exp(-np.abs(place) / _PEAK_WIDTH)
    log_g: Floats = height * bump - c * x
    return log_g


# log g(r) - log g(1) of each kind, in the order of `Shapes.bounds`; a power has a d of 0
_LOGARITHMS: tuple[Callable[[Floats, Floats, Floats], Floats], ...] = (
    lambda r, d, c: -c * np.log((r + d) / (1 + d)),
    lambda r, d, c: np.log1p(d**-c) - np.log1p((r / d) ** c),
    lambda r, d, c: d**-c * (1 - r**c),
    *(partial(_peaked, height) for height in _PEAK_HEIGHTS),
    lambda r, _, c: c * np.log(r),
)


@cache
def shapes() -> Shapes:
    """Return the grid: 11 floors by 71 falling curves, 54 peaks, four lines.

    Examples
    --------
    >>> grid = shapes()
    >>> len(grid), bool(np.abs(grid.at(np.array([0.0]))).max() < 1e-12)
    (839, True)
    """
    rows: list[tuple[float, float, float]] = []
    curve: list[int] = []
    bounds = [0]
    for kind in (_POWER, _SHIFTED, _SATURATING, _WEIBULL):
        n_curves = max(curve, default=-1) + 1
        rows += [(floor, d, c) for floor in _FLOORS for d, c in kind]
        curve += [n_curves + place for _ in _FLOORS for place in range(len(kind))]
        bounds.append(len(rows))
    for _ in _PEAK_HEIGHTS:
        rows += [(0.0, d, c) for d, c in _PEAKED]
        bounds.append(len(rows))
    rows += [(1.0, 1.0, c) for c in (0.0, *_RISING)]
    curve += range(curve[-1] + 1, curve[-1] + 1 + len(rows) - len(curve))
    floor, scale, exponent = np.array(rows).T
    _, first = np.unique(curve, return_index=True)
    return Shapes(floor, scale, exponent, np.array(curve), first, (*bounds, len(rows)))
