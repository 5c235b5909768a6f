"""Several files, folders and patterns: which are scored, in which order, and to what."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest
from tests.serving.conftest import Sealed, make_frame

from leadline.errors import DataError
from leadline.serving.batch.input_files import input_files
from leadline.serving.batch.score_file import score_file


def names(*named: Path) -> list[str]:
    return [each.name for each in input_files(list(map(str, named)))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Three tables, one of them deeper, beside what is none."""
    folder = tmp_path / "new"
    (folder / "day=2").mkdir(parents=True)
    (folder / "_temporary").mkdir()
    frame = make_frame(90)
    frame[:30].write_parquet(folder / "a.parquet")
    frame[30:60].write_csv(folder / "b.csv", separator=";")
    at = pl.col("at").dt.to_string("%Y-%m-%d %H:%M")
    frame[60:].with_columns(at).write_ndjson(folder / "day=2" / "c.jsonl")
    for name in ("_SUCCESS", ".a.parquet.crc", "readme.md", "_temporary/d.csv"):
        (folder / name).write_text("no table")
    return folder


def test_tables_of_a_folder_are_meant_by_name(folder: Path) -> None:
    assert names(folder) == ["a.parquet", "b.csv", "c.jsonl"]
    assert names(folder / "*.parquet", folder / "a.parquet") == ["a.parquet"]
    assert names(folder / "b.csv", folder / "a.parquet") == ["b.csv", "a.parquet"]
    assert names(folder / "**" / "*.jsonl") == ["c.jsonl"]


def test_what_leads_to_a_folder_hides_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hidden = folder.parent / ".work[1]"
    hidden.mkdir()
    folder.rename(hidden / "_new")
    assert names(hidden / "_new") == ["a.parquet", "b.csv", "c.jsonl"]
    monkeypatch.chdir(hidden)
    assert names(Path("_new")) == ["a.parquet", "b.csv", "c.jsonl"]


def test_a_file_may_be_called_like_a_pattern(tmp_path: Path) -> None:
    (tmp_path / "rows[1].csv").write_text("n\n1\n")
    assert names(tmp_path / "rows[1].csv") == ["rows[1].csv"]


def test_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"No file fits .*\*\.csv"):
        names(tmp_path / "*.csv")
    with pytest.raises(DataError, match="a folder without tables"):
        names(tmp_path)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out"])
def test_files_of_several_forms_make_one_output(
    tmp_path: Path, release: Sealed, folder: Path, name: str
) -> None:
    target = tmp_path / name
    scored = score_file(release.open(), folder, target, chunk_rows=20)
    assert (scored.n_rows, scored.n_files) == (90, 3)
    if name == "out":
        assert (target / "_manifest.json").is_file()
        read = pl.read_parquet(target / "*.parquet")
    else:
        read = pl.read_csv(target) if name == "out.csv" else pl.read_parquet(target)
    assert read.columns == ["size", "town", "said", "at", "score", "flagged"]
    assert read["score"].to_list() == pytest.approx(release.open().score(make_frame(90)))


def test_a_folder_of_its_own_is_replaced_and_no_other(
    tmp_path: Path, release: Sealed, folder: Path
) -> None:
    target = tmp_path / "out"
    score_file(release.open(), folder, target, chunk_rows=10)
    score_file(release.open(), folder / "a.parquet", target, chunk_rows=15)
    assert sorted(path.name for path in target.iterdir()) == [
        "_manifest.json",
        "part-000000.parquet",
        "part-000001.parquet",
    ]
    with pytest.raises(DataError, match="was not written by 'leadline score'"):
        score_file(release.open(), folder, folder)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(DataError, match="was not written by 'leadline score'"):
        score_file(release.open(), folder, tmp_path / "file")
    (tmp_path / "dir.csv").mkdir()
    with pytest.raises(DataError, match="is a folder"):
        score_file(release.open(), folder, tmp_path / "dir.csv")


def test_columns_may_stand_in_another_order_but_not_be_others(
    tmp_path: Path, release: Sealed
) -> None:
    first, second = tmp_path / "a.csv", tmp_path / "b.csv"
    frame = make_frame(40)
    frame[:20].write_csv(first)
    frame[20:].select("at", "said", "town", "size").write_csv(second)
    named = [str(first), str(second)]
    score_file(release.open(), named, tmp_path / "out.csv")
    read = pl.read_csv(tmp_path / "out.csv")
    assert read["score"].to_list() == pytest.approx(release.open().score(frame))
    frame[20:].with_columns(more=pl.lit(1)).write_csv(second)
    with pytest.raises(DataError, match=r"b\.csv has also 'more', compared with the first file"):
        score_file(release.open(), named, tmp_path / "out.csv")


def test_rows_of_json_may_lack_values_and_bring_others(tmp_path: Path, release: Sealed) -> None:
    source, target = tmp_path / "rows.jsonl", tmp_path / "out.parquet"
    lines = ['{"size": 1, "town": "Ulm", "said": "x", "at": "2024-05-01"}'] * 40
    lines += ['{"size": 0.5, "town": "Ulm", "said": "x", "note": 3}'] * 40
    lines += ['{"size": null, "town": "Ulm", "said": "x", "at": null, "note": "three"}'] * 40
    source.write_text("\n".join(lines))
    assert score_file(release.open(), source, target, chunk_rows=10).n_parts > 5
    read = pl.read_parquet(target)
    assert read.columns == ["size", "town", "said", "at", "note", "score", "flagged"]
    assert read["size"].to_list() == [1.0] * 40 + [0.5] * 40 + [None] * 40
    assert read["note"].to_list() == [None] * 40 + ["3"] * 40 + ["three"] * 40
    source.write_text(source.read_text() + '\n{"town": "Ulm", "score": 1}' * 40)
    score_file(release.open(), source, target, chunk_rows=10)
    read = pl.read_parquet(target)
    assert read["score"].to_list() == [None] * 120 + [1] * 40
    assert read["leadline_score"].null_count() == 0
