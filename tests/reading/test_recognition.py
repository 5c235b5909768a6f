"""Words, numbers and dates as strangers write them."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import polars as pl
import pytest
from tests.reading.reader import read_table

from leadline.errors import DataError
from leadline.reading.correction import Correction, corrected
from leadline.reading.recognised import Hints
from leadline.reading.recognition import recognise
from leadline.reading.schema import CellType, ColumnReading, Epoch
from leadline.reading.table import read_tables
from leadline.reading.values.cell_values import read_cells


def read(values: list[str], *, missing: tuple[str, ...] = (), comma: bool = False) -> pl.Series:
    """A column of text, recognised and read."""
    hints = Hints(missing=missing, decimals=frozenset({","} if comma else ()))
    column = pl.Series("x", values)
    read = read_cells(column, recognise(column, hints).reading)
    assert not read.is_odd.any()
    return read.values


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (["1", "-2", "+3"], [1, -2, 3]),
        (["1.0", "2.0", "NaN"], [1, 2, None]),
        (["1.5", "2e3", ".5"], [1.5, 2000.0, 0.5]),
        (["1,234", "12", "1,234,567.5"], [1234, 12, 1234567.5]),
        (["1,5", "12,25", "3"], [1.5, 12.25, 3]),
        (["1.234,5", "12", "7,25"], [1234.5, 12, 7.25]),
        (["$1,200.50", "$3", "-$4"], [1200.5, 3, -4]),
        (["12%", "7.5%", "100%"], [12, 7.5, 100]),
        (["1 234,5", "1\u00a0000", "3"], [1234.5, 1000, 3]),
        (["1'234.50", "2", "3"], [1234.5, 2, 3]),
        (["1", "-", "3", "none", "#DIV/0!"], [1, None, 3, None, None]),
        (["1", "inf", "3"], [1, None, 3]),
    ],
)
def test_numbers(written: list[str], meant: list[float | None]) -> None:
    assert read(written).to_list() == meant


def test_comma_is_decimal_where_the_file_says_so() -> None:
    assert read(["1,234", "5,678"]).to_list() == [1234, 5678]
    assert read(["1,234", "5,678"], comma=True).to_list() == [1.234, 5.678]


def test_codes_stay_words() -> None:
    assert read(["00501", "10001", "90210"]).to_list() == ["00501", "10001", "90210"]
    long = ["1234567890123456789", "1234567890123456788"]
    assert read(long).to_list() == long
    invoices = [str(number) for number in range(200)] + [f"C{number}" for number in range(20)]
    assert read(invoices).to_list() == invoices
    dependents = ["0", "1", "2", "3+"] * 30
    assert read(dependents).to_list() == dependents


def test_addresses_of_the_internet_stay_words() -> None:
    addresses = ["192.168.100.200", "172.217.160.142"]
    assert read(addresses).to_list() == addresses


def test_whole_numbers_beyond_floats_are_names_and_those_below_are_not() -> None:
    for number, kind in {10**15 - 1: CellType.NUMBER, 10**15: CellType.WORDS}.items():
        for column in (pl.Series("x", [number, 7]), pl.Series("x", [str(number), "7"])):
            assert recognise(column).reading.type is kind


def test_words_beside_many_numbers_are_no_odd_cells() -> None:
    numbers = [f"{number}.5" for number in range(14)]
    rooms = [*numbers, *(f"room {number}" for number in range(6))]
    assert read(rooms).to_list() == rooms


def test_classes_that_look_missing_stay() -> None:
    assert read(["+", "-", "+"]).to_list() == ["+", "-", "+"]
    assert read(["none", "some", "?"]).to_list() == ["none", "some", None]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2020-12-31", "2020-12-31"),
        ("2020/12/31", "2020-12-31"),
        ("31.12.2020", "2020-12-31"),
        ("31/12/2020", "2020-12-31"),
        ("12/31/2020", "2020-12-31"),
        ("31-12-2020", "2020-12-31"),
        ("12/31/20", "2020-12-31"),
        ("31 Dec 2020", "2020-12-31"),
        ("31-Dec-2020", "2020-12-31"),
        ("December 31, 2020", "2020-12-31"),
        ("2020-12-31 23:59", "2020-12-31 23:59:00"),
        ("2020-12-31 23:59:58.5", "2020-12-31 23:59:58.500000"),
        ("2020-12-31T23:59:58", "2020-12-31 23:59:58"),
        ("2020-12-31T23:59:58Z", "2020-12-31 23:59:58"),
        ("2020-12-31T23:59:58+02:00", "2020-12-31 21:59:58"),
        ("2020-12-31 23:59:58 UTC", "2020-12-31 23:59:58"),
        ("12/31/2020 11:59 PM", "2020-12-31 23:59:00"),
        ("31.12.2020 23:59", "2020-12-31 23:59:00"),
    ],
)
def test_dates(written: str, meant: str) -> None:
    moment = datetime.fromisoformat(meant)
    assert read([written, "NA", written]).to_list() == [moment, None, moment]


def test_numbers_too_large_to_be_counted_stay_real() -> None:
    read_values = read(["1e19", "2.5e19", "-3e19"])
    assert read_values.dtype == pl.Float64
    assert read_values.to_list() == [1e19, 2.5e19, -3e19]


def test_dates_with_and_without_a_time() -> None:
    read_dates = read(["2020-12-31", "2020-12-31 23:59:58", "2020-12-30 01:00"])
    assert read_dates.dt.hour().to_list() == [0, 23, 1]


def test_doubtful_dates_follow_the_order_of_the_rows() -> None:
    months = [f"{month:02d}/{day:02d}/2020" for month in range(1, 13) for day in (5, 9)]
    assert read(months).dt.month().to_list()[::2] == list(range(1, 13))
    days = ["01/02/2020", "03/01/2020", "02/05/2020"]
    assert read(days).dt.month().to_list() == [2, 1, 5]
    for column in (months, days):
        doubt = recognise(pl.Series("day", column)).doubt
        assert doubt is not None
        assert doubt.as_taken != doubt.as_other
        assert doubt.example in column


def test_what_only_looks_like_a_date_stays_words() -> None:
    for words in (["1.2.3", "2.0.1", "99.1.77"], ["12:30", "13:45"], ["A-1", "B-2"]):
        assert read(words).to_list() == words


def test_stray_word_among_numbers_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "train.csv"
    rows = [f"{number},{number % 7}.5" for number in range(8_110)]
    rows += ["8110,tba", "8111,5", "8112,tba", "8113,tba", "8114,tba"]
    path.write_text("\n".join(["id,amount", *rows]))
    with pytest.raises(DataError) as caught:
        read_table(path)
    assert str(caught.value) == (
        "train.csv line 8,112: 'amount' is \"tba\", a number is needed. "
        "3 more lines are like it; nothing was imported. "
        'Fix them; or name "tba" as a word for no value (--missing, [data] missing); or read every '
        "cell like it as no value (--odd-cells missing, [data] odd_cells); or read 'amount' as "
        "words (--kind amount=category); or leave it out (--exclude, [data] exclude)."
    )
    assert read_table(path, missing=("tba",))["amount"].null_count() == 4
    assert read_table(path, exclude=("amount",))["amount"].dtype == pl.String


@pytest.mark.parametrize("odd", ["soon", "2020-02-31"])
def test_stray_word_among_dates_is_odd(odd: str) -> None:
    days = pl.Series("x", [*(f"2020-01-{day:02d}" for day in range(1, 29)), odd])
    found = recognise(days)
    assert found.needed == "a date"
    assert read_cells(days, found.reading).is_odd.to_list() == [False] * 28 + [True]


def test_a_number_that_is_named_as_no_value_is_none_however_it_is_written() -> None:
    amount = ColumnReading(name="x", type=CellType.NUMBER, decimal=",", missing=("-200,0",))
    for cells in (["1,5", "-200", "-200,00"], [1.5, -200.0, -200.0]):
        assert read_cells(pl.Series("x", cells), amount).values.to_list() == [1.5, None, None]


def test_dates_are_read_in_a_column_of_years() -> None:
    years = ColumnReading(name="x", type=CellType.DATE, epoch=Epoch.YEARS)
    cells = read_cells(pl.Series("x", ["2019", "2020-04-01", "soon"]), years)
    assert cells.values.dt.to_string("%Y-%m-%d").to_list() == ["2019-01-01", "2020-04-01", None]
    assert cells.is_odd.to_list() == [False, False, True]


@pytest.mark.parametrize("kind", ["", "number"])
def test_a_column_may_have_words_and_odd_cells_of_its_own(kind: str) -> None:
    column = pl.Series("x", [*(f"{number}.5" for number in range(20)), "tba", "soon"])
    said = Correction(kind=kind, missing=("tba",), odd_cells="missing")
    reading = corrected(column, said, Hints(missing=("x",))).reading
    assert reading.missing == ("x", "tba")
    assert reading.is_odd_missing
    assert read_cells(column, reading).values.null_count() == 2


def test_one_odd_cell_in_five_is_odd_among_dates_too() -> None:
    days = [f"2020-01-{day:02d}" for day in range(1, 17)]
    assert recognise(pl.Series("x", [*days, "soon", "later", "never", "soon"])).needed == "a date"


def test_seconds_are_times_in_the_column_that_dates_the_rows(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("at,y\n1600000000,a\n1600086400,b\n")
    assert read_table(path)["at"].dtype == pl.Int64
    assert read_table(path, time="at")["at"].dt.day().to_list() == [13, 14]


def test_words_for_no_value_are_told(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("a,b\n1,x\nNA,?\n-,y\nNA,x\n")
    notes: list[str] = []
    frame = read_tables([path], note=notes.append).frame
    assert frame["a"].to_list() == [1, None, None, None]
    assert notes == ['a.csv: read as no value: "NA" (2), "-" (1), "?" (1).']


def test_birthdays_in_two_digits_that_land_in_the_future_are_told() -> None:
    born = ["01.03.45", "24.12.71", "30.06.99", "05.05.01"]
    remarks = recognise(pl.Series("born", born)).remarks
    assert remarks[0].startswith("'born': \"01.03.45\" was read as 2045-03-01")
    assert "If 1945 is meant, write years in full." in remarks[0]
    assert recognise(pl.Series("born", born[1:])).remarks == ()


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (["12 kg", "7.5 kg", "3 kg"], '"12 kg" and its like were read as words'),
        (["1:30:00", "0:45:10", "12:00:59"], "write them as seconds"),
        (["9:30 AM", "12:45 pm", "1:05 PM"], "write them as seconds"),
        (["<5", "7.2", "12", "<5", "< 5", "9.1"], '"<5" and its like were read as words'),
        (["7.2*", "3", "9.5**"], "write them without the mark"),
        (["12a", "14", "16b", "7", "3", "5c"], ""),
        (["A5", "<b>", "7"], ""),
    ],
)
def test_numbers_that_are_written_as_words_are_told(written: list[str], told: str) -> None:
    found = recognise(pl.Series("x", written))
    assert found.reading.type is CellType.WORDS
    assert told in " ".join(found.remarks)
    assert bool(found.remarks) == bool(told)


@pytest.mark.parametrize("form", [str, int, float])
def test_numbers_that_may_be_times_are_told(form: type) -> None:
    numbers = [1_600_000_000_000, 1_610_000_000_000, 1_650_000_000_000]
    ids = [n // 100 for n in numbers]
    for each, is_told in ((numbers, True), (ids, False)):
        found = recognise(pl.Series("ts", [form(n) for n in each]))
        assert found.reading.type is CellType.NUMBER
        assert ("--kind ts=date" in " ".join(found.remarks)) == is_told
