"""Many statistics of a block beside the spread that the reference's own blocks have in them.

Rows of a day or a week are alike, so that a test which counts rows finds that nearly every block
differs. Here a whole block is one observation: a statistic, say the distance of a column from the
other blocks, counts as beyond if few blocks of the reference are as far from the others in any
statistic.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.stats.arrays import Floats, check_share

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

_FEWEST_BLOCKS = 3
# of a normal distribution, in standard deviations
_TAIL, _NORMAL_TAIL = 0.9, 1.2816
# of few blocks: the larger, the fewer false alarms, and the less is seen
_MARGIN = 11


@dataclass(frozen=True, eq=False)
class Beyond:
    """Statistics of a block that lie beyond the spread of the reference's blocks.

    Parameters
    ----------
    is_beyond : ndarray of bool, shape (n_statistics,)
        Which do.
    limit : ndarray of float, shape (n_statistics,)
        What each must exceed; not a number where blocks are too few to set one.
    """

    is_beyond: NDArray[np.bool_]
    limit: Floats


def beyond_spread(
    block: ArrayLike,
    blocks: ArrayLike,
    p_values: ArrayLike,
    *,
    noise: ArrayLike,
    level: float = 0.05,
) -> Beyond:
    """Tell the statistics of a block that are larger than in the reference's own blocks.

    Parameters
    ----------
    block : array-like of float, shape (n_statistics,)
        Of the new block, larger where it differs more; not a number where there is none.
    blocks : array-like of float, shape (n_blocks, n_statistics)
        Of each block of the reference, measured as the new one is: against the others. May have
        no rows.
    p_values : array-like of float in [0, 1], shape (n_statistics,)
        Of each statistic of the new block, rows taken as independent. Used below ``1 / level - 1``
        blocks.
    noise : array-like of float > 0, shape (n_statistics,)
        The smallest standard deviation that is believed.
    level : float in (0, 1), default=0.05
        Chance that any statistic of a block that is like the others counts as beyond.

    Returns
    -------
    Beyond
        Which statistics are beyond.

    Raises
    ------
    ValueError
        If the shapes do not fit, `noise` is not positive, or `level` is not in (0, 1).

    Notes
    -----
    From ``1 / level - 1`` blocks on, statistics are put on one scale by their median and upper
    spread over all blocks, the new one included, and the largest of the new block is ranked among
    the largest of the others: of blocks that can be exchanged, at most `level` have any statistic
    beyond, whatever the distribution and however statistics depend on each other [1]_. With fewer
    blocks, at least three, rows must show it, corrected by Holm, and it must lie beyond the largest
    of any statistic of any block by a margin that is the wider the fewer blocks there are. With
    fewer still, rows speak alone.

    References
    ----------
    .. [1] P. H. Westfall, S. S. Young (1993), Resampling-Based Multiple Testing. Wiley.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> usual = rng.normal(0.1, 0.02, (40, 3))
    >>> beyond_spread([0.1, 0.5, 0.12], usual, [0, 0, 0], noise=[0.01] * 3).is_beyond.tolist()
    [False, True, False]
    """
    check_share(level, "level")
    new, p_rows, least = (np.asarray(each, dtype=float) for each in (block, p_values, noise))
    known = np.asarray(blocks, dtype=float).reshape(-1, new.size)
    if p_rows.shape != new.shape or least.shape != new.shape or np.any(~(least > 0)):
        raise ValueError(
            f"block has {new.size} statistics; p_values and noise must be as many, noise above 0."
        )
    n_blocks = known.shape[0]
    if n_blocks * level >= 1 - level - 1e-9:
        return _ranked(new, known, least, level)
    p = np.where(np.isnan(new), 1.0, p_rows)
    unknown = np.full(new.size, np.nan)
    if n_blocks < _FEWEST_BLOCKS:
        return Beyond(_holm(p, level), unknown)
    limit = _with_margin(known, least)
    return Beyond(_holm(p, level) & (np.nan_to_num(new, nan=-np.inf) > limit), limit)


def _ranked(new: Floats, known: Floats, least: Floats, level: float) -> Beyond:
    """The largest statistic of the new block among the largest ones of the others."""
    together = _filled(np.vstack([known, new]))
    middle = np.median(together, axis=0)
    # the upper side alone: distances that differ much, as seasons do, may have an end
    upper = np.quantile(together, _TAIL, axis=0, method="lower") - middle
    spread = np.maximum(upper / _NORMAL_TAIL, least)
    largest = np.sort(((together - middle) / spread)[:-1].max(axis=1))
    rank = math.ceil((1 - level) * (largest.size + 1) - 1e-9)
    limit = middle + spread * largest[rank - 1]
    return Beyond(np.nan_to_num(new, nan=-np.inf) > limit, limit)


def _filled(values: Floats) -> Floats:
    """What is not known as what is usual, so that it never stands out."""
    seen = ~np.isnan(values)
    usual = np.array(
        [
            np.median(each[has]) if has.any() else 0.0
            for each, has in zip(values.T, seen.T, strict=True)
        ]
    )
    return np.where(seen, values, usual)


def _with_margin(known: Floats, least: Floats) -> Floats:
    """The largest that any block shows in any statistic, and a margin for the few that there are.

    The margin holds for statistics with tails as long as those of an exponential distribution.
    """
    filled = _filled(known)
    usual = np.sqrt(np.mean(filled**2, axis=0)) + least
    largest = float((filled / usual).max())
    return np.asarray(usual * largest * (1 + _MARGIN / known.shape[0]))


def _holm(p_values: Floats, level: float) -> NDArray[np.bool_]:
    """Which are shown, all together at the level."""
    order = np.argsort(p_values, kind="stable")
    is_shown = p_values[order] * (p_values.size - np.arange(p_values.size)) <= level
    found = np.zeros(p_values.size, dtype=bool)
    found[order[: int(np.argmin(is_shown)) if not is_shown.all() else p_values.size]] = True
    return found
