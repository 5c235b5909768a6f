"""Numbers written as text: what a style reads, and what it must not."""

from __future__ import annotations

import polars as pl
import pytest

from leadline.reading.recognition import recognise
from leadline.reading.schema import CellType
from leadline.reading.values.cell_values import read_cells
from leadline.reading.values.numbers import NumberStyle, parse_numbers


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


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        # blanks that do not break a line, as programs of many countries put before a unit
        (["86\u202f043,52\u00a0€", "1,5\u00a0€"], [86043.52, 1.5]),
        (["93,9\u00a0%", "4\u202f%"], [93.9, 4.0]),
        # as accounts write what is owed
        (["3,596.73", "(2,568.62)"], [3596.73, -2568.62]),
        (["12.5-", "3"], [-12.5, 3.0]),
        (["\u22124.5", "3"], [-4.5, 3.0]),
    ],
)
def test_signs_beside_numbers(cells: list[str], expected: list[float]) -> None:
    reading = recognise(pl.Series("x", cells)).reading
    assert read_cells(pl.Series("x", cells), reading).values.to_list() == expected


@pytest.mark.parametrize("cell", ["(", "()", "-", "5-3", "(5", "--5", "(-5)", "a-"])
def test_signs_that_make_no_number(cell: str) -> None:
    assert parse_numbers(pl.Series([cell])).to_list() == [None]


@pytest.mark.parametrize("cells", [["12 kg", "7 kg", "9 kg"], ["EUR 5", "EUR 7.20", "EUR 1"]])
def test_numbers_with_a_unit_are_words_and_a_person_is_told(cells: list[str]) -> None:
    found = recognise(pl.Series("x", cells))
    assert found.reading.type is CellType.WORDS
    assert f'"{cells[0]}" and its like were read as words' in found.remarks[0]
    assert not recognise(pl.Series("x", ["12A", "7B", "9C"])).remarks
