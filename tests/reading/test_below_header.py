"""Lines below a header that say what the columns hold: of surveys, of instruments, of tools."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import polars as pl
import pytest
from tests.serving.batch.chunks import read_chunks

from leadline.errors import DataError
from leadline.reading.file_forms.below_header import n_descriptions
from leadline.reading.table import Table, read_tables

SURVEY = (
    "Started,Minutes,Would you come again?,Comment\n"
    "When did you start?,How long did it take?,Please choose,Anything else?\n"
    '"{""Id"": ""start""}","{""Id"": ""took""}","{""Id"": ""Q1""}","{""Id"": ""Q2""}"\n'
)
VALUES = "".join(
    f"2024-05-{1 + n % 28:02},{n % 7},{'yes' if n % 3 else 'no'},\n" for n in range(60)
)
NOT_A_ROW = "survey.csv line 2, and 1 below it, left out"


def read(path: Path, text: str, notes: list[str] | None = None) -> Table:
    path.write_text(text)
    return read_tables([path], note=None if notes is None else notes.append)


def test_questions_below_the_header_are_no_rows(tmp_path: Path) -> None:
    notes: list[str] = []
    table = read(tmp_path / "survey.csv", SURVEY + VALUES, notes)
    assert table.frame.height == 60
    assert table.frame["Would you come again?"].unique().sort().to_list() == ["no", "yes"]
    assert table.frame.schema["Minutes"].is_numeric()
    assert table.frame.schema["Started"].is_temporal()
    assert any(NOT_A_ROW in each for each in notes)
    assert table.place(0) == "survey.csv line 4"


def test_a_file_that_is_scored_is_read_alike(tmp_path: Path) -> None:
    read(path := tmp_path / "survey.csv", SURVEY + VALUES)
    known = ["Started", "Minutes", "Would you come again?"]
    for rows in (7, 1_000):
        chunks = read_chunks(path, rows, known)
        assert sum(chunk.frame.height for chunk in chunks) == 60
        assert chunks[0].place(0) == "survey.csv line 4"


def test_a_workbook_keeps_its_numbers_below_a_line_of_units(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    rows: list[list[object]] = [["depth", "load", "broke"], ["mm", "kN", ""]]
    for row in [*rows, *([n, n / 4, "no"] for n in range(40))]:
        book.active.append(row)
    book.save(path := tmp_path / "book.xlsx")
    table = read_tables([path])
    assert table.frame.height == 40
    assert all(table.frame.schema[name].is_numeric() for name in ("depth", "load"))
    assert table.place(0) == "book.xlsx row 3"


def test_one_word_is_enough_beside_answers_nobody_else_gave(tmp_path: Path) -> None:
    rows = "".join(f"{n},{'MF'[n % 2]},{'ABC'[n % 3]}\n" for n in range(50))
    table = read(tmp_path / "a.csv", "age,sex,ward\nyears,M or F,see list\n" + rows)
    assert table.frame.height == 50
    with pytest.raises(DataError, match="line 2: 'age' is \"years\""):
        read(tmp_path / "b.csv", "age,sex,ward\nyears,M,see list\n" + rows)


@pytest.mark.parametrize(
    "first",
    [
        "tba,3,yes",  # a value in the second column
        "NA,-,yes",  # words for no value
        ",,maybe",  # nothing, beside an answer of its own
    ],
)
def test_a_first_row_with_a_few_odd_cells_stays_a_row(first: str) -> None:
    rows = [first.split(","), *([str(n), str(n % 5), "yes"] for n in range(40))]
    frame = pl.DataFrame(rows, schema=["a", "b", "c"], orient="row")
    assert n_descriptions(frame) == 0


def test_words_that_come_back_among_numbers_are_no_description() -> None:
    numbers = [str(n) for n in range(60)]
    frame = pl.DataFrame(
        {"a": ["closed", *numbers, "closed"], "b": ["none yet", *numbers, "none yet"]}
    )
    assert n_descriptions(frame) == 0
