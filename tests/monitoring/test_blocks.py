from __future__ import annotations

from datetime import date, datetime

import polars as pl
import pytest

from leadline.monitoring.block_rows import block_names


@pytest.mark.parametrize(
    ("block", "names"),
    [
        ("day", ["2024-02-29", "2024-03-01", ""]),
        ("week", ["2024-02-26", "2024-02-26", ""]),
        ("month", ["2024-02-01", "2024-03-01", ""]),
    ],
)
def test_a_block_is_named_after_its_first_day(block: str, names: list[str]) -> None:
    times = [datetime(2024, 2, 29, 23, 59), datetime(2024, 3, 1), None]  # noqa: DTZ001
    assert block_names(pl.Series(times), block) == names


def test_dates_without_a_time_do_as_well() -> None:
    assert block_names(pl.Series([date(2024, 3, 3)]), "week") == ["2024-02-26"]
