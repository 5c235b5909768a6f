"""A column of all files as values: numbers, dates, words, or images."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from leadline.reading.across_files import in_unit
from leadline.reading.file_forms.packed import Numbers
from leadline.reading.file_forms.raw import RawTable
from leadline.reading.file_forms.source import Note
from leadline.reading.images.image_columns import (
    Images,
    from_paths,
    from_values,
    may_be_paths,
    white_in,
)
from leadline.reading.odd import OddCells
from leadline.reading.schema import CellType, ColumnReading
from leadline.reading.values.cell_values import read_cells, stripped
from leadline.reading.values.missing import is_missing
from leadline.reading.values.numbers import settled


def column_values(
    parts: Sequence[pl.Series],
    tables: Sequence[RawTable],
    reading: ColumnReading,
    images: Images | None,
    note: Note,
    *,
    is_excluded: bool,
) -> tuple[pl.Series, list[OddCells]]:
    """A column of all files as values; and its odd cells, a file each."""
    values: list[pl.Series] = []
    odd: list[OddCells] = []
    is_left = images is None
    images = None if is_excluded else images
    for part, table in zip(parts, tables, strict=True):
        pictures = _as_images(part, reading, images, table, note)
        if images is not None and images.names is None:
            # what is an image in the first file is one in the others, be it lost there
            images = replace(images, names=() if pictures is None else (part.name,))
        if pictures is not None:
            values.append(pictures)
            continue
        if is_left and _is_picture(part, reading):
            values.append(part)
            continue
        read = read_cells(in_unit(part, reading, table, note), reading)
        values.append(read.values)
        if read.is_odd.any():
            odd.append(OddCells.of(part, read.is_odd, reading, table.place))
    return _stacked(values), odd


def _is_picture(part: pl.Series, reading: ColumnReading) -> bool:
    """Whether a column is left as it is, where images are not read."""
    is_image = reading.type is CellType.IMAGE
    return is_image or part.dtype in (pl.Binary, pl.Object) or part.dtype.is_nested()


def _as_images(
    part: pl.Series, reading: ColumnReading, images: Images | None, table: RawTable, note: Note
) -> pl.Series | None:
    """A column of images; None where it is none, or images are not read."""
    if images is None or reading.type in (CellType.NUMBER, CellType.DATE):
        return None
    if images.names is not None and part.name not in images.names:
        return None
    if part.dtype == pl.String:
        if images.names is None and not may_be_paths(part):
            return None
        read = from_paths(part, images, table.path, note, reading.missing)
        return read if read.dtype == pl.Binary else None
    return from_values(part, images, table.path, note)


def images_of_column(
    images: Images | None, parts: Sequence[pl.Series], known: ColumnReading | None
) -> Images | None:
    """How images of a column are read: what is known of them is not looked for anew."""
    if images is None:
        return None
    if known is not None:
        images = replace(images, names=(known.name,) if known.type is CellType.IMAGE else ())
    white = None if known is None else known.white
    return replace(images, white=white or white_in(parts))


def as_read(reading: ColumnReading, column: pl.Series, images: Images | None) -> ColumnReading:
    """A reading that says what the column was found to hold."""
    if column.dtype != pl.Binary:
        return reading
    white = reading.white if images is None else images.white
    return replace(reading, type=CellType.IMAGE, white=white)


def number_values(parts: Sequence[Numbers]) -> pl.Series:
    """A column of plain numbers, of all files."""
    return _stacked([settled(part.values) for part in parts])


def _stacked(values: Sequence[pl.Series]) -> pl.Series:
    dtypes = {each.dtype for each in values if each.null_count() < each.len()}
    if len(dtypes) > 1:
        # whole in one file, with parts in another
        return pl.concat([each.cast(pl.Float64) for each in values])
    dtype = dtypes.pop() if dtypes else values[0].dtype
    return pl.concat([each.cast(dtype) for each in values])


def words_for_nothing(
    parts: Sequence[pl.Series], column: pl.Series, reading: ColumnReading
) -> Counter[str]:
    """Words that stood for no value, and how often."""
    words: Counter[str] = Counter()
    if reading.type is CellType.IMAGE:
        return words
    is_quantity = reading.type in (CellType.NUMBER, CellType.DATE)
    start = 0
    for part in parts:
        values = column.slice(start, part.len())
        start += part.len()
        if part.dtype == pl.String and values.null_count():
            text = stripped(part.filter(values.is_null()))
            nothing = is_missing(text, reading.missing, in_numbers=is_quantity)
            counts = text.filter(nothing).drop_nulls().alias("word").value_counts(name="n")
            words.update(dict(counts.iter_rows()))
    return words
