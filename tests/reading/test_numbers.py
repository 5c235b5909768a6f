"""Numbers written as text: what a style reads, and what it must not."""

from __future__ import annotations

import polars as pl
import pytest

from leadline.reading.numbers import NumberStyle, parse_numbers


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # with a decimal comma, a point before three digits may stand for thousands: not read
        (["1.500", "900"], [None, 900.0]),
        (["1.500", "2,5"], [None, 2.5]),
        (["1.500", "2,5", "3.25"], [None, 2.5, 3.25]),
        # as programs write the same numbers: cells beside it leave no doubt
        (["1.500", "3.25"], [1.5, 3.25]),
        (["0.500", "12"], [0.5, 12.0]),
    ],
)
def test_a_point_beside_a_decimal_comma(cells: list[str], expected: list[float | None]) -> None:
    assert parse_numbers(pl.Series(cells), NumberStyle(",")).to_list() == expected
