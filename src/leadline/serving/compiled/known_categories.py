"""Categories that training saw: what a request holds beside them.

It needs the standard library only.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from leadline.errors import DataError
from leadline.reading.values.unseen import unseen_json, unseen_words
from leadline.serving.compiled.request_cells import RequestCells

_MOST_LETTERS = 60  # of a value that is told: a client may send any


@dataclass
class UnseenCategories:
    """Categories of some rows that training never saw; false where there are none.

    Attributes
    ----------
    n_rows : int
        Rows that were looked at.
    values : dict of str to Counter of str
        Column to these categories and their rows.
    """

    n_rows: int = 0
    values: dict[str, Counter[str]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.values)

    def add(self, other: UnseenCategories) -> None:
        """Count those of further rows."""
        self.n_rows += other.n_rows
        for name, counts in other.values.items():
            self.values.setdefault(name, Counter()).update(counts)

    @property
    def rows(self) -> dict[str, int]:
        """Column to rows with such a category."""
        return {name: counts.total() for name, counts in self.values.items()}

    @property
    def words(self) -> str:
        """What a person is told; not where there are none."""
        return unseen_words(self.n_rows, self.rows, self.values)

    def to_json(self) -> dict[str, Any]:
        """The same for machines."""
        return unseen_json(self.rows, self.values)


class KnownCategories:
    """Categories that training saw, of each column that holds some.

    Parameters
    ----------
    categories : mapping of str to sequence of str
        Column to its values, as a model is given them.
    cells : mapping of str to mapping
        Column to its plan, as `RequestCells` takes it.
    columns : sequence of str
        All of the release, in order.

    Examples
    --------
    >>> plans = {"town": {"name": "town", "kind": "category", "how": "typed"}}
    >>> known = KnownCategories({"town": ["Oslo"]}, plans, ["age", "town"])
    >>> known.unseen([(41.0, "Oslo"), (None, None), (3.0, "XQ")]).to_json()
    {'town': {'rows': 1, 'most': {'XQ': 1}}}
    """

    def __init__(
        self,
        categories: Mapping[str, Sequence[str]],
        cells: Mapping[str, Mapping[str, Any]],
        columns: Sequence[str],
    ) -> None:
        self._columns = [
            (name, columns.index(name), frozenset((*values, None, "")), RequestCells([cells[name]]))
            for name, values in categories.items()
            if name in cells
        ]

    @classmethod
    def from_bytes(cls, data: bytes, columns: Sequence[str]) -> KnownCategories:
        """What a release holds of them; none in releases of before, which hold no bytes."""
        told = json.loads(data) if data else {"categories": {}, "cells": {}}
        return cls(told["categories"], told["cells"], columns)

    def unseen(self, rows: Sequence[tuple[Any, ...]]) -> UnseenCategories:
        """Those of some rows that training never saw.

        Parameters
        ----------
        rows : sequence of tuple
            Values of a request in the order of the columns, which a release has answered.
        """
        found = UnseenCategories(len(rows))
        for name, place, known, cells in self._columns:
            # nearly all are known as they are written: only others are read
            others = {row[place] for row in rows} - known
            read = {value: _read(cells, value) for value in others}
            new = {value: cell for value, cell in read.items() if cell not in known}
            if new:
                cells_of_rows = (new[row[place]] for row in rows if row[place] in new)
                found.values[name] = Counter(cell[:_MOST_LETTERS] for cell in cells_of_rows)
        return found


def _read(cells: RequestCells, value: str) -> Any:
    """A value as the model is given it; None where only the reader of files reads it."""
    try:
        return cells.read([(value,)])[0][0]
    except DataError:
        return None
