"""Words that are new in a block of texts: exact tests, corrected for how many words are looked at.

Whether a text holds a word is one observation. Under no change the texts of block and reference
are exchangeable, so that, given how many of all hold a word, the number in the block is
hypergeometric. Which words are tested depends on the texts of both together alone: choosing those
that are frequent in the block would spoil the guarantee.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import hypergeom

from leadline.stats.arrays import check_share

LINK, NUMBER, EMOJI, OWN = "(links)", "(numbers)", "(emoji)", "(words of no other text)"
"""Classes of words that are tested as one."""
_FEWEST = 3
_PIECES = re.compile(
    r"(?P<link>https?://\S+|www\.\S+)"
    r"|(?P<number>\d+(?:[.,:]\d+)*)"
    r"|(?P<word>[^\W\d_](?:[\w'’]*\w)?)"
    r"|(?P<emoji>[\u2600-\u27bf\U0001f000-\U0001faff])"
)


@dataclass(frozen=True)
class NewWord:
    """A word that more texts hold than did before.

    Parameters
    ----------
    word : str
        In lower case, or one of the classes in brackets.
    n_block, n_reference : int
        Texts that hold it.
    share_block, share_reference : float in [0, 1]
        The same as shares.
    p_value : float in [0, 1]
        Exact, one-sided, corrected for all words that were looked at (Holm).
    examples : tuple of int
        Positions of the first texts of the block that hold it.
    """

    word: str
    n_block: int
    n_reference: int
    share_block: float
    share_reference: float
    p_value: float
    examples: tuple[int, ...]


def pieces_of(text: str) -> frozenset[str]:
    """The different words of a text, in lower case, with the classes that it has a member of.

    Examples
    --------
    >>> sorted(pieces_of("Win 100 now 🎉 www.win.example"))
    ['(emoji)', '(links)', '(numbers)', 'now', 'win', '🎉']
    """
    found: set[str] = set()
    for piece in _PIECES.finditer(text):
        kind, said = piece.lastgroup, piece.group().casefold()
        if kind == "link":
            found.add(LINK)
        elif kind == "number":
            found.add(NUMBER)
        else:
            found.add(said)
            if kind == "emoji":
                found.add(EMOJI)
    return frozenset(found)


def new_words(
    block_texts: Iterable[str],
    reference_texts: Iterable[str],
    level: float = 0.05,
    *,
    n_examples: int = 3,
) -> tuple[NewWord, ...]:
    """Name the words that a block holds more often than the reference did.

    Parameters
    ----------
    block_texts, reference_texts : iterable of str
        At least one text each.
    level : float in (0, 1), default=0.05
        Probability with which any word is named although nothing has changed.
    n_examples : int >= 0, default=3
        Texts of the block to point to, for each word.

    Returns
    -------
    tuple of NewWord
        The surest first; empty where nothing is shown.

    Raises
    ------
    ValueError
        If one side has no texts or something else than texts, or `level` is not in (0, 1).

    Notes
    -----
    Fisher's exact test for each word that at least three of all texts hold, Holm's correction [1]_.
    Words of one text alone are tested together: more texts with a word of their own mean that the
    language has moved.

    References
    ----------
    .. [1] S. Holm (1979), A simple sequentially rejective multiple test procedure. Scand. J.
       Statist. 6, 65-70.

    Examples
    --------
    >>> before = ["the train is late", "the bus is late"] * 50
    >>> [each.word for each in new_words(["the tram is late"] * 20 + before[:20], before)]
    ['tram']
    """
    check_share(level, "level")
    block, reference = (_pieces(texts) for texts in (block_texts, reference_texts))
    if not block or not reference:
        raise ValueError("block_texts and reference_texts need texts; one side has none.")
    together = Counter(word for pieces in (*block, *reference) for word in pieces)
    own = {word for word, n in together.items() if n == 1}
    block, reference = ([_with_own(pieces, own) for pieces in side] for side in (block, reference))
    counts = Counter(word for pieces in block for word in pieces)
    total = counts + Counter(word for pieces in reference for word in pieces)
    words = sorted(word for word, n in total.items() if n >= _FEWEST)
    if not words:
        return ()
    p_values = _holm(_p_values(words, counts, total, len(block), len(block) + len(reference)))
    found = []
    for place in np.argsort(p_values, kind="stable"):
        word, p_value = words[place], float(p_values[place])
        if p_value > level:
            break
        n_block, n_reference = counts[word], total[word] - counts[word]
        holds = (number for number, pieces in enumerate(block) if word in pieces)
        found.append(
            NewWord(
                word=word,
                n_block=n_block,
                n_reference=n_reference,
                share_block=n_block / len(block),
                share_reference=n_reference / len(reference),
                p_value=p_value,
                examples=tuple(number for number, _ in zip(holds, range(n_examples), strict=False)),
            )
        )
    return tuple(found)


def _pieces(texts: Iterable[str]) -> list[frozenset[str]]:
    """The pieces of each text; a text in place of texts would be read letter by letter."""
    every = [] if isinstance(texts, str) else list(texts)
    if isinstance(texts, str) or not all(isinstance(text, str) for text in every):
        raise ValueError("Texts must be strings, in a list; something else was given.")
    return [pieces_of(text) for text in every]


def _with_own(pieces: frozenset[str], own: set[str]) -> frozenset[str]:
    return pieces | {OWN} if pieces & own else pieces


def _p_values(
    words: Sequence[str], counts: Counter[str], total: Counter[str], n_block: int, n: int
) -> np.ndarray:
    """Probability that so many of the texts with a word lie in the block, one a word."""
    here = np.array([counts[word] for word in words])
    every = np.array([total[word] for word in words])
    return np.asarray(hypergeom.sf(here - 1, n, every, n_block))


def _holm(p_values: np.ndarray) -> np.ndarray:
    """P-values corrected for their number."""
    order = np.argsort(p_values, kind="stable")
    left = p_values.size - np.arange(p_values.size)
    raised = np.minimum(np.maximum.accumulate(p_values[order] * left), 1.0)
    found = np.empty_like(raised)
    found[order] = raised
    return found
