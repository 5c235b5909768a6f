"""Answered rows reach the disk without holding up an answer; what does not is counted and said."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from tests.serving.conftest import Sealed

from leadline.errors import DataError
from leadline.serving.compiled.answers import Answers
from leadline.serving.http import prediction_log
from leadline.serving.http.prediction_log import LogState, PredictionLog, request_id
from leadline.serving.logs.dated_lines import DatedLines, dated_files, today, whole_lines
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.logs.prediction_lines import read_served
from leadline.serving.releases.manifest import Manifest

ROW = (0.5, "Ulm", "late again", "2024-05-01")


@pytest.fixture
def manifest(release: Sealed) -> Manifest:
    return release.open().manifest


def add(
    log: PredictionLog, manifest: Manifest, name: str, n_rows: int = 1, n_bytes: int = 1
) -> None:
    answers = Answers({"score": [0.5] * n_rows, "flagged": [True] * n_rows})
    log.add(manifest, name, [ROW] * n_rows, answers, days=[], n_bytes=n_bytes)


def lines(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for path in dated_files(folder)
        for line in whole_lines(path.read_bytes())[0]
    ]


def test_what_waits_is_written_at_once_when_asked(tmp_path: Path, manifest: Manifest) -> None:
    log = PredictionLog(LogPlace(tmp_path))
    add(log, manifest, "r", 2)
    add(log, manifest, "s")
    assert log.state == LogState(logged=0, waiting=3, lost=0)
    assert lines(tmp_path) == []
    asyncio.run(log.flush())
    assert [(line["request"], line["row"]) for line in lines(tmp_path)] == [
        ("r", 0),
        ("r", 1),
        ("s", 0),
    ]
    assert log.state == LogState(logged=3, waiting=0, lost=0)


def test_it_is_written_while_the_server_runs_and_at_its_end(
    tmp_path: Path, manifest: Manifest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction_log, "_EVERY_S", 0.01)
    log = PredictionLog(LogPlace(tmp_path))

    async def serve() -> None:
        async with log.running():
            add(log, manifest, "r")
            async with asyncio.timeout(60):
                while not log.state.logged:
                    await asyncio.sleep(0.01)
            add(log, manifest, "s")

    asyncio.run(serve())
    assert [line["request"] for line in lines(tmp_path)] == ["r", "s"]


def test_a_slow_disk_holds_up_nobody_and_what_is_lost_is_counted(
    tmp_path: Path,
    manifest: Manifest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = PredictionLog(LogPlace(tmp_path), most_waiting=10)
    may_write = threading.Event()
    real = DatedLines.append

    def slowly(self: DatedLines, data: bytes, day: Any) -> None:
        assert may_write.wait(60)
        real(self, data, day)

    monkeypatch.setattr(DatedLines, "append", slowly)

    async def serve() -> None:
        add(log, manifest, "first", n_bytes=10)
        writing = asyncio.create_task(log.flush())
        await asyncio.sleep(0)
        add(log, manifest, "second", n_bytes=10)
        add(log, manifest, "third", n_rows=7)
        assert log.state == LogState(logged=0, waiting=2, lost=7)
        may_write.set()
        await writing
        await log.flush()

    with caplog.at_level(logging.WARNING):
        asyncio.run(serve())
    assert log.state == LogState(logged=2, waiting=0, lost=7)
    assert "7 answered rows were not logged, 7 since the start: the disk is slower" in caplog.text
    read = read_served(tmp_path, manifest.release_id, manifest.columns)
    assert (read.frame["request"].to_list(), read.n_lost) == (["first", "second"], 7)


def test_a_full_disk_is_said_once_and_over_when_it_is_over(
    tmp_path: Path,
    manifest: Manifest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    log = PredictionLog(LogPlace(tmp_path))

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    def flush() -> None:
        asyncio.run(log.flush())

    with monkeypatch.context() as patch, caplog.at_level(logging.WARNING):
        patch.setattr(DatedLines, "append", full)
        add(log, manifest, "r", 3)
        flush()
        flush()
    assert log.state == LogState(logged=0, waiting=0, lost=3)
    assert caplog.text.count("No space left on device") == 1
    add(log, manifest, "s")
    flush()
    flush()
    read = read_served(tmp_path, manifest.release_id, manifest.columns)
    assert (read.frame["request"].to_list(), read.n_lost) == (["s"], 3)


def test_two_releases_are_told_apart(tmp_path: Path, new_release: Callable[..., Sealed]) -> None:
    binary, classes = (new_release(task).open().manifest for task in ("binary", "multiclass"))
    log = PredictionLog(LogPlace(tmp_path))
    add(log, binary, "r")
    log.add(classes, "s", [ROW], Answers({"score": [0.5], "label": ["Ulm"]}), days=[], n_bytes=1)
    add(log, binary, "t")
    asyncio.run(log.flush())
    read = read_served(tmp_path, binary.release_id, binary.columns)
    assert (read.frame["request"].to_list(), len(read.others)) == (["r", "t"], 1)


def test_old_files_are_deleted_when_the_server_starts(tmp_path: Path, manifest: Manifest) -> None:
    place = LogPlace(tmp_path, keep_days=7)
    for back in (6, 7, 8, 30):
        for folder in (place.folder, place.outcomes):
            DatedLines(folder).append(b"{}\n", today() - timedelta(days=back))

    async def serve() -> None:
        async with PredictionLog(place).running():
            async with asyncio.timeout(60):
                while len(dated_files(place.folder)) > 2 or len(dated_files(place.outcomes)) > 2:
                    await asyncio.sleep(0.01)

    asyncio.run(serve())
    kept = [today() - timedelta(days=7), today() - timedelta(days=6)]
    assert list(dated_files(place.folder).values()) == kept
    assert list(dated_files(place.outcomes).values()) == kept


def test_a_request_that_comes_while_the_server_ends_is_logged(
    tmp_path: Path, manifest: Manifest
) -> None:
    """The last write that was begun is waited for, and what came meanwhile follows."""
    log = PredictionLog(LogPlace(tmp_path))

    async def serve() -> None:
        async with log.running():
            for number in range(50):
                add(log, manifest, str(number))
            begun: Awaitable[None] = asyncio.create_task(log.flush())
            await asyncio.sleep(0)
            add(log, manifest, "last")
        await begun

    asyncio.run(serve())
    assert [line["request"] for line in lines(tmp_path)] == [*map(str, range(50)), "last"]


def test_an_id_is_the_clients_or_a_new_one() -> None:
    assert request_id("a7-._~:/=+@") == "a7-._~:/=+@"
    made = {request_id("") for _ in range(100)}
    assert len(made) == 100
    assert {request_id(one) for one in made} == made


@pytest.mark.parametrize("given", ["a b", 'a"b', "a\\b", "é", "a\n", "x" * 201])
def test_an_id_that_cannot_be_kept_is_refused(given: str) -> None:
    with pytest.raises(DataError, match="The id of the request is"):
        request_id(given)
