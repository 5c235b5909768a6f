"""WordPiece tokens of a text, as BERT's uncased vocabulary has them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from pathlib import Path

_MOST_LETTERS = 100  # a longer word is unknown as a whole
_IDEOGRAPHS = (
    (0x3400, 0x4DBF),
    (0x4E00, 0x9FFF),
    (0xF900, 0xFAFF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2CEAF),
    (0x2F800, 0x2FA1F),
)
_REPLACEMENT = 0xFFFD


class _Letters(dict[int, str]):
    """What becomes of a letter: lower-cased, spaced out, or dropped; filled in as they are met."""

    def __missing__(self, code: int) -> str:
        self[code] = its = _letter(code)
        return its


class WordPieces:
    """Splits text into pieces of words [1]_.

    Parameters
    ----------
    vocabulary : mapping of str to int
        Piece to number; pieces that go on a word begin with ``##``.
    most : int
        Pieces a text may have, its beginning and end included; the rest is left out.

    References
    ----------
    .. [1] Y. Wu et al. (2016), Google's neural machine translation system. arXiv:1609.08144,
       section 4.1.

    Examples
    --------
    >>> names = ["[CLS]", "[SEP]", "[UNK]", "play", "##ing", "!"]
    >>> pieces = WordPieces({name: n for n, name in enumerate(names)}, most=8)
    >>> [names[n] for n in pieces.numbers("Playing Ω!")]
    ['[CLS]', 'play', '##ing', '[UNK]', '!', '[SEP]']
    """

    def __init__(self, vocabulary: Mapping[str, int], most: int) -> None:
        self._vocabulary = vocabulary
        self._most = most
        self._letters = _Letters()
        self._begin, self._end = vocabulary["[CLS]"], vocabulary["[SEP]"]
        self._unknown = vocabulary["[UNK]"]

    @classmethod
    def read(cls, path: Path, most: int) -> WordPieces:
        """Those of a file with one piece a line."""
        pieces = path.read_text(encoding="utf-8").splitlines()
        return cls({piece: number for number, piece in enumerate(pieces)}, most)

    def numbers(self, text: str) -> list[int]:
        """Numbers of the pieces, beginning and end included; at least these two.

        A name such as ``[SEP]`` inside the text is text like any other.
        """
        room = self._most - 2
        found: list[int] = []
        for word in unicodedata.normalize("NFD", text).translate(self._letters).split():
            found += self._pieces(word)
            if len(found) >= room:
                break
        return [self._begin, *found[:room], self._end]

    def _pieces(self, word: str) -> list[int]:
        """Longest pieces first, from the left; a word that does not come out even is unknown."""
        if len(word) > _MOST_LETTERS:
            return [self._unknown]
        found: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            for end in range(len(word), start, -1):
                number = self._vocabulary.get(mark + word[start:end])
                if number is not None:
                    found.append(number)
                    start = end
                    break
            else:
                return [self._unknown]
        return found


def _letter(code: int) -> str:
    letter = chr(code)
    category = unicodedata.category(letter)
    if letter in "\t\n\r" or (letter.isspace() and category[0] != "C"):
        return " "
    if category[0] == "C" or category == "Mn" or code == _REPLACEMENT:
        return ""
    if category[0] == "P" or _is_symbol(code) or any(a <= code <= b for a, b in _IDEOGRAPHS):
        return f" {letter} "
    return letter.lower()


def _is_symbol(code: int) -> bool:
    """ASCII that is neither letter, digit nor space: BERT counts ``$+<=>^`|~`` as punctuation."""
    return code < 0x80 and not chr(code).isalnum()
