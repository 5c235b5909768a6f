"""Alike texts: which rows have texts that are nearly the same, word for word."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from scipy.sparse import csr_array

_SHINGLE = 8
_FEWEST_LETTERS = 2 * _SHINGLE
_ALIKE = 0.8
_LONGER = 2
_MOST_RUNS = 200  # of a text that is looked up; of a longer one as large a sample tells as much
_BITS = 24
_ODD = np.uint64(0x9E3779B97F4A7C15)  # the golden ratio of 64 bits, for multiplicative hashing
_WEIGHTS = _ODD ** np.arange(1, _SHINGLE + 1, dtype=np.uint64)


class AlikeTexts:
    """Rows by the runs of eight letters of their texts.

    Parameters
    ----------
    texts : polars.DataFrame
        Columns of texts, all of which count together: of a row of several texts most runs are to
        be the same, whichever text they are of.
    test, train : ndarray of int
        Rows that are looked up, and rows among which.

    Attributes
    ----------
    test_filled, train_filled : ndarray of bool
        Which of them have a text of sixteen letters and more. Where most answers are empty, or
        "none", these would all be repeats of each other.
    """

    def __init__(
        self, texts: pl.DataFrame, test: NDArray[np.intp], train: NDArray[np.intp]
    ) -> None:
        letters = pl.all().fill_null("").str.to_lowercase().str.replace_all(r"\s+", "")
        keys = texts.select(letters).select(pl.concat_str(pl.all(), separator="\n")).to_series()
        test_texts, self._of_test = _different(keys.gather(test))
        train_texts, self._of_train = _different(keys.gather(train))
        runs = [_runs_of(text) for text in test_texts]
        looked_up = [np.unique(each)[:_MOST_RUNS] for each in runs]
        asked = np.unique(np.concatenate(looked_up))
        is_asked = np.zeros(1 << _BITS, dtype=bool)
        is_asked[asked] = True
        among, n_train = [], []
        for text in train_texts:
            its = _runs_of(text)
            n_train.append(its.size)
            among.append(np.unique(its[is_asked[its]]))
        self._test, self._train = _matrix(looked_up, asked), _matrix(among, asked)
        self._n_test, self._n_train = np.array([each.size for each in runs]), np.array(n_train)
        self.test_filled = self._n_test[self._of_test] > 0
        self.train_filled = self._n_train[self._of_train] > 0

    def of_test(self) -> list[NDArray[np.intp]]:
        """Places in `train` whose texts hold four fifths of the runs of each of `test`.

        The words of a short text are all somewhere in a long one: of more than twice as many
        letters none is the same.
        """
        shared = csr_array(self._test @ self._train.T)
        n_asked = np.diff(self._test.indptr)
        order = np.argsort(self._of_train, kind="stable")
        ends = np.searchsorted(self._of_train[order], np.arange(self._train.shape[0] + 1))
        found = []
        for text, (start, end) in enumerate(zip(shared.indptr, shared.indptr[1:], strict=False)):
            others = shared.indices[start:end]
            is_alike = shared.data[start:end] >= _ALIKE * n_asked[text]
            is_alike &= self._n_train[others] <= _LONGER * self._n_test[text]
            same = [order[ends[one] : ends[one + 1]] for one in others[is_alike]]
            found.append(np.concatenate(same) if same else np.empty(0, dtype=np.intp))
        return [found[text] for text in self._of_test]


def _different(keys: pl.Series) -> tuple[NDArray[np.object_], NDArray[np.intp]]:
    """The different texts, and which of them each row has."""
    return np.unique(keys.to_numpy(), return_inverse=True)


def _matrix(runs: list[NDArray[np.int64]], asked: NDArray[np.int64]) -> csr_array:
    """Which of the runs that are asked for each text holds."""
    ends = np.cumsum([0, *(each.size for each in runs)])
    places = np.searchsorted(asked, np.concatenate(runs))
    ones = np.ones(places.size, dtype=np.int32)
    return csr_array((ones, places, ends), shape=(len(runs), asked.size))


def _runs_of(text: str) -> NDArray[np.int64]:
    """Runs of letters as numbers; none of a row that hardly says anything.

    The order of the numbers is as good as drawn, and the same in all texts: the smallest are a
    sample.
    """
    found = [np.empty(0, dtype=np.uint64)]
    for each in text.split("\n"):
        if len(each) >= _FEWEST_LETTERS:
            letters = np.frombuffer(each.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
            found.append(sliding_window_view(letters, _SHINGLE) @ _WEIGHTS * _ODD)
    return (np.concatenate(found) >> np.uint64(64 - _BITS)).astype(np.int64)
