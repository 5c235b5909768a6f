"""Rows written as JSON: one object a line, or one array of objects."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import polars as pl

from leadline.errors import DataError
from leadline.reading.file_forms.source import Note
from leadline.reading.values.cell_values import as_text
from leadline.reading.values.numbers import LARGEST_EXACT

_CHUNK_ROWS = 50_000
_LARGEST_INT = 2**63
_MOST_SHOWN = 5
_SIMPLE = (bool, int, float, str)


def _keep_silent(_: str) -> None:
    """Take no note."""


def read_json(
    data: bytes, name: str, note: Note = _keep_silent, *, first_line: int = 1
) -> pl.DataFrame:
    r"""Read rows of JSON; NaN and null are no value, what mixes kinds is text.

    Parameters
    ----------
    data : bytes
        UTF-8 text.
    name : str
        The file's, for messages.
    note : callable, optional
        Told which member of a single object holds the rows.
    first_line : int, default=1
        Line of the file that these bytes begin with.

    Raises
    ------
    DataError
        If a line is no object, or columns hold what no table can; names the line.

    Examples
    --------
    >>> frame = read_json(b'{"x": NaN, "y": true}\n{"x": 3, "y": 1}\n', "a.jsonl")
    >>> frame["x"].to_list(), frame["y"].to_list()
    ([None, 3], ['true', '1'])
    """
    if data.lstrip().startswith(b"["):
        objects = _array(data, name)
    elif (whole := _one_object(data)) is not None:
        is_one_line = b"\n" not in data.strip()
        objects = iter(_rows_within(whole, name, note, is_one_line=is_one_line))
    else:
        objects = _lines(data, name, first_line)
    chunks: list[dict[str, list[Any]]] = []
    names: dict[str, None] = {}
    heights: list[int] = []
    for rows in _batches(objects):
        for row in rows:
            names.update(dict.fromkeys(row))
        chunks.append({key: [row.get(key) for row in rows] for key in names})
        heights.append(len(rows))
    columns = {key: _column(key, chunks, heights) for key in names}
    return pl.DataFrame(columns)


def _batches(objects: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    batch: list[dict[str, Any]] = []
    for each in objects:
        batch.append(each)
        if len(batch) == _CHUNK_ROWS:
            yield batch
            batch = []
    if batch:
        yield batch


def _lines(data: bytes, name: str, first_line: int) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(data.split(b"\n"), start=first_line):
        if not line.strip():
            continue
        try:
            row = json.loads(line, parse_constant=_constant)
        except (ValueError, RecursionError):
            row = None
        if not isinstance(row, dict):
            raise DataError(
                f"{name} line {number:,} is not a JSON object.",
                "One object a line is needed.",
                "Mend that line.",
            )
        yield row


def _one_object(data: bytes) -> dict[str, Any] | None:
    """What a file holds that is one object, however many lines that takes; else None."""
    lines = data.strip().split(b"\n", 1)
    try:
        if len(lines) > 1 and isinstance(json.loads(lines[0], parse_constant=_constant), dict):
            return None
    except (ValueError, RecursionError):
        pass  # an object that goes on in the next line
    try:
        whole = json.loads(data, parse_constant=_constant)
    except (ValueError, RecursionError):
        return None
    return whole if isinstance(whole, dict) else None


def _rows_within(
    whole: dict[str, Any], name: str, note: Note, *, is_one_line: bool
) -> list[dict[str, Any]]:
    """Rows that an answer of a service wraps in one object; any other object is a row itself."""
    tables = [key for key, value in whole.items() if _is_table(value)]
    if len(tables) == 1:
        note(f"{name}: the rows are read from its member {tables[0]!r}.")
        rows: list[dict[str, Any]] = whole[tables[0]]
        return rows
    is_nested = any(isinstance(value, list | dict) for value in whole.values())
    if not _is_by_column(whole) and (is_one_line or not is_nested):
        return [whole]
    members = ", ".join(map(repr, list(whole)[:_MOST_SHOWN])) + ", ..." * (len(whole) > _MOST_SHOWN)
    raise DataError(
        f"{name} is one JSON object with the members {members}.",
        "One object a row is needed: one a line, or an array of them.",
        "Write it so; from pandas: to_json(..., orient='records', lines=True).",
    )


def _is_by_column(whole: dict[str, Any]) -> bool:
    """Whether it holds columns, not rows: each the values of the same keys."""
    members = list(whole.values())
    return len(members) > 1 and all(
        isinstance(each, dict) and len(each) > 1 and each.keys() == members[0].keys()
        for each in members
    )


def _is_table(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(row, dict) for row in value)


def _array(data: bytes, name: str) -> Iterator[dict[str, Any]]:
    try:
        rows = json.loads(data, parse_constant=_constant)
    except (ValueError, RecursionError) as error:
        raise DataError(
            f"{name} cannot be read as JSON: {error}.",
            "One object a line, with plain values, is needed.",
            "Write it as JSON lines or CSV.",
        ) from None
    for number, row in enumerate(rows, start=1):
        if not isinstance(row, dict):
            raise DataError(
                f"{name} row {number:,} is not a JSON object.",
                "An array of objects is needed.",
                "Mend that row.",
            )
        yield row


def _constant(_: str) -> None:
    """NaN and Infinity, which programs write though JSON has no such numbers."""


def _column(name: str, chunks: list[dict[str, list[Any]]], heights: list[int]) -> pl.Series:
    parts = [
        _series(chunk[name]) if name in chunk else pl.Series([None] * height)
        for chunk, height in zip(chunks, heights, strict=True)
    ]
    dtypes = {part.dtype for part in parts if part.dtype != pl.Null}
    if len(dtypes) > 1:
        if all(dtype.is_numeric() for dtype in dtypes):
            parts = [part.cast(pl.Float64) for part in parts]
        elif any(dtype.is_nested() or dtype == pl.Object for dtype in dtypes):
            return pl.Series(name, [v for part in parts for v in part.to_list()], dtype=pl.Object)
        else:
            parts = [as_text(part) for part in parts]
    else:
        parts = [part.cast(next(iter(dtypes), pl.Null())) for part in parts]
    return pl.concat(parts).alias(name)


def _series(values: list[Any]) -> pl.Series:
    """Values of one batch: of one kind, or as text."""
    kinds = {type(value) for value in values if value is not None}
    filled = [value for value in values if value is not None]
    if not kinds <= set(_SIMPLE):
        try:
            return pl.Series(values)
        except (TypeError, pl.exceptions.PolarsError):
            return pl.Series(values, dtype=pl.Object)
    dtype = _dtype(kinds, filled)
    if dtype == pl.String:
        values = [_text(value) for value in values]
    elif dtype == pl.Float64:
        values = [None if value is None else float(value) for value in values]
    return pl.Series(values, dtype=dtype)


def _dtype(kinds: set[type], filled: list[Any]) -> pl.DataType:
    """The type that holds values of some kinds without loss."""
    if not kinds:
        return pl.Null()
    if kinds == {bool}:
        return pl.Boolean()
    if kinds == {int} and all(abs(value) < _LARGEST_INT for value in filled):
        return pl.Int64()
    if not kinds <= {int, float}:
        return pl.String()
    is_exact = kinds == {float} or all(abs(value) < LARGEST_EXACT for value in filled)
    return pl.Float64() if is_exact else pl.String()


def _text(value: object) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_EXACT:
        value = int(value)
    return str(value).lower() if isinstance(value, bool) else repr(value)
