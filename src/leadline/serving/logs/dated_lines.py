"""Dated files of JSON lines: appended by one process each, readable by their owner alone.

::

    <folder>/2026-11-29.5f0c9a1e.jsonl     of one day (UTC) and one process

A process opens its file for each append and closes it again, so that a file may be deleted while it
runs. Several processes write to files of their own; a lock keeps a file from being rewritten by
`leadline forget` while lines are added to it.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

_PIECE = 2**20
_NAME = re.compile(r"(\d{4}-\d{2}-\d{2})\.[0-9a-f]+\.jsonl")


class DatedLines:
    """Appends lines to the file of a day.

    Parameters
    ----------
    folder : Path
        Where the files lie; made when the first line is written.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # a process id would not do: in containers on one disk all are process 1
        self._token = secrets.token_hex(4)

    def append(self, lines: bytes, day: date) -> None:
        """Add whole lines, and wait until they are on the disk.

        Parameters
        ----------
        lines : bytes
            Each with its line feed.
        day : date
            In UTC.

        Raises
        ------
        OSError
            If they cannot be written; then none of them is there.
        """
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = self.folder / f"{day.isoformat()}.{self._token}.jsonl"
        with locked(path, os.O_RDWR | os.O_APPEND | os.O_CREAT) as handle:
            size = os.fstat(handle).st_size
            is_cut = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            try:
                _write(handle, b"\n" + lines if is_cut else lines)
                os.fsync(handle)
            except OSError:
                with suppress(OSError):
                    os.ftruncate(handle, size)
                raise


@contextmanager
def locked(path: Path, flags: int) -> Iterator[int]:
    """Open a file while nobody else adds to it or replaces it.

    Parameters
    ----------
    path : Path
        The file.
    flags : int
        As of ``os.open``.

    Yields
    ------
    int
        The file, as the path names it now.

    Raises
    ------
    OSError
        If it cannot be opened.
    """
    while True:
        handle = os.open(path, flags, 0o600)
        try:
            with suppress(OSError):  # not every file system has locks
                fcntl.flock(handle, fcntl.LOCK_EX)
            if not _is_still(path, handle):
                continue  # it was replaced while this waited
            yield handle
            return
        finally:
            os.close(handle)


def _is_still(path: Path, handle: int) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(handle))
    except FileNotFoundError:
        return False


def _write(handle: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(handle, rest) :]


def dated_files(folder: Path) -> dict[Path, date]:
    """The files of lines in a folder and the day of each, the oldest first; other files are none.

    Parameters
    ----------
    folder : Path
        It need not be there.
    """
    found = {}
    for path in sorted(folder.glob("*.jsonl")):
        if (name := _NAME.fullmatch(path.name)) is not None:
            with suppress(ValueError):
                found[path] = date.fromisoformat(name[1])
    return found


def delete_older(folder: Path, keep_days: int) -> list[Path]:
    """Delete the files of days that are no longer kept.

    Parameters
    ----------
    folder : Path
        Of the files.
    keep_days : int >= 0
        Whole days kept beside today's; 0: all.

    Returns
    -------
    list of Path
        The files deleted.
    """
    if not keep_days:
        return []
    first = today() - timedelta(days=keep_days)
    old = [path for path, day in dated_files(folder).items() if day < first]
    for path in old:
        # another process may have been first
        path.unlink(missing_ok=True)
    return old


def today() -> date:
    """The day it is in UTC."""
    return datetime.now(UTC).date()


def whole_lines(data: bytes) -> tuple[list[bytes], int]:
    r"""Lines that end, and how many do not: a process was killed while it wrote.

    Examples
    --------
    >>> whole_lines(b'{"a":1}\n\n{"a":2}\n{"a')
    ([b'{"a":1}', b'{"a":2}'], 1)
    """
    *lines, rest = data.split(b"\n")
    return [line for line in lines if line], int(bool(rest))


class NewLines:
    """Lines that were added to the files of a folder since it was last asked.

    Parameters
    ----------
    folder : Path
        Of the files.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ends: dict[Path, int] = {}

    def __iter__(self) -> Iterator[bytes]:
        """What was added, in pieces of whole lines."""
        files = dated_files(self._folder)
        self._ends = {path: end for path, end in self._ends.items() if path in files}
        for path in files:
            # it may be deleted meanwhile
            with suppress(FileNotFoundError), path.open("rb") as file:
                start = self._ends.get(path, 0)
                # a file that is shorter than it was: somebody took lines out
                file.seek(0 if start > path.stat().st_size else start)
                # small pieces: whoever looks through one holds up all other threads
                while piece := file.read(_PIECE):
                    piece += file.readline()
                    whole = piece[: piece.rfind(b"\n") + 1]
                    self._ends[path] = file.tell() - len(piece) + len(whole)
                    if not whole:
                        break
                    yield whole
