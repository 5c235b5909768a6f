"""Date features: year, month, day, weekday and hour."""

from __future__ import annotations

import polars as pl

# polars divides one row, but multiplies several by the reciprocal, whose last digit is another:
# a product is the same for both
_YEARS = 1 / (365.2425 * 86400)
_HOURS = 1 / 60.0


def date_parts(name: str) -> list[pl.Expr]:
    """Years since 1970, month, day of the month, weekday (Monday is 1) and hour of a column.

    Parameters
    ----------
    name : str
        A column of Datetime.

    Returns
    -------
    list of polars.Expr
        Five of Float64, null where the date is missing.

    Examples
    --------
    >>> from datetime import datetime
    >>> pl.DataFrame({"at": [datetime(2024, 5, 31, 14, 30)]}).select(date_parts("at")).row(0)
    (54.41..., 5.0, 31.0, 5.0, 14.5)
    """
    date = pl.col(name).dt
    parts = {
        "year": date.epoch("s") * _YEARS,
        "month": date.month(),
        "day": date.day(),
        "weekday": date.weekday(),
        "hour": date.hour() + date.minute() * _HOURS,
    }
    return [part.cast(pl.Float64).alias(f"{name} {what}") for what, part in parts.items()]
