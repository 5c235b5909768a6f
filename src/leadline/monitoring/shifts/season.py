"""The same season: which blocks of the reference a new block is fairly compared with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from leadline.phases.wording import plural

_YEAR = 365.25
# three weeks before and after: enough blocks of a week, and still the season
_LEAST_WINDOW = 21
_FEWEST_BLOCKS = 3
_HALF = 0.5
_MOST_YEARS = 3


@dataclass(frozen=True, eq=False)
class Beside:
    """What blocks are compared with; B blocks of the reference.

    Attributes
    ----------
    mine : ndarray of bool, shape (B,)
        Blocks that the new one is compared with.
    blocks : ndarray of int, shape (n,)
        Blocks that show the usual spread.
    theirs : ndarray of bool, shape (n, B)
        What each of them is compared with, never itself.
    words : str
        The blocks of `mine`, for a person.
    """

    mine: NDArray[np.bool_]
    blocks: NDArray[np.intp]
    theirs: NDArray[np.bool_]
    words: str


def beside(names: Sequence[str], name: str) -> Beside:
    """Choose the blocks of the same season in earlier years; all blocks, where there are none.

    Parameters
    ----------
    names : sequence of str
        First day of each block of the reference, ISO.
    name : str
        First day of the new block; anything else, if it has no date.
    """
    days = np.array([date.fromisoformat(each).toordinal() for each in names], dtype=float)
    at = _day(name)
    return (at is not None and _season(days, at)) or _all(days, names, name)


def _day(name: str) -> int | None:
    try:
        return date.fromisoformat(name).toordinal()
    except ValueError:
        return None


def _season(days: NDArray[np.float64], at: int) -> Beside | None:
    """The same weeks of earlier years, if the reference has them."""
    gap = float(np.median(np.diff(np.sort(days)))) if days.size > 1 else 0.0
    window = max(_LEAST_WINDOW, 1.5 * gap)
    mine = _is_season(at - days, window) & (at - days > _YEAR / 2)
    # of a season that the history has only begun, the rest may be what differs
    if mine.sum() < _HALF * (2 * window / gap if gap else 1):
        return None
    years = np.unique(np.round((at - days[mine]) / _YEAR))
    apart = days[:, None] - days[None, :]
    if years.size > 1:
        # the spread from year to year counts too
        theirs = _is_season(apart, window) & (np.abs(apart) > _YEAR / 2)
    else:
        theirs = (np.abs(apart) <= window) & ~np.eye(days.size, dtype=bool)
    blocks = np.flatnonzero(theirs.any(axis=1))
    if blocks.size < _FEWEST_BLOCKS:
        return None
    # as many as the others have, the latest: more rows to compare with show more
    n_usual = int(np.median(theirs[blocks].sum(axis=1)))
    mine[np.flatnonzero(mine)[:-n_usual]] = False
    years = np.unique(np.round((at - days[mine]) / _YEAR))
    told = sorted({date.fromordinal(int(at - each * _YEAR)).year for each in years})
    shown = ", ".join(map(str, told)) if len(told) <= _MOST_YEARS else f"{told[0]} to {told[-1]}"
    words = f"the same season of {shown} ({plural(int(mine.sum()), 'block')})"
    return Beside(mine, blocks, theirs[blocks], words)


def _is_season(apart: NDArray[np.float64], window: float) -> NDArray[np.bool_]:
    """Whether so many days apart are whole years, nearly."""
    found: NDArray[np.bool_] = np.abs(apart - np.round(apart / _YEAR) * _YEAR) <= window
    return found


def _all(days: NDArray[np.float64], names: Sequence[str], name: str) -> Beside:
    mine = np.array([each != name for each in names])
    if not mine.any():
        mine[:] = True
    n = days.size
    words = f"all {plural(n, 'block')} of the reference" if n > 1 else "the whole reference"
    return Beside(
        mine, np.arange(n if n > 1 else 0), ~np.eye(n, dtype=bool)[: n if n > 1 else 0], words
    )
