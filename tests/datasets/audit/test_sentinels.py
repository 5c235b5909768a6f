from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from tests.datasets.audit.tables import CLEAN, CleanTable

from leadline.datasets.audit.sentinels import sentinels


@pytest.mark.parametrize("value", [-200, -999, -99, 9999, 99999])
def test_a_number_far_from_all_others_that_comes_back(value: int) -> None:
    rng = np.random.default_rng(0)
    column = np.round(rng.gamma(2, 10, 500), 1)
    column[:20] = value
    found = sentinels(pl.DataFrame({"co": rng.permutation(column)}))
    assert [(each.column, each.value, each.n_rows) for each in found] == [("co", str(value), 20)]


def test_an_outlier_alone_is_none() -> None:
    column = [float(each) for each in range(400)] + [99_999.0]
    assert sentinels(pl.DataFrame({"x": column})) == ()


def test_a_far_number_that_comes_less_often_than_others_is_none() -> None:
    column = [float(each % 40) for each in range(400)] + [100.0] * 3
    assert sentinels(pl.DataFrame({"x": column})) == ()


def test_a_whole_hundred_below_negative_numbers_is_none() -> None:
    column = [float(each) for each in range(-40, 41)] + [-100.0] * 20
    assert sentinels(pl.DataFrame({"x": column})) == ()


@pytest.mark.parametrize(
    ("scale", "codes"),
    [
        ((1, 5), [9]),
        ((1, 5), [8, 9]),
        ((1, 2), [9]),
        ((0, 10), [99]),
        ((1, 7), [97, 98, 99]),
        ((1, 10), [98, 99]),
        ((1, 3), [-1]),
        ((1, 4), [-9, -8]),
    ],
)
def test_an_answer_that_is_a_code_beside_a_scale(scale: tuple[int, int], codes: list[int]) -> None:
    rng = np.random.default_rng(0)
    column = rng.integers(scale[0], scale[1] + 1, 400)
    for place, code in enumerate(codes):
        column[place * 20 : place * 20 + 20] = code
    found = sentinels(pl.DataFrame({"q1": column}))
    assert sorted((int(each.value), each.n_rows) for each in found) == [(c, 20) for c in codes]


@pytest.mark.parametrize(
    "values",
    [
        np.random.default_rng(0).poisson(1.5, 5_000),
        np.random.default_rng(0).geometric(0.4, 5_000),
        np.random.default_rng(0).negative_binomial(1, 0.4, 20_000),
        np.random.default_rng(0).choice([-1, 0, 1], 400),
        np.random.default_rng(0).integers(0, 10, 400),
        np.random.default_rng(0).integers(1, 8, 400),
        np.random.default_rng(0).choice([1, 2, 4, 8], 400),
        np.random.default_rng(0).choice([3, 4, 5, 6, 8], 400),
        np.random.default_rng(0).choice([0, 1, 2, 3, 7], 400),
    ],
)
def test_counts_and_scales_of_their_own_have_none(values: np.ndarray) -> None:
    assert sentinels(pl.DataFrame({"n": values})) == ()


def test_days_at_the_end_of_the_calendar_and_words() -> None:
    days = [date(2024, 1, 1) + timedelta(days=each % 90) for each in range(190)]
    words = ["married", "single"] * 95
    frame = pl.DataFrame(
        {"until": days + [date(9999, 12, 31)] * 10, "status": [*words, *["Unknown"] * 10]}
    )
    assert {(each.column, each.value) for each in sentinels(frame)} == {
        ("until", "9999-12-31"),
        ("status", "Unknown"),
    }


@pytest.mark.parametrize("name", CLEAN)
def test_a_clean_table_has_none(name: str) -> None:
    assert sentinels(CleanTable(name).frame) == ()
