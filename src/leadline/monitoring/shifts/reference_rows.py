"""Rows of the reference, block by block, and which looks at a new block lie beyond their spread."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.monitoring.shifts.looks import (
    LEAST,
    UNSEEN,
    VALUES,
    Bins,
    Column,
    columns_of,
    distances,
    only_in_one,
)
from leadline.monitoring.shifts.season import Beside, beside
from leadline.monitoring.shifts.text_blocks import TextBlocks
from leadline.stats.arrays import Floats
from leadline.stats.monitoring.block_spread import beyond_spread
from leadline.stats.monitoring.row_tests import row_p_value, unseen_p_value

WORDS = "words"
_LEAST_DISTANCE = 0.05
# a block of fewer rows than this share of the usual ones is cut off by the ends of the data
_CUT_OFF = 0.5
# Kolmogorov-Smirnov's distance has a standard deviation of .26 over the root of the rows
_NOISE = 0.25
_NOISE_OF_WORDS = 0.5


@dataclass(frozen=True, eq=False)
class _Look:
    """A look at a column: what every row of the reference and of the new blocks is counted as."""

    column: Column
    what: str
    bins: Bins
    codes: NDArray[np.int64]

    def counts(
        self, blocks: NDArray[np.intp], n_blocks: int, rows: NDArray[np.bool_] | None = None
    ) -> Floats:
        """Rows in each bin, block by block: shape (n_blocks, n_bins)."""
        is_counted = self.codes >= 0 if rows is None else rows & (self.codes >= 0)
        cells = blocks[is_counted] * self.bins.n + self.codes[is_counted]
        counts = np.bincount(cells, minlength=n_blocks * self.bins.n)
        return counts.reshape(n_blocks, self.bins.n).astype(float)


@dataclass(frozen=True, eq=False)
class Found:
    """A look at a column of a new block that lies beyond what the reference's blocks show.

    Attributes
    ----------
    column : Column
        Looked at.
    what : str
        The look.
    distance : float in [0, 1]
        From the rows compared with; of words, 10 to the power of minus this is their p-value.
    limit : float
        The distance that chance does not exceed; not a number where it is not known.
    """

    column: Column
    what: str
    distance: float
    limit: float


class ReferenceRows:
    """The rows that new blocks are compared with.

    Parameters
    ----------
    frame : DataFrame of shape (n_rows, n_features)
        Cast to their kinds.
    kinds : mapping of str to str
        Feature name to kind; dates are not looked at.
    names : sequence of str, optional
        First day of the block each row lies in, ISO; empty where it is not known. Without, rows
        count as independent.
    """

    def __init__(
        self, frame: pl.DataFrame, kinds: Mapping[str, str], names: Sequence[str] | None = None
    ) -> None:
        places = np.full(frame.height, "") if names is None else np.asarray(names, dtype=str)
        known = sorted(set(places.tolist()) - {""})
        if known:
            sizes = {name: int((places == name).sum()) for name in known}
            usual = float(np.median(list(sizes.values())))
            known = [name for name in known if sizes[name] >= _CUT_OFF * usual]
            kept = np.isin(places, known)
            frame, places = frame.filter(pl.Series(kept)), places[kept]
        self.frame = frame
        self.block_names = known
        self.n_blocks = max(len(known), 1)
        self.blocks = np.searchsorted(known, places) if known else np.zeros(frame.height, np.intp)
        self.columns = columns_of(frame, kinds) if frame.height else []
        # a row is among the first so many of its block, drawn anew
        self._turn = _turns(self.blocks)
        self._counted: dict[int, list[Floats]] = {}

    @cached_property
    def _looks(self) -> list[_Look]:
        found = []
        for column in self.columns:
            cells = self.frame[column.name]
            for what, values in column.read(cells).items():
                numbers = only_in_one(cells, self.blocks) if what == UNSEEN else values
                found.append(_Look(column, what, bins := Bins.of(numbers), bins.codes(numbers)))
        return found

    @cached_property
    def _full(self) -> list[Floats]:
        return [look.counts(self.blocks, self.n_blocks) for look in self._looks]

    @cached_property
    def texts(self) -> dict[str, TextBlocks]:
        """Words of each column of texts, block by block."""
        return {
            column.name: TextBlocks(self.frame[column.name].to_list(), self.blocks, self._turn)
            for column in self.columns
            if column.kind == "text"
        }

    def beside(self, name: str) -> Beside:
        """What a block is compared with."""
        if self.block_names:
            return beside(self.block_names, name)
        one = np.ones(1, dtype=bool)
        return Beside(
            one, np.zeros(0, np.intp), np.zeros((0, 1), dtype=bool), "the whole reference"
        )

    def beyond(self, block: pl.DataFrame, compared: Beside) -> list[Found]:
        """Looks at a block that lie beyond what chance shows in one block of twenty.

        Parameters
        ----------
        block : DataFrame of shape (n_rows, n_features)
            Cast to their kinds, with rows.
        compared : Beside
            With what.
        """
        new = self._new_counts(block)
        values = [self._measure(place, counts, compared) for place, counts in enumerate(new)]
        n_typical = np.median(np.bincount(self.blocks)) if self.block_names else block.height
        noise = [_NOISE / max(min(block.height, n_typical), 1) ** 0.5] * len(values)
        usual = [self._usual(place, block.height, compared) for place in range(len(new))]
        p_values = [
            self._p_value(place, counts, compared, block) for place, counts in enumerate(new)
        ]
        whats = [(look.column, look.what) for look in self._looks]
        for name, texts in self.texts.items():
            said = texts.beside(block[name][texts.drawn(block.height)].to_list(), compared)
            values, usual = [*values, said.surprise], [*usual, said.usual]
            p_values, noise = [*p_values, said.p_value], [*noise, _NOISE_OF_WORDS]
            whats.append((next(each for each in self.columns if each.name == name), WORDS))
        if not values:
            return []
        found = beyond_spread(values, np.column_stack(usual), p_values, noise=noise)
        return [
            Found(column, what, float(values[place]), float(found.limit[place]))
            for place, (column, what) in enumerate(whats)
            if found.is_beyond[place] and values[place] >= _least(what)
        ]

    def _new_counts(self, block: pl.DataFrame) -> list[Floats]:
        """Counts of the new block for each look, in the bins of the reference."""
        read = {column.name: column.read(block[column.name]) for column in self.columns}
        one = np.zeros(block.height, np.intp)
        found = []
        for look in self._looks:
            codes = look.bins.codes(read[look.column.name][look.what])
            found.append(_Look(look.column, look.what, look.bins, codes).counts(one, 1)[0])
        return found

    def _measure(self, place: int, counts: Floats, compared: Beside) -> float:
        others = self._full[place][compared.mine].sum(axis=0)
        return float(self._distance(place, counts, others))

    def _usual(self, place: int, n_rows: int, compared: Beside) -> Floats:
        """The distance of each block of the reference, at as many rows as the new one has."""
        if n_rows not in self._counted:
            first = self._turn < n_rows
            self._counted = {
                n_rows: [look.counts(self.blocks, self.n_blocks, first) for look in self._looks]
            }
        counts = self._counted[n_rows][place][compared.blocks]
        return self._distance(place, counts, compared.theirs @ self._full[place])

    def _distance(self, place: int, counts: Floats, others: Floats) -> Floats:
        look = self._looks[place]
        if look.what == UNSEEN:
            # what no other block has: seen nowhere, whatever the others are
            others = np.zeros_like(counts)
            others[..., look.bins.codes(np.zeros(1))[0]] = 1.0
        is_ordered = look.column.is_ordered or look.what != VALUES
        return distances(counts, others, is_ordered=is_ordered)

    def _p_value(self, place: int, counts: Floats, compared: Beside, block: pl.DataFrame) -> float:
        look = self._looks[place]
        if look.what == UNSEEN:
            here, known = (one[look.column.name].drop_nulls() for one in (block, self.frame))
            return unseen_p_value(Counter(here.to_list()), Counter(known.to_list()))
        others = self._full[place][compared.mine].sum(axis=0)
        is_ordered = look.column.is_ordered or look.what != VALUES
        return row_p_value(counts, others, is_ordered=is_ordered)


def _least(what: str) -> float:
    """The distance from which a person wants to know."""
    return 0.0 if what == WORDS else LEAST.get(what, _LEAST_DISTANCE)


def _turns(blocks: NDArray[np.intp]) -> NDArray[np.intp]:
    """The place of each row in its block, in an order drawn by chance."""
    order = np.random.default_rng(0).permutation(blocks.size)
    order = order[np.argsort(blocks[order], kind="stable")]
    starts = np.searchsorted(blocks[order], blocks[order])
    turns = np.empty(blocks.size, dtype=np.intp)
    turns[order] = np.arange(blocks.size) - starts
    return turns
