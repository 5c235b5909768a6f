from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from leadline.errors import DataError
from leadline.reading.table import read_tables
from leadline.serving.batch.table_chunks import read_chunks, write_chunks


def made(path: Path, n_rows: int) -> Path:
    frame = pl.DataFrame({"n": range(n_rows), "town": ["Ulm"] * n_rows})
    frame.write_parquet(path) if path.suffix == ".parquet" else frame.write_csv(path)
    return path


@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
@pytest.mark.parametrize(
    ("n_rows", "heights"),
    [(0, [0]), (1, [1]), (3, [3]), (4, [3, 1]), (6, [3, 3]), (7, [3, 3, 1])],
)
def test_every_row_comes_once_in_chunks_that_are_full(
    tmp_path: Path, suffix: str, n_rows: int, heights: list[int]
) -> None:
    chunks = list(read_chunks(made(tmp_path / f"rows{suffix}", n_rows), 3))
    assert [chunk.frame.height for chunk in chunks] == heights
    assert {tuple(chunk.frame.columns) for chunk in chunks} == {("n", "town")}
    rows = [str(value) for chunk in chunks for value in chunk.frame["n"]]
    assert rows == [str(row) for row in range(n_rows)]


def test_rows_of_parquet_are_numbered_from_one_through_all_chunks(tmp_path: Path) -> None:
    chunks = list(read_chunks(made(tmp_path / "rows.parquet", 1_203), 600))
    places = [chunk.place(0) for chunk in chunks]
    assert places == ["rows.parquet row 1", "rows.parquet row 601", "rows.parquet row 1,201"]
    assert chunks[-1].place(2) == "rows.parquet row 1,203"


def test_rows_of_text_are_named_by_the_line_they_begin_on(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text('n,said\n1,"a\nb"\n\n2,c\n3,d\n')
    first, second = read_chunks(path, 2)
    assert [first.place(0), first.place(1), second.place(0)] == [
        "rows.csv line 2",
        "rows.csv line 5",
        "rows.csv line 6",
    ]


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
    with pytest.raises(DataError, match="all different"):
        list(read_chunks(path, 10))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_that_of_the_first_line(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "rows.csv"
    path.write_text(f"n{delimiter}said\n1{delimiter}x\n")
    (chunk,) = read_chunks(path, 10)
    assert chunk.frame.to_dicts() == [{"n": "1", "said": "x"}]


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".parquet"])
def test_what_is_written_in_chunks_is_read_as_one_table(tmp_path: Path, suffix: str) -> None:
    frames = [
        pl.DataFrame({"n": [1, 2], "town": ["a", "b,\tc"]}),
        pl.DataFrame({"n": [3], "town": [""]}),
    ]
    target = tmp_path / f"out{suffix}"
    write_chunks(frames, target, chunk_rows=2)
    (chunk,) = read_chunks(target, 10)
    assert [str(value) for value in chunk.frame["n"]] == ["1", "2", "3"]
    assert chunk.frame["town"][1] == "b,\tc"


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
    chunks = list(read_chunks(path, 2_500))
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
