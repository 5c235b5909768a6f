"""Recognition of a column: its reading, the doubts that remain, and the cells that do not fit.

A guess is made only where the whole column agrees. Where two readings remain, the safer one is
taken and the other is told.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

import polars as pl

from leadline.reading.recognised import (
    Doubt,
    Hints,
    Recognised,
    number_reading,
    reading_as,
    words_reading,
)
from leadline.reading.schema import CellType, ColumnReading, DateOrder
from leadline.reading.values.cell_values import as_text, read_cells, stripped
from leadline.reading.values.dates import (
    COMPACT,
    UNPADDED_SHORT,
    choose_order,
    epoch_of,
    forms_in,
    likeliest_order,
    looks_dated,
    may_be_times,
    parse_dates,
)
from leadline.reading.values.distinct import few_values
from leadline.reading.values.missing import is_missing
from leadline.reading.values.numbers import (
    LARGEST_EXACT,
    choose_style,
    clear_decimal,
    is_code,
    likeliest_style,
    parse_numbers,
    plain_decimal,
)
from leadline.reading.values.units import has_other_unit, unit_of

_NEARLY = 0.8
_MOST_ODD_WORDS = 10
_FEWEST_VALUES = 3
_FEW_VALUES = 10
_FAR_YEAR = 2040
_SAMPLE = 1_000
_NOTHING_KNOWN = Hints()
_DIGITS = r"[-+]?\d[\d.,' \u00a0\u202f]*"
_UNIT = r"(?:[ \u00a0\u202f][A-Za-zµ°²³/]{1,5}|[a-zµ°²³/]{1,4})"
_MEASURED = rf"^(?:{_DIGITS}{_UNIT}|[A-Z]{{3}} {_DIGITS})$"
_VERSION = r"^\d{1,3}\.\d{1,3}\.\d{1,3}$"
_NOT_QUITE_NUMBERS = (
    (_MEASURED, "without the unit"),
    (rf"^{_DIGITS}[*†‡]*$", "without the mark"),
    (
        r"^\d{1,3}:[0-5]\d(?::[0-5]\d(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?$",
        "as seconds, or as hours and their fractions",
    ),
    (
        rf"^(?:[<>≤≥]=? ?)?{_DIGITS}$",
        "as the bound alone, and in a column of its own that it is one",
    ),
)


def recognise(column: pl.Series, hints: Hints = _NOTHING_KNOWN) -> Recognised:
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
    few = few_values(column)
    text = stripped(column if few is None else few.values)
    filled = text.filter(~is_missing(text, hints.missing, in_numbers=False))
    is_quantity = ~is_missing(text, hints.missing, in_numbers=True)
    # where the question is whether any or all cells are so, different values answer as well
    values = text.filter(is_quantity)
    cells = values if few is None else few.spread(text.set(~is_quantity, None)).drop_nulls()
    if not values.is_empty():
        found = (
            _as_time(values, hints)
            or _as_number(values, hints, len(cells))
            or _as_version(values, hints)
            or _as_date(values, hints, cells)
            or _as_nearly(cells, hints)
        )
        if found is not None:
            return found
    return Recognised(words_reading(filled, hints), remarks=_numeric_remarks(cells))


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
            if not missing and (mark := plain_decimal(text)) is not None:
                found.add(mark)
                continue
            found.add(clear_decimal(text.filter(~is_missing(text, missing, in_numbers=True))))
    return frozenset(found - {""})


def _of_typed(column: pl.Series, hints: Hints) -> Recognised:
    dtype = column.dtype
    if isinstance(dtype, pl.Categorical | pl.Enum):
        return recognise(column.cast(pl.String), hints)
    if isinstance(dtype, pl.Date | pl.Datetime):
        return Recognised(reading_as(column, CellType.DATE, hints))
    if isinstance(dtype, pl.Duration):
        return Recognised(reading_as(column, CellType.NUMBER, hints))
    if dtype.is_numeric() and (found := _of_numbers(column, hints)) is not None:
        return found
    is_boolean = dtype == pl.Boolean
    return Recognised(reading_as(column, CellType.WORDS, hints, is_boolean=is_boolean))


def _of_numbers(column: pl.Series, hints: Hints) -> Recognised | None:
    """How typed numbers are read; None where they are names."""
    if hints.is_time and (epoch := epoch_of(column)) is not None:
        return Recognised(reading_as(column, CellType.DATE, hints, epoch=epoch))
    if _is_name(column):
        return None
    filled = column.drop_nulls()
    # of others than whole numbers one is enough: none is a day without marks
    text = as_text(filled if filled.dtype.is_integer() else filled.head(1))
    if hints.is_time and _is_compact(text):
        return Recognised(reading_as(column, CellType.DATE, hints))
    remarks = _time_remarks(text, filled, len(filled))
    return Recognised(reading_as(column, CellType.NUMBER, hints), remarks=remarks)


def _is_name(column: pl.Series) -> bool:
    """Whether whole numbers are too large for a float to hold apart."""
    if not (column.dtype.is_integer() or (column.dtype.is_decimal() and not column.dtype.scale)):  # type: ignore[attr-defined]
        return False
    digits = as_text(column).str.strip_prefix("-").str.len_chars()
    return bool((digits >= len(str(LARGEST_EXACT))).any())


def _as_time(text: pl.Series, hints: Hints) -> Recognised | None:
    """Numbers that stand for times, in the column that is said to date the rows."""
    if not hints.is_time:
        return None
    numbers = parse_numbers(text)
    if numbers.null_count():
        return None
    epoch = epoch_of(numbers)
    if epoch is None and not _is_compact(text):
        return None
    return Recognised(reading_as(text, CellType.DATE, hints, epoch=epoch))


def _is_compact(text: pl.Series) -> bool:
    """Whether every cell could be a day without marks: 20240531."""
    return bool(text.str.contains(COMPACT).all()) and not parse_dates(text).null_count()


def _as_number(text: pl.Series, hints: Hints, n_cells: int) -> Recognised | None:
    if is_code(text):
        return _named(text, hints)
    choice = choose_style(text, hints.decimals, comma_is_decimal=hints.comma_is_decimal)
    if choice is None:
        return None
    reading = number_reading(text, choice.style, hints)
    if has_other_unit(text, reading.unit).any():
        # a few of another unit are odd cells, many make words of the column
        return None
    if choice.rival is None:
        remarks = _time_remarks(text, parse_numbers(text, choice.style), n_cells)
        return Recognised(reading, remarks=remarks)
    example = text.filter(text.str.contains(r"[.,]"))[0]
    values = [f"{parse_numbers(pl.Series([example]), each)[0]:.12g}" for each in
              (choice.style, choice.rival)]  # fmt: skip
    other = number_reading(text, choice.rival, hints)
    return Recognised(reading, Doubt(reading, other, example, *values))


def _time_remarks(text: pl.Series, numbers: pl.Series, n_cells: int) -> tuple[str, ...]:
    if n_cells < _FEWEST_VALUES:
        return ()
    if not (is_day := _is_compact(text)) and not may_be_times(numbers):
        return ()
    remark = (
        f'{text.name!r}: "{text[0]}" and its like were read as numbers. If they are '
        f"{'days' if is_day else 'times'}, say so: --kind {text.name}=date."
    )
    return (remark,)


def _named(text: pl.Series, hints: Hints) -> Recognised:
    """Digits that are names; told where a program would take them for quantities."""
    odd = text.filter(text.str.contains(r"^\d+E\d+$"))
    remarks: tuple[str, ...] = ()
    if not odd.is_empty():
        remarks = (f'{text.name!r}: "{odd[0]}" and its like were read as names, not as numbers.',)
    return Recognised(words_reading(text, hints), remarks=remarks, is_forced=True)


def _as_version(text: pl.Series, hints: Hints) -> Recognised | None:
    """Three small numbers: versions or sections rather than days, so the words are kept."""
    if not text.head(_SAMPLE).str.contains(_VERSION).all():
        return None
    is_version = text.str.contains(UNPADDED_SHORT)
    if not is_version.any() or not text.str.contains(_VERSION).all():
        return None
    example = text.filter(is_version)[0]
    remark = (
        f'{text.name!r}: "{example}" and its like were read as words. If they are days, say so: '
        f"--kind {text.name}=date."
    )
    return Recognised(words_reading(text, hints), remarks=(remark,))


def _as_date(text: pl.Series, hints: Hints, cells: pl.Series) -> Recognised | None:
    if not looks_dated(cells):
        return None
    choice = choose_order(text, cells)
    if choice is None:
        return None
    reading = reading_as(text, CellType.DATE, hints, order=choice.order)
    remarks = _century_remarks(text, choice.order)
    if choice.rival is None:
        return Recognised(reading, remarks=remarks)
    other = replace(reading, order=choice.rival)
    both = [parse_dates(text, order) for order in (choice.order, choice.rival)]
    row = int((both[0] != both[1]).arg_max() or 0)
    days = [f"{dates[row]:%Y-%m-%d}" for dates in both]
    return Recognised(reading, Doubt(reading, other, text[row], *days), remarks)


def _century_remarks(text: pl.Series, order: DateOrder) -> tuple[str, ...]:
    """Years of two digits that end up in a future which hardly any file speaks of."""
    if order not in (DateOrder.DAY_FIRST_SHORT, DateOrder.MONTH_FIRST_SHORT):
        return ()
    read = parse_dates(text, order)
    far = text.filter(read.dt.year() >= _FAR_YEAR)
    if far.is_empty():
        return ()
    day = parse_dates(far.head(1), order)[0]
    remark = (
        f'{text.name!r}: "{far[0]}" was read as {day:%Y-%m-%d}: two digits are years from 1969 to '
        f"2068. If {day.year - 100} is meant, write years in full."
    )
    return (remark,)


def _numeric_remarks(text: pl.Series) -> tuple[str, ...]:
    """Words that are numbers to a reader's eye: 12 kg, 5.20 EUR, 1:30:00, <5 beside 7.2."""
    if len(text) < _FEWEST_VALUES:
        return ()
    is_plain = text.str.contains(rf"^{_DIGITS}$")
    for pattern, way in _NOT_QUITE_NUMBERS:
        is_so = text.str.contains(pattern)
        odd = text.filter(is_so & ~is_plain)
        if is_so.mean() >= _NEARLY and not odd.is_empty():  # type: ignore[operator]
            example = odd[0]
            remark = (
                f'{text.name!r}: "{example}" and its like were read as words. If they are numbers, '
                f"write them {way}."
            )
            return (remark,)
    return ()


