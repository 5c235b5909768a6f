"""Columns that slices are made of: numbers, categories, texts by length and script, dates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.phases.data import Data, Kind

_MOST_MONTHS = 24
_SCRIPTS = (
    *("Latin", "Cyrillic", "Greek", "Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil"),
    *("Thai", "Hangul", "Hiragana", "Katakana", "Han"),
)
_NO_LETTERS = "no letters"

Made = tuple[str, NDArray[Any]]


def names_to_look_at(data: Data, columns: Sequence[str], groups: Sequence[str]) -> list[str]:
    """The columns named, or all that the model sees but images; and those of named groups."""
    names = list(columns) or [name for name, kind in data.features.items() if kind != "image"]
    return list(dict.fromkeys([*names, *groups]))


def slice_columns(
    frame: pl.DataFrame, X: pl.DataFrame, data: Data, names: Collection[str]
) -> dict[str, NDArray[Any]]:
    """What slices are made of, by title.

    Parameters
    ----------
    frame, X : DataFrame of shape (n_samples, n_columns)
        The rows as they were read, and as the model sees them.
    data : Data
        Says what the columns hold.
    names : collection of str
        Columns; one that the rows do not have is left out.
    """
    kinds = {column.name: column.kind for column in data.columns}
    found = {}
    for name in names:
        source = X if name in X.columns else frame
        if name in source.columns:
            title, made = _MADE.get(kinds[name], _category)(name, source[name])
            found[title] = made
            if kinds[name] is Kind.TEXT:
                title, scripts = script_column(name, source[name])
                # where all texts are written alike there is nothing to compare
                found |= {title: scripts} if len(set(scripts.tolist())) > 1 else {}
    return found


def _number(name: str, values: pl.Series) -> Made:
    numbers = values.cast(pl.Float64, strict=False)
    return name, numbers.fill_null(float("nan")).to_numpy()


def _category(name: str, values: pl.Series) -> Made:
    return name, np.asarray(values.cast(pl.String).to_list(), dtype=object)


def _text(name: str, values: pl.Series) -> Made:
    lengths = values.cast(pl.String).fill_null("").str.len_chars()
    return f"length of {name}", lengths.cast(pl.Float64).to_numpy()


def script_column(name: str, values: pl.Series) -> Made:
    """The script of most letters of each text; languages of one script are not told apart.

    Japanese is of Han, Hiragana or Katakana, whichever has most letters.
    """
    texts = values.cast(pl.String).fill_null("")
    counts = pl.DataFrame({each: texts.str.count_matches(rf"\p{{{each}}}") for each in _SCRIPTS})
    table = counts.to_numpy()
    most = np.asarray(_SCRIPTS, dtype=object)[table.argmax(axis=1)]
    return f"script of {name}", np.where(table.max(axis=1) > 0, most, _NO_LETTERS)


def _date(name: str, values: pl.Series) -> Made:
    if not values.dtype.is_temporal():
        return _category(name, values)
    by_month, by_year = date_columns(name, values)
    return by_year if len(set(by_month[1])) > _MOST_MONTHS else by_month


def date_columns(name: str, values: pl.Series) -> tuple[Made, Made]:
    """A column of dates by month, and by year: which of them is used depends on all rows."""
    months, years = (values.dt.strftime(form).to_list() for form in ("%Y-%m", "%Y"))
    return (
        (f"month of {name}", np.asarray(months, dtype=object)),
        (f"year of {name}", np.asarray(years, dtype=object)),
    )


_MADE: Mapping[Kind, Callable[[str, pl.Series], Made]] = {
    Kind.NUMBER: _number,
    Kind.TEXT: _text,
    Kind.DATE: _date,
}
