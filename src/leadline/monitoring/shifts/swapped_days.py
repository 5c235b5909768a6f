"""Dates whose day and month were swapped: a file that writes them in the other order."""

from __future__ import annotations

import polars as pl

_LAST_MONTH = 12
_FEWEST_ROWS = 20
_FEWEST_MONTHS, _MOST_DAYS = 4, 2
# else the dates of before lie on the first days of months as a rule
_LATE_DAYS = 0.1


def swapped_note(name: str, new: pl.Series, old: pl.Series) -> str:
    """Say that day and month of a column look swapped; empty if they do not.

    Dates of a few days, read in the wrong order, lie on one day of many months.

    Parameters
    ----------
    name : str
        Of the column.
    new, old : Series of dates or times
        Of a file of new rows, and of the reference.

    Examples
    --------
    >>> from datetime import date, timedelta
    >>> old = pl.Series([date(2024, 1, 1) + timedelta(day) for day in range(200)])
    >>> new = pl.Series([date(2024, month, 7) for month in range(1, 11)] * 3)
    >>> print(swapped_note("at", new, old))
    'at': day and month look swapped. As read, all dates lie on day 7 of 10 months; swapped, they
    are 2024-07-01 to 2024-07-10. Write them in this file as in the first ones.
    """
    given, known = new.drop_nulls(), old.drop_nulls()
    if given.len() < _FEWEST_ROWS or not known.len():
        return ""
    days, months = given.dt.day(), given.dt.month()
    is_early = bool((days <= _LAST_MONTH).all())
    if not is_early or days.n_unique() > _MOST_DAYS or months.n_unique() < _FEWEST_MONTHS:
        return ""
    if float((known.dt.day() > _LAST_MONTH).mean() or 0) < _LATE_DAYS:  # type: ignore[arg-type]
        return ""
    swapped = pl.DataFrame({"year": given.dt.year(), "month": days, "day": months})
    meant = swapped.select(pl.date("year", "month", "day")).to_series().sort()
    on = " and ".join(map(str, sorted(days.unique().to_list())))
    return (
        f"{name!r}: day and month look swapped. As read, all dates lie on day {on} of "
        f"{months.n_unique()} months; swapped, they are {meant[0]} to {meant[-1]}. Write them in "
        "this file as in the first ones."
    )
