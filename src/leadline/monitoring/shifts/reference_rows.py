"""Rows of the reference, and which looks at a new block lie beyond the spread of their blocks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.monitoring.shifts.counted_looks import CountedLook
from leadline.monitoring.shifts.levels import Levels
from leadline.monitoring.shifts.looks import (
    GARBLED,
    LEVEL,
    MISSING,
    UNSEEN,
    VALUES,
    WHOLE,
    WORDS,
    Column,
    columns_of,
)
from leadline.monitoring.shifts.row_blocks import Measured, RowBlocks
from leadline.monitoring.shifts.season import Beside, beside
from leadline.monitoring.shifts.text_blocks import TextBlocks
from leadline.stats.monitoring.block_spread import beyond_spread

# distances below which nobody needs to know
_LEAST = {MISSING: 0.02, WHOLE: 0.1, UNSEEN: 0.01, GARBLED: 0.01, WORDS: 0.0}
_LEAST_DISTANCE = 0.05
# a block of fewer rows than this share of the usual ones is cut off by the ends of the data
_CUT_OFF = 0.5


@dataclass(frozen=True, eq=False)
class Found:
    """A look at a column of a new block that lies beyond what the reference's blocks show.

    Attributes
    ----------
    column : Column
        Looked at.
    what : str
        The look.
    distance : float
        From the rows compared with, in [0, 1]; of words, minus the logarithm of their p-value.
    limit : float
        What chance does not exceed; not a number where it is not known.
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
        self.frame, self._names, blocks = _whole_blocks(frame, names)
        self.rows = RowBlocks(blocks, are_known=bool(self._names))
        self._columns = columns_of(self.frame, kinds) if self.frame.height else []
        self._counted: list[CountedLook] = []
        self._levels: dict[str, Levels] = {}
        self.texts: dict[str, TextBlocks] = {}
        for column in self._columns:
            cells = self.frame[column.name]
            read = column.read(cells)
            self._counted += [
                CountedLook(column, what, values, cells, self.rows) for what, values in read.items()
            ]
            if column.kind == "number":
                self._levels[column.name] = Levels(read[VALUES], self.rows)
            elif column.kind == "text":
                self.texts[column.name] = TextBlocks(cells.to_list(), self.rows)

    @property
    def newest(self) -> date | None:
        """First day of the last block; None if rows are not dated."""
        return date.fromisoformat(self._names[-1]) if self._names else None

    def beside(self, name: str) -> Beside:
        """Choose what a block of this name is compared with."""
        if self._names:
            return beside(self._names, name)
        one, none = np.ones(1, dtype=bool), np.zeros((0, 1), dtype=bool)
        return Beside(one, np.zeros(0, np.intp), none, "the whole reference")

    def beyond(self, block: pl.DataFrame, compared: Beside) -> list[Found]:
        """Tell the looks at a block that lie beyond what chance shows in one block of twenty.

        Parameters
        ----------
        block : DataFrame of shape (n_rows, n_features)
            Cast to their kinds, with rows.
        compared : Beside
            With what.
        """
        looks = self._measured(block, compared)
        if not looks:
            return []
        every = [measured for _, _, measured in looks]
        found = beyond_spread(
            [each.new for each in every],
            np.column_stack([each.usual for each in every]),
            [each.p_value for each in every],
            noise=[each.noise for each in every],
        )
        distances = {(column.name, what): measured.new for column, what, measured in looks}
        told = []
        for place in np.flatnonzero(found.is_beyond):
            column, what, _ = looks[place]
            distance = distances[column.name, VALUES if what == LEVEL else what]
            if distance >= _LEAST.get(what, _LEAST_DISTANCE):
                told.append(Found(column, what, distance, float(found.limit[place])))
        return told

    def _measured(
        self, block: pl.DataFrame, compared: Beside
    ) -> list[tuple[Column, str, Measured]]:
        """All looks at a block."""
        read = {column.name: column.read(block[column.name]) for column in self._columns}
        looks = [
            (each.column, each.what, each.measure(block[name], read[name][each.what], compared))
            for each in self._counted
            if (name := each.column.name)
        ]
        for column in self._columns:
            name = column.name
            if column.kind == "number":
                level = self._levels[name].measure(read[name][VALUES], compared)
                looks.append((column, LEVEL, level))
            elif column.kind == "text":
                texts = self.texts[name]
                drawn = block[name][texts.drawn(block.height)].to_list()
                looks.append((column, WORDS, texts.measure(drawn, compared)))
        return looks


def _whole_blocks(
    frame: pl.DataFrame, names: Sequence[str] | None
) -> tuple[pl.DataFrame, list[str], NDArray[np.intp]]:
    """Rows of blocks that are not cut off, the names of these blocks, and the block of each row."""
    places = np.full(frame.height, "") if names is None else np.asarray(names, dtype=str)
    known, sizes = np.unique(places[places != ""], return_counts=True)
    if not known.size:
        return frame, [], np.zeros(frame.height, np.intp)
    known = known[sizes >= _CUT_OFF * np.median(sizes)]
    is_kept = np.isin(places, known)
    blocks = np.searchsorted(known, places[is_kept])
    return frame.filter(pl.Series(is_kept)), known.tolist(), blocks
