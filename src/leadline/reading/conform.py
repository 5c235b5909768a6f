"""Conforming of frames to the columns and dtypes that a model learnt from.

Training, the HTTP server and batch scoring all pass through here, so a value means the same
in each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from difflib import get_close_matches

import polars as pl

from leadline.errors import DataError
from leadline.reading.images.image_files import PNG
from leadline.reading.misfits import misfit
from leadline.reading.schema import CellType, ReadingSchema
from leadline.reading.values.cell_values import read_cells

DATE_FORMATS = (
    "%Y-%m-%d %H:%M:%S%.f",
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y/%m/%d %H:%M",
    "%Y/%m/%d",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%m/%d/%Y %H:%M:%S%.f",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
)
_ZONED_FORMAT = "%Y-%m-%d %H:%M:%S%.f%z"
_DATETIME = pl.Datetime("us")
_NO_SCHEMA = ReadingSchema()
_MOST_NAMED = 5


def conform(
    frame: pl.DataFrame,
    kinds: Mapping[str, str],
    *,
    reading: ReadingSchema = _NO_SCHEMA,
    place: Callable[[int], str] = lambda index: f"row {index + 1:,}",
) -> pl.DataFrame:
    """Pick the named columns and cast each to the dtype of its kind.

    Parameters
    ----------
    frame : polars.DataFrame
        May hold other columns too; they are left out.
    kinds : mapping of str to {"number", "category", "text", "date", "image"}
        Column name to kind.
    reading : ReadingSchema, optional
        How the cells of the columns are read; columns it does not know are as typed, their dates
        in one of the usual forms.
    place : callable, default="row 1", "row 2", ...
        From the index of a row to what a message calls it: "train.csv line 8,112".

    Returns
    -------
    polars.DataFrame
        The columns in the order of `kinds`: number as Float64, category as String, text as
        String without nulls, date as Datetime[us] in UTC, image as Binary (PNG).

    Raises
    ------
    DataError
        If a column is missing, or a value does not fit; names place, column and value.

    Examples
    --------
    >>> frame = pl.DataFrame({"age": ["41", None], "town": [7, 8], "other": [0, 0]})
    >>> conform(frame, {"town": "category", "age": "number"}).to_dict(as_series=False)
    {'town': ['7', '8'], 'age': [41.0, None]}
    >>> conform(pl.DataFrame({"age": ["41", "n/a"]}), {"age": "number"})
    Traceback (most recent call last):
    ...
    leadline.errors.DataError: row 2: 'age' is "n/a", a finite number is needed. ...
    """
    refuse_missing(frame, kinds)
    columns = []
    for name, kind in kinds.items():
        if kind not in _CASTS:
            raise ValueError(f"{name!r} is of kind {kind!r}; needed: {', '.join(_CASTS)}.")
        before = _read(frame.get_column(name), kind, reading, place)
        after = _CASTS[kind](before)
        if after.null_count() > before.null_count():
            lost = after.is_null() & _is_given(before)
            if lost.any():
                raise _misfit(before, lost, kind, place)
        columns.append(after.fill_null("") if kind == "text" else after)
    return pl.DataFrame(columns)


def _read(
    values: pl.Series, kind: str, reading: ReadingSchema, place: Callable[[int], str]
) -> pl.Series:
    """The cells of a column as its reading has them."""
    how = reading.get(values.name)
    if how is None or kind == "image" or how.type is CellType.IMAGE:
        return values
    read = read_cells(values, how)
    if read.is_odd.any():
        raise _misfit(values, read.is_odd, kind, place, how.unit)
    return read.values


def parse_usual_dates(values: pl.Series) -> pl.Series:
    """Dates from text, null where there is none: for releases of before there were schemas.

    Else the order is known, and `leadline.reading.values.dates.parse_dates` reads them.

    ISO 8601 with or without a time and an offset, ``2024/05/31``, ``31.05.2024`` and
    ``05/31/2024``, each with or without a time. An offset is converted to UTC.

    Parameters
    ----------
    values : polars.Series of str, shape (n,)

    Returns
    -------
    polars.Series of Datetime[us], shape (n,)

    Examples
    --------
    >>> parse_usual_dates(
    ...     pl.Series(["2024-05-31", "31.05.2024 14:30", "soon"])
    ... ).dt.month().to_list()
    [5, 5, None]
    """
    text = values.str.strip_chars().str.replace(r"^(\d{4}-\d{2}-\d{2})T", "${1} ")
    text = text.str.replace(r"[zZ]$", "+00:00")
    parsed = pl.Series(values.name, [None] * len(values), dtype=_DATETIME)
    for form in (*DATE_FORMATS, _ZONED_FORMAT):
        missing = parsed.is_null() & text.is_not_null()
        if not missing.any():
            break
        found = text.str.to_datetime(form, strict=False, exact=True, time_unit="us")
        if form == _ZONED_FORMAT:
            found = found.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        parsed = parsed.zip_with(~missing, found)
    return parsed


def refuse_missing(frame: pl.DataFrame, needed: Collection[str]) -> None:
    """Say which columns are missing, and which were perhaps meant.

    Parameters
    ----------
    frame : polars.DataFrame
        With all columns of its source, so that one of another name can be told.
    needed : collection of str
        Names of columns.

    Raises
    ------
    DataError
        If one of them is not there.
    """
    missing = [name for name in needed if name not in frame.columns]
    if not missing:
        return
    spare = {name.casefold(): name for name in frame.columns if name not in needed}
    meant = {
        name: spare[close[0]]
        for name in missing[:_MOST_NAMED]
        if (close := get_close_matches(name.casefold(), spare, n=1))
    }
    renames = ", ".join(f"{other!r} to {name!r}" for name, other in meant.items())
    shown = ", ".join(map(repr, missing[:_MOST_NAMED]))
    more = f" and {len(missing) - _MOST_NAMED:,} more" if len(missing) > _MOST_NAMED else ""
    raise DataError(
        f"The column {shown} is missing." if len(missing) == 1 else f"Missing: {shown}{more}.",
        f"Needed are: {', '.join(needed)}.",
        f"Rename {renames}, if these are meant."
        if meant
        else f"Add {'it; it' if len(missing) == 1 else 'them; they'} may be empty.",
    )


def _is_given(values: pl.Series) -> pl.Series:
    """Where a value stands that a cast must not lose."""
    if values.dtype == pl.String:
        return values.is_not_null() & (values.str.strip_chars() != "")
    if values.dtype.is_float():
        return values.is_not_null() & values.is_not_nan()
    return values.is_not_null()


def _misfit(
    values: pl.Series, lost: pl.Series, kind: str, place: Callable[[int], str], unit: str = ""
) -> DataError:
    """The refusal of the first value that does not fit."""
    index = int(lost.arg_max() or 0)
    value = values[index]
    shown = value.to_list() if isinstance(value, pl.Series) else value
    n_more = int(lost.sum()) - 1
    return misfit(place(index), values.name, shown, kind, n_more=n_more, unit=unit)


def _as_number(values: pl.Series) -> pl.Series:
    """Float64, finite or null."""
    if values.dtype.is_temporal() or values.dtype.is_nested() or values.dtype == pl.Binary:
        return _nulls(values, pl.Float64())
    if values.dtype == pl.String:
        values = values.str.strip_chars()
    numbers = values.cast(pl.Float64, strict=False)
    return numbers.set(~numbers.is_finite(), None)


def _as_category(values: pl.Series) -> pl.Series:
    """String; whole numbers are written without a decimal point, empty is null."""
    if values.dtype.is_nested() or values.dtype == pl.Binary:
        return _nulls(values, pl.String())
    if values.dtype.is_float():
        values = values.fill_nan(None)
        whole = values.cast(pl.Int64, strict=False)
        is_whole = whole.cast(pl.Float64) == values
        names = values.cast(pl.String).zip_with(~is_whole, whole.cast(pl.String))
        return names.set(values.is_infinite(), None)
    names = values.cast(pl.String)
    return names.set(names.str.strip_chars() == "", None)


def _as_text(values: pl.Series) -> pl.Series:
    """String."""
    if values.dtype.is_nested() or values.dtype == pl.Binary:
        return _nulls(values, pl.String())
    return values.cast(pl.String)


def _as_date(values: pl.Series) -> pl.Series:
    """Datetime[us] in UTC, without a zone."""
    if isinstance(values.dtype, pl.Datetime):
        if values.dtype.time_zone:
            values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return values.cast(_DATETIME)
    if values.dtype in (pl.Date, pl.Null):
        return values.cast(_DATETIME)
    if values.dtype == pl.String:
        return parse_usual_dates(values)
    return _nulls(values, _DATETIME)


def _as_image(values: pl.Series) -> pl.Series:
    """Binary; no path is followed here, so that nobody's request can read a file."""
    if values.dtype == pl.Null:
        return values.cast(pl.Binary)
    if values.dtype != pl.Binary:
        return _nulls(values, pl.Binary())
    return values.set(~values.bin.starts_with(PNG), None)


def _nulls(values: pl.Series, dtype: pl.DataType) -> pl.Series:
    """As many nulls as there are values: none of them fits."""
    return pl.Series(values.name, [None] * len(values), dtype=dtype)


_CASTS: dict[str, Callable[[pl.Series], pl.Series]] = {
    "number": _as_number,
    "category": _as_category,
    "text": _as_text,
    "date": _as_date,
    "image": _as_image,
}
