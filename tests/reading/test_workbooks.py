"""Workbooks as people keep them: titles, totals, cells of another type, names twice."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from leadline.errors import DataError
from leadline.reading.file_forms.raw import Trim
from leadline.reading.table import ReadingOptions, Table, read_tables

NAMES = ["amount", "town", "late"]


def saved(path: Path, rows: Sequence[Sequence[object]]) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(list(row))
    book.save(path)
    return path


def rows(n: int) -> list[list[object]]:
    return [
        [float(row), "Ulm" if row % 3 else "Bonn", "yes" if row % 2 else "no"] for row in range(n)
    ]


def read(path: Path, **how: object) -> Table:
    return read_tables([path], **how)  # type: ignore[arg-type]


def test_a_cell_of_another_type_is_never_lost(tmp_path: Path) -> None:
    """Be it below all the rows that a reader samples."""
    for at in (3, 1_100):
        table = rows(1_200)
        table[at][0] = "12 kg"
        path = saved(tmp_path / "book.xlsx", [NAMES, *table])
        with pytest.raises(DataError, match=rf"book\.xlsx row {at + 2:,}: 'amount' is \"12 kg\""):
            read(path)


def test_titles_and_totals_are_told_with_the_way_out(tmp_path: Path) -> None:
    told: list[list[object]] = [
        ["Sales of May", None, None],
        [None, None, None],
        [*NAMES],
        *rows(60),
        ["Total", None, None],
    ]
    path = saved(tmp_path / "book.xlsx", told)
    with pytest.raises(DataError, match=r"--skip-lines 2"):
        read(path)
    with pytest.raises(DataError, match=r'row 64 begins with "Total".*--footer-rows 1'):
        read(path, options=ReadingOptions(trim=Trim(skip_lines=2)))
    table = read(path, options=ReadingOptions(trim=Trim(skip_lines=2, footer_rows=1)))
    assert table.frame.rows() == [tuple(row) for row in rows(60)]
    assert table.place(0) == "book.xlsx row 4"


def test_names_are_the_files_own(tmp_path: Path) -> None:
    path = saved(tmp_path / "book.xlsx", [["a", "a", "y"], *rows(20)])
    with pytest.raises(DataError, match="columns 1 and 2 are both called 'a'"):
        read(path)
    notes: list[str] = []
    unnamed: list[list[object]] = [
        ["a", None, None, "y"],
        *[[row[0], row[1], None, row[2]] for row in rows(20)],
    ]
    table = read(saved(tmp_path / "book.xlsx", unnamed), note=notes.append)
    assert table.frame.columns == ["a", "column_2", "y"]
    assert "column 3 has neither name nor values" in "".join(notes)


@pytest.mark.parametrize("suffix", ["csv", "xlsx"])
def test_titles_above_names_that_are_known_are_left_out(tmp_path: Path, suffix: str) -> None:
    """A later file of the same kind needs no options: its header is known."""
    schema = read(saved(tmp_path / "first.xlsx", [NAMES, *rows(30)])).schema
    told: list[list[object]] = [["Sales of June"], [], [*NAMES[:2]], *[row[:2] for row in rows(30)]]
    path = tmp_path / f"later.{suffix}"
    if suffix == "xlsx":
        saved(path, told)
    else:
        path.write_text("\n".join(",".join(map(str, row)) for row in told))
    notes: list[str] = []
    assert read(path, schema=schema, note=notes.append).frame.height == 30
    assert "above the header left out: 2" in "".join(notes)


def test_whole_numbers_beside_words_are_the_same_words_in_every_file(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text('{"a": 1.0}\n{"a": "u"}\n{"a": 2.5}\n')
    mixed = read(path)
    path.write_text('{"a": 1.0}\n')
    alone = read(path, schema=mixed.schema)
    assert mixed.frame["a"].to_list() == ["1", "u", "2.5"]
    assert alone.frame["a"].to_list() == ["1"]
    path.write_text('{"a": 1234567890123456}\n{"a": 1234567890123457.0}\n')
    assert read(path).frame["a"].dtype == pl.String


@pytest.mark.parametrize(
    "ends", ["a,y\r1,x\r2,z\r\n", "a,y\r\r\n1,x\r\r\n2,z\r\r\n", "a,y\r1,x\r2,z"]
)
def test_ends_of_lines_that_several_programs_wrote(tmp_path: Path, ends: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(ends.encode())
    assert read(path).frame.rows() == [(1, "x"), (2, "z")]


def test_a_lone_end_of_line_among_others_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_bytes(b"a,y\n1,x\r2,z\n3,x\n4,z\n")
    with pytest.raises(DataError, match="rows"):
        read(path)


def test_a_cover_that_holds_no_table_is_refused_with_the_other_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Cover"
    book.active.append(["Sales of May"])
    data = book.create_sheet("Data")
    for row in [NAMES, *rows(20)]:
        data.append(row)
    book.save(tmp_path / "t.xlsx")
    with pytest.raises(DataError, match=r"one line only.*'Cover', 'Data'.*--sheet NAME"):
        read(tmp_path / "t.xlsx")
    options = ReadingOptions(trim=Trim(sheet="Data"))
    assert read(tmp_path / "t.xlsx", options=options).frame.height == 20
