"""Kinds and roles of columns: content types, labels, and columns left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import get_close_matches
from typing import NoReturn

import polars as pl

from leadline.errors import DataError
from leadline.phases.data import Column, Kind, Role
from leadline.phases.scoring import Task
from leadline.phases.wording import share_words, shortened
from leadline.reading.images.image_columns import refuse_images
from leadline.reading.images.pixels import thumbnail

_MOST_CATEGORIES = 50
_MOST_CATEGORIES_SHARE = 0.05
_WORDS_OF_TEXT = 3.0
_FEWEST_TO_JUDGE = 20
_MOST_WHOLE_CLASSES = 20
_MOST_CLASSES = 200
_LONGEST_EXAMPLE = 40
_LARGE_WHOLE = r"^-?[1-9]\d{15,}$"
_UNSPACED = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]"
_DIGITS_ALONE = r"^[\d\s()+./:,;#*-]+$"


def infer_kinds(frame: pl.DataFrame, *, label: str = "") -> dict[str, Kind]:
    """Say of every column but the label what it holds.

    Numbers stay numbers, however few there are. Words are categories where few different ones
    come back (50, or one in twenty rows), and text where they are sentences.

    Examples
    --------
    >>> frame = pl.DataFrame({"x": [0, 1], "carrier": ["UA", "AA"], "y": ["no", "yes"]})
    >>> {name: kind.value for name, kind in infer_kinds(frame, label="y").items()}
    {'x': 'number', 'carrier': 'category'}
    """
    return {column.name: _kind(column) for column in frame.iter_columns() if column.name != label}


def infer_task(label: pl.Series, *, positive: str = "") -> Task:
    """Say what kind of label this is.

    Two different values make it binary; words, or at most 20 whole numbers that come back,
    make it multi-class; any other numbers are regression. A hit that is named makes it binary,
    whatever else the label may be: that, or not.

    Parameters
    ----------
    label : polars.Series
        The column to predict.
    positive : str, default=""
        The class that counts as a hit, if a person named one.

    Raises
    ------
    DataError
        If it has no value, holds dates or images, or more than 200 different words.

    Examples
    --------
    >>> infer_task(pl.Series("late", ["no", "yes", None])).value
    'binary'
    >>> infer_task(pl.Series("price", [1.5, 2.25, 4.0])).value
    'regression'
    >>> infer_task(pl.Series("digit", [7, 3, 1, 7]), positive="7").value
    'binary'
    """
    if label.dtype == pl.Binary or label.dtype.is_nested():
        refuse_images(label.name)
    filled = label.drop_nulls()
    n_unique = filled.n_unique()
    if n_unique == 0:
        raise DataError(
            f"The label {label.name!r} has no value in any row.",
            "Labelled rows are needed.",
            "Check [problem] label and [data] missing.",
        )
    if filled.dtype.is_temporal():
        raise DataError(
            f"The label {label.name!r} holds dates.",
            "A class or a number is needed.",
            "Predict a number of days, or whether it is before a date.",
        )
    if n_unique <= 2 or positive:
        return Task.BINARY
    if filled.dtype == pl.String:
        _refuse_many_classes(filled, n_unique)
        return Task.MULTICLASS
    is_whole = filled.dtype.is_integer() or bool((filled == filled.floor()).all())
    comes_back = n_unique <= _MOST_WHOLE_CLASSES and n_unique <= len(filled) / 5
    return Task.MULTICLASS if is_whole and comes_back else Task.REGRESSION


def class_texts(label: pl.Series) -> pl.Series:
    """Write classes as text: 1.0 and 1 are both "1".

    Examples
    --------
    >>> class_texts(pl.Series([1.0, 0.0, None])).to_list()
    ['1', '0', None]
    """
    if label.dtype.is_float():
        whole = label.cast(pl.Int64, strict=False)
        if whole.null_count() == label.null_count() and bool((label == whole).all()):
            return whole.cast(pl.String)
    return label.cast(pl.String)


_NEVER_BACK = "no value comes back: it names rows, and tells nothing of the next"
_NEARLY_NEVER = "it is called an id, and {} of its values stand in one row only: it names rows"
_NEARLY = 0.9


def columns_of(
    frame: pl.DataFrame,
    *,
    label: str,
    exclude: Sequence[str] = (),
    time: str = "",
    group: str = "",
    kinds: Mapping[str, Kind] | None = None,
) -> tuple[Column, ...]:
    """Describe every column and say what it is for.

    Left out with a reason: what the user excludes, the time and the group column, empty and
    constant columns, and identifiers (words that never come back, whole numbers that count up,
    what is called an id and hardly ever comes back).
    Where such words are all there is, they are kept as text.

    Parameters
    ----------
    frame : polars.DataFrame
        As `leadline.reading.table.read_tables` gives it.
    label : str
        Column to predict.
    exclude : sequence of str
        Columns the user leaves out.
    time, group : str
        Columns the rows are split by; empty for none.
    kinds : mapping of str to Kind, optional
        As `infer_kinds` gives them; found here if absent.

    Returns
    -------
    tuple of Column
        In the order of the frame.

    Raises
    ------
    DataError
        If a named column is not there.
    """
    for name in (label, time, group, *exclude):
        if name and name not in frame.columns:
            refuse_unknown(name, frame.columns)
    kinds = kinds or infer_kinds(frame, label=label)
    reasons = dict.fromkeys(exclude, "[data] exclude names it")
    if group:
        reasons[group] = "rows are kept together by it"
    if time:
        reasons[time] = "it dates the rows"
    columns = tuple(
        _column(series, kinds.get(series.name), label, reasons.get(series.name, ""))
        for series in frame.iter_columns()
    )
    if any(column.role is Role.FEATURE for column in columns):
        return columns
    return tuple(_as_text(column) if column.why == _NEVER_BACK else column for column in columns)


def _as_text(column: Column) -> Column:
    """A table of texts that never repeat: then its texts are learnt from, as there is no more."""
    return replace(column, kind=Kind.TEXT, role=Role.FEATURE, why="")


def _column(series: pl.Series, kind: Kind | None, label: str, why: str) -> Column:
    filled = series.drop_nulls()
    n_unique = filled.n_unique()
    kind = kind or _kind(series)
    role = Role.LABEL if series.name == label else Role.FEATURE
    if role is Role.FEATURE:
        why = why or _useless(filled, n_unique, kind, len(series))
        role = Role.EXCLUDED if why else Role.FEATURE
    return Column(
        name=series.name,
        kind=kind,
        role=role,
        n_missing=series.null_count(),
        n_unique=n_unique,
        example=_example(filled),
        why="" if role is Role.LABEL else why,
    )


def _example(filled: pl.Series) -> str:
    if filled.dtype == pl.Binary and not filled.is_empty():
        return thumbnail(filled[0])
    text = "" if filled.is_empty() else " ".join(str(filled[0]).split())
    return shortened(text, _LONGEST_EXAMPLE)


def _kind(series: pl.Series) -> Kind:
    if series.dtype.is_numeric():
        return Kind.NUMBER
    if series.dtype.is_temporal() or series.dtype == pl.Binary:
        return Kind.DATE if series.dtype.is_temporal() else Kind.IMAGE
    filled = series.drop_nulls()
    n_unique = filled.n_unique()
    if n_unique < 2:
        return Kind.CATEGORY
    words = _mean_words(filled)
    if words >= _WORDS_OF_TEXT and n_unique > len(filled) / 2:
        return Kind.TEXT
    if n_unique <= max(_MOST_CATEGORIES, _MOST_CATEGORIES_SHARE * len(series)):
        return Kind.CATEGORY
    return Kind.TEXT if words >= _WORDS_OF_TEXT else Kind.CATEGORY


def _mean_words(filled: pl.Series) -> float:
    sample = filled.unique(maintain_order=True).head(1_000)
    # scripts without blanks between words: two letters count as one word
    n_words = sample.str.count_matches(r"\S+") + sample.str.count_matches(_UNSPACED) // 2
    # telephone and account numbers in groups of digits say nothing
    n_words = n_words * (~sample.str.contains(_DIGITS_ALONE))
    return float(n_words.mean() or 0.0)  # type: ignore[arg-type]


def _useless(filled: pl.Series, n_unique: int, kind: Kind, n_rows: int) -> str:
    if n_unique == 0:
        return "it has no value in any row"
    if n_unique == 1 and len(filled) == n_rows:
        return "it has the same value in every row"
    return _names_rows(filled, n_unique, kind) if n_unique >= _FEWEST_TO_JUDGE else ""


def _names_rows(filled: pl.Series, n_unique: int, kind: Kind) -> str:
    is_whole = filled.dtype.is_integer() or _is_large_whole(filled)
    if n_unique < len(filled):
        return _nearly_an_id(filled) if is_whole or kind is Kind.CATEGORY else ""
    if kind is Kind.CATEGORY and not is_whole:
        return _NEVER_BACK
    if is_whole and (_is_named_id(filled.name) or filled.is_sorted()):
        return "it numbers the rows"
    return ""


def _nearly_an_id(filled: pl.Series) -> str:
    once = float(filled.is_unique().mean() or 0.0)  # type: ignore[arg-type]
    return (
        _NEARLY_NEVER.format(share_words(once))
        if _is_named_id(filled.name) and once >= _NEARLY
        else ""
    )


def _is_large_whole(filled: pl.Series) -> bool:
    """Whether words are whole numbers that are too large for a float: these stay digits."""
    return filled.dtype == pl.String and bool(filled.str.contains(_LARGE_WHOLE).all())


def _is_named_id(name: str) -> bool:
    return name.lower() in {"id", "index"} or name.endswith(("_id", "Id", "ID", " id"))


def _refuse_many_classes(filled: pl.Series, n_unique: int) -> None:
    if n_unique > _MOST_CLASSES:
        raise DataError(
            f"The label {filled.name!r} has {n_unique:,} different words.",
            f"At most {_MOST_CLASSES} classes can be told apart.",
            "Name another column under [problem] label, or merge classes.",
        )


def refuse_unknown(name: str, columns: Sequence[str]) -> NoReturn:
    """Refuse a column that the settings name and the files lack, with the nearest there is.

    Raises
    ------
    DataError
        Always.
    """
    near = get_close_matches(name, columns, n=1, cutoff=0.5)
    shown = ", ".join(repr(column) for column in columns[:12])
    more = f" and {len(columns) - 12:,} more" if len(columns) > 12 else ""
    raise DataError(
        f"There is no column {name!r}.",
        f"The columns are {shown}{more}.",
        f"Did you mean {near[0]!r}?" if near else "Name one of these in leadline.toml.",
    )
