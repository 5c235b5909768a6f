from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.serving.batch.chunks import read_chunks

from leadline.errors import DataError
from leadline.reading.file_forms.raw import BY_COMMAND
from leadline.reading.table import read_tables
from leadline.serving.batch.locations import Location
from leadline.serving.batch.pieces import Form, plan


def made(path: Path, n_rows: int) -> Path:
    frame = pl.DataFrame({"n": range(n_rows), "town": ["Ulm"] * n_rows})
    frame.write_parquet(path) if path.suffix == ".parquet" else frame.write_csv(path)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize("n_rows", [0, 1, 3, 4, 6, 7, 100])
def test_every_row_comes_once_in_order(tmp_path: Path, suffix: str, n_rows: int) -> None:
    chunks = read_chunks(made(tmp_path / f"rows{suffix}", n_rows), 3)
    assert {tuple(chunk.frame.columns) for chunk in chunks} == {("n", "town")}
    rows = [str(value) for chunk in chunks for value in chunk.frame["n"]]
    assert rows == [str(row) for row in range(n_rows)]
    assert max(chunk.frame.height for chunk in chunks) <= 5
    assert len(chunks) >= n_rows / 5


@pytest.mark.parametrize(
    ("group_rows", "heights"), [(2, [4, 4, 2]), (5, [5, 5]), (10, [5, 5]), (7, [5, 2, 3])]
)
def test_small_row_groups_are_read_together_and_large_ones_cut(
    tmp_path: Path, group_rows: int, heights: list[int]
) -> None:
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"n": range(10)}).write_parquet(path, row_group_size=group_rows)
    chunks = read_chunks(path, 5)
    assert [chunk.frame.height for chunk in chunks] == heights
    assert [n for chunk in chunks for n in chunk.frame["n"]] == list(range(10))
    assert chunks[-1].place(0) == f"rows.parquet row {10 - heights[-1] + 1}"


def test_the_last_rows_of_parquet_are_left_out_if_asked(tmp_path: Path) -> None:
    path = tmp_path / "rows.parquet"
    pl.DataFrame({"n": range(10)}).write_parquet(path, row_group_size=4)
    for n_footer, left in ((3, 7), (10, 0), (12, 0)):
        chunks = read_chunks(path, 4, trim=replace(BY_COMMAND, footer_rows=n_footer))
        assert [n for chunk in chunks for n in chunk.frame["n"]] == list(range(left))


def test_rows_of_parquet_are_numbered_from_one_through_all_chunks(tmp_path: Path) -> None:
    chunks = read_chunks(made(tmp_path / "rows.parquet", 1_203), 600)
    places = [chunk.place(0) for chunk in chunks]
    assert places == ["rows.parquet row 1", "rows.parquet row 601", "rows.parquet row 1,201"]
    assert chunks[-1].place(2) == "rows.parquet row 1,203"


