"""Scored pieces put behind one another: one file, or a folder of files of one schema."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence

import polars as pl

from leadline.errors import DataError
from leadline.reading.values.cell_values import as_text
from leadline.serving.batch.locations import Location
from leadline.serving.batch.parquet_footer import MAGIC, JoinedFooter, tail_start
from leadline.serving.batch.part_folder import PartFolder
from leadline.serving.batch.piece_scoring import (
    SEPARATORS,
    Part,
    part_bytes,
    part_name,
)

MANIFEST = "_manifest.json"
"""Written last into a folder of parts: all of them are there."""


def join(
    parts: Sequence[Part], folder: PartFolder, target: Location, suffix: str, *, is_uniform: bool
) -> None:
    """Write the output, whole or not at all; what was there before is replaced.

    Parameters
    ----------
    parts : sequence of Part
        All of them, in order; at least one.
    folder : PartFolder
        Where they lie.
    target : Location
        The output.
    suffix : str
        Of its form.
    is_uniform : bool
        Whether the parts are of that form and of one schema. If not, they are Parquet.

    Raises
    ------
    DataError
        If the parts hold types that do not go together, or that the form cannot hold.
    """
    whole = folder.location.child(f"whole{suffix}")
    schema = None if is_uniform else _one_schema(parts, folder)
    with whole.open_to_write() as file:
        if suffix == ".parquet":
            _join_parquet(_contents(parts, folder, suffix, schema), file)
        else:
            names = list(schema or parts[0].columns)
            header = pl.DataFrame(schema=dict.fromkeys(names, pl.String))
            file.write(header.write_csv(separator=SEPARATORS[suffix]).encode())
            for data in _contents(parts, folder, suffix, schema):
                file.write(data)
    whole.move(target)


def lay_out(
    parts: Sequence[Part], folder: PartFolder, target: Location, *, is_uniform: bool
) -> None:
    """Write a folder of Parquet files; one that an earlier run has written is replaced.

    Parameters
    ----------
    parts, folder, target, is_uniform
        As for `join`.

    Raises
    ------
    DataError
        If the parts hold types that do not go together.
    """
    new = folder.location.child("whole")
    # what a killed run has left of it
    new.remove()
    schema = None if is_uniform else _one_schema(parts, folder)
    names = [part_name(index, ".parquet") for index in range(len(parts))]
    for name, data in zip(names, _contents(parts, folder, ".parquet", schema), strict=True):
        new.child(name).write(data)
    new.child(MANIFEST).write(b"".join(part.to_bytes() + b"\n" for part in parts))
    if target.is_here:
        if target.exists():
            target.move(folder.location.child("before"))
        new.move(target)
        return
    target.remove()
    for name in (*names, MANIFEST):
        new.child(name).move(target.child(name))


def _contents(
    parts: Sequence[Part], folder: PartFolder, suffix: str, schema: pl.Schema | None
) -> Iterator[bytes]:
    """Each part as it stands in the output: brought to one schema where that is given."""
    for part in parts:
        data = folder.file(part).read_whole()
        if schema is not None:
            data = part_bytes(_cast(pl.read_parquet(io.BytesIO(data)), schema), suffix)
        yield data


def _one_schema(parts: Sequence[Part], folder: PartFolder) -> pl.Schema:
    """The types that hold the values of all parts, by the rules of reading rows of JSON."""
    types: dict[str, list[pl.DataType]] = {}
    for part in parts:
        with folder.file(part).copy_here() as path:
            schema = pl.read_parquet_schema(path)
        for name, dtype in schema.items():
            known = types.setdefault(name, [])
            if dtype != pl.Null and dtype not in known:
                known.append(dtype)
    return pl.Schema({name: _one_type(name, found) for name, found in types.items()})


def _one_type(name: str, found: Sequence[pl.DataType]) -> pl.DataType:
    if len(found) < 2:
        return found[0] if found else pl.Null()
    if all(dtype.is_numeric() for dtype in found):
        return pl.Int64() if all(dtype.is_integer() for dtype in found) else pl.Float64()
    if any(dtype.is_nested() or dtype == pl.Binary for dtype in found):
        raise DataError(
            f"{name!r} is of several types: {', '.join(map(str, found))}.",
            "One type for all rows is needed.",
            "Leave the column out, or score the files one by one.",
        )
    if all(dtype.is_temporal() for dtype in found):
        return pl.Datetime("us")
    return pl.String()


def _cast(frame: pl.DataFrame, schema: pl.Schema) -> pl.DataFrame:
    columns = []
    for name, dtype in schema.items():
        if name not in frame.columns:
            columns.append(pl.Series(name, [None] * frame.height, dtype=dtype))
            continue
        values = frame.get_column(name)
        if values.dtype != dtype:
            is_text = dtype == pl.String and values.dtype != pl.Null
            values = as_text(values) if is_text else values.cast(dtype)
        columns.append(values.alias(name))
    return pl.DataFrame(columns)


def _join_parquet(files: Iterator[bytes], file: io.RawIOBase) -> None:
    """Row groups of all files behind one another, not one of them unpacked."""
    footer, position = JoinedFooter(), len(MAGIC)
    file.write(MAGIC)
    for data in files:
        tail = tail_start(data[-8:], len(data))
        footer.add(data[tail:], position - len(MAGIC))
        position += file.write(data[len(MAGIC) : tail])
    file.write(footer.to_bytes())
