"""Values of a request are read as the reader of files reads them, and refused in its words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.errors import DataError
from leadline.reading.conform import conform, parse_usual_dates
from leadline.reading.schema import CellType, ColumnReading, DateOrder, ReadingSchema
from leadline.reading.values.dates import parse_dates
from leadline.serving.compiled.request_cells import ODD, RequestCells
from leadline.serving.compiled.request_dates import date_reader, parts_of, usual_date
from leadline.serving.releases.compilation.column_plans import cell_plans
from leadline.serving.releases.manifest import Card

_CELLS = {
    "number": CellType.NUMBER,
    "category": CellType.WORDS,
    "text": CellType.WORDS,
    "date": CellType.DATE,
}
_DTYPES = {"number": pl.Float64, "category": pl.String, "text": pl.String, "date": pl.String}


def both(kind: str, values: list[Any], how: ColumnReading | None) -> tuple[Any, Any]:
    """What the compiled form and the slow path make of a column, or what they refuse."""
    schema = ReadingSchema((how,) if how else ())
    card = Card(
        project="p",
        label="y",
        task="regression",
        columns={"x": kind},
        reading=tuple(schema.to_payload()),
    )
    frame = pl.DataFrame({"x": pl.Series(values, dtype=_DTYPES[kind])})
    place = "rows[{}]".format

    def fast() -> list[Any]:
        return RequestCells(cell_plans(card)).read([(value,) for value in values])[0]

    def slow() -> list[Any]:
        return conform(frame, {"x": kind}, reading=schema, place=place)["x"].to_list()

    found = [_told(fast), _told(slow)]
    if kind == "number" and isinstance(found[0], list):
        found[0] = [None if value != value else value for value in found[0]]  # noqa: PLR0124
    return found[0], found[1]


def _told(read: Callable[[], list[Any]]) -> Any:
    try:
        return read()
    except DataError as error:
        return str(error)


def reading(kind: str, **how: Any) -> ColumnReading:
    return ColumnReading(name="x", **{"type": _CELLS[kind], **how})


CASES: list[tuple[str, list[Any], ColumnReading | None]] = [
    ("number", [1.5, None, -0.0, 1e300, 2.0**63], None),
    ("number", [1.5, None, -200.0, -200.5], reading("number", missing=("-200,0",), decimal=",")),
    ("category", ["Ulm", " ", "", None, " Ulm", "NA"], None),
    ("category", ["Ulm", " ", "", None, " Ulm", "NA", "none", "tba"], reading("category")),
    ("category", ["tba", "TBA", "Ulm\u00a0", "cafe\u0301"], reading("category", missing=("tba",))),
    ("category", ["TRUE", "False", "n/a", "x"], reading("category", is_boolean=True)),
    ("category", ["7", "7.0", "-7.5", "007", "-", None], reading("category", type=CellType.NUMBER)),
    ("category", ["1", "2"], reading("category", type=CellType.NUMBER, missing=("1",))),
    ("text", ["on time", None, "", " x ", "NA"], None),
    ("text", ["on time", None, "", " x ", "NA", "\u1e9b\u0323"], reading("text")),
    ("date", ["2024-05-31", None, " ", "31.05.2024 14:30", "2024-05-31T10:00:00Z"], None),
    ("date", ["2024-05-31", None, "na", "1.2.2024"], reading("date", order=DateOrder.DAY_FIRST)),
    ("date", ["2024-05-31T09:00:00+02:00", "1900-01-01"], reading("date", missing=("1900-01-01",))),
]


@pytest.mark.parametrize(("kind", "values", "how"), CASES)
def test_values_are_those_of_the_slow_path(kind: str, values: list[Any], how: Any) -> None:
    fast, slow = both(kind, values, how)
    assert isinstance(slow, list)
    assert fast == slow


MISFITS: list[tuple[str, list[Any], ColumnReading | None]] = [
    ("number", [1.0, float("inf"), float("-inf")], None),
    ("date", ["2024-05-31", "soon", "2024-02-30"], None),
    ("date", ["soon"], reading("date")),
    ("date", ["x" * 100], reading("date")),
    ("date", ["0999-01-01"], reading("date")),
    ("category", ["7", "seven"], reading("category", type=CellType.NUMBER)),
    ("category", ["7", "7 $"], reading("category", type=CellType.NUMBER, unit="€")),
]


@pytest.mark.parametrize(("kind", "values", "how"), MISFITS)
def test_misfits_are_refused_in_the_words_of_the_slow_path(
    kind: str, values: list[Any], how: Any
) -> None:
    fast, slow = both(kind, values, how)
    assert isinstance(slow, str)
    assert fast == slow


@pytest.mark.parametrize("value", ["May 31, 2024", "2024 Q2", "20240531"])
def test_dates_that_only_the_reader_of_files_knows_are_refused_here(value: str) -> None:
    fast, slow = both("date", [value], reading("date"))
    assert f'"{value}"' in fast
    assert isinstance(slow[0], datetime)


def test_letters_newer_than_this_python_are_left_to_the_slow_path() -> None:
    fast, _ = both("category", ["\u0378"], reading("category"))
    assert "'x' is" in fast


def test_codes_that_programs_write_in_different_ways_are_left_to_the_slow_path() -> None:
    how = reading("category", type=CellType.NUMBER)
    fast, _ = both("category", ["0.00001"], how)
    assert "'x' is" in fast
    fast, slow = both("category", ["0.0001", "-0.5"], how)
    assert fast == slow


def test_a_value_that_cannot_be_read_is_never_among_the_values() -> None:
    fast, _ = both("category", ["a", None], None)
    assert ODD not in fast


_PART = st.integers(0, 62).map(lambda n: f"{n:02d}") | st.integers(0, 32).map(str)
_YEAR = st.integers(0, 9999).map(lambda n: f"{n:04d}") | st.integers(1900, 2100).map(str)
_MARKS = st.sampled_from("-/.")
_DAYS = st.one_of(
    st.tuples(_YEAR, _MARKS, _PART, _MARKS, _PART), st.tuples(_PART, _MARKS, _PART, _MARKS, _YEAR)
).map("".join)
_SECONDS = st.just("") | st.tuples(st.just(":"), _PART).map("".join)
_PARTS = st.just("") | st.integers(0, 10**9).map(lambda n: f".{n}")
_ZONES = st.sampled_from(
    ["", "", "Z", "z", "+02:00", "-0930", "+24:00", "+02:60", " +02:00", "+02"]
)
_TIMES = st.tuples(
    st.sampled_from("T t"), _PART, st.just(":"), _PART, _SECONDS, _PARTS, _ZONES
).map("".join)
_WRITTEN = st.tuples(_DAYS, st.just("") | _TIMES).map("".join)


@settings(max_examples=400, deadline=None, derandomize=True)
@given(_WRITTEN, st.sampled_from(DateOrder))
def test_a_date_that_is_read_is_the_date_of_the_slow_path(text: str, order: DateOrder) -> None:
    read = date_reader(order)(text)
    if read is not None:
        assert [read] == parse_dates(pl.Series([text]), order).to_list()
    usual = usual_date(text)
    if usual is not None:
        assert [usual] == parse_usual_dates(pl.Series([text])).to_list()


def test_a_missing_date_has_no_parts() -> None:
    assert all(part != part for part in parts_of(None))  # noqa: PLR0124
    assert parts_of(datetime(2024, 5, 31, 14, 30))[1:] == (5.0, 31.0, 5.0, 14.5)  # noqa: DTZ001
