"""Words for texts that moved: words that came, with examples and what they do to the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import numpy as np
import polars as pl

from leadline.monitoring.shifts.emoji_ages import younger_than
from leadline.monitoring.shifts.looks import GARBLED, LENGTH, MISSING, WORDS, is_garbled
from leadline.monitoring.shifts.number_words import missing_words
from leadline.monitoring.shifts.respelt import mended
from leadline.phases.wording import share_words
from leadline.stats.arrays import Floats
from leadline.stats.words import NewWord, new_words

_MOST_NAMED = 5
_LONGEST_EXAMPLE = 80
_FEWEST_LABELS = 5
_LEVEL = 0.05
_LEAST_P = 1e-300


def text_words(
    name: str,
    limits: Mapping[str, float],
    new: pl.Series,
    old: pl.Series,
    is_right: Floats | None = None,
    newest: date | None = None,
) -> tuple[list[str], float]:
    """Say how texts moved, and by how much the share of the word that came most has grown.

    Parameters
    ----------
    name : str
        Of the column.
    limits : mapping of str to float
        The looks that found something, with what chance does not exceed.
    new, old : Series of str
        Cells of the block and of the rows compared with.
    is_right : ndarray of shape (n_rows,), optional
        Whether each answer of the block was right; not a number where that is not known.
    newest : date, optional
        Of the rows compared with: emoji that came out later are told.
    """
    said, grown = [], 0.0
    texts, known = new.fill_null("").to_list(), old.fill_null("").to_list()
    if MISSING in limits:
        empty = [sum(not text.strip() for text in side) for side in (texts, known)]
        said.append(missing_words(name, empty[0], len(texts), empty[1], len(known)))
    if GARBLED in limits:
        said.append(_garbled(name, new, old))
    if WORDS in limits and (found := words_that_came(texts, known, limits[WORDS])):
        said.append(_came(name, found, texts, is_right) + _younger(found, newest))
        grown = max(each.share_block - each.share_reference for each in found)
    if LENGTH in limits and not said:
        now, before = (
            np.median([len(text) for text in side if text.strip()]) for side in (texts, known)
        )
        side = "longer" if now > before else "shorter"
        said.append(f"{name!r} is {side}: {now:,.0f} letters in the middle, {before:,.0f} before")
    return said, grown


def words_that_came(
    texts: Sequence[str], known: Sequence[str], limit: float
) -> tuple[NewWord, ...]:
    """Words that come more often than before, and than words do in blocks of the reference.

    Parameters
    ----------
    texts, known : sequence of str
        Of the block and of the reference.
    limit : float
        Minus the decimal logarithm of the p-value that chance does not reach; not a number: not
        known.
    """
    found = new_words(texts, known, _LEVEL, n_examples=len(texts))
    if np.isnan(limit):
        return found
    return tuple(each for each in found if -np.log10(max(each.p_value, _LEAST_P)) > limit)


def _came(
    name: str, found: Sequence[NewWord], texts: Sequence[str], is_right: Floats | None
) -> str:
    shown = ", ".join(
        f"{_quoted(each.word)} in {share_words(each.share_block, 1)} "
        f"({_share(each.share_reference)} before)"
        for each in found[:_MOST_NAMED]
    )
    left = len(found) - _MOST_NAMED
    more = f" and {left:,} more" if left > 0 else ""
    words = f"{name!r} has words that came or grew: {shown}{more}"
    rows = _examples(found)
    examples = " and ".join(f'"{_short(texts[row])}"' for row in rows)
    return f"{words}; such as {examples}{_accuracy(found, len(texts), is_right)}"


def _younger(found: Sequence[NewWord], newest: date | None) -> str:
    """Emoji that no text of before can have held."""
    ages = {each.word: younger_than(each.word, newest) for each in found} if newest else {}
    told = [f"{word} ({age})" for word, age in ages.items() if age][:_MOST_NAMED]
    if not told:
        return ""
    return f"; younger than the texts learnt from: {', '.join(told)}"


def _quoted(word: str) -> str:
    return word if word.startswith("(") else repr(word)


def _share(share: float) -> str:
    return share_words(share, 1) if share else "never"


def _examples(found: Sequence[NewWord]) -> list[int]:
    """Two texts: the first ones of the two surest words, if these differ."""
    rows = [row for each in found[:2] for row in each.examples[:1]]
    rows += list(found[0].examples[:2])
    return list(dict.fromkeys(rows))[:2]


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONGEST_EXAMPLE else f"{flat[:_LONGEST_EXAMPLE]}..."


def _accuracy(found: Sequence[NewWord], n_rows: int, is_right: Floats | None) -> str:
    """Shares right with and without these words, where both have labels."""
    if is_right is None:
        return ""
    has = np.zeros(n_rows, dtype=bool)
    has[[row for each in found for row in each.examples]] = True
    known = ~np.isnan(is_right)
    with_them, without = is_right[known & has], is_right[known & ~has]
    if min(with_them.size, without.size) < _FEWEST_LABELS:
        return ""
    return (
        f"; {share_words(with_them.mean())} of {with_them.size:,} answers are right with them, "
        f"{share_words(without.mean())} of {without.size:,} without"
    )


def _garbled(name: str, new: pl.Series, old: pl.Series) -> str:
    wrong = new.filter(is_garbled(new))
    share, before = wrong.len() / max(new.len(), 1), float(np.mean(is_garbled(old).to_numpy()))
    words = (
        f"{name!r} has letters that went wrong in {share_words(share, 1)} of the rows, "
        f"{share_words(before, 1)} before"
    )
    for text in wrong.to_list():
        for word in text.split():
            if mended(word) != word:
                return f"{words}: '{word}' for '{mended(word)}'"
    return words
