"""Encoded rows kept within a process: candidates that differ in strength only share them."""

from __future__ import annotations

import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
import polars as pl
from scipy import sparse
from sklearn.base import BaseEstimator

MOST_BYTES = 256 * 2**20
"""Of encoded rows kept in a process that fits, with what was learnt from them."""
# of an entry of a vocabulary: its text, its number and its place in the table
_BYTES_A_TERM = 200


class EncodedRows:
    """What encoders made of rows, the least recently used given up first.

    Parameters
    ----------
    most_bytes : int, default=0
        Together; 0 keeps nothing, as in a process that answers requests.

    Attributes
    ----------
    saved_s : float
        Seconds that would have been spent on what was found here.

    Examples
    --------
    >>> import numpy as np
    >>> kept = EncodedRows(most_bytes=5000)
    >>> kept.of("a", lambda: (None, np.zeros(4)))[1].size, kept.of("a", lambda: 1 / 0)[1].size
    (4, 4)
    """

    def __init__(self, most_bytes: int = 0) -> None:
        self.most_bytes = most_bytes
        self.saved_s = 0.0
        self._kept: OrderedDict[str, tuple[Any, int, float]] = OrderedDict()

    def of(self, key: str, encode: Callable[[], tuple[Any, Any]]) -> tuple[Any, Any]:
        """What is kept under a key, else what `encode` returns: something learnt, and rows.

        Neither may be changed by those who get them.
        """
        if key in self._kept:
            self._kept.move_to_end(key)
            found, _, seconds = self._kept[key]
            self.saved_s += seconds
            return found  # type: ignore[no-any-return]
        started = time.perf_counter()
        made = encode()
        n_bytes = _bytes_of(made)
        if n_bytes <= self.most_bytes:
            self._kept[key] = (made, n_bytes, time.perf_counter() - started)
            while sum(each for _, each, _ in self._kept.values()) > self.most_bytes:
                self._kept.popitem(last=False)
        return made

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Find and keep nothing, as where the encoding is to be timed."""
        most_bytes, self.most_bytes = self.most_bytes, 0
        try:
            yield
        finally:
            self.most_bytes = most_bytes


KEPT = EncodedRows()
"""Of this process."""


def keep_encoded_rows() -> EncodedRows:
    """Let this process keep encoded rows, as one does that fits many candidates."""
    KEPT.most_bytes = MOST_BYTES
    return KEPT


def digest_of(frame: pl.DataFrame, *context: object) -> str:
    """Digest of the rows of a frame, in their order, and of what else matters."""
    names = repr((context, frame.schema))
    rows = frame.hash_rows(seed=1).to_numpy().tobytes()
    return hashlib.blake2b(rows, key=hashlib.blake2b(names.encode()).digest()).hexdigest()


def _bytes_of(kept: Any) -> int:
    """Bytes of arrays, vocabularies, and estimators that hold them."""
    is_sparse = bool(sparse.issparse(kept))
    if is_sparse:
        return sum(int(each.nbytes) for each in (kept.data, kept.indices, kept.indptr))
    if isinstance(kept, np.ndarray):
        return int(kept.nbytes)
    if isinstance(kept, BaseEstimator):
        return _bytes_of(vars(kept))
    if isinstance(kept, dict):
        nested = sum(_bytes_of(each) for each in kept.values() if not isinstance(each, int))
        return nested + _BYTES_A_TERM * len(kept)
    if isinstance(kept, list | tuple):
        return sum(map(_bytes_of, kept))
    return 0
