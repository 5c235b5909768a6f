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
_MOST_RUNS = 2_000_000
_BITS = 20
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
        n_letters = int(keys.gather(train).str.len_chars().sum())
        one_in = np.uint64(1 + n_letters // _MOST_RUNS)
        self._test, self._of_test = _runs_of(keys.gather(test), one_in)
        self._train, self._of_train = _runs_of(keys.gather(train), one_in)
        self.test_filled = np.diff(self._test.indptr)[self._of_test] > 0
        self.train_filled = np.diff(self._train.indptr)[self._of_train] > 0

    def of_test(self) -> list[NDArray[np.intp]]:
        """Places in `train` whose texts hold four fifths of the runs of each of `test`."""
        shared = csr_array(self._test @ self._train.T)
        n_runs = np.diff(self._test.indptr)
        order = np.argsort(self._of_train, kind="stable")
        ends = np.searchsorted(self._of_train[order], np.arange(self._train.shape[0] + 1))
        found = []
        for text, (start, end) in enumerate(zip(shared.indptr, shared.indptr[1:], strict=False)):
            is_alike = shared.data[start:end] >= _ALIKE * n_runs[text]
            others = shared.indices[start:end][is_alike]
            same = [order[ends[one] : ends[one + 1]] for one in others]
            found.append(np.concatenate(same) if same else np.empty(0, dtype=np.intp))
        return [found[text] for text in self._of_test]


def _runs_of(keys: pl.Series, one_in: np.uint64) -> tuple[csr_array, NDArray[np.intp]]:
    """Which runs each different text holds, and which text each row has.

    Where texts are many and long the same sample of all runs is kept of each.
    """
    texts, of = np.unique(keys.to_numpy(), return_inverse=True)
    runs = [_hashed(text, one_in) for text in texts]
    ends = np.cumsum([0, *(each.size for each in runs)])
    places = np.concatenate(runs) if runs else np.empty(0, dtype=np.int64)
    ones = np.ones(places.size, dtype=np.int32)
    return csr_array((ones, places, ends), shape=(len(runs), 1 << _BITS)), of


def _hashed(text: str, one_in: np.uint64) -> NDArray[np.int64]:
    """Runs of letters as numbers; none of a row that hardly says anything."""
    found = [np.empty(0, dtype=np.uint64)]
    for each in text.split("\n"):
        if len(each) >= _FEWEST_LETTERS:
            letters = np.frombuffer(each.encode("utf-32-le"), dtype="<u4").astype(np.uint64)
            found.append(sliding_window_view(letters, _SHINGLE) @ _WEIGHTS * _ODD)
    hashes = np.concatenate(found) >> np.uint64(64 - 2 * _BITS)
    kept = hashes[(hashes % one_in) == 0]
    return np.unique(kept >> np.uint64(_BITS)).astype(np.int64)
