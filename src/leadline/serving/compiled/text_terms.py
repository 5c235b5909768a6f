"""Terms of a text and their weights: what scikit-learn's TfidfVectorizer makes of one text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SPACES = re.compile(r"\s\s+")
# words return, so what their pieces are is kept: about 10 MB at most
_MOST_KEPT, _LONGEST_KEPT = 20_000, 40


class TermCounter:
    """Weights of the known terms of a text, in the order and to the last digit of scikit-learn.

    Parameters
    ----------
    plan : mapping
        ``terms`` (texts, by their place), ``analyzer`` ("word" or "char_wb"), ``pattern`` of a
        word, ``shortest`` and ``longest`` run, ``is_lower``, ``is_binary``, ``is_sublinear``,
        ``idf`` (array or None) and ``is_unit`` (of Euclidean length 1).
    """

    def __init__(self, plan: Mapping[str, Any]) -> None:
        self.n_terms = len(plan["terms"])
        self._places = {term: place for place, term in enumerate(plan["terms"])}
        self._is_lower, self._is_binary = plan["is_lower"], plan["is_binary"]
        self._is_sublinear, self._is_unit = plan["is_sublinear"], plan["is_unit"]
        self._idf: NDArray[np.float64] | None = plan["idf"]
        self._runs = (plan["shortest"], plan["longest"])
        self._words = re.compile(plan["pattern"]).findall if plan["analyzer"] == "word" else None
        self._kept: dict[str, list[int]] = {}

    def weights(self, text: str) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
        """Places of the known terms of a text, ascending, and the weight of each."""
        counts = self._counts(text.lower() if self._is_lower else text)
        n_found = len(counts)
        places = np.fromiter(counts.keys(), np.intp, n_found)
        order = places.argsort()
        places = places[order]
        if self._is_binary:
            weights = np.ones(n_found)
        else:
            weights = np.fromiter(counts.values(), np.float64, n_found)[order]
        if self._is_sublinear:
            np.log(weights, weights)
            weights += 1.0
        if self._idf is not None:
            weights *= self._idf[places]
        if self._is_unit and n_found:
            # in order, as the compiled loop of scikit-learn adds
            total = np.add.accumulate(weights * weights)[-1]
            if total != 0.0:
                weights /= np.sqrt(total)
        return places, weights

    def _counts(self, text: str) -> Counter[int]:
        """Place of each known term to how often it is there."""
        if self._words:
            return Counter(self._known(self._word_runs(text)))
        places: list[int] = []
        for word in _SPACES.sub(" ", text).split():
            kept = self._kept.get(word)
            places += self._places_of_pieces(word) if kept is None else kept
        return Counter(places)

    def _known(self, terms: list[str]) -> list[int]:
        """Places of those terms that are known."""
        return [place for place in map(self._places.get, terms) if place is not None]

    def _places_of_pieces(self, word: str) -> list[int]:
        places = self._known(self._letter_runs(word))
        if len(word) <= _LONGEST_KEPT:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            self._kept[word] = places
        return places

    def _word_runs(self, text: str) -> list[str]:
        assert self._words is not None
        words: list[str] = self._words(text)
        shortest, longest = self._runs
        if longest == 1:
            return words
        terms = list(words) if shortest == 1 else []
        for n in range(max(shortest, 2), min(longest, len(words)) + 1):
            terms += map(" ".join, zip(*(words[start:] for start in range(n)), strict=False))
        return terms

    def _letter_runs(self, word: str) -> list[str]:
        terms: list[str] = []
        shortest, longest = self._runs
        padded = f" {word} "
        length = len(padded)
        for n in range(shortest, longest + 1):
            terms += [padded[start : start + n] for start in range(max(length - n, 0) + 1)]
            if length <= n:  # a short word counts once
                break
        return terms
