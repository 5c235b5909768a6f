"""Looks at a column: the numbers that are read off its values, and how they are counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from leadline.reading.images.pixels import pixels
from leadline.stats.arrays import Floats

VALUES, LEVEL, MISSING, WHOLE, UNSEEN = "values", "level", "missing", "whole", "unseen"
LENGTH, GARBLED = "length", "garbled"
BRIGHTNESS, CONTRAST, PATTERN = "brightness", "contrast", "pattern"
WORDS = "words"
MOST_CATEGORIES = 30
_FEWEST_ROWS = 5
# enough to compare distributions, and fast to read
_MOST_IMAGES = 2_000
_SIDE = 16
_N_PATTERNS = 3
# UTF-8 that was read as Latin-1, and the sign of what could not be read
_GARBLED = (
    "[\u00c2\u00c3][\u0080-\u00bf\u0152-\u0192\u02c6\u02dc\u2013-\u2122]"
    "|\u00e2\u20ac|\ufffd|\u00ef\u00bf\u00bd"
)

Reads = Callable[[pl.Series], dict[str, Floats]]
"""From the cells of a column to a number a row for each look; not a number: not looked at."""


@dataclass(frozen=True, eq=False)
class Column:
    """A column with the looks at it.

    Attributes
    ----------
    name, kind : str
        Of the feature.
    read : callable
        Reads the looks off its cells.
    is_ordered : bool
        Whether its values are numbers, so that distributions are compared, and not shares.
    """

    name: str
    kind: str
    read: Reads
    is_ordered: bool = True


def columns_of(reference: pl.DataFrame, kinds: Mapping[str, str]) -> list[Column]:
    """The columns that can be looked at, with what is needed of the reference to do so."""
    found = []
    for name, kind in kinds.items():
        cells = reference[name]
        if kind == "number":
            found.append(Column(name, kind, _number))
        elif kind == "category":
            known = Counter(cells.drop_nulls().to_list())
            found.append(Column(name, kind, _category(known), is_ordered=False))
        elif kind == "text":
            found.append(Column(name, kind, _text))
        elif kind == "image" and (shades := _shades(cells)[0]).size:
            found.append(Column(name, kind, _image(shades)))
    return found


def is_garbled(text: pl.Series) -> pl.Series:
    """Which texts hold letters that went wrong on the way, such as "MÃ¼nchen"."""
    return text.str.contains(_GARBLED).fill_null(value=False)


def _number(cells: pl.Series) -> dict[str, Floats]:
    values = cells.cast(pl.Float64).fill_nan(None)
    numbers = values.to_numpy()
    is_known = np.isfinite(numbers)
    whole = np.where(is_known, numbers == np.round(numbers), np.nan)
    return {VALUES: numbers, MISSING: (~is_known).astype(float), WHOLE: whole}


def _category(known: Counter[str]) -> Reads:
    """Shares of the most frequent categories, the others as one; and those never seen before."""
    # which of the rarer ones are among the most frequent is chance
    often = [value for value, n in known.most_common(MOST_CATEGORIES) if n >= _FEWEST_ROWS]
    codes = {value: place for place, value in enumerate(often)}

    def read(cells: pl.Series) -> dict[str, Floats]:
        given = cells.to_list()
        values = [
            np.nan if each is None else float(codes.get(each, MOST_CATEGORIES)) for each in given
        ]
        unseen = [each is not None and each not in known for each in given]
        missing = np.array([each is None for each in given], dtype=float)
        return {VALUES: np.array(values), MISSING: missing, UNSEEN: np.array(unseen, dtype=float)}

    return read


def only_in_one(cells: pl.Series, blocks: NDArray[np.intp]) -> Floats:
    """Whether the category of each row is in no block but its own."""
    seen: dict[str, Collection[int]] = {}
    given = cells.to_list()
    for value, block in zip(given, blocks.tolist(), strict=True):
        if value is not None and len(had := seen.get(value, ())) < 2:
            seen[value] = {*had, block}
    return np.array([value is not None and len(seen[value]) == 1 for value in given], dtype=float)


def _text(cells: pl.Series) -> dict[str, Floats]:
    text = cells.fill_null("")
    is_empty = (text.str.strip_chars() == "").to_numpy()
    length = np.where(is_empty, np.nan, text.str.len_chars().to_numpy())
    garbled = is_garbled(text).to_numpy().astype(float)
    return {MISSING: is_empty.astype(float), LENGTH: length, GARBLED: garbled}


def _image(reference: Floats) -> Reads:
    """Light, contrast, and the directions in which the reference varies most."""
    centre = reference.mean(axis=0)
    patterns = np.linalg.svd(reference - centre, full_matrices=False)[2][:_N_PATTERNS]

    def read(cells: pl.Series) -> dict[str, Floats]:
        shades, rows = _shades(cells)
        found = {BRIGHTNESS: shades.mean(axis=1), CONTRAST: shades.std(axis=1)} if rows.size else {}
        for number, pattern in enumerate(patterns if rows.size else ()):
            found[f"{PATTERN} {number}"] = (shades - centre) @ pattern
        names = [BRIGHTNESS, CONTRAST, *(f"{PATTERN} {each}" for each in range(len(patterns)))]
        spread = {name: np.full(cells.len(), np.nan) for name in names}
        for name, values in found.items():
            spread[name][rows] = values
        return {MISSING: cells.is_null().to_numpy().astype(float), **spread}

    return read


def _shades(images: pl.Series) -> tuple[Floats, NDArray[np.intp]]:
    """Grey pixels of a sample, one image a row, and the rows that they are of."""
    rows = np.flatnonzero(images.is_not_null().to_numpy())
    if rows.size > _MOST_IMAGES:
        rows = np.sort(np.random.default_rng(0).permutation(rows)[:_MOST_IMAGES])
    shades = pixels(images[rows], _SIDE, 1).reshape(rows.size, _SIDE**2).astype(np.float64)
    return shades, rows
