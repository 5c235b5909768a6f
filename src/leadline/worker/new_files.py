"""New files of folders and patterns: those that were not taken in before, told by their content."""

from __future__ import annotations

import glob
import hashlib
import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

_FORMS = {
    ".csv",
    ".tsv",
    ".txt",
    ".parquet",
    ".json",
    ".jsonl",
    ".ndjson",
    ".xlsx",
    ".xlsb",
    ".ods",
}
_PACKED = {".gz", ".zip", ".bz2", ".xz", ".zst"}
_UNFINISHED = {".part", ".tmp", ".crdownload"}
_PIECE = 2**20


@dataclass(frozen=True)
class NewFile:
    """A file that was not taken in before.

    Attributes
    ----------
    path : Path
        Where it lies.
    digest : str
        SHA-256 of what was in it when it was found.
    """

    path: Path
    digest: str


class NewFiles:
    """Files that come in, each content once.

    Parameters
    ----------
    state : Path
        File that remembers what was taken in, a line each; made when needed.
    sources : sequence of str
        Folders, patterns such as ``inbox/week-*.csv``, and single files.
    settled_s : float
        A file that was changed within so many seconds may still be being written: it waits.
    """

    def __init__(self, state: Path, sources: Sequence[str], *, settled_s: float) -> None:
        self._state, self._sources, self._settled_s = state, sources, settled_s

    def found(self) -> list[NewFile]:
        """What is new now, in the order of names."""
        taken = self._taken()
        marks = {(one["path"], one["size"], one["changed"]) for one in taken}
        digests = {one["digest"] for one in taken}
        fresh: list[NewFile] = []
        for path in sorted(set(self._files())):
            mark = _mark(path)
            is_settled = time.time() - path.stat().st_mtime >= self._settled_s
            if mark in marks or not is_settled:
                continue
            digest = _digest(path)
            if digest not in digests:
                digests.add(digest)
                fresh.append(NewFile(path, digest))
        return fresh

    def note(self, file: NewFile) -> None:
        """Remember that a file was taken in."""
        path, size, changed = _mark(file.path)
        line = {
            "path": path,
            "size": size,
            "changed": changed,
            "digest": file.digest,
            "at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        with self._state.open("a", encoding="utf-8") as state:
            # a line of its own, even after one that was cut off
            state.write(f"\n{json.dumps(line)}\n")

    def _taken(self) -> list[dict[str, object]]:
        if not self._state.exists():
            return []
        lines = self._state.read_text(encoding="utf-8").splitlines()
        return [one for one in map(_parsed, lines) if one is not None]

    def _files(self) -> Iterator[Path]:
        for source in self._sources:
            path = Path(source)
            if path.is_dir():
                yield from (one.resolve() for one in path.iterdir() if _is_data(one))
            elif path.is_file():
                yield path.resolve()
            else:
                found = map(Path, glob.glob(source, recursive=True))  # noqa: PTH207 - a pattern
                yield from (one.resolve() for one in found if one.is_file())


def _parsed(line: str) -> dict[str, object] | None:
    """A remembered file; None of a line that was cut off: its file is taken in again."""
    try:
        said: dict[str, object] = json.loads(line)
    except ValueError:
        return None
    return said


def _is_data(path: Path) -> bool:
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _PACKED:
        suffixes.pop()
    is_data = bool(suffixes) and suffixes[-1] in _FORMS
    is_answer = ".scored" in suffixes or _UNFINISHED & set(suffixes)
    return is_data and not is_answer and not path.name.startswith(".") and path.is_file()


def _mark(path: Path) -> tuple[str, int, int]:
    found = path.stat()
    return str(path), found.st_size, found.st_mtime_ns


def _digest(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            digest.update(piece)
    return digest.hexdigest()
