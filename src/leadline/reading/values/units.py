"""Units of numbers: the percent or currency sign that the cells of a column have."""

from __future__ import annotations

import polars as pl

_SIGNS = "%€$£¥"


def unit_of(text: pl.Series) -> str:
    """The sign that most cells with one have; empty where none has.

    Parameters
    ----------
    text : polars.Series
        Cells of a column; typed ones have no sign.

    Examples
    --------
    >>> unit_of(pl.Series(["5 €", "3 €", "2 $", "7"])), unit_of(pl.Series(["7"]))
    ('€', '')
    """
    if text.dtype != pl.String or not text.str.contains(f"[{_SIGNS}]").any():
        return ""
    signs = text.str.extract(f"([{_SIGNS}])").drop_nulls().to_list()
    return max(_SIGNS, key=signs.count)


def has_other_unit(text: pl.Series, unit: str) -> pl.Series:
    """Which cells have a sign that is not the column's; none, where it has no unit.

    Examples
    --------
    >>> has_other_unit(pl.Series(["5 €", "5 $", "5"]), "€").to_list()
    [False, True, False]
    """
    if not unit:
        return pl.repeat(value=False, n=len(text), dtype=pl.Boolean, eager=True)
    others = _SIGNS.replace(unit, "")
    return text.str.contains(f"[{others}]").fill_null(value=False)
