from __future__ import annotations

import polars as pl
import pytest

from leadline.reading.schema import DateOrder
from leadline.reading.values.dates import parse_dates


@pytest.mark.parametrize("mark", [" ", "T"])
def test_stamps_of_programs_are_read_as_beside_other_dates(mark: str) -> None:
    stamps = [f"2024-05-31{mark}10:00:00", f"2024-02-29{mark}23:59:59.123456", None]
    odd = [f"2023-02-29{mark}10:00:00", f"0031-05-20{mark}10:00:00", f"2024-05-31{mark}24:00:00"]
    text = pl.Series([*stamps, *odd])
    expected = parse_dates(pl.concat([text, pl.Series(["31.5.2024"])]), DateOrder.DAY_FIRST)
    assert parse_dates(text, DateOrder.DAY_FIRST).to_list() == expected[:-1].to_list()
    assert expected.null_count() == 1 + len(odd)


def test_a_time_of_day_that_is_rare_is_read_in_a_long_column_as_alone() -> None:
    days = [f"2024-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 28)]
    text = pl.Series([*(f"{day} 10:00:00" for day in days), "2024-05-31", "1.2.2024 09:30"])
    read = parse_dates(text, DateOrder.DAY_FIRST)
    alone = [parse_dates(text[at : at + 1], DateOrder.DAY_FIRST)[0] for at in range(len(text))]
    assert read.to_list() == alone
    assert read.null_count() == 0


def test_a_rare_way_to_write_the_time_is_read_after_many_others() -> None:
    plain = [f"2024-{month:02d}-{day:02d}" for month in range(1, 13) for day in range(1, 29)]
    read = parse_dates(pl.Series([*plain, "2024-05-31T14:30:00Z", "2024-05-31 2:30 PM"]))
    assert read.null_count() == 0
    assert read[-2] == read[-1]
