"""Pieces of texts: words and runs of them, words as they are written, signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

_FEWEST_ROWS = 3
_MOST_PIECES = 30_000
_LONGEST_RUN = 3
_LONGEST_PIECE = 60
_AROUND = 25
# scripts without blanks between words: each letter is a word, and a run of three a word of theirs
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
_WORD = rf"[{_UNSPACED}]|[\w--[{_UNSPACED}]]+"
_WRITTEN = r"\S+"
_SIGN = r"[^\w\s]|\n"


class Sort(IntEnum):
    """What a piece is; of equals, the first is the one to name."""

    WORD = 0
    WRITTEN = 1
    RUN = 2
    SIGN = 3


@dataclass(frozen=True)
class Pieces:
    """The pieces that stand in three texts or more.

    Attributes
    ----------
    words : list of str, shape (n_pieces,)
        Lower case, but words as they are written; every digit of these is 0.
    sorts : ndarray of int, shape (n_pieces,)
        As in `Sort`.
    rows, columns : ndarray of int, shape (n_pairs,)
        Which text has which piece.
    n_texts : int
        Texts that were looked at.
    """

    words: list[str]
    sorts: NDArray[np.int64]
    rows: NDArray[np.int64]
    columns: NDArray[np.int64]
    n_texts: int

    @cached_property
    def matrix(self) -> sparse.csr_matrix:
        """Whether each text has each piece, of shape (n_texts, n_pieces)."""
        shape = self.n_texts, len(self.words)
        return sparse.csr_matrix((np.ones(self.rows.size), (self.rows, self.columns)), shape)

    def counts(self, codes: NDArray[np.int64], n_codes: int) -> NDArray[np.float64]:
        """Texts of each class that have each piece, of shape (n_pieces, n_codes)."""
        flat = self.columns * n_codes + codes[self.rows]
        counts = np.bincount(flat, minlength=len(self.words) * n_codes)
        return counts.reshape(-1, n_codes).astype(np.float64)


def pieces_of(texts: pl.Series) -> Pieces:
    """Take texts apart.

    Parameters
    ----------
    texts : polars.Series of str, shape (n_texts,)
        Without nulls.

    Examples
    --------
    >>> found = pieces_of(pl.Series(["[SPAM] Buy now", "[SPAM] Hello", "[SPAM] Buy!"]))
    >>> sorted(found.words)
    ['[', '[SPAM]', ']', 'spam']
    """
    words = _exploded(texts.str.to_lowercase(), _WORD)
    written = _exploded(texts.str.replace_all(r"\d", "0"), _WRITTEN)
    parts = [
        _told(words, Sort.WORD),
        _told(written.filter(pl.col("piece").str.contains(r"\w")), Sort.WRITTEN),
        *(_told(_runs(words, length), Sort.RUN) for length in range(2, _LONGEST_RUN + 1)),
        _told(_exploded(texts, _SIGN), Sort.SIGN),
    ]
    pairs = pl.concat(parts).unique(maintain_order=True)
    kept = (
        pairs.group_by("sort", "piece", maintain_order=True)
        .agg(pl.len().alias("n"))
        .filter(pl.col("n") >= _FEWEST_ROWS)
        .sort(["n", "sort", "piece"], descending=[True, False, False])
        .head(_MOST_PIECES)
        .with_row_index("column")
    )
    pairs = pairs.join(kept, on=["sort", "piece"], how="inner")
    return Pieces(
        kept["piece"].to_list(),
        kept["sort"].cast(pl.Int64).to_numpy(),
        pairs["row"].cast(pl.Int64).to_numpy(),
        pairs["column"].cast(pl.Int64).to_numpy(),
        len(texts),
    )


def _exploded(texts: pl.Series, pattern: str) -> pl.DataFrame:
    """Every match with the row of its text, in order."""
    frame = pl.DataFrame({"piece": texts.str.extract_all(pattern)}).with_row_index("row")
    return frame.explode("piece", empty_as_null=False, keep_nulls=False)


def _runs(words: pl.DataFrame, length: int) -> pl.DataFrame:
    """Neighbouring words of one text."""
    places = range(length)
    is_one_text = pl.col("row") == pl.col("row").shift(-(length - 1))
    run = pl.concat_str([pl.col("piece").shift(-place) for place in places], separator=" ")
    return words.select("row", run.alias("piece"), is_one_text.alias("is_one")).filter("is_one")


def _told(frame: pl.DataFrame, sort: Sort) -> pl.DataFrame:
    frame = frame.filter(pl.col("piece").str.len_chars() <= _LONGEST_PIECE)
    return frame.select("row", "piece", pl.lit(int(sort), pl.Int8).alias("sort"))


def around(text: str, piece: str, sort: int) -> str:
    """A text around a piece, on one line.

    Examples
    --------
    >>> around("Dear all, the printer is broken again. Status: closed", "status closed", Sort.RUN)
    '…printer is broken again. Status: closed'
    """
    if sort == Sort.WRITTEN:
        start = re.sub(r"\d", "0", text).find(piece)
        end = start + len(piece)
    else:
        pattern = (
            r"\W*".join(map(re.escape, piece.split(" "))) if piece.strip() else re.escape(piece)
        )
        found = re.search(pattern, text, re.IGNORECASE)
        start, end = found.span() if found else (0, 0)
    low, high = max(start - _AROUND, 0), end + _AROUND
    shown = "…" * bool(low) + text[low:high] + "…" * (high < len(text))
    return " ".join(shown.split())