def test_rows_of_text_are_named_by_the_line_they_begin_on(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('n,said\n1,"a\nb"\n\n2,c\n3,d\n4,"e\ne\ne"\n5,f\n')
    for rows in (1, 2, 100):
        chunks = read_chunks(path, rows)
        places = [each.place(row) for each in chunks for row in range(each.frame.height)]
        assert places == [f"rows.csv line {line}" for line in (2, 5, 6, 7, 10)]


def test_values_of_text_are_strings_and_empty_ones_missing(tmp_path: Path) -> None:
    path = tmp_path / "rows.tsv"
    path.write_text("n\tsaid\n1\t\n\tx y\n")
    (chunk,) = read_chunks(path, 10)
    assert chunk.frame.schema == {"n": pl.String, "said": pl.String}
    assert chunk.frame.rows() == [("1", None), (None, "x y")]


def test_blanks_around_names_of_columns_do_not_count(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(" n , said\n 1 , x\n")
    (chunk,) = read_chunks(path, 10)
    assert chunk.frame.to_dicts() == [{"n": " 1 ", "said": " x"}]
    path.write_text("n, n\n1,2\n")
    with pytest.raises(DataError, match=r"all different|both called"):
        read_chunks(path, 10)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_that_of_the_first_line(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"n{delimiter}said\n1{delimiter}x\n")
    (chunk,) = read_chunks(path, 10)
    assert chunk.frame.to_dicts() == [{"n": "1", "said": "x"}]


@pytest.mark.parametrize(
    ("header", "row"),
    [
        (",n,said\n", "{0},{0},{1}\n"),
        ("n,said,\n", "{0},{1},\n"),
        ("n,said\n", "{0},{1},\n"),
        ('"n, net, EUR";said\n', "{0};{1}\n"),
        ("n,said\n", '{0},5" of {1}\n'),
    ],
    ids=["an index", "an unnamed end", "rows end in a delimiter", "a name", "stray quotes"],
)
def test_text_of_any_size_is_read_if_a_project_can_be_made_of_it(
    tmp_path: Path, header: str, row: str
) -> None:
    path = tmp_path / "rows.csv"
    n_rows = 6_000
    path.write_text(header + "".join(row.format(each, "x" * 1_000) for each in range(n_rows)))
    expected = read_tables([path]).frame
    chunks = read_chunks(path, 2_500)
    assert sum(chunk.frame.height for chunk in chunks) == n_rows
    for name in expected.columns:
        if name in ("n", "said", "n, net, EUR"):
            read = [value for chunk in chunks for value in chunk.frame[name]]
            assert read == expected[name].cast(pl.String).to_list()


def test_rows_that_no_project_would_keep_are_not_scored(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("n,said\n1,a\n,\nn,said\n2,b\n;,\n")
    (chunk,) = read_chunks(path, 10)
    assert chunk.frame.to_dicts() == [{"n": "1", "said": "a"}, {"n": "2", "said": "b"}]
    assert [chunk.place(0), chunk.place(1)] == ["rows.csv line 2", "rows.csv line 5"]
    assert read_tables([path]).frame.height == 2


def random_text(rng: np.random.Generator, n_rows: int) -> tuple[str, list[list[str]]]:
    """Rows with quotes, delimiters and ends of lines in their fields; and what they hold."""
    pieces = ["a", "é", "5 kg", ",", "\n", '"', "\r\n", "; ", "", " x", "𝛼"]
    rows = [
        [str(row), "".join(rng.choice(pieces, int(rng.integers(1, 5)))), "end"]
        for row in range(n_rows)
    ]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([["n", "said", "last"], *rows])
    return text.getvalue(), rows


@pytest.mark.parametrize("seed", range(20))
def test_fields_over_several_lines_are_never_cut(tmp_path: Path, seed: int) -> None:
    text, rows = random_text(np.random.default_rng(seed), 400)
    path = tmp_path / "rows.csv"
    path.write_bytes(text.encode())
    plans = plan(Location(str(path)), 20, (), BY_COMMAND)
    assert plans.form is Form.TEXT
    assert len(plans.pieces) > 10
    read = [list(row) for chunk in read_chunks(path, 20) for row in chunk.frame.rows()]
    assert [[cell or "" for cell in row] for row in read] == rows


def test_one_stray_quote_does_not_keep_the_rest_together(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    said = {30: '5" pipe'}
    rows = [f"{n},{said.get(n, 'x')},end" for n in range(3_000)]
    path.write_text("n,said,last\n" + "\n".join(rows) + "\n")
    pieces = plan(Location(str(path)), 20, (), BY_COMMAND).pieces
    assert max(piece.stop - piece.start for piece in pieces) < 20 * 15 * 10
    chunks = read_chunks(path, 20)
    assert [n for chunk in chunks for n in chunk.frame["n"]] == [str(n) for n in range(3_000)]
    assert [said for chunk in chunks for said in chunk.frame["said"]][30] == '5" pipe'


def test_json_lines_are_cut_and_their_lines_told(tmp_path: Path) -> None:
    path = tmp_path / "rows.jsonl"
    path.write_text("".join(f'{{"n": {n}, "said": "x\\ny"}}\n' for n in range(100)))
    chunks = read_chunks(path, 10)
    assert len(chunks) > 5
    assert [n for chunk in chunks for n in chunk.frame["n"]] == list(range(100))
    places = [chunk.place(row) for chunk in chunks for row in range(chunk.frame.height)]
    assert places == [f"rows.jsonl line {n + 1}" for n in range(100)]
    path.write_text(path.read_text() + "[1]\n")
    with pytest.raises(DataError, match="line 101 is not a JSON object"):
        read_chunks(path, 10)
