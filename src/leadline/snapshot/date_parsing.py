"""Date parser for many notations, with times of day and time zones."""

from __future__ import annotations

import polars as pl

_LOOK = (
    r"^\d{1,4}[-/. ](\d{1,2}|[A-Za-z]{3,9})[-/. ]\d{1,4}(\b|T)|^[A-Za-z]{3,9}\.? \d{1,2},? \d{4}\b"
)
_DAY_FIRST, _MONTH_FIRST = "%d/%m/%Y", "%m/%d/%Y"
# points and dashes are replaced by slashes first
_DATE_FORMS = (
    "%Y/%m/%d", _DAY_FIRST, _MONTH_FIRST, "%d/%m/%y", "%m/%d/%y",
    "%d/%B/%Y", "%B/%d/%Y", "%d/%B/%y", "%Y/%B/%d",
)  # fmt: skip
_TIME_FORMS = (
    "", " %H:%M:%S%.f", " %H:%M", " %I:%M:%S %p", " %I:%M %p", " %H:%M:%S%.f%#z", " %H:%M%#z",
)  # fmt: skip
_SAMPLE = 200
_UTC = pl.Datetime("us", "UTC")


def looks_dated(text: pl.Series) -> bool:
    """Whether most of the first different values have the shape of a date."""
    sample = text.drop_nulls().head(1_000).unique(maintain_order=True).head(_SAMPLE)
    return not sample.is_empty() and bool(sample.str.contains(_LOOK).mean() >= 0.6)  # type: ignore[operator]


def dates_in(text: pl.Series) -> tuple[pl.Series, str]:
    """Read dates, all of them in one order of day, month and year.

    Parameters
    ----------
    text : Series of String
        Stripped.

    Returns
    -------
    dates : Series of Datetime[us]
        In UTC where a zone is given; null where the text is no date.
    doubt : str
        What had to be guessed; empty if nothing.

    Examples
    --------
    >>> dates_in(pl.Series(["31.12.2020 23:59", "1.2.2021 00:00"]))[0].dt.to_string().to_list()
    ['2020-12-31 23:59:00.000000', '2021-02-01 00:00:00.000000']
    """
    alike = _alike(text)
    sample = alike.drop_nulls().unique(maintain_order=True).head(_SAMPLE)
    n_read = {form: _SAMPLE - _read(sample, form, _TIME_FORMS).null_count() for form in _DATE_FORMS}
    hopeful = sorted(
        (form for form in _DATE_FORMS if n_read[form] > _SAMPLE - len(sample)),
        key=lambda form: -n_read[form],
    )[:3]
    read = {form: _read(alike, form, _times_of(sample, form)) for form in hopeful}
    if not read:
        return pl.Series(text.name, [None] * len(text), pl.Datetime("us")), ""
    best = min(read, key=lambda form: read[form].null_count())
    rival = {_DAY_FIRST: _MONTH_FIRST, _MONTH_FIRST: _DAY_FIRST}.get(best, "")
    if rival in read and read[rival].null_count() == read[best].null_count():
        return _guessed(read[_DAY_FIRST], read[_MONTH_FIRST])
    return read[best], ""


def _guessed(day_first: pl.Series, month_first: pl.Series) -> tuple[pl.Series, str]:
    """Prefer the reading in which the rows lie in order; else the day first."""
    if month_first.is_sorted() and not day_first.is_sorted():
        return month_first, (
            "dates could be read day or month first; month first puts the rows in order and was "
            "taken. Write 2020-12-31 to be sure."
        )
    if day_first.equals(month_first):
        return day_first, ""
    return day_first, (
        "dates could be read day or month first; day first was taken. Write 2020-12-31 to be sure."
    )


def _alike(text: pl.Series) -> pl.Series:
    """Put a slash between the parts of a date, one blank before the time, and Z as +00:00."""
    return (
        text.str.replace(r"^(\w+)[-/.](\w+)[-/.](\w+?)(?:[Tt ] *(\d.*))?$", "$1/$2/$3 $4")
        .str.replace(r"^(\w+) (\w+) (\d{4})(?: *(\d.*))?$", "$1/$2/$3 $4")
        .str.replace(r"^([A-Za-z]+)\.? (\d{1,2}),? (\d{4})(?: *(\d.*))?$", "$1/$2/$3 $4")
        .str.replace(r" *(Z|UTC|GMT)$", "+00:00")
        .str.replace(r"(\d) ([-+]\d\d:?\d\d)$", "$1$2")
        .str.strip_chars()
    )


def _times_of(sample: pl.Series, form: str) -> tuple[str, ...]:
    return tuple(time for time in _TIME_FORMS if _parsed(sample, form + time).is_not_null().any())


def _read(text: pl.Series, form: str, times: tuple[str, ...]) -> pl.Series:
    read = pl.Series(text.name, [None] * len(text), pl.Datetime("us"))
    for time in times:
        parsed = _parsed(text, form + time)
        read = read.zip_with(read.is_not_null(), parsed)
    return read


def _parsed(text: pl.Series, form: str) -> pl.Series:
    dates = text.str.to_datetime(form, strict=False, exact=True, time_unit="us")
    if dates.dtype == _UTC:
        dates = dates.dt.replace_time_zone(None)
    # "20" is a year to the parser, and nobody means the first century
    return dates.set(dates.dt.year().is_between(1000, 9999).not_().fill_null(value=False), None)
