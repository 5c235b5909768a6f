"""Terms of texts and their weights: what scikit-learn's TfidfVectorizer makes of some texts."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, repeat
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

# words return, so what their pieces are is kept: about 10 MB at most
_MOST_KEPT, _LONGEST_KEPT = 20_000, 40
_PLACE = np.dtype(np.int32)
_MOST_SUMMANDS = 2**17


@dataclass(frozen=True, slots=True)
class Terms:
    """Known terms of some texts: in the order of the texts, and in each by their places.

    Attributes
    ----------
    texts : ndarray of int, shape (n_found,)
        Which text has it.
    places : ndarray of int, shape (n_found,)
        Of the term.
    weights : ndarray of float, shape (n_found,)
        Of the term in the text.
    """

    texts: Ints
    places: Ints
    weights: Floats


class TermCounter:
    """Weights of the known terms of texts, in the order and to the last digit of scikit-learn.

    Parameters
    ----------
    plan : mapping
        ``terms`` (texts, by their place), ``analyzer`` ("word" or "char_wb"), ``pattern`` of a
        word, ``shortest`` and ``longest`` run, ``is_lower``, ``is_binary``, ``is_sublinear``,
        ``idf`` (array or None) and ``is_unit`` (of Euclidean length 1).
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.n_terms = len(plan["terms"])
        self._is_lower, self._is_binary = plan["is_lower"], plan["is_binary"]
        self._is_sublinear, self._is_unit = plan["is_sublinear"], plan["is_unit"]
        self._idf: Floats | None = plan["idf"]
        places = _places_by_term(plan["terms"])
        runs = plan["shortest"], plan["longest"]
        self._found: Callable[[str], bytes]
        if plan["analyzer"] == "word":
            self._found = _WordRuns(places, plan["pattern"], *runs)
        else:
            self._found = _LetterRuns(places, *runs)

    def terms(self, texts: Sequence[str]) -> Terms:
        """The known terms of some texts.

        Parameters
        ----------
        texts : sequence of str
            At least one.
        """
        lowered = [text.lower() for text in texts] if self._is_lower else texts
        which, places, counts = self._counted(list(map(self._found, lowered)))
        weights = np.ones(counts.size) if self._is_binary else counts.astype(np.float64)
        if self._is_sublinear:
            np.log(weights, weights)
            weights += 1.0
        if self._idf is not None:
            weights *= self._idf.take(places)
        if self._is_unit:
            # adds in order, as the compiled loop of scikit-learn does
            lengths = np.sqrt(np.bincount(which, weights * weights, len(texts)))
            lengths[lengths == 0.0] = 1.0
            weights /= lengths.take(which)
        return Terms(which, places, weights)

    def _counted(self, found: Sequence[bytes]) -> tuple[Ints, Ints, Ints]:
        """Texts and places of terms, each pair once and in order, and how often it is there."""
        n_bits = self.n_terms.bit_length()
        sizes = [len(each) // _PLACE.itemsize for each in found]
        places = np.frombuffer(bytearray().join(found), _PLACE)
        # several times as fast as all at once
        for end, size in zip(accumulate(sizes), sizes, strict=True):
            places[end - size : end].sort()
        keys = places.astype(np.int64)
        if len(found) > 1:
            keys += np.repeat(np.arange(len(found)) << n_bits, sizes)
        is_edge = np.ones(keys.size + 1, dtype=bool)
        np.not_equal(keys[1:], keys[:-1], out=is_edge[1:-1])
        edges = is_edge.nonzero()[0]
        once = keys.take(edges[:-1])
        which = once >> n_bits
        return which, once - (which << n_bits), edges[1:] - edges[:-1]


class _WordRuns:
    """Words of a text, and runs of them."""

    def __init__(self, places: dict[str, bytes], pattern: str, shortest: int, longest: int) -> None:
        self._places, self._runs = places, (shortest, longest)
        self._words: Callable[[str], list[str]] = re.compile(pattern).findall

    def __call__(self, text: str) -> bytes:
        """Places of those that are known, as often as they are there."""
        words = self._words(text)
        return b"".join(map(self._places.get, self._terms(words), repeat(b"")))

    def _terms(self, words: list[str]) -> list[str]:
        shortest, longest = self._runs
        if longest == 1:
            return words
        terms = list(words) if shortest == 1 else []
        for n in range(max(shortest, 2), min(longest, len(words)) + 1):
            terms += map(" ".join, zip(*(words[start:] for start in range(n)), strict=False))
        return terms


class _LetterRuns(dict[str, bytes]):
    """Runs of letters within the words of a text; what each word gives is kept."""

    def __init__(self, places: dict[str, bytes], shortest: int, longest: int) -> None:
        super().__init__()
        self._places, self._runs = places, (shortest, longest)

    def __call__(self, text: str) -> bytes:
        """Places of those that are known, as often as they are there."""
        return b"".join(map(self.__getitem__, text.split()))

    def __missing__(self, word: str) -> bytes:
        """What a new word gives."""
        found = b"".join(map(self._places.get, self._terms(word), repeat(b"")))
        if len(word) <= _LONGEST_KEPT:
            if len(self) >= _MOST_KEPT:
                self.clear()
            self[word] = found
        return found

    def _terms(self, word: str) -> Iterator[str]:
        shortest, longest = self._runs
        padded = f" {word} "
        length = len(padded)
        for n in range(shortest, longest + 1):
            yield from (padded[start : start + n] for start in range(max(length - n, 0) + 1))
            if length <= n:  # a short word counts once
                return


def _places_by_term(terms: Sequence[str]) -> dict[str, bytes]:
    """The place of each term as bytes: joined, those of a text are an array."""
    size = _PLACE.itemsize
    places = np.arange(len(terms), dtype=_PLACE).tobytes()
    return {term: places[size * at : size * (at + 1)] for at, term in enumerate(terms)}


def added_in_order(
    texts: Sequence[str], counters: Sequence[TermCounter], table: Floats, start: Floats
) -> Floats:
    """Sums of weighted rows of a table, added one after the other as a sparse product adds.

    Parameters
    ----------
    texts : sequence of str
        One for each sum.
    counters : sequence of TermCounter
        Their terms have the rows of the table, those of the first counter the first.
    table : ndarray of float, shape (n_all_terms, n_columns)
        What is weighted.
    start : ndarray of float, shape (n_texts, n_columns)
        What the sums begin with.

    Returns
    -------
    ndarray of float, shape (n_texts, n_columns)
    """
    sums = [
        _added(texts[few], counters, table, start[few]) for few in _slices(texts, table.shape[1])
    ]
    return sums[0] if len(sums) == 1 else np.concatenate(sums)


def _added(
    texts: Sequence[str], counters: Sequence[TermCounter], table: Floats, start: Floats
) -> Floats:
    """As `added_in_order`, of few texts."""
    n_columns = table.shape[1]
    columns, first = np.arange(n_columns), 0
    cells, values = [np.arange(start.size)], [start.ravel()]
    for counter in counters:
        terms = counter.terms(texts)
        cells.append(np.add.outer(terms.texts * n_columns, columns).ravel())
        rows = table.take(terms.places + first, axis=0) * terms.weights[:, np.newaxis]
        values.append(rows.ravel())
        first += counter.n_terms
    # which adds to each sum in the order of the values
    places, summands = np.concatenate(cells), np.concatenate(values)
    sums: Floats = np.bincount(places, summands, start.size).astype(np.float64, copy=False)
    return sums.reshape(start.shape)


def _slices(texts: Sequence[str], n_columns: int) -> Iterator[slice]:
    """Neighbours that are added at once, so that memory does not grow with their number."""
    first, n_summands = 0, 0
    for at, text in enumerate(texts):
        size = len(text) * n_columns
        if at > first and n_summands + size > _MOST_SUMMANDS:
            yield slice(first, at)
            first, n_summands = at, 0
        n_summands += size
    yield slice(first, len(texts))
