"""Mentions: people who are named with an @ in a comment."""

from __future__ import annotations

import re
from collections.abc import Collection

_AT = re.compile(r"(?<![\w@/])@(?=\w)")
_WORD = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_LONGEST = 80  # characters of a name: what is longer is nobody's


def mentioned(text: str, people: Collection[str]) -> tuple[str, ...]:
    """The people that a text names with an @, each once.

    Parameters
    ----------
    text : str
        What was typed.
    people : collection of str
        Known names. The longest one that follows the @ is meant; or the only one that begins with
        the word there. A word that fits nobody counts as a name too: there may be such a person.

    Returns
    -------
    tuple of str
        In the order of the text.

    Examples
    --------
    >>> mentioned("@Ada Ops and @bo: see @cy. Mail a@b.org", ["Ada", "Ada Ops", "Bo Ng"])
    ('Ada Ops', 'Bo Ng', 'cy')
    """
    found = (_named(text[match.end() :], people) for match in _AT.finditer(text))
    return tuple(dict.fromkeys(name for name in found if len(name) <= _LONGEST))


def _named(rest: str, people: Collection[str]) -> str:
    for name in sorted(people, key=len, reverse=True):
        follows = rest[len(name) : len(name) + 1]
        if rest[: len(name)].casefold() == name.casefold() and not follows.isalnum():
            return name
    match = _WORD.match(rest)
    word = match.group() if match else ""
    begin = [name for name in people if name.casefold().split()[:1] == [word.casefold()]]
    return begin[0] if len(begin) == 1 else word
