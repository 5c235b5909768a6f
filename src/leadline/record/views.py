"""Views: digests of the parts of a verdict that later rows read.

Two entries of a row whose views for a reader are equal say the same to that reader: what stood on
the one is current with the other.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import cache

from leadline.phases.lifecycle import ROWS, unread
from leadline.phases.verdict import Verdict
from leadline.record.codec import encode, to_json

_FOLLOWS = frozenset({"summary", "findings"})  # from the other fields: `assess` is pure
_N_DIGITS = 16  # two entries of one row are compared, so 64 bits will do


def views_of(row: str, verdict: Verdict) -> dict[str, str]:
    """Reader to digest of what it reads of a verdict, of every row that may read it.

    Parameters
    ----------
    row : str
        The row that the verdict answers.
    verdict : Verdict
        Of the row's class.

    Returns
    -------
    dict of str to str
        Empty where no row stands on it.
    """
    said = encode(verdict)
    digests: dict[frozenset[str], str] = {}
    views = {}
    for reader in _readers(row):
        left_out = unread(reader, row)
        if left_out not in digests:
            digests[left_out] = _digest(said, left_out | _FOLLOWS)
        views[reader] = digests[left_out]
    return views


@cache
def _readers(row: str) -> tuple[str, ...]:
    return tuple(name for name, reader in ROWS.items() if row in reader.stands_on)


def _digest(said: Mapping[str, object], left_out: frozenset[str]) -> str:
    read = {name: said[name] for name in sorted(said.keys() - left_out)}
    return hashlib.sha256(to_json(read).encode()).hexdigest()[:_N_DIGITS]
