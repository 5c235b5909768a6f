"""Unusual inputs: categories never met before, and columns without a value."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from leadline.reading.values.unseen import listed, unseen_json, unseen_words

_MOST_CATEGORIES = 10_000  # of more, new ones are nothing unusual
_MOST_COUNTED = 1_000  # of each piece, or what is frequent in all would be lost
_MOST_TOLD = 20
_BY_CHANCE = 0.001


@dataclass(frozen=True)
class UsualInputs:
    """What the rows that a release was made of look like.

    Attributes
    ----------
    categories : mapping of str to tuple of str
        Column to its values, of categories with at most 10,000 of them.
    missing : mapping of str to float in [0, 1]
        Column to the share of rows without a value.
    """

    categories: Mapping[str, tuple[str, ...]]
    missing: Mapping[str, float]

    @classmethod
    def of(cls, X: pl.DataFrame, kinds: Mapping[str, str]) -> UsualInputs:
        """Read them off the rows.

        Parameters
        ----------
        X : polars.DataFrame, shape (n_samples, n_features)
            Conformed.
        kinds : mapping of str to str
            Feature name to kind.
        """
        categories = {
            name: tuple(values.sort().to_list())
            for name, kind in kinds.items()
            if kind == "category"
            and (values := X[name].drop_nulls().unique()).len() <= _MOST_CATEGORIES
        }
        n_rows = max(X.height, 1)
        return cls(categories, {name: n / n_rows for name, n in _missing(X).items()})

    @classmethod
    def from_bytes(cls, data: bytes) -> UsualInputs:
        """What a release holds of it."""
        told = json.loads(data)
        return cls({name: tuple(v) for name, v in told["categories"].items()}, told["missing"])


@dataclass
class InputCounts:
    """What is unusual about rows, counted as they are scored.

    Attributes
    ----------
    n_rows : int
        Rows.
    n_missing : dict of str to int
        Column to rows without a value.
    n_unseen : dict of str to int
        Column to rows with a category that was never met.
    values : dict of str to dict of str to int
        Column to the most frequent of these categories, and their rows.
    """

    n_rows: int = 0
    n_missing: dict[str, int] = field(default_factory=dict)
    n_unseen: dict[str, int] = field(default_factory=dict)
    values: dict[str, dict[str, int]] = field(default_factory=dict)

    def count(self, X: pl.DataFrame, usual: UsualInputs) -> None:
        """Count further rows, as the model is given them."""
        unseen = {name: X[name].drop_nulls() for name in usual.categories}
        unseen = {
            name: values.filter(~values.is_in(list(usual.categories[name])))
            for name, values in unseen.items()
        }
        counted = {
            name: Counter(values.to_list()).most_common(_MOST_COUNTED)
            for name, values in unseen.items()
            if values.len()
        }
        self.add(
            InputCounts(
                X.height,
                _missing(X),
                {name: unseen[name].len() for name in counted},
                {name: dict(most) for name, most in counted.items()},
            )
        )

    def add(self, other: InputCounts) -> None:
        """Count what was counted elsewhere."""
        self.n_rows += other.n_rows
        self.n_missing = dict(Counter(self.n_missing) + Counter(other.n_missing))
        self.n_unseen = dict(Counter(self.n_unseen) + Counter(other.n_unseen))
        for name, values in other.values.items():
            both = Counter(self.values.get(name, {})) + Counter(values)
            self.values[name] = _most(both, _MOST_COUNTED)


@dataclass(frozen=True)
class UnusualInputs:
    """What a person should know of the rows of a batch.

    Attributes
    ----------
    n_rows : int
        Rows of the batch.
    empty : tuple of str
        Columns without a value in any row, where that is no chance.
    unseen : mapping of str to int
        Column to rows with a category that the release was not made of.
    values : mapping of str to mapping of str to int
        Column to the most frequent of these categories, and their rows.
    """

    n_rows: int
    empty: tuple[str, ...]
    unseen: Mapping[str, int]
    values: Mapping[str, Mapping[str, int]]

    @classmethod
    def of(cls, counts: Iterable[InputCounts], usual: UsualInputs) -> UnusualInputs:
        """Judge what was counted, piece by piece."""
        whole = InputCounts()
        for each in counts:
            whole.add(each)
        empty = tuple(
            name
            for name, n_missing in whole.n_missing.items()
            if n_missing == whole.n_rows and usual.missing.get(name, 1.0) ** n_missing < _BY_CHANCE
        )
        most = {name: _most(values, _MOST_TOLD) for name, values in whole.values.items()}
        return cls(whole.n_rows, empty, whole.n_unseen, most)

    @property
    def words(self) -> list[str]:
        r"""A line for each kind; none where nothing is unusual.

        Examples
        --------
        >>> seen = UnusualInputs(9, ("age",), {"town": 2}, {"town": {"XQ": 2}})
        >>> print(*seen.words, sep="\n")
        No value in any of 9 rows: 'age'.
        Never seen in training: 'town' in 2 of 9 rows ('XQ').
        """
        said = []
        if self.empty:
            named = listed([repr(name) for name in self.empty])
            said.append(f"No value in any of {self.n_rows:,} rows: {named}.")
        if self.unseen:
            said.append(unseen_words(self.n_rows, self.unseen, self.values))
        return said

    def to_json(self) -> dict[str, Any]:
        """The same for machines."""
        unseen = unseen_json(self.unseen, self.values)
        return {"empty_columns": list(self.empty), "unseen_categories": unseen}


def _missing(X: pl.DataFrame) -> dict[str, int]:
    """Column to rows without a value; a text is empty then."""
    return {
        values.name: int((values == "").sum() if values.dtype == pl.String else 0)
        + values.null_count()
        for values in X.iter_columns()
    }


def _most(counts: Mapping[str, int], n: int) -> dict[str, int]:
    return dict(Counter(counts).most_common(n))
