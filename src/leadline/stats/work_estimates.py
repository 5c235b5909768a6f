"""Work estimates: hours drawn from three points or from one's own past, and when work is done.

A team that has finished some work is its own best prior: how long it took, over what was held
likely, scatters about as a log-normal ratio, and that ratio is shared by what comes next. Who
always takes 1.4 times as long will do so again. Reference classes beat three points that are drawn
apart from each other, whose errors would cancel [1]_. Before there is such a past, hours follow the
beta distribution of PERT [2]_.

References
----------
.. [1] D. Kahneman, A. Tversky (1979), Intuitive prediction: biases and corrective procedures. TIMS
   Studies in Management Science 12, 313-327.
.. [2] D. G. Malcolm, J. H. Roseboom, C. E. Clark, W. Fazar (1959), Application of a technique for
   research and development program evaluation. Operations Research 7, 646-669.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

FEWEST_FINISHED = 5
"""Finished pieces of work from which the past replaces the three points."""
# spread of the log ratio below which nobody is believed: five pieces on the hour are luck
_LEAST_SPREAD = 0.1


@dataclass(frozen=True)
class PastRatios:
    """How long finished work took, over what was held likely.

    Attributes
    ----------
    n : int
        Finished pieces.
    centre : float
        Mean of the logarithm of the ratio.
    spread : float
        Its standard deviation, with one degree of freedom less than pieces.
    """

    n: int
    centre: float
    spread: float

    @property
    def typical(self) -> float:
        """The median ratio: half of the work took longer than so many times the likely."""
        return float(np.exp(self.centre))


def past_ratios(took: ArrayLike, likely: ArrayLike) -> PastRatios | None:
    """Sum up how long finished work took.

    Parameters
    ----------
    took, likely : array-like of float > 0, shape (n,)
        Hours each piece took, and those that were held likely before it was begun.

    Returns
    -------
    PastRatios or None
        None with fewer than `FEWEST_FINISHED`: too few to say.

    Raises
    ------
    ValueError
        If hours are not above 0 and finite.

    Examples
    --------
    >>> past = past_ratios([2, 3, 8, 4, 6], [2, 2, 4, 4, 3])
    >>> past.n, round(past.typical, 2)
    (5, 1.43)
    """
    hours, expected = _hours(took, "took"), _hours(likely, "likely")
    if hours.size < FEWEST_FINISHED:
        return None
    logs = np.log(hours / expected)
    spread = max(float(np.std(logs, ddof=1)), _LEAST_SPREAD)
    return PastRatios(logs.size, float(np.mean(logs)), spread)


def draw_hours(
    least: ArrayLike,
    likely: ArrayLike,
    most: ArrayLike,
    *,
    past: PastRatios | None = None,
    n_draws: int = 10_000,
    rng: np.random.Generator,
) -> Floats:
    """Draw the hours that pieces of work may take.

    Without a past, each follows ``Beta(1 + 4 (likely - least) / (most - least), 1 + 4 (most -
    likely) / (most - least))`` between its ends, apart from the others. With one, each takes
    ``likely * exp(m + s z)``: ``z`` is its own, while ``m`` and ``s`` are drawn from what the past
    leaves open of them and shared by all, so that a single piece has the predictive Student
    distribution of ``n - 1`` degrees of freedom.

    Parameters
    ----------
    least, likely, most : array-like of float > 0, shape (n_items,)
        Estimates in hours, in rising order.
    past : PastRatios or None, default=None
        What the team's own work was like.
    n_draws : int, default=10_000
        Futures drawn.
    rng : numpy.random.Generator
        Source of chance.

    Returns
    -------
    ndarray of float, shape (n_draws, n_items)
        Hours.

    Raises
    ------
    ValueError
        If hours are not above 0, finite and in rising order.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> hours = draw_hours([2.0, 1.0], [4.0, 1.0], [12.0, 1.0], rng=rng)
    >>> hours.mean(axis=0).round(1).tolist()
    [5.0, 1.0]
    """
    low, mode, high = _hours(least, "least"), _hours(likely, "likely"), _hours(most, "most")
    if np.any(low > mode) or np.any(mode > high):
        raise ValueError("least, likely and most must be in rising order.")
    if past is None:
        width = np.where(high > low, high - low, 1.0)
        up, down = 1 + 4 * (mode - low) / width, 1 + 4 * (high - mode) / width
        share: Floats = rng.beta(up, down, size=(n_draws, low.size))
        return low + share * (high - low)
    degrees = past.n - 1
    spread = past.spread * np.sqrt(degrees / rng.chisquare(degrees, size=(n_draws, 1)))
    centre = past.centre + spread * rng.standard_normal((n_draws, 1)) / np.sqrt(past.n)
    drawn: Floats = mode * np.exp(centre + spread * rng.standard_normal((n_draws, low.size)))
    return drawn


def finished_after(hours: Floats, owners: Sequence[str]) -> Floats:
    """Hours of its owner's time after which each piece is done.

    Parameters
    ----------
    hours : ndarray of float, shape (n_draws, n_items)
        Hours of each piece, in the order in which they are done.
    owners : sequence of str, length n_items
        Who does each: one after the other, and beside the other owners.

    Returns
    -------
    ndarray of float, shape (n_draws, n_items)
        Sums of each owner's pieces up to and with each.

    Examples
    --------
    >>> finished_after(np.array([[2.0, 5.0, 1.0]]), ["Ada", "Ben", "Ada"]).tolist()
    [[2.0, 5.0, 3.0]]
    """
    after = np.empty_like(hours)
    names = np.asarray(owners, dtype=object)
    for owner in set(owners):
        own = names == owner
        after[:, own] = np.cumsum(hours[:, own], axis=1)
    return after


def _hours(value: ArrayLike, name: str) -> Floats:
    hours = np.atleast_1d(np.asarray(value, dtype=np.float64))
    if not np.all(np.isfinite(hours) & (hours > 0)):
        raise ValueError(f"{name} must be hours above 0, and finite.")
    return hours
