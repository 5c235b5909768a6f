"""What was answered is read back as it was, and what is no row of the release is counted."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from leadline.serving.compiled.answers import Answers
from leadline.serving.logs.dated_lines import DatedLines, dated_files, today
from leadline.serving.logs.prediction_lines import Served, lost_line, read_served, to_lines

COLUMNS = {"age": "number", "ward": "category", "said": "text", "seen": "date", "scan": "image"}
ROWS: list[tuple[Any, ...]] = [
    (61.0, "B", 'he said "no"\nand é\u2028', "2024-05-01", b"\x89PNG\x00\xff"),
    (None, None, None, None, None),
    (1e-300, '{"release":"b"}', "", "", b""),
]
AT = datetime(2026, 11, 29, 14, 3, 7, 120945)  # noqa: DTZ001 - UTC without a zone


def answers(n_rows: int) -> Answers:
    return Answers({"score": [0.25] * n_rows, "flagged": [True] * n_rows})


def served(name: str, n_rows: int = 1, at: datetime = AT) -> Served:
    return Served(name, at, ROWS[:n_rows], answers(n_rows))


def keep(folder: Path, *requests: Served, release: str = "a") -> Path:
    DatedLines(folder).append(to_lines(requests, release, COLUMNS), today())
    return max(dated_files(folder), key=lambda path: path.stat().st_mtime_ns)


def test_rows_come_back_as_they_were(tmp_path: Path) -> None:
    keep(tmp_path, served("one"), served("three", 3, AT + timedelta(seconds=1)))
    read = read_served(tmp_path, "a", COLUMNS)
    assert read.frame["request"].to_list() == ["one", "three", "three", "three"]
    assert read.frame["row"].to_list() == [0, 0, 1, 2]
    assert read.frame["at"].to_list() == [AT] + [AT + timedelta(seconds=1)] * 3
    features = read.frame["x"].struct.unnest().with_columns(pl.col("scan").str.decode("base64"))
    assert features.rows() == [ROWS[0], *ROWS]
    assert read.days == {today()}
    assert (read.n_cut, read.n_lost, len(read.others), read.n_repeated) == (0, 0, 0, 0)


def test_a_line_is_one_row_and_says_all_of_it(tmp_path: Path) -> None:
    path = keep(tmp_path, Served("r", AT, ROWS[:2], answers(2), ["2024-05-01T00:00:00", None]))
    first, second = map(json.loads, path.read_bytes().splitlines())
    assert list(first) == ["request", "row", "of", "at", "release", "day", "x", "answer"]
    assert (first["row"], first["of"], first["at"]) == (0, 2, "2026-11-29T14:03:07.120945Z")
    assert first["x"]["age"] == 61.0
    assert first["answer"] == {"score": 0.25, "flagged": True}
    assert (first["day"], second["day"]) == ("2024-05-01T00:00:00", None)


def test_other_releases_and_lost_rows_are_counted(tmp_path: Path) -> None:
    keep(tmp_path, served("r", 3))
    keep(tmp_path, served("s", 2), release="b")
    DatedLines(tmp_path).append(lost_line(7, AT) + lost_line(5, AT), today())
    read = read_served(tmp_path, "a", COLUMNS)
    assert read.frame.height == 3
    assert (len(read.others), read.n_lost, read.n_cut) == (2, 12, 0)


@pytest.mark.parametrize(
    "tail", [b'{"request":"cut', b'{"request":"r9","row":0,"of":1,"at":"2', b"x"]
)
def test_a_line_cut_off_is_counted(tmp_path: Path, tail: bytes) -> None:
    path = keep(tmp_path, served("r"))
    with path.open("ab") as file:
        file.write(tail)
    read = read_served(tmp_path, "a", COLUMNS)
    assert (read.frame.height, read.n_cut) == (1, 1)


def test_a_spoilt_line_in_the_middle_leaves_the_others(tmp_path: Path) -> None:
    path = keep(tmp_path, served("r"), served("s"), served("t"))
    first, second, third = path.read_bytes().splitlines()
    path.write_bytes(b"\n".join([first, second[:-20], b"", third, b""]))
    read = read_served(tmp_path, "a", COLUMNS)
    assert read.frame["request"].to_list() == ["r", "t"]
    assert read.n_cut == 1


def test_of_rows_that_came_twice_the_first_stands(tmp_path: Path) -> None:
    keep(tmp_path, served("r", 2, AT + timedelta(seconds=5)))
    keep(tmp_path, served("r", 1, AT))
    read = read_served(tmp_path, "a", COLUMNS)
    assert read.frame.select("row", "at").rows() == [(0, AT), (1, AT + timedelta(seconds=5))]
    assert read.n_repeated == 1


def test_no_log_is_an_empty_one(tmp_path: Path) -> None:
    read = read_served(tmp_path / "none", "a", COLUMNS)
    assert read.frame.is_empty()
    assert {"request", "row", "at", "day", "x", "logged"} == set(read.frame.columns)


_WRITES = """
import sys
from datetime import datetime
from pathlib import Path
sys.modules["polars"] = None
from leadline.serving.compiled.answers import Answers
from leadline.serving.logs.dated_lines import DatedLines, today
from leadline.serving.logs.prediction_lines import Served, to_lines
from leadline.serving.logs.request_index import RequestIndex
folder = Path(sys.argv[1])
one = Served("r", datetime(2026, 11, 29), [(2.5, float("nan"))], Answers({"score": [0.25]}))
DatedLines(folder).append(to_lines([one], "a", {"age": "number", "dose": "number"}), today())
index = RequestIndex(folder)
index.refresh()
print(index.n_rows(["r", "s"]).tolist())
"""


def test_rows_are_written_where_polars_is_not_installed(tmp_path: Path) -> None:
    """As in a package, whose compiled form answers alone."""
    told = subprocess.run(
        [sys.executable, "-c", _WRITES, str(tmp_path)], capture_output=True, text=True, check=False
    )
    assert told.stdout == "[1, 0]\n", told.stderr
    read = read_served(tmp_path, "a", {"age": "number", "dose": "number"})
    assert read.frame["x"].to_list() == [{"age": 2.5, "dose": None}]
