"""Table reader: typed frames from users' files, and errors that name the place."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import polars as pl
from polars.exceptions import PolarsError

from leadline.errors import DataError
from leadline.snapshot.delimited import read_delimited
from leadline.snapshot.header_detection import name_columns
from leadline.snapshot.image_columns import RECOGNISED, Images, from_paths, from_values
from leadline.snapshot.source import Form, Note, open_source
from leadline.snapshot.values import Reader

_MOST_COLUMNS = 10_000
_SAMPLE_ROWS = 1_000
_MOST_WORDS = 12
_NESTED = (pl.List, pl.Array, pl.Struct)


def read_table(
    path: Path | str,
    *,
    missing: Sequence[str] = (),
    exclude: Sequence[str] = (),
    images: Images | None = RECOGNISED,
    note: Note | None = None,
) -> pl.DataFrame:
    r"""Read one file of data.

    The delimiter, the encoding, the header, decimal commas and the form of dates are recognised.
    Well-known words such as "NA" stand for no value; which ones did is told to `note`.

    Parameters
    ----------
    path : Path or str
        CSV, TSV (also gzipped or alone in a zip), Parquet or JSON lines.
    missing : sequence of str, default=()
        Further words that stand for no value, in any column.
    exclude : sequence of str, default=()
        Columns nobody learns from: kept as text, so that no word in them is refused.
    images : Images or None
        How images are read; None leaves paths, bytes and arrays as they are.
    note : callable, optional
        Called with each sentence a person should know about how the file was read.

    Returns
    -------
    polars.DataFrame
        Columns are Int64, Float64, String, Datetime[us] in UTC or Binary (images, as PNG); null
        where there is no value.

    Raises
    ------
    DataError
        If the file cannot be read whole; names file, line and column.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = Path(folder) / "late.csv"
    ...     _ = path.write_text("day;delay;carrier\n31.12.2020;1,5;UA\n01.01.2021;NA;AA\n")
    ...     frame = read_table(path)
    >>> [str(dtype) for dtype in frame.dtypes], frame["delay"].to_list()
    (["Datetime(time_unit='us', time_zone=None)", 'Float64', 'String'], [1.5, None])
    """
    path = Path(path)
    note = note or _keep_silent
    data, form = open_source(path, note)
    if form is Form.DELIMITED:
        frame, place, has_decimal_comma = _delimited(data, path.name, note)
    else:
        frame = (_parquet if form is Form.PARQUET else _json)(data, path.name)
        place, has_decimal_comma = partial(_row_place, path.name), False
    _refuse_shape(frame, path.name)
    reader = Reader(place, frozenset(missing), has_decimal_comma)
    columns = [
        _words(column, reader, exclude, images, path, note)
        if column.dtype == pl.String
        else _settled(column, images, path, note)
        for column in frame.iter_columns()
    ]
    if reader.words:
        counts = sorted(reader.words.items(), key=lambda item: (-item[1], item[0]))
        words = ", ".join(f'"{word}" ({count:,})' for word, count in counts[:_MOST_WORDS])
        note(f"{path.name}: read as no value: {words}.")
    for words in reader.notes:
        note(f"{path.name}: {words}")
    return pl.DataFrame(columns)


def read_tables(
    paths: Iterable[Path | str],
    *,
    missing: Sequence[str] = (),
    exclude: Sequence[str] = (),
    images: Images | None = RECOGNISED,
    note: Note | None = None,
) -> pl.DataFrame:
    """Read several files with the same columns, one below the other.

    Parameters
    ----------
    paths : iterable of Path or str
        At least one; the first gives the order of the columns.
    missing, exclude, images, note
        As for `read_table`.

    Returns
    -------
    polars.DataFrame
        All rows, in the order of the files.

    Raises
    ------
    DataError
        If a file cannot be read, or its columns differ from the first file's.
    """
    named = [Path(path) for path in paths]
    if not named:
        raise DataError("No file of data is named.", "One is needed.", "Name it in [data] files.")
    frames: list[pl.DataFrame] = []
    for path in named:
        frames.append(read_table(path, missing=missing, exclude=exclude, images=images, note=note))
        if images is not None and images.names is None:
            # what is an image in the first file is one in the others, be it lost there
            known = (name for name, dtype in frames[0].schema.items() if dtype == pl.Binary)
            images = replace(images, names=tuple(known))
    for path, frame in zip(named[1:], frames[1:], strict=True):
        _refuse_difference(named[0].name, frames[0], path.name, frame)
    order = frames[0].columns
    return pl.concat(
        [_fitting(frame.select(order), frames) for frame in frames], how="vertical_relaxed"
    )


def _keep_silent(_: str) -> None:
    """Take no note."""


def _row_place(name: str, row: int) -> str:
    return f"{name} row {row + 1:,}"


def _delimited(
    data: bytes, name: str, note: Note
) -> tuple[pl.DataFrame, Callable[[int], str], bool]:
    cells = name_columns(read_delimited(data, name, note), name, note)
    has_decimal_comma = cells.delimiter != "," and any(
        column.str.contains(r"^[-+]?\d+,\d+$").any()
        for column in cells.frame.head(_SAMPLE_ROWS).iter_columns()
    )
    return cells.frame, lambda row: f"{name} line {cells.lines[row]:,}", has_decimal_comma


def _parquet(data: bytes, name: str) -> pl.DataFrame:
    try:
        return pl.read_parquet(io.BytesIO(data))
    except PolarsError as error:
        raise DataError(
            f"{name} is not whole Parquet: {_first_line(error)}.",
            "A whole file is needed.",
            "Fetch or write it again.",
        ) from None


def _json(data: bytes, name: str) -> pl.DataFrame:
    is_list = data.lstrip().startswith(b"[")
    try:
        if is_list:
            return pl.read_json(io.BytesIO(data), infer_schema_length=None)
        return pl.read_ndjson(io.BytesIO(data), infer_schema_length=None)
    except PolarsError as error:
        if not is_list:
            _refuse_json_line(data, name)
        raise DataError(
            f"{name} cannot be read as JSON: {_first_line(error)}.",
            "One object a line, with plain values, is needed.",
            "Write it as JSON lines or CSV.",
        ) from None


def _refuse_json_line(data: bytes, name: str) -> None:
    for number, line in enumerate(data.split(b"\n"), start=1):
        try:
            is_object = not line.strip() or isinstance(json.loads(line), dict)
        except ValueError:
            is_object = False
        if not is_object:
            raise DataError(
                f"{name} line {number:,} is not a JSON object.",
                "One object a line is needed.",
                "Mend that line.",
            )


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0].rstrip(".")


def _refuse_shape(frame: pl.DataFrame, name: str) -> None:
    if frame.height == 0 or frame.width == 0:
        raise DataError(f"{name} has no rows.", "Rows are needed.", "Export it again.")
    if frame.width > _MOST_COLUMNS:
        raise DataError(
            f"{name} has {frame.width:,} columns.",
            f"At most {_MOST_COLUMNS:,} are read.",
            "Keep the columns that matter; were rows and columns swapped?",
        )


def _words(
    column: pl.Series,
    reader: Reader,
    exclude: Sequence[str],
    images: Images | None,
    path: Path,
    note: Note,
) -> pl.Series:
    """Bring a column of text to one of the dtypes."""
    is_excluded = column.name in exclude
    read = reader.read(column, is_kept_as_text=is_excluded)
    if images is None or is_excluded or read.dtype != pl.String:
        return read
    if images.names is not None and column.name not in images.names:
        return read
    return from_paths(read, images, path, note)


def _settled(column: pl.Series, images: Images | None, path: Path, note: Note) -> pl.Series:
    """Bring a typed column to one of the dtypes."""
    dtype = column.dtype
    if isinstance(dtype, pl.Categorical | pl.Enum | pl.Boolean | pl.Null | pl.Time):
        return column.cast(pl.String)
    if isinstance(dtype, pl.Datetime) and dtype.time_zone:
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    if isinstance(dtype, pl.Date | pl.Datetime):
        return column.cast(pl.Datetime("us"))
    if isinstance(dtype, pl.Duration):
        return column.dt.total_microseconds() / 1e6
    if isinstance(dtype, pl.UInt64 | pl.Int128) or dtype.is_decimal() or dtype.is_float():
        column = column.cast(pl.Float64)
        return column.set(~column.is_finite().fill_null(value=True), None)
    if dtype.is_integer():
        return column.cast(pl.Int64)
    read = column if images is None else from_values(column, images, path, note)
    if read is not None:
        return read
    what = "lists or objects" if isinstance(dtype, _NESTED) else f"values of type {dtype}"
    raise DataError(
        f"{path.name}: {column.name!r} holds {what}, and no images.",
        "Numbers, words, text, dates or images are needed.",
        "Spread it into columns of plain values, or drop it.",
    )


def _refuse_difference(first: str, expected: pl.DataFrame, name: str, frame: pl.DataFrame) -> None:
    lacking = [column for column in expected.columns if column not in frame.columns]
    extra = [column for column in frame.columns if column not in expected.columns]
    if lacking or extra:
        parts = [f"lacks {_list(lacking)}"] * bool(lacking) + [f"has also {_list(extra)}"] * bool(
            extra
        )
        raise DataError(
            f"{name} {' and '.join(parts)}, compared with {first}.",
            "All files need the same columns.",
            "Mend it, or leave the file out of [data] files.",
        )
    for column, dtype in expected.schema.items():
        other = frame.schema[column]
        is_empty = expected[column].null_count() == expected.height or (
            frame[column].null_count() == frame.height
        )
        if not is_empty and _sort_of(dtype) != _sort_of(other):
            raise DataError(
                f"{column!r} holds {_sort_of(dtype)} in {first}, but {_sort_of(other)} in {name}.",
                "One column holds one kind of value.",
                "Mend one of the files; where images are meant, check that the paths lead to them.",
            )


def _sort_of(dtype: pl.DataType) -> str:
    if dtype.is_numeric():
        return "numbers"
    if dtype == pl.Binary:
        return "images"
    return "dates" if dtype.is_temporal() else "words"


def _fitting(frame: pl.DataFrame, frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Give a column without values the dtype it has in a file that fills it."""
    casts = {}
    for column in frame.columns:
        if frame[column].null_count() == frame.height:
            filled = (other[column].dtype for other in frames if other[column].count())
            casts[column] = next(filled, frame.schema[column])
    return frame.cast(casts)  # type: ignore[arg-type]


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(repr(name) for name in names[:5])
    return f"{shown} and {len(names) - 5:,} more" if len(names) > 5 else shown
