"""Checkpoint of a fit: arrays and one JSON text, in a file without pickles."""

from __future__ import annotations

import hashlib
import json
import os
import time
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]

_TOLD = "told"
_SELDOM_S = 1.0


class Checkpoint:
    """One file, written whole or not at all.

    Parameters
    ----------
    path : str
        Need not exist; empty for none.
    key : str
        Of rows and settings, from `key_of`: what was written for others is not read.
    """

    def __init__(self, path: str, key: str) -> None:
        self._path = Path(path) if path else None
        self._key = key
        self._written_at = time.monotonic()

    def read(self) -> tuple[dict[str, NDArray[Any]], dict[str, Any]] | None:
        """Arrays and what was told beside them; None if there is nothing for this fit."""
        if self._path is None:
            return None
        try:
            with self._path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
                arrays = dict(stored)
            told = json.loads(arrays.pop(_TOLD).tobytes())
        except (OSError, ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile):
            return None  # none yet, or no file of ours
        return (arrays, told) if told.get("key") == self._key else None

    def is_due(self) -> bool:
        """Whether a second has gone by: epochs of a few rows take milliseconds."""
        return self._path is not None and time.monotonic() - self._written_at >= _SELDOM_S

    def write(self, arrays: Arrays, told: Mapping[str, Any]) -> None:
        """Replace what is there."""
        assert self._path is not None
        text = json.dumps({**told, "key": self._key}).encode()
        beside = self._path.with_name(f"{self._path.name}.{os.getpid()}.part")
        try:
            with beside.open("wb") as file:
                parts: dict[str, Any] = {_TOLD: np.frombuffer(text, dtype=np.uint8), **arrays}
                np.savez(file, **parts)
            beside.replace(self._path)
        finally:
            beside.unlink(missing_ok=True)
        self._written_at = time.monotonic()

    def remove(self) -> None:
        """Nothing is left to go on from."""
        if self._path is not None:
            self._path.unlink(missing_ok=True)


def key_of(settings: object, arrays: Iterable[NDArray[Any]]) -> str:
    """Digest of rows, and of all that decides what is learnt from them.

    Parameters
    ----------
    settings : object
        Its ``repr`` tells all.
    arrays : iterable of numpy.ndarray
        Rows as the network is given them.

    Examples
    --------
    >>> key_of("adam", [np.zeros(3)]) == key_of("adam", [np.zeros(3)])
    True
    >>> key_of("adam", [np.zeros(3)]) == key_of("adam", [np.ones(3)])
    False
    """
    digest = hashlib.sha256(repr(settings).encode())
    for array in arrays:
        digest.update(f"{array.dtype}{array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()
