"""Columns that are left of lines which two programs ended in their own way."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.reading.reader import read_table

from leadline.reading.schema import CellType, ColumnReading, ReadingSchema
from leadline.reading.table import read_tables


@pytest.mark.parametrize("name", ["", ",,,,,", ";", '"'])
def test_a_column_of_nothing_but_marks_is_left_out(tmp_path: Path, name: str) -> None:
    ends = ["", ",", ",,,"]
    rows = "\n".join(f"{row},{row % 2},{quoted(ends[row % 3])}" for row in range(30))
    path = tmp_path / "a.csv"
    path.write_text(f"x,y,{quoted(name)}\n{rows}\n")
    notes: list[str] = []
    assert read_table(path, note=notes.append).columns == ["x", "y"]
    assert any("column 3 holds nothing but marks between fields" in note for note in notes)


def quoted(cell: str) -> str:
    doubled = cell.replace('"', '""')
    return f'"{doubled}"'


@pytest.mark.parametrize(
    ("name", "cells"), [("", ["+", "-"]), ("end", [",", ""]), (",", ["a", ","])]
)
def test_a_column_that_holds_something_stays(tmp_path: Path, name: str, cells: list[str]) -> None:
    rows = "\n".join(f"{row},{row % 2},{quoted(cells[row % 2])}" for row in range(30))
    path = tmp_path / "a.csv"
    path.write_text(f"x,y,{quoted(name)}\n{rows}\n")
    assert read_table(path).width == 3


def test_a_column_of_marks_that_a_project_learnt_from_is_still_read(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text('x,y,","\n' + "".join(f'{row},{row % 2},","\n' for row in range(30)))
    schema = ReadingSchema((ColumnReading(name=",", type=CellType.WORDS),))
    assert read_tables([path], schema=schema).frame.columns == ["x", "y", ","]
