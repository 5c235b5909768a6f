"""Dates written as text or as numbers: the order of day and month, times of day, zones, epochs."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from leadline.reading.schema import DateOrder, Epoch
from leadline.reading.values.distinct import few_values

_LOOK = (
    r"^\d{4}-(0[1-9]|1[0-2])$|^\d{4}[- ]?[QqHh][1-4]$|"
    r"^\d{1,4}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{1,4}(\b|T)|^[A-Za-z]{3,9}\.? \d{1,2},? \d{4}\b"
)
# separators are made alike first, so that a slash stands for point and dash too
_CLEAR_FORMS = ("%Y/%m/%d", "%d/%B/%Y", "%B/%d/%Y", "%Y/%B/%d")
_FORMS = {
    DateOrder.ISO: _CLEAR_FORMS,
    DateOrder.DAY_FIRST: ("%d/%m/%Y", *_CLEAR_FORMS),
    DateOrder.MONTH_FIRST: ("%m/%d/%Y", *_CLEAR_FORMS),
    DateOrder.DAY_FIRST_SHORT: ("%d/%m/%y", "%d/%B/%y", *_CLEAR_FORMS),
    DateOrder.MONTH_FIRST_SHORT: ("%m/%d/%y", *_CLEAR_FORMS),
}
_TIME_FORMS = (
    "", " %H:%M:%S%.f", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S%.f%#z", " %H:%M%#z",
)  # fmt: skip
# 1.2.10 is a version, 01.02.10 a date
UNPADDED_SHORT = r"^(\d\.\d{1,2}|\d{1,2}\.\d)\.\d{1,2}$"
# 20240531: a number unless somebody says that it is a date
COMPACT = r"^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])$"
_AS_PROGRAMS_WRITE = r"^\d{{4}}-\d\d-\d\d{}\d\d:\d\d:\d\d(\.\d+)?$"
_FIRST_MONTHS = {"Q1": "01", "Q2": "04", "Q3": "07", "Q4": "10", "H1": "01", "H2": "07"}
_START_OF_2000, _START_OF_2037 = 946_684_800, 2_114_380_800
_SAMPLE = 200
_MOST_TRIED = 1_000
_DATETIME = pl.Datetime("us")
_UTC = pl.Datetime("us", "UTC")
_PER_SECOND = {
    Epoch.SECONDS: 1,
    Epoch.MILLISECONDS: 10**3,
    Epoch.MICROSECONDS: 10**6,
    Epoch.NANOSECONDS: 10**9,
}


def looks_dated(text: pl.Series) -> bool:
    """Whether most of the first different values have the shape of a date."""
    sample = text.drop_nulls().head(_MOST_TRIED).unique(maintain_order=True).head(_SAMPLE)
    return not sample.is_empty() and bool(sample.str.contains(_LOOK).mean() >= 0.6)  # type: ignore[operator]


def parse_dates(text: pl.Series, order: DateOrder = DateOrder.ISO) -> pl.Series:
    """Read dates of one order; ISO 8601 and months by name are read beside each.

    Parameters
    ----------
    text : polars.Series of str
        Stripped.
    order : DateOrder
        Of day, month and year.

    Returns
    -------
    polars.Series of Datetime[us]
        In UTC where an offset is given; null where the text is no such date.

    Examples
    --------
    >>> dates = parse_dates(pl.Series(["02/03/2022", "2022-03-02 14:30"]), DateOrder.DAY_FIRST)
    >>> dates.dt.to_string().to_list()
    ['2022-03-02 00:00:00.000000', '2022-03-02 14:30:00.000000']
    """
    if (few := few_values(text)) is not None:
        return few.spread(parse_dates(few.values, order)).alias(text.name)
    for mark in " T":
        if text.str.contains(_AS_PROGRAMS_WRITE.format(mark)).all():
            return _parsed(text, f"%Y-%m-%d{mark}%H:%M:%S%.f")
    alike = _alike(text)
    read = pl.Series(text.name, [None] * len(text), _DATETIME)
    n_left = len(alike) - alike.null_count()
    while n_left:
        read = _read_more(alike, read, order)
        n_before, n_left = n_left, read.null_count() - alike.null_count()
        # again as long as that helps: a sample tells which forms there are
        if n_left == n_before:
            break
    return read


def _read_more(alike: pl.Series, read: pl.Series, order: DateOrder) -> pl.Series:
    """Read cells that are not read yet, in the forms that a sample of them shows."""
    for form in _FORMS[order]:
        n_left = len(alike) + 1
        # a time of day written in another way may come after hundreds of cells
        while n_left > (n_left := (rest := alike.filter(read.is_null())).count()) > 0:
            for time in _times_of(rest, form):
                read = read.zip_with(read.is_not_null(), _parsed(alike, form + time))
    return read


@dataclass(frozen=True)
class OrderChoice:
    """The order taken for a column of dates.

    Attributes
    ----------
    order : DateOrder
        The one taken.
    rival : DateOrder or None
        One that reads every cell as well, but as other days; None where there is none.
    """

    order: DateOrder
    rival: DateOrder | None = None


def choose_order(text: pl.Series, rows: pl.Series | None = None) -> OrderChoice | None:
    """The order in which every cell is a date; None where there is none.

    Where day or month may come first, the reading in which the rows lie in order is taken, else
    the day first.

    Parameters
    ----------
    text : polars.Series of str
        Cells with a value, stripped; each different one once is enough.
    rows : polars.Series of str, optional
        The cells in the order of the rows, where `text` is not.

    Examples
    --------
    >>> choose_order(pl.Series(["31.12.2020 23:59", "1.2.2021 00:00"])).order.value
    'day-month-year'
    >>> choose_order(pl.Series(["01/02/2021", "01/03/2021"])).rival.value
    'month-day-year'
    """
    cells = text.drop_nulls()
    sample = cells.unique(maintain_order=True).head(_SAMPLE)
    # each form by itself: a column in two forms is not of one order
    fitting = [order for order in DateOrder if _is_whole(sample, order)]
    read = {order: parse_dates(cells, order) for order in fitting}
    read = {order: dates for order, dates in read.items() if not dates.null_count()}
    if not read:
        return None
    order = next(iter(read))
    rivals = [other for other in read if not read[other].equals(read[order])]
    if not rivals:
        return OrderChoice(order)
    rival = rivals[0]
    if rows is not None and len(rows) > len(text):
        read = {each: parse_dates(rows, each) for each in (order, rival)}
    if read[rival].is_sorted() and not read[order].is_sorted():
        return OrderChoice(rival, order)
    return OrderChoice(order, rival)


def _is_whole(sample: pl.Series, order: DateOrder) -> bool:
    forms = _FORMS[order] if order is DateOrder.ISO else _FORMS[order][: -len(_CLEAR_FORMS)]
    alike = _alike(sample)
    return any(_read_by(alike, form).null_count() == 0 for form in forms)


def _read_by(alike: pl.Series, form: str) -> pl.Series:
    read = pl.Series(alike.name, [None] * len(alike), _DATETIME)
    for time in _times_of(alike, form):
        read = read.zip_with(read.is_not_null(), _parsed(alike, form + time))
    return read


def forms_in(text: pl.Series) -> dict[DateOrder, int]:
    """Orders in which some cells are dates, each to the row of its first one.

    A cell counts for the first order that reads it, so that a column written in one order has
    one entry.

    Examples
    --------
    >>> forms_in(pl.Series(["2023-01-31", "31/01/2023", "x"]))
    {<DateOrder.ISO: 'year-month-day'>: 0, <DateOrder.DAY_FIRST: 'day-month-year'>: 1}
    """
    found: dict[DateOrder, int] = {}
    is_open = text.is_not_null()
    for order in DateOrder:
        is_read = parse_dates(text, order).is_not_null() & is_open
        if is_read.any():
            found[order] = int(is_read.arg_max() or 0)
            is_open &= ~is_read
    return found


def likeliest_order(text: pl.Series) -> DateOrder:
    """The order in which most cells are dates; of equals the first."""
    counts = {order: parse_dates(text, order).count() for order in DateOrder}
    return max(counts, key=counts.__getitem__)


def parse_epochs(values: pl.Series, epoch: Epoch) -> pl.Series:
    """Read numbers that stand for times.

    Parameters
    ----------
    values : polars.Series of numbers
        Years may have a part: 2019.25 begins the second quarter.
    epoch : Epoch
        What they count.

    Returns
    -------
    polars.Series of Datetime[us]
        Null where the number is no time between the years 1000 and 9999.

    Examples
    --------
    >>> parse_epochs(pl.Series([2019.0, 2019.25]), Epoch.YEARS).dt.to_string("%Y-%m-%d").to_list()
    ['2019-01-01', '2019-04-01']
    >>> parse_epochs(pl.Series([86400]), Epoch.SECONDS).dt.to_string("%Y-%m-%d").to_list()
    ['1970-01-02']
    """
    if epoch is Epoch.YEARS:
        # months, so that quarters and halves begin on the first of a month
        numbers = values.cast(pl.Float64)
        numbers = numbers.set(~numbers.is_between(1000, 9999.999).fill_null(value=True), None)
        months = (numbers * 12).round().cast(pl.Int64)
        frame = pl.DataFrame({"year": months // 12, "month": months % 12 + 1})
        dates = frame.select(pl.datetime("year", "month", 1, time_unit="us")).to_series()
        return dates.alias(values.name)
    per_second = _PER_SECOND[epoch]
    whole = values if values.dtype.is_integer() else values.cast(pl.Float64)
    microseconds = whole * (10**6 // per_second) if per_second <= 10**6 else whole // 1000
    return _plausible(microseconds.cast(pl.Int64, strict=False).cast(_DATETIME))


def epoch_of(values: pl.Series) -> Epoch | None:
    """What the numbers of a column of times count; None where they are no times.

    Years are between 1000 and 2999 and in whole months; seconds and their parts are told by
    their size, for the years 1973 to 2100.

    Examples
    --------
    >>> epoch_of(pl.Series([2005, 2024])).value, epoch_of(pl.Series([1.6e9])).value
    ('years', 'seconds since 1970')
    >>> epoch_of(pl.Series([1, 2, 3])) is None
    True
    """
    filled = values.drop_nulls().cast(pl.Float64)
    if filled.is_empty():
        return None
    low, high = filled.min(), filled.max()
    assert isinstance(low, float)
    assert isinstance(high, float)
    parts = filled * 12 - (filled * 12).round()
    if low >= 1000 and high < 3000 and bool((parts.abs() < 0.05).all()):
        return Epoch.YEARS
    for epoch, per_second in _PER_SECOND.items():
        if low >= 1e8 * per_second and high < 4.2e9 * per_second:
            return epoch
    return None


def may_be_times(values: pl.Series) -> bool:
    """Whether numbers that nobody called times count seconds or their parts, of 2000 to 2036.

    Examples
    --------
    >>> may_be_times(pl.Series([1_600_000_000_000, 1_650_000_000_000]))
    True
    >>> may_be_times(pl.Series([2005, 2024])), may_be_times(pl.Series([1e8, 3e9]))
    (False, False)
    """
    epoch = epoch_of(values)
    if epoch is None or epoch is Epoch.YEARS:
        return False
    seconds = values.cast(pl.Float64) / _PER_SECOND[epoch]
    return bool(seconds.is_between(_START_OF_2000, _START_OF_2037).all())


def _alike(text: pl.Series) -> pl.Series:
    """Put a slash between the parts of a date, one blank before the time, and Z as +00:00."""
    for part, month in _FIRST_MONTHS.items():
        text = text.str.replace(rf"(?i)^(\d{{4}})[- ]?{part}$", f"${{1}}/{month}/01")
    return (
        text.str.replace(r"^(\d{4})-(\d\d)$", "${1}/${2}/01")
        .str.replace(COMPACT, "$1/$2/$3")
        .str.replace(r"^(\w+)[-/.](\w+)[-/.](\w+?)(?:[Tt ] *(\d.*))?$", "$1/$2/$3 $4")
        .str.replace(r"^(\w+) (\w+) (\d{4})(?: *(\d.*))?$", "$1/$2/$3 $4")
        .str.replace(r"^([A-Za-z]+)\.? (\d{1,2}),? (\d{4})(?: *(\d.*))?$", "$1/$2/$3 $4")
        .str.replace(r" *(Z|UTC|GMT)$", "+00:00")
        .str.replace(r"(\d) ([-+]\d\d:?\d\d)$", "$1$2")
        .str.strip_chars()
    )


def _times_of(text: pl.Series, form: str) -> tuple[str, ...]:
    sample = text.drop_nulls().unique(maintain_order=True).head(_SAMPLE)
    return tuple(time for time in _TIME_FORMS if _parsed(sample, form + time).is_not_null().any())


def _parsed(text: pl.Series, form: str) -> pl.Series:
    dates = text.str.to_datetime(form, strict=False, exact=True, time_unit="us")
    if dates.dtype == _UTC:
        dates = dates.dt.replace_time_zone(None)
    return _plausible(dates)


def _plausible(dates: pl.Series) -> pl.Series:
    # "20" is a year to the parser, though nobody means the time of the Caesars
    is_plausible = dates.dt.year().is_between(1000, 9999)
    return dates.set(~is_plausible.fill_null(value=True), None)
