"""Days, weeks and months as blocks: the unit of evidence once a model is in service."""

from __future__ import annotations

import polars as pl

_EVERY = {"day": "1d", "week": "1w", "month": "1mo"}


def block_names(times: pl.Series, block: str) -> list[str]:
    """First day, as ISO date, of the block each row lies in.

    Parameters
    ----------
    times : Series of dates or times, shape (n_samples,)
        When each row was; empty text where it is not known.
    block : {"day", "week", "month"}
        Length of a block; weeks begin on Monday.

    Examples
    --------
    >>> from datetime import datetime
    >>> block_names(pl.Series([datetime(2013, 7, 4), datetime(2013, 7, 8)]), "week")
    ['2013-07-01', '2013-07-08']
    """
    starts = times.cast(pl.Datetime("us")).dt.truncate(_EVERY[block]).dt.date()
    return ["" if start is None else start.isoformat() for start in starts.to_list()]
