"""Rows of text files with their line numbers; a broken line is named, and skipped."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from leadline.engines.annotation_format import Fault
from leadline.errors import DataError

_MOST_COLUMNS = 10_000
_LONGEST_FIELD = 2**24
_MOST_BYTES = 2**30

Row = tuple[str, dict[str, Any]] | Fault


def text_of(path: Path) -> str:
    """The text of a file of votes.

    Raises
    ------
    DataError
        If it is no text in UTF-8, or larger than a gigabyte.
    """
    if path.stat().st_size > _MOST_BYTES:
        raise DataError(
            f"{path.name} has {path.stat().st_size:,} bytes.",
            f"At most {_MOST_BYTES:,} are read at once.",
            "Bring it in part by part.",
        )
    try:
        # line ends within a text stay as they are
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(
            f"{path.name} is no text in UTF-8: {error.reason} at byte {error.start:,}.",
            "A text file is needed.",
            "Save it as UTF-8, or name its format with --as.",
        ) from error


def csv_rows(path: Path) -> Iterator[Row]:
    """Rows of a file with delimiters and one line of header.

    Raises
    ------
    DataError
        If there is no header, it names a column twice, or has too many of them.
    """
    text = text_of(path)
    csv.field_size_limit(_LONGEST_FIELD)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    header = _header(reader, path.name)
    while True:
        line = reader.line_num + 1
        try:
            fields = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            # what follows an open quote cannot be told apart
            yield Fault(f"line {line}", f"it is broken: {error}")
            return
        if not fields:
            continue
        if len(fields) != len(header):
            yield Fault(f"line {line}", f"it has {len(fields)} fields; {len(header)} are needed")
            continue
        yield f"line {line}", dict(zip(header, fields, strict=True))


def json_rows(path: Path) -> Iterator[Row]:
    """Mappings of a file with one JSON mapping a line."""
    for line, text in enumerate(text_of(path).split("\n"), 1):
        if not text.strip():
            continue
        try:
            row = json.loads(text)
        except (json.JSONDecodeError, RecursionError) as error:
            yield Fault(f"line {line}", f"it is no JSON: {error}")
            continue
        if isinstance(row, dict):
            yield f"line {line}", row
        else:
            yield Fault(f"line {line}", 'it is no mapping such as {"item": "…"}')


def _header(reader: Iterator[list[str]], name: str) -> list[str]:
    try:
        header = next(reader, [])
    except csv.Error as error:
        raise DataError(
            f"{name} line 1 is broken: {error}.", "A header is needed.", "Correct the header."
        ) from error
    doubled = sorted({each for each in header if header.count(each) > 1}) if _few(header) else []
    if not header or not _few(header) or doubled:
        found = f"{len(header):,} columns" if not doubled else f"the column {doubled[0]!r} twice"
        raise DataError(
            f"{name} line 1 has {found}.",
            f"Up to {_MOST_COLUMNS:,} different names are needed.",
            "Correct the header.",
        )
    return header


def _few(header: list[str]) -> bool:
    return len(header) <= _MOST_COLUMNS


def _delimiter(text: str) -> str:
    first = text[: text.find("\n") + 1 or len(text)]
    return max(",;\t", key=first.count)
