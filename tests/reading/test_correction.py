"""Corrections by a person: each says something of its own, and what is left open is recognised."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest

from leadline.errors import DataError
from leadline.reading.correction import Correction, corrected
from leadline.reading.recognised import Hints
from leadline.reading.recognition import recognise
from leadline.reading.schema import CellType
from leadline.reading.values.cell_values import read_cells


def read(cells: list[str], correction: Correction) -> list[object]:
    column = pl.Series("x", cells)
    return read_cells(column, corrected(column, correction, Hints()).reading).values.to_list()


@pytest.mark.parametrize(
    ("cells", "correction", "expected"),
    [
        (["1.220", "983"], Correction(decimal="."), [1.22, 983]),
        (["1.220", "983"], Correction(decimal=","), [1220, 983]),
        (["1.220", "983"], Correction(thousands="."), [1220, 983]),
        (["1,220", "983"], Correction(thousands=","), [1220, 983]),
        (["1,220", "983"], Correction(decimal=","), [1.22, 983]),
        # a person who names one mark does not rule out what the cells show of the other
        (["1 500", "900,5"], Correction(decimal=","), [1500, 900.5]),
        (["1'500", "900.5"], Correction(thousands="'"), [1500, 900.5]),
    ],
)
def test_marks_decide_between_readings(
    cells: list[str], correction: Correction, expected: list[float]
) -> None:
    assert read(cells, correction) == expected


def test_a_mark_of_thousands_is_never_the_decimal_mark_too() -> None:
    # a cell in which it can only be the decimal mark goes before what was said
    assert read(["1.500", "1.5", "12"], Correction(thousands=".")) == [1.5, 1.5, 12]
    with pytest.raises(DataError, match=r"data\.columns\.x"):
        read(["1.500"], Correction(decimal=".", thousands="."))


@pytest.mark.parametrize(
    "cells", [["1600000000000", "1600086400000"], ["1600000000", "1600086400"]]
)
def test_numbers_that_are_called_dates_are_times_since_1970(cells: list[str]) -> None:
    days = [date(2020, 9, 13), date(2020, 9, 14)]
    said = Correction(kind="date")
    for column in (pl.Series("x", cells), pl.Series("x", [int(each) for each in cells])):
        reading = corrected(column, said, Hints()).reading
        assert read_cells(column, reading).values.dt.date().to_list() == days
    assert read(["20200913", "20200914"], said)[0].date() == days[0]  # type: ignore[attr-defined]


def test_what_is_said_of_typed_values_holds_for_text_to_come() -> None:
    amount = corrected(pl.Series("amount", [1.5]), Correction(decimal=","), Hints()).reading
    assert read_cells(pl.Series(["1.500,25"]), amount).values.to_list() == [1500.25]
    said = Correction(order="day-month-year")
    day = corrected(pl.Series("day", [date(2024, 1, 2)]), said, Hints()).reading
    assert read_cells(pl.Series(["02.01.2024"]), day).values.dt.date().to_list() == [
        date(2024, 1, 2)
    ]


def test_words_and_odd_cells_of_one_column() -> None:
    assert read(["007", "-"], Correction(kind="category")) == ["007", "-"]
    odd = Correction(kind="number", odd_cells="missing", missing=("9",))
    assert read(["1", "soon", "9"], odd) == [1, None, None]


def test_days_without_marks_are_days_for_who_says_so() -> None:
    days = [20240131, 20240201, 20231224]
    for column in (pl.Series("day", days), pl.Series("day", list(map(str, days)))):
        found = recognise(column)
        assert found.reading.type is CellType.NUMBER
        assert "--kind day=date" in found.remarks[0]
        said = corrected(column, Correction(kind="date"), Hints()).reading
        dated = recognise(column, Hints(is_time=True)).reading
        for reading in (said, dated):
            for cells in (pl.Series(days), pl.Series(["20240131", "2024-02-01", "20231224"])):
                read = read_cells(cells, reading).values.dt.date().to_list()
                assert read == [date(2024, 1, 31), date(2024, 2, 1), date(2023, 12, 24)]
    assert not recognise(pl.Series("size", [20240131, 20240299, 5])).remarks
