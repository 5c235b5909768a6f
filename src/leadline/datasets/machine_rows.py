"""Rows that only machines labelled: learnt from beside a fit's train rows, and never scored.

They are no rows of a `Pool`: whoever numbers its rows, to score or to learn, cannot mean one.
"""

from __future__ import annotations

import numpy as np

from leadline.datasets.frames import Pool, Rows
from leadline.phases.data import SplitKind

NO_ROWS: Rows = np.empty(0, dtype=np.intp)


def machine_rows_beside(pool: Pool, train: Rows, *, share: float = 1.0, seed: int = 0) -> Rows:
    """Which rows of machines may be learnt from beside some train rows.

    None that tells of rows which are not learnt from, as these may be scored: by group, none of a
    group of such a row; by time, none that is later than the last train row.

    Parameters
    ----------
    pool : Pool
        With the rows of machines, or without any.
    train : ndarray of int
        Rows of the pool that are learnt from.
    share : float in [0, 1], default=1
        Part of them that is wanted: the first of a random order.
    seed : int, default=0
        Of that order; the smaller parts are parts of the larger.

    Returns
    -------
    ndarray of int
        Row numbers of `pool.machines`.
    """
    given = pool.machines
    if given is None or not train.size:
        return NO_ROWS
    kept = np.ones(given.y.size, dtype=bool)
    if pool.kind is SplitKind.GROUP:
        assert pool.groups is not None
        assert given.place is not None
        kept = ~np.isin(given.place, np.delete(pool.groups, train))
    elif pool.kind is SplitKind.TIME:
        assert pool.times is not None
        assert given.place is not None
        kept = given.place <= np.fmax.reduce(pool.times[train])
    found = np.random.default_rng(seed).permutation(np.flatnonzero(kept))
    return found[: round(share * found.size)]