def _as_nearly(text: pl.Series, hints: Hints) -> Recognised | None:
    """A column of numbers or dates but for a few odd cells; or of dates in several forms."""
    for kind, needed in ((CellType.NUMBER, "a number"), (CellType.DATE, "a date")):
        reading = _nearest(text, kind, hints)
        if reading is None:
            continue
        if kind is CellType.NUMBER and _has_many_odd_words(text.head(_SAMPLE), reading):
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
        return Recognised(words_reading(text, hints), remarks=(remark,))
    return _in_several_units(text, hints)


def _in_several_units(text: pl.Series, hints: Hints) -> Recognised | None:
    unit = unit_of(text)
    is_other = has_other_unit(text, unit)
    if not is_other.any() or choose_style(text, hints.decimals) is None:
        return None
    shown = [text.filter(text.str.contains(unit, literal=True))[0], text.filter(is_other)[0]]
    remark = (
        f'{text.name!r} holds numbers in several units, "{shown[0]}" and "{shown[1]}", and was '
        "read as words. Write them in one unit."
    )
    return Recognised(words_reading(text, hints), remarks=(remark,))


def _nearest(text: pl.Series, kind: CellType, hints: Hints) -> ColumnReading | None:
    """The reading of a kind that takes most cells of a sample, if it takes nearly all."""
    sample = text.head(_SAMPLE)
    if kind is CellType.DATE:
        if not looks_dated(text):
            return None
        return reading_as(text, kind, hints, order=likeliest_order(sample))
    return number_reading(text, likeliest_style(sample, hints.decimals), hints)


def _has_many_odd_words(sample: pl.Series, reading: ColumnReading) -> bool:
    """Whether the first cells alone hold more odd words than a column of numbers may."""
    # what a decimal point means may hang on the whole column: such a cell is not counted
    is_odd = read_cells(sample, reading).is_odd & parse_numbers(sample).is_null()
    return sample.filter(is_odd).n_unique() > _MOST_ODD_WORDS


def _is_nearly(text: pl.Series, is_odd: pl.Series) -> bool:
    n_good = len(text) - int(is_odd.sum())
    if n_good < max(_FEWEST_VALUES, _NEARLY * len(text)):
        return False
    good = text.filter(~is_odd)
    n_unique = good.n_unique()
    is_whole = not good.str.contains(r"\d[.,]\d").any()
    is_category = is_whole and n_unique <= _FEW_VALUES and n_unique < n_good / 2
    return not is_category and text.filter(is_odd).n_unique() <= _MOST_ODD_WORDS
