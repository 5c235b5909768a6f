"""Swapped days and months are told where they can be, and only there."""

from __future__ import annotations

from datetime import date, timedelta

import polars as pl

from leadline.monitoring.shifts.swapped_days import swapped_note

DAILY = pl.Series([date(2024, 1, 1) + timedelta(day) for day in range(366)])
SWAPPED = pl.Series([date(2024, month, 7) for month in range(1, 11) for _ in range(3)])


def test_one_day_of_many_months_is_told() -> None:
    words = swapped_note("at", SWAPPED, DAILY)
    assert "all dates lie on day 7 of 10 months" in words
    assert "2024-07-01 to 2024-07-10" in words


def test_days_in_order_are_not_told() -> None:
    assert swapped_note("at", DAILY[:60], DAILY) == ""
    assert swapped_note("at", DAILY[181:193], DAILY) == "", "too few rows"


def test_a_history_of_first_days_is_not_told() -> None:
    monthly = pl.Series([date(year, month, 1) for year in (2022, 2023) for month in range(1, 13)])
    assert swapped_note("at", SWAPPED, monthly) == ""


def test_dates_that_are_missing_are_passed_over() -> None:
    empty = pl.Series([None] * 30, dtype=pl.Date)
    assert swapped_note("at", empty, DAILY) == ""
    assert swapped_note("at", SWAPPED, empty) == ""
