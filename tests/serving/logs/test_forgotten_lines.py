"""A person's rows leave the log and its outcomes, while a server may go on writing."""

from __future__ import annotations

import json
import threading
from datetime import date
from pathlib import Path

import pytest

from leadline.serving.logs.dated_lines import DatedLines, dated_files
from leadline.serving.logs.forgotten_lines import forget_lines
from leadline.serving.logs.log_place import LogPlace

DAY = date(2026, 11, 29)


def line(request: str, row: int, customer: object) -> bytes:
    told = {"request": request, "row": row, "of": 2, "x": {"customer": customer, "age": 61.0}}
    return json.dumps(told).encode() + b"\n"


@pytest.fixture
def place(tmp_path: Path) -> LogPlace:
    place = LogPlace(tmp_path / "served")
    lines = [line("r1", 0, 4711.0), line("r1", 1, 12.0), line("r2", 0, "B7"), b"cut off"]
    DatedLines(place.folder).append(b"".join(lines) + b"\n", DAY)
    outcomes = [
        json.dumps({"request": request, "row": row, "label": "yes"}).encode() + b"\n"
        for request, row in (("r1", 0), ("r1", 1), ("r2", 0), ("r9", 0))
    ]
    DatedLines(place.outcomes).append(b"".join(outcomes), DAY)
    return place


def left(folder: Path) -> list[tuple[str, int]]:
    found = []
    for path in dated_files(folder):
        for text in path.read_text().splitlines():
            if text.startswith("{"):
                told = json.loads(text)
                found.append((told["request"], told["row"]))
    return found


@pytest.mark.parametrize(
    ("keys", "n_rows", "gone"),
    [
        ({"4711"}, 1, {("r1", 0)}),
        ({"B7", "12"}, 2, {("r1", 1), ("r2", 0)}),
        ({"r1"}, 2, {("r1", 0), ("r1", 1)}),
        ({"r1:1"}, 1, {("r1", 1)}),
        ({"r9"}, 0, {("r9", 0)}),
        ({"61", "r", ""}, 0, set()),
    ],
)
def test_what_a_key_names_is_gone(
    place: LogPlace, keys: set[str], n_rows: int, gone: set[tuple[str, int]]
) -> None:
    before, outcomes = left(place.folder), left(place.outcomes)
    assert forget_lines(place, keys, "customer", is_trial=True) == n_rows
    assert (left(place.folder), left(place.outcomes)) == (before, outcomes)
    assert forget_lines(place, keys, "customer", is_trial=False) == n_rows
    assert left(place.folder) == [each for each in before if each not in gone]
    assert left(place.outcomes) == [each for each in outcomes if each not in gone]
    (path,) = dated_files(place.folder)
    assert "cut off" in path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(list(place.folder.iterdir())) == 2, "no copy is left beside it"


def test_a_log_that_is_not_there_has_no_rows(tmp_path: Path) -> None:
    assert forget_lines(LogPlace(tmp_path / "none"), {"4711"}, "", is_trial=False) == 0


def test_nothing_that_is_written_meanwhile_is_lost(place: LogPlace) -> None:
    writer, n_lines = DatedLines(place.folder), 300

    def write() -> None:
        for number in range(n_lines):
            writer.append(line(f"w{number}", 0, 4711.0 if number % 2 else 5.0), DAY)

    thread = threading.Thread(target=write)
    thread.start()
    while thread.is_alive():
        forget_lines(place, {"4711"}, "customer", is_trial=False)
    thread.join()
    forget_lines(place, {"4711"}, "customer", is_trial=False)
    written = [request for request, _ in left(place.folder) if request.startswith("w")]
    assert written == [f"w{number}" for number in range(0, n_lines, 2)]
