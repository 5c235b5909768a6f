"""What a block is compared with: the same weeks of earlier years, or all there is."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from leadline.monitoring.shifts.season import beside

YEARS = [(date(2019, 1, 7) + timedelta(7 * week)).isoformat() for week in range(156)]
"""Three years of weeks, to the end of 2021."""


def chosen(names: list[str], name: str) -> list[str]:
    return [each for each, mine in zip(names, beside(names, name).mine, strict=True) if mine]


def test_a_block_is_compared_with_the_same_weeks_of_earlier_years() -> None:
    found = beside(YEARS, "2022-06-06")
    days = [date.fromisoformat(each) for each in chosen(YEARS, "2022-06-06")]
    assert {day.year for day in days} <= {2019, 2020, 2021}
    assert all(date(day.year, 5, 14) <= day <= date(day.year, 6, 29) for day in days)
    assert found.words.startswith("the same season of ")
    assert len(found.blocks) > 100, "blocks of other seasons show the spread of theirs"


def test_no_block_is_compared_with_itself_or_its_own_year_where_there_are_several() -> None:
    found = beside(YEARS, "2022-06-06")
    days = np.array([date.fromisoformat(each).toordinal() for each in YEARS])
    apart = np.abs(days[found.blocks][:, None] - days[None, :])
    assert not np.any(found.theirs & (apart < 180))


def test_one_year_before_is_a_season_too() -> None:
    one = YEARS[:52]
    found = beside(one, "2020-06-08")
    assert found.words == "the same season of 2019 (6 blocks)"
    assert not found.theirs[np.arange(len(found.blocks)), found.blocks].any()


def test_without_the_season_all_blocks_count() -> None:
    half = YEARS[:26]
    found = beside(half, "2019-12-02")
    assert found.words == "all 26 blocks of the reference"
    assert found.mine.all()
    assert not found.theirs.diagonal().any()
    assert beside(YEARS, "rows.csv").words == "all 156 blocks of the reference"


def test_a_season_that_the_history_has_only_begun_does_not_count() -> None:
    most = YEARS[:48]
    assert beside(most, "2019-12-16").words == "all 48 blocks of the reference"


def test_months_and_days_have_seasons() -> None:
    months = [f"{year}-{month:02}-01" for year in (2020, 2021) for month in range(1, 13)]
    assert {each[5:7] for each in chosen(months, "2022-07-01")} <= {"06", "07", "08"}
    days = [(date(2020, 1, 1) + timedelta(day)).isoformat() for day in range(500)]
    assert all("05-" in each or "06-" in each for each in chosen(days, "2021-06-01"))


def test_a_block_of_the_reference_is_compared_with_the_others() -> None:
    assert YEARS[3] not in chosen(YEARS[:20], YEARS[3])
    alone = beside(["2020-01-06"], "2020-01-06")
    assert alone.mine.all()
    assert alone.blocks.size == 0
