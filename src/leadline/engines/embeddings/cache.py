"""Embeddings on disk by digest: many processes may read and write, and none needs it."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

_LOCK_TIMEOUT_S = 30.0
_AT_ONCE = 500  # SQLite's oldest limit on parameters is 999
_MOST = 500_000  # embeddings; 0.8 GB of 384 dimensions


class Cache:
    """Vectors by digest in one file of a folder.

    It holds digests and vectors, never a text. Beyond 500,000 vectors the oldest go. A folder that
    cannot be written, or a damaged file, costs time and nothing else.

    Parameters
    ----------
    folder : Path or None
        Made if needed; None: nothing is kept.
    most : int, default=500_000
        Vectors to keep.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     cache = Cache(Path(folder))
    ...     cache.write({b"digest": np.ones(3, dtype=np.float32)})
    ...     {key: vector.tolist() for key, vector in cache.read([b"digest", b"other"]).items()}
    {b'digest': [1.0, 1.0, 1.0]}
    """

    def __init__(self, folder: Path | None, most: int = _MOST) -> None:
        self._folder = folder
        self._most = most

    def read(self, keys: Sequence[bytes]) -> dict[bytes, NDArray[np.float32]]:
        """Those of the keys that are there."""
        found: dict[bytes, NDArray[np.float32]] = {}
        with self._opened() as connection:
            if connection is None:
                return found
            for start in range(0, len(keys), _AT_ONCE):
                some = keys[start : start + _AT_ONCE]
                marks = ",".join("?" * len(some))
                query = f"select key, vector from embedding where key in ({marks})"  # noqa: S608
                for key, vector in connection.execute(query, some):
                    found[key] = np.frombuffer(vector, dtype="<f4")
        return found

    def write(self, vectors: Mapping[bytes, NDArray[np.float32]]) -> None:
        """Keep vectors; what another process has written meanwhile stays."""
        rows = [(key, vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        with self._opened() as connection:
            if connection is None:
                return
            with connection:
                connection.executemany("insert or ignore into embedding values (?, ?)", rows)
                # row numbers go up with time
                connection.execute(
                    "delete from embedding where rowid <= (select max(rowid) from embedding) - ?",
                    (self._most,),
                )

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection | None]:
        """The file, its table made; None if there is none or it is of no use."""
        try:
            connection = self._connection()
        except (sqlite3.Error, OSError):
            connection = None
        if connection is None:
            yield None
            return
        with closing(connection):
            try:
                yield connection
            except sqlite3.Error:
                # full disk, damaged file: what is computed anew is as good
                return

    def _connection(self) -> sqlite3.Connection | None:
        if self._folder is None:
            return None
        # the vector of a text says much about it: for its owner only
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        connection = sqlite3.connect(self._folder / "embeddings.db", timeout=_LOCK_TIMEOUT_S)
        try:
            # what a power cut takes is computed again
            connection.execute("pragma synchronous = off")
            connection.execute(
                "create table if not exists embedding "
                "(key blob unique not null, vector blob not null)"
            )
        except sqlite3.Error:
            connection.close()
            raise
        return connection


def default_folder() -> Path | None:
    """Where embeddings are kept unless said otherwise.

    Returns
    -------
    Path or None
        ``LEADLINE_CACHE``, else ``leadline`` in the user's cache folder; None without a home.
    """
    named = os.environ.get("LEADLINE_CACHE")
    if named:
        return Path(named)
    base = os.environ.get("XDG_CACHE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".cache") / "leadline"
    except RuntimeError:
        return None
