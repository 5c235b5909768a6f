"""Blocks that rows of the reference lie in, and a look at a new block beside theirs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.stats.arrays import Floats


@dataclass(frozen=True, eq=False)
class Measured:
    """A statistic, larger where a block differs more.

    Attributes
    ----------
    new : float
        Of the new block; not a number where there is none.
    usual : ndarray of shape (n_blocks,)
        Of blocks of the reference, each against the others.
    p_value : float in [0, 1]
        Of the new block, rows taken as independent.
    noise : float > 0
        Standard deviation that chance gives it at least.
    """

    new: float
    usual: Floats
    p_value: float
    noise: float


class RowBlocks:
    """The blocks that rows of the reference lie in.

    Parameters
    ----------
    blocks : ndarray of int, shape (n_rows,)
        Block of each row, from 0.
    are_known : bool
        False: rows are not dated, and lie in one.
    """

    def __init__(self, blocks: NDArray[np.intp], *, are_known: bool) -> None:
        self.blocks, self.are_known = blocks, are_known
        sizes = np.bincount(blocks) if blocks.size else np.zeros(1)
        self.n = sizes.size
        self.usual_size = int(np.median(sizes))
        self._turn = _turns(blocks)

    def first(self, n: int) -> NDArray[np.bool_]:
        """Which rows are among n of their block, drawn by chance."""
        return np.asarray(self._turn < n)


def _turns(blocks: NDArray[np.intp]) -> NDArray[np.intp]:
    """The place of each row in its block, in an order drawn by chance."""
    order = np.random.default_rng(0).permutation(blocks.size)
    order = order[np.argsort(blocks[order], kind="stable")]
    starts = np.searchsorted(blocks[order], blocks[order])
    turns = np.empty(blocks.size, dtype=np.intp)
    turns[order] = np.arange(blocks.size) - starts
    return turns
