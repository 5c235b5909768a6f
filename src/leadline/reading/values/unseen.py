"""Categories that training never saw, in words and for machines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

_MOST_TOLD = 20
_MOST_NAMED = 3
_MOST_COLUMNS = 5


def unseen_words(
    n_rows: int, rows: Mapping[str, int], values: Mapping[str, Mapping[str, int]]
) -> str:
    """What a person is told of them.

    Parameters
    ----------
    n_rows : int
        Rows that were looked at.
    rows : mapping of str to int
        Column to rows with such a category; at least one column.
    values : mapping of str to mapping of str to int
        Column to the most frequent of these categories, and their rows.

    Examples
    --------
    >>> unseen_words(9, {"town": 2}, {"town": {"XQ": 2}})
    "Never seen in training: 'town' in 2 of 9 rows ('XQ')."
    """
    most = Counter(rows).most_common()
    of_all = f"{n_rows:,} row{'s' * (n_rows != 1)}"
    each = [f"{name!r} in {n:,} of {of_all} ({_named(values[name])})" for name, n in most]
    return f"Never seen in training: {listed(each)}."


def unseen_json(
    rows: Mapping[str, int], values: Mapping[str, Mapping[str, int]]
) -> dict[str, dict[str, Any]]:
    """The same for machines.

    Examples
    --------
    >>> unseen_json({"town": 2}, {"town": {"XQ": 2}})
    {'town': {'rows': 2, 'most': {'XQ': 2}}}
    """
    return {
        name: {"rows": n, "most": dict(Counter(values[name]).most_common(_MOST_TOLD))}
        for name, n in rows.items()
    }


def _named(values: Mapping[str, int]) -> str:
    most = Counter(values).most_common(_MOST_NAMED)
    are_more = len(values) > len(most)
    return ", ".join(repr(value) for value, _ in most) + " and others" * are_more


def listed(each: list[str]) -> str:
    """Some of them, and how many more there are.

    Examples
    --------
    >>> listed(list("abcdefg"))
    'a, b, c, d, e and 2 more'
    """
    more = len(each) - _MOST_COLUMNS
    return ", ".join(each[:_MOST_COLUMNS]) + (f" and {more:,} more" * (more > 0))
