"""Files to score: paths, folders, patterns and addresses in an object store, in order."""

from __future__ import annotations

from collections.abc import Sequence

from leadline.errors import DataError
from leadline.serving.batch.locations import Location

_SUFFIXES = (
    ".csv", ".tsv", ".txt", ".parquet", ".pq", ".jsonl", ".ndjson", ".json", ".gz", ".zip", ".xlsx",
)  # fmt: skip
_WILD = ("*", "?", "[")


def input_files(named: Sequence[str]) -> tuple[Location, ...]:
    """The files that are meant.

    Parameters
    ----------
    named : sequence of str
        Files, folders and patterns such as ``s3://bucket/day=*/*.parquet``. Of a folder all
        tables in it and below are meant, but for what begins with a point or an underscore.

    Returns
    -------
    tuple of Location
        At least one; those of a folder or a pattern by name, none twice.

    Raises
    ------
    DataError
        If there is none.

    Examples
    --------
    >>> [each.name for each in input_files(["new.csv", "new.csv"])]
    ['new.csv']
    """
    found: dict[str, Location] = {}
    for name in named:
        for location in _meant(name):
            found.setdefault(location.url, location)
    return tuple(found.values())


def _meant(name: str) -> tuple[Location, ...]:
    location = Location(name)
    if _is_pattern(location):
        files = location.matches()
        if not files:
            raise DataError(
                f"No file fits {name}.", "A table is needed.", "Check the path and the pattern."
            )
        return files
    if not location.is_folder():
        return (location,)
    files = tuple(
        location.child(path)
        for path in location.files_below()
        if Location(path).suffix in _SUFFIXES and not _is_hidden(path)
    )
    if not files:
        raise DataError(
            f"{name} is a folder without tables.",
            f"Files that end in one of {', '.join(_SUFFIXES)} are needed.",
            "Name the files themselves.",
        )
    return files


def _is_pattern(location: Location) -> bool:
    if not any(mark in location.url for mark in _WILD):
        return False
    # a file may be called so, too
    return not (location.is_here and location.exists())


def _is_hidden(path: str) -> bool:
    return any(part.startswith((".", "_")) for part in path.split("/"))
