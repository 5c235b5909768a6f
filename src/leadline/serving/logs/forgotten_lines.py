"""Forgetting of served rows: lines of a person are taken out of the log and of its outcomes."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Callable, Collection
from contextlib import suppress
from pathlib import Path
from typing import Any

from leadline.serving.logs.dated_lines import dated_files, locked
from leadline.serving.logs.log_place import LogPlace

Row = tuple[str, int]


def forget_lines(place: LogPlace, keys: Collection[str], column: str, *, is_trial: bool) -> int:
    """Take rows out of the log of a server, and what turned out of them.

    Servers may run: each file is rewritten whole while nobody adds to it.

    Parameters
    ----------
    place : LogPlace
        Of the log; it need not be there.
    keys : collection of str
        Names of rows: in `column`, or the id of the request, or that with a colon and the row's
        number.
    column : str
        Feature that names rows; empty: none does.
    is_trial : bool
        Whether rows are counted only.

    Returns
    -------
    int
        Rows of the log that were taken out.
    """
    gone: set[Row] = set()

    def is_named(line: dict[str, Any]) -> bool:
        row = str(line["request"]), int(line["row"])
        named = {row[0], f"{row[0]}:{row[1]}", as_key((line.get("x") or {}).get(column))}
        if named.isdisjoint(keys):
            return False
        gone.add(row)
        return True

    def is_of_those(line: dict[str, Any]) -> bool:
        request, row = str(line["request"]), int(line["row"])
        return (request, row) in gone or not {request, f"{request}:{row}"}.isdisjoint(keys)

    n_rows = sum(_without(path, is_named, is_trial) for path in dated_files(place.folder))
    for path in dated_files(place.outcomes):
        _without(path, is_of_those, is_trial)
    return n_rows


def as_key(value: object) -> str:
    """A value as a key is written: 4711.0 is "4711"; what is not known is no key.

    Examples
    --------
    >>> as_key(4711.0), as_key("4711"), as_key(None)
    ('4711', '4711', '')
    """
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _without(path: Path, is_gone: Callable[[dict[str, Any]], bool], is_trial: bool) -> int:
    """Rewrite a file without some of its lines; return how many those are."""
    with suppress(FileNotFoundError), locked(path, os.O_RDONLY):
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not _holds(line, is_gone)]
        if len(kept) < len(lines) and not is_trial:
            _replace(path, b"".join(kept))
        return len(lines) - len(kept)
    return 0  # it was deleted meanwhile


def _holds(line: bytes, is_gone: Callable[[dict[str, Any]], bool]) -> bool:
    try:
        return is_gone(json.loads(line))
    except (ValueError, KeyError, TypeError, AttributeError):
        return False  # no line of a row


def _replace(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
