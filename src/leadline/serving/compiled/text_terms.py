"""Terms of a text and their weights: what scikit-learn's TfidfVectorizer makes of one text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

_SPACES = re.compile(r"\s\s+")


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

    def _counts(self, text: str) -> dict[int, int]:
        """Place of each known term to how often it is there."""
        counts: dict[int, int] = {}
        place_of, count_of = self._places.get, counts.get
        for term in self._word_runs(text) if self._words else self._letter_runs(text):
            place = place_of(term)
            if place is not None:
                counts[place] = count_of(place, 0) + 1
        return counts

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

    def _letter_runs(self, text: str) -> list[str]:
        terms: list[str] = []
        shortest, longest = self._runs
        for word in _SPACES.sub(" ", text).split():
            padded = f" {word} "
            length = len(padded)
            for n in range(shortest, longest + 1):
                terms += [padded[start : start + n] for start in range(max(length - n, 0) + 1)]
                if length <= n:  # a short word counts once
                    break
        return terms
