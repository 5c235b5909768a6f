"""Spellings: values of one column that differ in case, blanks, accents' form or length only."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_SAME = {"y": "yes", "n": "no", "t": "true", "f": "false", "j": "ja"}


def spellings(values: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Groups of values that are probably one and the same.

    They agree when case, blanks, punctuation at the ends and the form of accents are put aside;
    and "y" is "yes" where both are there, likewise "n", "t", "f" and "j".

    Parameters
    ----------
    values : iterable of str
        Different ones.

    Returns
    -------
    tuple of tuple of str
        Each group has two values at least, in the order given.

    Examples
    --------
    >>> spellings(["yes", "no", "YES", "No ", "maybe"])
    (('yes', 'YES'), ('no', 'No '))
    """
    groups: dict[str, list[str]] = {}
    for value in values:
        key = fold(value)
        groups.setdefault(_SAME.get(key, key), []).append(value)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


def fold(value: str) -> str:
    r"""A value without case, doubled blanks, punctuation at its ends and compatibility forms.

    Examples
    --------
    >>> fold("  Cafe\u0301. ") == fold("CAF\u00c9")
    True
    """
    text = unicodedata.normalize("NFKC", value).casefold()
    text = " ".join(text.replace("_", " ").replace("-", " ").split())
    # a sign alone is a value of its own: "+" beside "-"
    return text.strip(".,;:!'\" ") or value.strip()
