from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from leadline.reading.file_forms.raw import BY_COMMAND
from leadline.reading.schema import CellType
from leadline.reading.table import ReadingOptions, read_tables

DAYS = [f"2024-05-{day:02d}" for day in range(1, 21)]


def written(path: Path, cells: list[str]) -> Path:
    path.write_text("\n".join(["at,y", *(f"{cell},{row % 2}" for row, cell in enumerate(cells))]))
    return path


def told(*paths: Path) -> list[str]:
    notes: list[str] = []
    table = read_tables(paths, note=notes.append)
    assert table.schema.columns[0].type is CellType.DATE
    return [note for note in notes if "offset" in note]


@pytest.mark.parametrize("offset", ["+02:00", "Z", " UTC", "-0530"])
def test_times_without_an_offset_beside_times_with_one_are_told(
    tmp_path: Path, offset: str
) -> None:
    cells = [f"{day} 14:30{offset if row % 4 else ''}" for row, day in enumerate(DAYS)]
    notes = told(written(tmp_path / "a.csv", cells))
    assert len(notes) == 1
    assert "'at': 5 of 20 times have no offset and were read as UTC" in notes[0]
    assert f'"2024-05-01 14:30" beside "2024-05-02 14:30{offset}"' in notes[0]


def test_also_where_each_file_has_its_own_way(tmp_path: Path) -> None:
    first = written(tmp_path / "a.csv", [f"{day} 14:30" for day in DAYS])
    second = written(tmp_path / "b.csv", [f"{day}T14:30:00+02:00" for day in DAYS])
    assert "20 of 40" in told(first, second)[0]


@pytest.mark.parametrize(
    "cells",
    [DAYS, [f"{day} 14:30" for day in DAYS], [f"{day}T14:30:00+02:00" for day in DAYS]],
)
def test_times_of_one_kind_are_not(tmp_path: Path, cells: list[str]) -> None:
    assert told(written(tmp_path / "a.csv", cells)) == []


def test_typed_times_beside_text(tmp_path: Path) -> None:
    text = written(tmp_path / "a.csv", [f"{day}T14:30:00+02:00" for day in DAYS])
    typed = pl.DataFrame({"at": DAYS, "y": [0, 1] * 10}).with_columns(
        pl.col("at").str.to_datetime("%Y-%m-%d")
    )
    typed.write_parquet(tmp_path / "b.parquet")
    assert len(told(text, tmp_path / "b.parquet")) == 1


def test_numbers_that_could_be_thousands_are_told_of_a_later_file(tmp_path: Path) -> None:
    def pay(*cells: str) -> Path:
        path = tmp_path / "pay.csv"
        path.write_text("\n".join(["pay;y", *(f"{cell};{row}" for row, cell in enumerate(cells))]))
        return path

    def later(path: Path) -> list[str]:
        notes: list[str] = []
        options = ReadingOptions(trim=BY_COMMAND)
        assert read_tables([path], schema=schema, options=options, note=notes.append).frame.height
        return [note for note in notes if "three decimals" in note]

    schema = read_tables([pay("1.250,5", "800", "3.125")]).schema
    assert len(later(pay("1.250", "3.125", ""))) == 1
    assert later(pay("1.250", "800")) == later(pay("1.250", "3.125", "0.5")) == []
