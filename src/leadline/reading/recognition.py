"""Recognition of a column: its reading, the doubts that remain, and the cells that do not fit.

A guess is made only where the whole column agrees. Where two readings remain, the safer one is
taken and the other is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

import polars as pl

from leadline.reading.cell_values import as_text, read_cells, stripped
from leadline.reading.dates import (
    UNPADDED_SHORT,
    choose_order,
    epoch_of,
    forms_in,
    looks_dated,
    parse_dates,
)
from leadline.reading.missing import is_missing
from leadline.reading.numbers import (
    LARGEST_EXACT,
    STYLES,
    NumberStyle,
    choose_style,
    clear_decimal,
    is_code,
    parse_numbers,
)
from leadline.reading.schema import CellType, ColumnReading, DateOrder

_NEARLY = 0.8
_MOST_ODD_WORDS = 10
_FEWEST_VALUES = 3
_FEW_VALUES = 10
_SAMPLE = 1_000
_VERSION = r"^\d{1,3}\.\d{1,3}\.\d{1,3}$"
_BOOLEANS = {"true", "false"}


@dataclass(frozen=True)
class Hints:
    """What is known of a column before it is looked at.

    Attributes
    ----------
    missing : tuple of str
        Words for no value that a person named.
    decimals : frozenset of str
        Decimal marks that other columns of the files leave no doubt about.
    comma_is_decimal : bool
        Whether the fields of the files are kept apart by semicolons.
    is_time : bool
        Whether a person named the column as the one that dates the rows.
    odd : {"refuse", "missing", "words"}
        What becomes of a few cells that are neither numbers nor dates among many that are.
    """

    missing: tuple[str, ...] = ()
    decimals: frozenset[str] = frozenset()
    comma_is_decimal: bool = False
    is_time: bool = False
    odd: str = "refuse"


@dataclass(frozen=True)
class Correction:
    """How a person says that a column is read.

    Attributes
    ----------
    kind : {"", "number", "date", "category", "text"}
        What it holds; empty: a number where a mark is given, a date where an order is.
    decimal, thousands : str
        Marks of numbers; empty: as the cells have them.
    order : str
        Of day, month and year, as in `DateOrder`; empty: as the cells have it.
    missing : tuple of str
        Words of this column that stand for no value.
    odd_cells : {"", "refuse", "missing", "words"}
        As for `Hints.odd`; empty: as for all columns.
    """

    kind: str = ""
    decimal: str = ""
    thousands: str = ""
    order: str = ""
    missing: tuple[str, ...] = ()
    odd_cells: str = ""

    @property
    def type(self) -> CellType | None:
        """What its cells are; None where that is not said."""
        if self.kind in ("category", "text"):
            return CellType.WORDS
        if self.kind == "date" or (self.order and not self.kind):
            return CellType.DATE
        is_number = self.kind == "number" or self.decimal or self.thousands
        return CellType.NUMBER if is_number else None


@dataclass(frozen=True)
class Doubt:
    """Two readings that the cells of a column allow.

    Attributes
    ----------
    taken, other : ColumnReading
        The one taken, and the one that fits as well.
    example : str
        A cell that is read in two ways.
    as_taken, as_other : str
        What it is in each.
    """

    taken: ColumnReading
    other: ColumnReading
    example: str
    as_taken: str
    as_other: str

    @property
    def correction(self) -> dict[str, str]:
        """Settings of the column by which the other reading is taken."""
        if self.other.type is CellType.DATE:
            return {"kind": "date", "order": self.other.order.value}
        return {"kind": "number", "decimal": self.other.decimal}

    @property
    def words(self) -> str:
        """What a person is told."""
        return (
            f'{self.taken.name!r}: "{self.example}" was read as {self.as_taken}; it could be '
            f"{self.as_other}."
        )


@dataclass(frozen=True)
class Recognised:
    """A column, recognised.

    Attributes
    ----------
    reading : ColumnReading
        How it is read.
    doubt : Doubt or None
        What it could be as well.
    remarks : tuple of str
        What a person should know.
    needed : {"", "a number", "a date"}
        What a few odd cells are not; empty where there is none.
    is_forced : bool
        Whether the cells left no choice of their own: a code is words in every file.
    """

    reading: ColumnReading
    doubt: Doubt | None = None
    remarks: tuple[str, ...] = ()
    needed: str = ""
    is_forced: bool = False


def recognise(column: pl.Series, hints: Hints = Hints()) -> Recognised:
    r"""Recognise how a column is read.

    Parameters
    ----------
    column : polars.Series
        Text, or typed values.
    hints : Hints
        What is known before.

    Examples
    --------
    >>> recognise(pl.Series("zip", ["01000", "90210"])).reading.type.value
    'words'
    >>> recognise(pl.Series("umsatz", ["1.220", "983"])).doubt.words
    '\'umsatz\': "1.220" was read as 1220; it could be 1.22.'
    """
    if column.dtype != pl.String:
        return _of_typed(column, hints)
    text = stripped(column)
    filled = text.filter(~is_missing(text, hints.missing, in_numbers=False))
    quantities = text.filter(~is_missing(text, hints.missing, in_numbers=True))
    for look in (_as_time, _as_number, _as_version, _as_date, _as_nearly):
        if quantities.is_empty():
            break
        if (found := look(quantities, hints)) is not None:
            return found
    return Recognised(_words(filled, hints))


def corrected(column: pl.Series, correction: Correction, hints: Hints) -> Recognised:
    """The reading of a column that a person has corrected; what is left open is recognised.

    Examples
    --------
    >>> cells = pl.Series("version", ["1.2.10", "3.4.11"])
    >>> corrected(cells, Correction(kind="date"), Hints()).reading.words
    'date, day-month-yy'
    """
    missing = (*hints.missing, *correction.missing)
    hints = replace(hints, missing=missing, odd=correction.odd_cells or hints.odd)
    if (kind := correction.type) is None:
        return recognise(column, hints)
    is_odd_missing = hints.odd == "missing"
    if kind is CellType.WORDS or column.dtype != pl.String:
        epoch = epoch_of(column) if kind is CellType.DATE and column.dtype.is_numeric() else None
        reading = _reading(column, kind, hints, epoch=epoch, is_odd_missing=is_odd_missing)
        if kind is not CellType.WORDS:
            return Recognised(reading)
        text = as_text(column)
        return Recognised(_words(text.filter(~is_missing(text, missing, in_numbers=False)), hints))
    text = stripped(column)
    cells = text.filter(~is_missing(text, missing, in_numbers=True))
    if kind is CellType.DATE:
        order = DateOrder(correction.order) if correction.order else _likeliest_order(cells)
        return Recognised(_reading(text, kind, hints, order=order, is_odd_missing=is_odd_missing))
    style = _likeliest_style(cells, hints)
    if correction.decimal:
        style = NumberStyle(correction.decimal, {".": ",", ",": "."}[correction.decimal])
    style = NumberStyle(style.decimal, correction.thousands or style.thousands)
    reading = _number_reading(text, style, hints)
    return Recognised(replace(reading, is_odd_missing=is_odd_missing))


def file_decimals(columns: Iterable[pl.Series], missing: Collection[str] = ()) -> frozenset[str]:
    """Decimal marks that some column of a file leaves no doubt about.

    Parameters
    ----------
    columns : iterable of polars.Series
        Typed ones are passed over.
    missing : collection of str
        Words for no value.
    """
    found = set()
    for column in columns:
        if column.dtype == pl.String:
            text = stripped(column.head(_SAMPLE))
            found.add(clear_decimal(text.filter(~is_missing(text, missing, in_numbers=True))))
    return frozenset(found - {""})


def _of_typed(column: pl.Series, hints: Hints) -> Recognised:
    dtype = column.dtype
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return recognise(column.cast(pl.String), hints)
    if isinstance(dtype, pl.Date | pl.Datetime):
        return Recognised(_reading(column, CellType.DATE, hints))
    is_number = dtype.is_numeric() or isinstance(dtype, pl.Duration)
    if is_number and hints.is_time and (epoch := epoch_of(column)) is not None:
        return Recognised(_reading(column, CellType.DATE, hints, epoch=epoch))
    if is_number and not _is_name(column):
        return Recognised(_reading(column, CellType.NUMBER, hints))
    is_boolean = dtype == pl.Boolean
    return Recognised(_reading(column, CellType.WORDS, hints, is_boolean=is_boolean))


def _is_name(column: pl.Series) -> bool:
    """Whether whole numbers are too large for a float to hold apart."""
    if not (column.dtype.is_integer() or (column.dtype.is_decimal() and not column.dtype.scale)):  # type: ignore[attr-defined]
        return False
    digits = as_text(column).str.strip_prefix("-").str.len_chars()
    return bool((digits >= len(str(LARGEST_EXACT))).any())


def _reading(column: pl.Series, kind: CellType, hints: Hints, **more: object) -> ColumnReading:
    return ColumnReading(name=column.name, type=kind, missing=hints.missing, **more)  # type: ignore[arg-type]


def _words(filled: pl.Series, hints: Hints) -> ColumnReading:
    seen = filled.head(_SAMPLE).str.to_lowercase().unique()
    is_boolean = not seen.is_empty() and set(seen) <= _BOOLEANS
    is_boolean = is_boolean and set(filled.str.to_lowercase().unique()) <= _BOOLEANS
    return _reading(filled, CellType.WORDS, hints, is_boolean=is_boolean)


def _as_time(text: pl.Series, hints: Hints) -> Recognised | None:
    """Numbers that stand for times, in the column that is said to date the rows."""
    if not hints.is_time:
        return None
    numbers = parse_numbers(text)
    if numbers.null_count():
        return None
    epoch = epoch_of(numbers)
    if epoch is None:
        return None
    return Recognised(_reading(text, CellType.DATE, hints, epoch=epoch))


def _as_number(text: pl.Series, hints: Hints) -> Recognised | None:
    if is_code(text):
        return _named(text, hints)
    choice = choose_style(text, hints.decimals, comma_is_decimal=hints.comma_is_decimal)
    if choice is None:
        return None
    reading = _number_reading(text, choice.style, hints)
    if choice.rival is None:
        return Recognised(reading)
    example = text.filter(text.str.contains(r"[.,]"))[0]
    values = [f"{parse_numbers(pl.Series([example]), each)[0]:.12g}" for each in
              (choice.style, choice.rival)]  # fmt: skip
    other = _number_reading(text, choice.rival, hints)
    return Recognised(reading, Doubt(reading, other, example, *values))


def _named(text: pl.Series, hints: Hints) -> Recognised:
    """Digits that are names; told where a program would take them for quantities."""
    odd = text.filter(text.str.contains(r"^\d+E\d+$"))
    remarks: tuple[str, ...] = ()
    if not odd.is_empty():
        remarks = (f'{text.name!r}: "{odd[0]}" and its like were read as names, not as numbers.',)
    return Recognised(_words(text, hints), remarks=remarks, is_forced=True)


def _number_reading(text: pl.Series, style: NumberStyle, hints: Hints) -> ColumnReading:
    marks = {"decimal": style.decimal, "thousands": style.thousands}
    return _reading(text, CellType.NUMBER, hints, **marks)


def _as_version(text: pl.Series, hints: Hints) -> Recognised | None:
    """Three small numbers: versions or sections rather than days, so the words are kept."""
    is_version = text.str.contains(UNPADDED_SHORT)
    if not is_version.any() or not text.str.contains(_VERSION).all():
        return None
    example = text.filter(is_version)[0]
    remark = (
        f'{text.name!r}: "{example}" and its like were read as words. If they are days, say so: '
        f"--kind {text.name}=date."
    )
    return Recognised(_words(text, hints), remarks=(remark,))


def _as_date(text: pl.Series, hints: Hints) -> Recognised | None:
    if not looks_dated(text):
        return None
    choice = choose_order(text)
    if choice is None:
        return None
    reading = _reading(text, CellType.DATE, hints, order=choice.order)
    if choice.rival is None:
        return Recognised(reading)
    other = replace(reading, order=choice.rival)
    both = [parse_dates(text, order) for order in (choice.order, choice.rival)]
    row = int((both[0] != both[1]).arg_max() or 0)
    days = [f"{dates[row]:%Y-%m-%d}" for dates in both]
    return Recognised(reading, Doubt(reading, other, text[row], *days))


def _as_nearly(text: pl.Series, hints: Hints) -> Recognised | None:
    """A column of numbers or dates but for a few odd cells; or of dates in several forms."""
    for kind, needed in ((CellType.NUMBER, "a number"), (CellType.DATE, "a date")):
        reading = _nearest(text, kind, hints)
        if reading is None:
            continue
        is_odd = read_cells(text, reading).is_odd
        if not is_odd.any() or not _is_nearly(text, is_odd):
            continue
        if hints.odd == "words":
            break
        if hints.odd == "missing":
            return Recognised(replace(reading, is_odd_missing=True))
        return Recognised(reading, needed=needed)
    if looks_dated(text) and len(orders := forms_in(text)) > 1:
        shown = ", ".join(f'"{text[row]}" ({order.value})' for order, row in orders.items())
        remark = (
            f"{text.name!r} holds dates in {len(orders)} forms, {shown}, and was read as words. "
            "Write them in one form, 2024-05-31 best."
        )
        return Recognised(_words(text, hints), remarks=(remark,))
    return None


def _nearest(text: pl.Series, kind: CellType, hints: Hints) -> ColumnReading | None:
    """The reading of a kind that takes most cells of a sample, if it takes nearly all."""
    sample = text.head(_SAMPLE)
    if kind is CellType.DATE:
        if not looks_dated(text):
            return None
        return _reading(text, kind, hints, order=_likeliest_order(sample))
    return _number_reading(text, _likeliest_style(sample, hints), hints)


def _likeliest_order(cells: pl.Series) -> DateOrder:
    counts = {order: parse_dates(cells, order).count() for order in DateOrder}
    return max(counts, key=counts.__getitem__)


def _likeliest_style(cells: pl.Series, hints: Hints) -> NumberStyle:
    styles = [style for style in STYLES if style.decimal in (hints.decimals or {".", ","})]
    counts = {style: parse_numbers(cells, style).count() for style in styles}
    return max(counts, key=counts.__getitem__)


def _is_nearly(text: pl.Series, is_odd: pl.Series) -> bool:
    n_good = len(text) - int(is_odd.sum())
    if n_good < max(_FEWEST_VALUES, _NEARLY * len(text)):
        return False
    good = text.filter(~is_odd)
    n_unique = good.n_unique()
    is_whole = not good.str.contains(r"\d[.,]\d").any()
    is_category = is_whole and n_unique <= _FEW_VALUES and n_unique < n_good / 2
    return not is_category and text.filter(is_odd).n_unique() <= _MOST_ODD_WORDS
