# ruff: noqa: DTZ001, DTZ007 -- a conformed date has no zone
from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.errors import DataError
from leadline.reading.conform import DATE_FORMATS, conform, parse_usual_dates


def one(values: Any, kind: str, **options: Any) -> list[Any]:
    return conform(pl.DataFrame({"x": values}, **options), {"x": kind})["x"].to_list()


def test_numbers_from_what_files_hold() -> None:
    assert one(["1", " 2.5 ", "", None, "-1e3"], "number") == [1.0, 2.5, None, None, -1000.0]
    assert one([True, False, None], "number") == [1.0, 0.0, None]
    assert one([1.0, float("nan")], "number") == [1.0, None]
    assert one([None, None], "number") == [None, None]


def test_categories_do_not_depend_on_how_a_number_was_read() -> None:
    assert one(["7", "x", " "], "category") == ["7", "x", None]
    assert one([7, None], "category") == ["7", None]
    assert one([7.0, float("nan"), 2.5], "category") == ["7", None, "2.5"]
    assert one([True, None], "category") == ["true", None]


def test_text_is_never_null() -> None:
    assert one([None, "", "a"], "text") == ["", "", "a"]
    assert one([None, 3], "text") == ["", "3"]


def test_dates_are_utc_without_a_zone() -> None:
    noon = datetime(2024, 5, 31, 12)
    summer = timezone(timedelta(hours=2))
    assert one(["2024-05-31T12:00:00Z", "2024-05-31T14:00:00+02:00"], "date") == [noon, noon]
    assert one([datetime(2024, 5, 31, 14, tzinfo=summer).astimezone(UTC)], "date") == [noon]
    assert one([date(2024, 5, 31), None], "date") == [datetime(2024, 5, 31), None]
    assert conform(pl.DataFrame({"x": [noon]}), {"x": "date"}).schema["x"] == pl.Datetime("us")


@given(st.datetimes(datetime(1950, 1, 1), datetime(2100, 1, 1)), st.sampled_from(DATE_FORMATS))
def test_every_form_of_a_date_is_read_as_it_was_written(at: datetime, form: str) -> None:
    written = at.strftime(form.replace("%.f", ".%f"))
    expected = datetime.strptime(written, form.replace("%.f", ".%f"))
    assert parse_usual_dates(pl.Series([written])).to_list() == [expected]


def test_columns_come_in_the_order_of_the_kinds_and_others_are_left_out() -> None:
    frame = pl.DataFrame({"a": [1], "b": ["x"], "c": [0]})
    assert conform(frame, {"b": "text", "a": "number"}).columns == ["b", "a"]


def test_no_rows_are_fine() -> None:
    kinds = {"n": "number", "c": "category", "t": "text", "d": "date"}
    empty = pl.DataFrame(schema=dict.fromkeys(kinds, pl.String))
    assert conform(empty, kinds).shape == (0, 4)


@pytest.mark.parametrize(
    ("values", "kind", "shown"),
    [
        (["1", "n/a", "?"], "number", "row 2: 'x' is \"n/a\", a finite number is needed. 1 more"),
        ([1.0, float("inf")], "number", "row 2: 'x' is \"inf\""),
        ([date(2024, 1, 1)], "number", "2024-01-01"),
        ([20240131], "date", "20240131"),
        (["2024-02-30"], "date", "a date such as"),
        ([1.5, float("inf")], "category", "inf"),
        ([[1, 2]], "category", r"\[1, 2\]"),
        ([[1, 2]], "text", r"\[1, 2\]"),
    ],
)
def test_what_does_not_fit_is_named(values: Any, kind: str, shown: str) -> None:
    with pytest.raises(DataError, match=shown):
        one(values, kind)


def test_the_place_is_in_the_callers_words() -> None:
    frame = pl.DataFrame({"x": ["1", "no"]})
    with pytest.raises(DataError, match=r"^a\.csv line 3: "):
        conform(frame, {"x": "number"}, place=lambda index: f"a.csv line {index + 2}")


def test_all_that_is_missing_is_told_at_once() -> None:
    kinds = dict.fromkeys(["amount", "town", *"abcdef"], "number")
    with pytest.raises(DataError, match=r"Missing: 'amount', 'town', 'a', 'b', 'c' and 3 more\."):
        conform(pl.DataFrame({"x": [1]}), kinds)
    renamed = pl.DataFrame({"AMOUNT": [1], "Town ": ["Ulm"], "a": [1]})
    with pytest.raises(DataError, match=r"Rename 'AMOUNT' to 'amount', 'Town ' to 'town'"):
        conform(renamed, dict.fromkeys(["amount", "town", "a"], "number"))


def test_a_missing_column_is_named_with_the_one_perhaps_meant() -> None:
    with pytest.raises(DataError, match=r"'amount' is missing.*Rename 'Amount'"):
        conform(pl.DataFrame({"Amount": [1]}), {"amount": "number"})


def test_a_long_value_is_shortened() -> None:
    with pytest.raises(DataError) as caught:
        one(["z" * 1000], "number")
    assert len(str(caught.value)) < 250


def test_an_unknown_kind_is_a_programmers_mistake() -> None:
    with pytest.raises(ValueError, match="picture"):
        one([1], "picture")


@given(st.lists(st.none() | st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_numbers_survive_the_way_through_text(values: list[float | None]) -> None:
    through = one(
        [None if v is None else repr(v) for v in values], "number", schema={"x": pl.String}
    )
    expected = [np.nan if v is None else v for v in values]
    assert np.array_equal(np.array(through, dtype=float), expected, equal_nan=True)
