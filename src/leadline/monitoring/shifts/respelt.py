"""Categories that are written otherwise than before: case, blanks, accents, zeros, encodings."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

_ENCODINGS = ("cp1252", "latin-1")


@dataclass(frozen=True)
class Respelt:
    """A category that was written otherwise.

    Attributes
    ----------
    now, was : str
        The spellings.
    how : str
        The change, for a person.
    """

    now: str
    was: str
    how: str


def mended(text: str) -> str:
    """Undo an encoding that went wrong: UTF-8 that was read as Latin-1 or Windows-1252.

    Examples
    --------
    >>> mended("MÃ¼nchen"), mended("München")
    ('München', 'München')
    """
    for encoding in _ENCODINGS:
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return text


def respelt(unseen: Iterable[str], known: Mapping[str, int]) -> list[Respelt]:
    """Tell which new categories are old ones in another spelling.

    Parameters
    ----------
    unseen : iterable of str
        Categories of a block that were never seen before.
    known : mapping of str to int
        Rows of the reference with each category: of two that are alike, the more frequent is meant.

    Examples
    --------
    >>> respelt(["lga", "XQ"], {"LGA": 30, "JFK": 20})
    [Respelt(now='lga', was='LGA', how='in another case')]
    """
    often = sorted(known, key=lambda value: known[value])
    folded = {how: {fold(value): value for value in often} for how, fold in _FOLDS.items()}
    found = []
    for value in unseen:
        for how, fold in _FOLDS.items():
            was = folded[how].get(fold(value))
            if was is not None:
                found.append(Respelt(value, was, how))
                break
    return found


def _plain(text: str) -> str:
    """Without accents."""
    apart = unicodedata.normalize("NFKD", text)
    return "".join(letter for letter in apart if not unicodedata.combining(letter))


def _number(text: str) -> str:
    """Without leading zeros, and without a decimal part that is none."""
    if "." in text and text.replace(".", "", 1).isdigit():
        text = text.rstrip("0").rstrip(".")
    return text.lstrip("0") if text.isdigit() else text


def _unmarked(text: str) -> str:
    """Letters and digits alone, in lower case."""
    return "".join(letter for letter in _plain(text).casefold() if letter.isalnum()) or text


_FOLDS: dict[str, Callable[[str], str]] = {
    "in an encoding that went wrong": mended,
    "with blanks around it": str.strip,
    "in another case": lambda text: text.strip().casefold(),
    "with or without zeros": _number,
    "without its accents": lambda text: _plain(text.strip().casefold()),
    "with other marks": _unmarked,
}
"""From the change that is surely meant to the boldest guess."""
