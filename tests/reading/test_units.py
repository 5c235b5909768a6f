"""A sign of percent or of a currency belongs to the column: another one is told."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from leadline.errors import DataError
from leadline.reading.conform import conform
from leadline.reading.schema import CellType, ColumnReading, ReadingSchema
from leadline.reading.table import ReadingOptions, Table, read_tables


def written(path: Path, cells: Sequence[str], name: str = "share") -> Path:
    path.write_text(
        "\n".join([f"{name};y", *(f"{cell};{at % 2}" for at, cell in enumerate(cells))])
    )
    return path


def book(path: Path, cells: Sequence[object], number_format: str = "0.0%") -> Path:
    made = openpyxl.Workbook()
    made.active.append(["share", "y"])
    for at, cell in enumerate(cells):
        made.active.append([cell, at % 2])
        made.active.cell(at + 2, 1).number_format = number_format
        if isinstance(cell, str) and cell.startswith("#"):
            made.active.cell(at + 2, 1).data_type = "e"
    made.save(path)
    return path


def read(
    *paths: Path, schema: ReadingSchema | None = None, notes: list[str] | None = None
) -> Table:
    said = [] if notes is None else notes
    return read_tables(paths, schema=schema, note=said.append)


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["25%", "7,5%", "100%"], 'number, decimal mark ",", in %'),
        (["5 €", "3", "€ 7"], "number, in €"),
        (["$5", "$3.20", "7"], "number, in $"),
        (["5", "3", "7"], "number"),
    ],
)
def test_the_sign_is_kept(tmp_path: Path, cells: list[str], words: str) -> None:
    schema = read(written(tmp_path / "a.csv", cells)).schema
    assert schema.columns[0].words == words
    assert ReadingSchema.from_payload(schema.to_payload()) == schema


@pytest.mark.parametrize(("before", "later"), [("€", "$"), ("%", "€"), ("£", "%")])
def test_a_later_file_in_another_unit_is_refused_by_its_place(
    tmp_path: Path, before: str, later: str
) -> None:
    schema = read(written(tmp_path / "a.csv", [f"{n} {before}" for n in range(9)])).schema
    file = written(tmp_path / "b.csv", ["4", f"5 {before}", f"5 {later}"])
    with pytest.raises(DataError) as refused:
        read(file, schema=schema)
    assert f"b.csv line 4: 'share' is \"5 {later}\", a number in {before}" in str(refused.value)
    with pytest.raises(DataError, match=rf"a number in \{before}|a number in {before}"):
        conform(pl.DataFrame({"share": [f"5 {later}"]}), {"share": "number"}, reading=schema)


def test_a_few_cells_in_another_unit_are_odd_many_are_words(tmp_path: Path) -> None:
    few = [f"{n / 4} €" for n in range(40)]
    few[7] = "5 $"
    with pytest.raises(DataError, match=r'line 9: \'share\' is "5 \$", a number in €'):
        read(written(tmp_path / "a.csv", few))
    options = ReadingOptions(odd_cells="missing")
    table = read_tables([tmp_path / "a.csv"], options=options)
    assert table.frame["share"].null_count() == 1
    notes: list[str] = []
    many = [f"{n / 4} {'€' if n % 2 else '$'}" for n in range(40)]
    table = read(written(tmp_path / "b.csv", many), notes=notes)
    assert table.schema.columns[0].type is CellType.WORDS
    assert any("in several units" in note and '"0.25 €"' in note for note in notes)


def test_a_schema_of_before_there_were_units_reads_as_it_did(tmp_path: Path) -> None:
    old = ReadingSchema.from_payload(
        [{"name": "share", "type": "number"}, {"name": "y", "type": "number"}]
    )
    notes: list[str] = []
    table = read(written(tmp_path / "a.csv", ["25%", "5 €"]), schema=old, notes=notes)
    assert table.frame["share"].to_list() == [25, 5]
    assert table.schema == old
    assert any('"25%" was read as 25' in note for note in notes)


def test_percent_is_the_same_from_text_and_from_a_workbook_that_shows_it(tmp_path: Path) -> None:
    text = read(written(tmp_path / "a.csv", ["25%", "7%", "110%"]))
    file = book(tmp_path / "b.xlsx", [0.25, 0.07, 1.1])
    assert read(file).frame["share"].to_list() == [25.0, 7.0, 110.0]
    assert read(file).schema.columns[0].unit == "%"
    assert read(file, schema=text.schema).frame["share"].to_list() == text.frame["share"].to_list()
    both = read(tmp_path / "a.csv", file)
    assert both.frame["share"].to_list() == [25, 7, 110, 25, 7, 110]


def test_fractions_that_no_file_shows_in_percent_are_told(tmp_path: Path) -> None:
    schema = read(written(tmp_path / "a.csv", ["25%", "7%", "110%"])).schema
    pl.DataFrame({"share": [0.25, 0.07], "y": [0, 1]}).write_parquet(tmp_path / "b.parquet")
    notes: list[str] = []
    table = read(tmp_path / "b.parquet", schema=schema, notes=notes)
    assert table.frame["share"].to_list() == [0.25, 0.07]
    assert any("plain numbers from 0.07 to 0.25" in note for note in notes)


def test_a_number_format_that_is_no_percent_changes_nothing(tmp_path: Path) -> None:
    table = read(book(tmp_path / "a.xlsx", [0.25, 0.5, 1.5], "0.00"))
    assert table.frame["share"].to_list() == [0.25, 0.5, 1.5]
    assert table.schema.columns[0] == ColumnReading(name="share", type=CellType.NUMBER)


def test_a_table_that_does_not_begin_in_the_first_column(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    sheet = made.active
    rows: list[tuple[object, object]] = [("share", "y"), *((n / 8, n % 2) for n in range(8))]
    for at, row in enumerate(rows, start=3):
        sheet.cell(at, 3, row[0]).number_format = "0%"
        sheet.cell(at, 4, row[1])
    sheet.cell(5, 4, "#REF!").data_type = "e"
    sheet.cell(1, 1).number_format = "0%"
    made.save(tmp_path / "a.xlsx")
    notes: list[str] = []
    table = read(tmp_path / "a.xlsx", notes=notes)
    assert table.frame["share"].to_list() == [n * 12.5 for n in range(8)]
    assert any("'y' (1)" in note for note in notes)


def test_errors_in_a_workbook_are_counted_by_column(tmp_path: Path) -> None:
    notes: list[str] = []
    table = read(book(tmp_path / "a.xlsx", [1.5, "#N/A", 2.5, "#DIV/0!", 3.5], "0.0"), notes=notes)
    assert table.frame["share"].to_list() == [1.5, None, 2.5, None, 3.5]
    assert any("an error" in note and "'share' (2)" in note for note in notes)
    notes.clear()
    read(book(tmp_path / "b.xlsx", [1.5, 2.5, 3.5], "0.0"), notes=notes)
    assert not any("an error" in note for note in notes)
