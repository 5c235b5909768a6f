from __future__ import annotations

import polars as pl

from leadline.reading.values.dates import parse_dates


def test_a_rare_way_to_write_the_time_is_read_after_many_others() -> None:
    plain = [f"2024-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    read = parse_dates(pl.Series([*plain, "2024-05-31T14:30:00Z", "2024-05-31 2:30 PM"]))
    assert read.null_count() == 0
    assert read[-2] == read[-1]
