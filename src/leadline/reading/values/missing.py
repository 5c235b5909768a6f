"""Cells that stand for no value."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from leadline.reading.values.missing_words import IN_NUMBERS, IN_WORDS

# a sign that is a letter in lower case only takes two bytes more: the K of Kelvin
_SLACK_BYTES = 2


def is_missing(text: pl.Series, further: Collection[str] = (), *, in_numbers: bool) -> pl.Series:
    """Which cells stand for no value, be it by a word.

    Parameters
    ----------
    text : polars.Series of str
        Stripped.
    further : collection of str
        Words that a person named.
    in_numbers : bool
        Whether the column holds numbers or dates.

    Returns
    -------
    polars.Series of bool
        True for null too.

    Examples
    --------
    >>> is_missing(pl.Series(["-", "NA", "tba", None]), ["tba"], in_numbers=False).to_list()
    [False, True, True, True]
    >>> is_missing(pl.Series(["-", "None"]), in_numbers=True).to_list()
    [True, True]
    """
    words = [*IN_WORDS, *further, *(IN_NUMBERS if in_numbers else ())]
    longest = max(len(word.encode()) for word in words)
    if not (text.str.len_bytes() <= longest + _SLACK_BYTES).any():
        return text.is_null()
    found = text.is_null() | text.is_in([*IN_WORDS, *further])
    return found | text.str.to_lowercase().is_in(list(IN_NUMBERS)) if in_numbers else found
