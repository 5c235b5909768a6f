"""Which requests were logged, by this process or another, and how many rows each had."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from leadline.serving.compiled.answers import Answers
from leadline.serving.logs.dated_lines import DatedLines, today
from leadline.serving.logs.prediction_lines import Served, lost_line, to_lines
from leadline.serving.logs.request_index import RequestIndex

AT = datetime(2026, 11, 29)  # noqa: DTZ001 - UTC without a zone


def keep(folder: Path, sizes: dict[str, int]) -> None:
    requests = [
        Served(name, AT, [(0.5,)] * size, Answers({"score": [0.5] * size}))
        for name, size in sizes.items()
    ]
    DatedLines(folder).append(to_lines(requests, "a", {"x": "number"}), today())


def test_requests_and_their_rows(tmp_path: Path) -> None:
    index = RequestIndex(tmp_path)
    index.refresh()
    assert index.n_rows(["r"]).tolist() == [0]
    keep(tmp_path, {"r": 1, "s": 12})
    index.refresh()
    assert index.n_rows(["s", "t", "r", "s"]).tolist() == [12, 0, 1, 12]
    assert index.n_rows([]).tolist() == []


def test_what_others_log_is_found_and_many_parts_are_one(tmp_path: Path) -> None:
    index = RequestIndex(tmp_path)
    for part in range(40):
        keep(tmp_path, {f"{part}-{one}": one for one in range(1, 4)})
        index.refresh()
        DatedLines(tmp_path).append(lost_line(3, AT), today())
    asked = [f"{part}-{one}" for part in range(41) for one in range(1, 4)]
    assert index.n_rows(asked).tolist() == [1, 2, 3] * 40 + [0, 0, 0]


def test_of_an_id_that_came_twice_the_larger_counts(tmp_path: Path) -> None:
    index = RequestIndex(tmp_path)
    for size in (2, 5, 3):
        keep(tmp_path, {"r": size})
    index.refresh()
    assert index.n_rows(["r"]).tolist() == [5]
