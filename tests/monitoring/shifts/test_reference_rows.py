"""Rows of the reference by their blocks: cut off ones, levels, unseen categories, seasons."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest

from leadline.monitoring.feature_drift import column_shifts
from leadline.monitoring.shifts.counted_looks import Bins, distances
from leadline.monitoring.shifts.reference_rows import ReferenceRows

KINDS = {"temp": "number", "carrier": "category", "id": "category"}
FIRST = date(2021, 1, 4)


def weeks(*numbers: int, seed: int = 0, n: int = 60) -> pl.DataFrame:
    """Weeks after the first Monday of 2021, with the seasons of the north."""
    frames = []
    for week in numbers:
        rng = np.random.default_rng([seed, week])
        warmth = 12 - 12 * np.cos(2 * np.pi * week / 52.18)
        frames.append(
            pl.DataFrame(
                {
                    "week": [(FIRST + timedelta(7 * week)).isoformat()] * n,
                    "temp": rng.normal(warmth, 3, n),
                    "carrier": rng.choice(["AA", "UA", "DL"], n, p=[0.5, 0.3, 0.2]),
                    "id": [f"{seed}-{week}-{row}" for row in range(n)],
                }
            )
        )
    return pl.concat(frames)


def reference(*numbers: int) -> ReferenceRows:
    frame = weeks(*numbers)
    return ReferenceRows(frame.select(list(KINDS)), KINDS, frame["week"].to_list())


def test_a_july_like_julys_is_not_named_and_told_beside_which() -> None:
    july = weeks(78, seed=1)
    assert column_shifts(july, reference(*range(52)), KINDS, name=july["week"][0]) == []
    (found,) = column_shifts(
        july.with_columns(pl.col("temp") + 15), reference(*range(52)), KINDS, name=july["week"][0]
    )
    assert found["beside"].startswith("the same season of 2021 (")
    assert found["words"].startswith("'temp' is higher")


def test_a_january_in_july_is_named_beside_its_season_alone() -> None:
    winter = weeks(52 + 26, seed=1).with_columns(temp=weeks(52, seed=2)["temp"])
    assert column_shifts(winter, reference(*range(52)), KINDS) == [], "a week as there were some"
    found = column_shifts(winter, reference(*range(52)), KINDS, name=winter["week"][0])
    assert [each["column"] for each in found] == ["temp"]


@pytest.mark.parametrize("n_weeks", [3, 8, 20, 52])
def test_another_unit_is_named_though_weeks_hardly_overlap(n_weeks: int) -> None:
    block = weeks(n_weeks, seed=1).with_columns(pl.col("temp") * 1.8 + 32, carrier=pl.lit("XQ"))
    found = column_shifts(block, reference(*range(n_weeks)), KINDS, name=block["week"][0])
    words = {each["column"]: each["words"] for each in found}
    assert words["carrier"] == "'carrier': 'XQ' in 100% of the rows, never seen before"
    assert "looks like Fahrenheit where it was Celsius" in words["temp"]
    assert all(0 <= each["distance"] <= 1 for each in found)


def test_names_that_are_new_in_every_block_are_none_of_interest() -> None:
    assert column_shifts(weeks(30, seed=3), reference(*range(30)), {"id": "category"}) == []


def test_blocks_that_are_cut_off_are_left_out() -> None:
    frame = pl.concat([weeks(*range(10)), weeks(10)[:9]])
    rows = ReferenceRows(frame.select(list(KINDS)), KINDS, frame["week"].to_list())
    assert rows.frame.height == 600
    assert rows.beside("").words == "all 10 blocks of the reference"


def test_rows_without_a_time_are_left_out_where_others_have_one() -> None:
    frame = weeks(*range(10))
    names = ["" if row % 7 == 0 else name for row, name in enumerate(frame["week"].to_list())]
    rows = ReferenceRows(frame.select(list(KINDS)), KINDS, names)
    assert rows.frame.height == sum(name != "" for name in names)


def test_a_large_block_is_measured_by_as_many_rows_as_there_are() -> None:
    large = weeks(30, seed=4, n=3_000)
    assert column_shifts(large, reference(*range(30)), KINDS, name=large["week"][0]) == []


def test_bins_hold_ties_and_what_lies_between() -> None:
    bins = Bins.of(np.array([1.0, 1.0, 2.0, np.nan]))
    assert bins.codes(np.array([0.0, 1.0, 1.5, 2.0, 9.0, np.nan])).tolist() == [0, 1, 2, 3, 4, -1]
    assert bins.n == 5


def test_distances_by_hand() -> None:
    new, old = np.array([1.0, 1.0, 2.0]), np.array([2.0, 2.0, 0.0])
    assert distances(new, old, is_ordered=True) == pytest.approx(0.5)
    assert distances(new, old, is_ordered=False) == pytest.approx(0.5)
    assert np.isnan(distances(np.zeros(3), old, is_ordered=True))
