"""Index of logged requests: how many rows each had, in twelve bytes a request."""

from __future__ import annotations

import re
from collections.abc import Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from leadline.serving.logs.dated_lines import NewLines

_HEAD = re.compile(rb'^\{"request":"([^"\\]+)","row":0,"of":(\d+)', re.MULTILINE)
_MOST_PARTS = 16


class RequestIndex:
    """The requests that all processes have logged.

    Ids are kept as hashes of eight bytes: among a hundred million requests an id that is not there
    is taken for one that is once in 10¹¹ times.

    Parameters
    ----------
    folder : Path
        Of the log.
    """

    def __init__(self, folder: Path) -> None:
        self._lines = NewLines(folder)
        self._parts: list[tuple[NDArray[np.uint64], NDArray[np.uint32]]] = []

    def refresh(self) -> None:
        """Read what was logged since the last time."""
        for data in self._lines:
            if found := _HEAD.findall(data):
                ids, sizes = zip(*found, strict=True)
                self._parts.append(_sorted(_hashes(ids), np.asarray(sizes, dtype=np.uint32)))
        if len(self._parts) > _MOST_PARTS:
            hashes, n_rows = zip(*self._parts, strict=True)
            self._parts = [_sorted(np.concatenate(hashes), np.concatenate(n_rows))]

    def n_rows(self, ids: Sequence[str]) -> NDArray[np.int64]:
        """Rows of each request; 0 where the log has none of its id.

        Parameters
        ----------
        ids : sequence of str, length n
            Of requests.

        Returns
        -------
        ndarray of int, shape (n,)
        """
        wanted = _hashes([one.encode() for one in ids])
        counts = np.zeros(wanted.size, dtype=np.int64)
        for hashes, sizes in self._parts:
            places = np.minimum(np.searchsorted(hashes, wanted), hashes.size - 1)
            is_there = hashes[places] == wanted
            counts[is_there] = np.maximum(counts[is_there], sizes[places[is_there]])
        return counts


def _hashes(ids: Sequence[bytes]) -> NDArray[np.uint64]:
    digests = b"".join(blake2b(one, digest_size=8).digest() for one in ids)
    return np.frombuffer(digests, np.uint64)


def _sorted(
    hashes: NDArray[np.uint64], n_rows: NDArray[np.uint32]
) -> tuple[NDArray[np.uint64], NDArray[np.uint32]]:
    order = np.argsort(hashes, kind="stable")
    return hashes[order], n_rows[order]
