"""Words of texts, block by block: how surprising the most surprising word of a block is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.special import betainc

from leadline.monitoring.shifts.row_blocks import Measured, RowBlocks
from leadline.monitoring.shifts.season import Beside
from leadline.stats.arrays import Floats
from leadline.stats.words import OWN, new_words, pieces_of

_FEWEST = 3
_MOST_SURPRISE = 300.0
_NOISE = 0.5
_ANY = 0.999
_MANY_BLOCKS = 19


class TextBlocks:
    """Texts of the reference.

    Parameters
    ----------
    texts : sequence of str
        One a row.
    rows : RowBlocks
        The blocks that they lie in.
    """

    def __init__(self, texts: Sequence[str], rows: RowBlocks) -> None:
        self.texts = np.asarray(texts, dtype=object)
        self._rows = rows
        pieces = [pieces_of(text) for text in texts]
        self._seen = Counter(word for each in pieces for word in each)
        words = sorted(word for word, n in self._seen.items() if n >= _FEWEST)
        self._places = {word: place for place, word in enumerate([*words, OWN])}
        self._held = self._matrix(pieces, Counter())
        self._full = self._by_block(np.ones(rows.blocks.size, dtype=bool))

    def drawn(self, n: int) -> NDArray[np.intp]:
        """Rows to look at of a new block of n: more than blocks have as a rule surprise more."""
        if not self._rows.are_known or n <= self._rows.usual_size:
            return np.arange(n)
        rows = np.random.default_rng(0).permutation(n)[: self._rows.usual_size]
        return np.sort(rows)

    def measure(self, texts: Sequence[str], compared: Beside) -> Measured:
        """Measure the most surprising word of a new block, and of others at as many rows."""
        counts, n_each = self._full
        others, n_others = counts[compared.mine].sum(axis=0), n_each[compared.mine].sum()
        pieces = [pieces_of(text) for text in texts]
        here = Counter(word for each in pieces for word in each)
        held = np.asarray(self._matrix(pieces, here).sum(axis=0)).ravel()
        # words that no text of the reference holds often enough
        rare = [word for word in here if word not in self._places]
        now = np.append(held, [here[word] for word in rare])
        before = np.append(others, [self._seen[word] for word in rare])
        surprise = _surprise(now, before, len(texts), n_others)
        some, n_some = self._by_block(self._rows.first(len(texts)))
        usual = [
            _surprise(
                some[block], counts[others_of].sum(axis=0), n_some[block], n_each[others_of].sum()
            )
            for block, others_of in zip(compared.blocks, compared.theirs, strict=True)
        ]
        p_value = self._p_value(texts, compared, len(usual))
        return Measured(surprise, np.array(usual, dtype=float), p_value, _NOISE)

    def _p_value(self, texts: Sequence[str], compared: Beside, n_blocks: int) -> float:
        # many blocks speak for themselves, and exact tests of all words take time
        if n_blocks >= _MANY_BLOCKS:
            return 0.0
        known = self.texts[compared.mine[self._rows.blocks]].tolist()
        found = new_words(texts, known, _ANY, n_examples=0) if texts and known else ()
        return found[0].p_value if found else 1.0

    def _matrix(self, pieces: Sequence[frozenset[str]], here: Counter[str]) -> csr_matrix:
        """Which text holds which word; words of one text alone are a class."""
        rows: list[int] = []
        places: list[int] = []
        for row, words in enumerate(pieces):
            held = {self._places[word] for word in words if word in self._places}
            if any(self._seen[word] + here[word] == 1 for word in words):
                held.add(self._places[OWN])
            rows += [row] * len(held)
            places += held
        shape = (len(pieces), len(self._places))
        return csr_matrix((np.ones(len(rows)), (rows, places)), shape=shape)

    def _by_block(self, is_counted: NDArray[np.bool_]) -> tuple[Floats, Floats]:
        """Texts of each block that hold each word, and texts of each block."""
        rows = np.flatnonzero(is_counted)
        ones = np.ones(rows.size)
        shape = (self._rows.n, self._rows.blocks.size)
        lies_in = csr_matrix((ones, (self._rows.blocks[rows], rows)), shape=shape)
        return (lies_in @ self._held).toarray(), np.asarray(lies_in.sum(axis=1)).ravel()


def _surprise(now: Floats, before: Floats, n_now: float, n_before: float) -> float:
    """Of the most surprising word; the binomial tail is close, and these are only ranked."""
    total = now + before
    is_tested = total >= _FEWEST
    if not n_now or not is_tested.any():
        return 0.0
    more = is_tested & (now > 0)
    left = total[more] - now[more] + 1
    p_values = betainc(now[more], left, n_now / (n_now + n_before))
    least = float(p_values.min()) if p_values.size else 1.0
    corrected = max(least * int(is_tested.sum()), 10**-_MOST_SURPRISE)
    return max(-float(np.log10(corrected)), 0.0)
