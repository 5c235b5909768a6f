"""Columns of few different values: what is asked of each cell is asked of each value once."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

_FEWEST_ROWS = 10_000
_HEAD = 8_192
_MOST_SHARE = 4


@dataclass(frozen=True)
class Distinct:
    """The different values of a column, and which of them each cell holds.

    Attributes
    ----------
    values : polars.Series of str, shape (n_values,)
        In the order in which they first come; none is null.
    codes : polars.Series of int, shape (n_rows,)
        Positions among the values; null where the cell is.
    """

    values: pl.Series
    codes: pl.Series

    def spread(self, values: pl.Series) -> pl.Series:
        """To each cell what belongs to its value.

        Examples
        --------
        >>> cells = Distinct(pl.Series(["b", "a"]), pl.Series([0, 1, None]))
        >>> cells.spread(pl.Series([2, 1])).to_list()
        [2, 1, None]
        """
        return values.gather(self.codes)


def few_values(text: pl.Series) -> Distinct | None:
    """The different values of a long column of text, where they are much fewer than its cells.

    Examples
    --------
    >>> few_values(pl.Series(["a", "b"])) is None
    True
    >>> few_values(pl.Series(["a", "b"] * 10_000)).values.to_list()
    ['a', 'b']
    """
    if len(text) < _FEWEST_ROWS or text.head(_HEAD).n_unique() * 2 > _HEAD:
        return None
    values = text.unique(maintain_order=True).drop_nulls()
    if len(values) * _MOST_SHARE > len(text):
        return None
    return Distinct(values, text.cast(pl.Enum(values)).to_physical())
