"""Data frames of other packages as polars' own."""

from __future__ import annotations

from typing import Any

import polars as pl
from polars.exceptions import PolarsError

from leadline.errors import DataError, first_line

_NEEDED = "A data frame of pandas or polars, or a table of pyarrow, is needed."


def is_frame(source: object) -> bool:
    """Whether this is a data frame or table, of whatever package.

    Examples
    --------
    >>> is_frame(pl.DataFrame({"x": [1]})), is_frame("late.csv")
    (True, False)
    """
    return isinstance(source, pl.LazyFrame) or hasattr(source, "__arrow_c_stream__")


def as_polars(source: Any) -> pl.DataFrame:
    """A data frame as polars has it.

    Parameters
    ----------
    source : DataFrame of polars or pandas, LazyFrame of polars, or Table of pyarrow
        An index of pandas becomes columns if it has names; one that only counts is left out.
        NaN is no value.

    Raises
    ------
    DataError
        If it is none of these, or a column holds values of several kinds.

    Examples
    --------
    >>> as_polars(pl.LazyFrame({"x": [1]})).height
    1
    """
    if not is_frame(source):
        raise DataError(
            f"A {type(source).__name__} is no table.", _NEEDED, "Give that, or a path to a file."
        )
    if isinstance(source, pl.LazyFrame):
        return source.collect()
    if isinstance(source, pl.DataFrame):
        return source
    try:
        return _of_pandas(source) if _is_pandas(source) else pl.DataFrame(source)
    except (PolarsError, TypeError, ValueError) as error:
        # errors of pyarrow are TypeErrors and ValueErrors too
        raise DataError(
            f"The table cannot be read: {first_line(error)}.",
            "Columns with names of their own, of numbers, words, dates or images, are needed.",
            "Rename or convert what is named here.",
        ) from error


def _is_pandas(source: object) -> bool:
    return type(source).__module__.partition(".")[0] == "pandas"


def _of_pandas(source: Any) -> pl.DataFrame:
    named = [name for name in source.index.names if name is not None]
    frame = source.reset_index() if named else source.reset_index(drop=True)
    frame.columns = [str(name) for name in frame.columns]
    repeated = frame.columns[frame.columns.duplicated()]
    if len(repeated):
        raise ValueError(f"two columns are called {repeated[0]!r}")
    return pl.DataFrame([_column(frame[name]) for name in frame.columns])


def _column(column: Any) -> pl.Series:
    try:
        read: pl.Series = pl.from_pandas(column)  # type: ignore[assignment]
    except (PolarsError, TypeError, ValueError) as error:
        kinds = sorted({type(value).__name__ for value in column.dropna()})
        told = f"column {column.name!r} holds {' and '.join(kinds[:4])}"
        raise ValueError(f"{told}; convert it, such as by .astype(str)") from error
    return read
