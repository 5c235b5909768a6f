"""Each content is taken in once, and only what is whole."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from leadline.worker.new_files import NewFiles


def write(path: Path, text: str = "", *, age_s: float = 60.0) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text or path.name)
    then = time.time() - age_s
    os.utime(path, (then, then))


def new(folder: Path, *sources: str) -> NewFiles:
    return NewFiles(folder / "watched.jsonl", [*sources] or [str(folder / "inbox")], settled_s=10.0)


def names(files: NewFiles) -> list[str]:
    return [file.path.name for file in files.found()]


def take(files: NewFiles) -> None:
    for file in files.found():
        files.note(file)


def test_a_file_is_new_until_it_was_taken_in(tmp_path: Path) -> None:
    for name in ("b.csv", "a.parquet", "c.csv.gz"):
        write(tmp_path / "inbox" / name)
    assert names(new(tmp_path)) == ["a.parquet", "b.csv", "c.csv.gz"]
    assert names(new(tmp_path)) == ["a.parquet", "b.csv", "c.csv.gz"], "nobody has noted them"
    take(new(tmp_path))
    assert names(new(tmp_path)) == []
    write(tmp_path / "inbox" / "d.csv")
    assert names(new(tmp_path)) == ["d.csv"]


def test_the_same_rows_under_another_name_are_not_new(tmp_path: Path) -> None:
    write(tmp_path / "inbox" / "a.csv", "rows")
    write(tmp_path / "inbox" / "b.csv", "rows")
    assert names(new(tmp_path)) == ["a.csv"]
    take(new(tmp_path))
    write(tmp_path / "inbox" / "a.csv", "rows", age_s=30)
    assert names(new(tmp_path)) == []
    write(tmp_path / "inbox" / "a.csv", "more rows", age_s=30)
    assert names(new(tmp_path)) == ["a.csv"]


def test_what_is_being_written_waits(tmp_path: Path) -> None:
    write(tmp_path / "inbox" / "a.csv", age_s=2)
    assert names(new(tmp_path)) == []
    write(tmp_path / "inbox" / "a.csv", age_s=11)
    assert names(new(tmp_path)) == ["a.csv"]


@pytest.mark.parametrize(
    "name", [".a.csv", "a.csv.part", "a.part.csv", "a.scored.csv", "README", "a.py", "model.skops"]
)
def test_in_a_folder_only_data_count(tmp_path: Path, name: str) -> None:
    write(tmp_path / "inbox" / name)
    (tmp_path / "inbox" / "folder.csv").mkdir()
    assert names(new(tmp_path)) == []


def test_patterns_and_single_files(tmp_path: Path) -> None:
    for name in ("week-1.csv", "week-2.csv", "other.csv"):
        write(tmp_path / "inbox" / name)
    assert names(new(tmp_path, str(tmp_path / "inbox" / "week-*.csv"))) == [
        "week-1.csv",
        "week-2.csv",
    ]
    assert names(new(tmp_path, str(tmp_path / "inbox" / "other.csv"))) == ["other.csv"]
    assert names(new(tmp_path, str(tmp_path / "nothing" / "*.csv"), str(tmp_path / "no.csv"))) == []


def test_a_line_that_was_cut_off_is_taken_in_again(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        write(tmp_path / "inbox" / name)
    take(new(tmp_path))
    state = tmp_path / "watched.jsonl"
    state.write_text(state.read_text()[:-20])
    assert names(new(tmp_path)) == ["b.csv"]
    take(new(tmp_path))
    assert names(new(tmp_path)) == []
