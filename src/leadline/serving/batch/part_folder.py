"""Folder of scored pieces beside the output: what a run that was killed goes on from."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any

from leadline.errors import DataError
from leadline.serving.batch.locations import Location
from leadline.serving.batch.piece_scoring import Part, part_name

_MANIFEST = "manifest.json"
_LOCK = "lock"
_KEY_LENGTH = 16


class PartFolder:
    """Parts of one output, under a name that tells what they are of.

    The name holds a digest of the sources, the release and all that the parts depend on. A run
    with the same digest takes the parts that are whole; those of another run for the same output
    are of no use to anybody, and are swept.

    Parameters
    ----------
    target : Location
        The output; the folder lies beside it.
    about : mapping
        What the parts depend on, as JSON can say it.
    suffix : str
        Of the parts.
    """

    def __init__(self, target: Location, about: Mapping[str, Any], suffix: str) -> None:
        self._about = json.dumps(about, sort_keys=True, indent=1).encode()
        self._target, self._suffix = target, suffix
        key = hashlib.sha256(self._about).hexdigest()[:_KEY_LENGTH]
        self.location = target.parent.child(f"{_prefix(target)}{key}.parts")

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep other runs away, and sweep what those before have left for the same output.

        Raises
        ------
        DataError
            If another process is at it.
        """
        for other in self._target.parent.children():
            name = other.name
            is_ours = name.startswith(_prefix(self._target)) and name.endswith(".parts")
            if is_ours and name != self.location.name:
                _sweep(other)
        self.location.child(_MANIFEST).write(self._about)
        with _lock(self.location) as is_alone:
            if not is_alone:
                raise DataError(
                    f"Another process is scoring the same rows to {self._target.url}.",
                    "One at a time writes a file.",
                    "Wait for it, or write elsewhere with --to.",
                )
            yield

    def whole(self, n_pieces: int) -> dict[int, Part]:
        """The parts that are there, by index; of parts here, every byte is looked at."""
        there = {location.name: location for location in self.location.children()}
        found = {}
        for index in range(n_pieces):
            told = there.get(part_name(index, ".json"))
            data = there.get(part_name(index, self._suffix))
            if told is None or data is None:
                continue
            part = _part(told)
            if part is not None and part.index == index and _is_whole(data, part):
                found[index] = part
        return found

    def file(self, part: Part) -> Location:
        """Where a part lies."""
        return self.location.child(part_name(part.index, self._suffix))

    def remove(self) -> None:
        """Remove it with all that is in it."""
        self.location.remove()


def _prefix(target: Location) -> str:
    return f".{target.name}."


def _part(told: Location) -> Part | None:
    try:
        return Part.from_bytes(told.read_whole())
    except (ValueError, TypeError, KeyError):
        return None


def _is_whole(data: Location, part: Part) -> bool:
    if not data.is_here:
        # an object is there whole or not at all
        return data.size() == part.n_bytes
    digest = hashlib.sha256()
    for block in data.blocks():
        digest.update(block)
    return digest.hexdigest() == part.digest


def _sweep(folder: Location) -> None:
    """Remove the parts of another run, unless it still goes on."""
    with _lock(folder) as is_alone:
        if is_alone:
            folder.remove()


@contextmanager
def _lock(folder: Location) -> Iterator[bool]:
    """Whether nobody else holds a folder; of one in an object store nobody can tell."""
    if not folder.is_here:
        yield True
        return
    try:
        handle = os.open(folder.path / _LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    except OSError:
        # it went away, or a disk without room has no place for a lock
        yield folder.path.is_dir()
        return
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
    finally:
        with suppress(OSError):
            os.close(handle)
