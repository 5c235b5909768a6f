"""Scoring that breaks off: killed, out of room, or beside another; and what goes on from there."""

from __future__ import annotations

import errno
import fcntl
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

import polars as pl
import pytest
from cryptography.hazmat.primitives import serialization
from tests.serving.conftest import Sealed, make_frame

from leadline.engines.contract import Result, Spec
from leadline.engines.executors.loky import Loky
from leadline.engines.executors.sequential import Sequential
from leadline.errors import DataError, LeadlineError
from leadline.serving.batch.locations import Location
from leadline.serving.batch.score_file import score_file
from leadline.serving.releases.bundle import ReleaseBundle
from leadline.serving.releases.release_place import ReleasePlace

SCORE = """
import sys
from pathlib import Path
from leadline.serving.batch.score_file import score_file
from leadline.serving.releases.bundle import ReleaseBundle
from leadline.serving.releases.bundle import open_bundle
from leadline.serving.releases.keys import public_keys
folder, key, source, target = sys.argv[1:]
bundle = open_bundle(Path(folder), trusted=public_keys(Path(key)))
print("open", flush=True)
score_file(bundle, source, target, chunk_rows=200, progress=lambda *told: print(*told, flush=True))
"""


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "rows.csv"
    make_frame(8_000).write_csv(path)
    return path


def place_of(release: Sealed) -> ReleasePlace:
    return ReleasePlace.of(release.path, [release.key.public_key()])


def parts_in(folder: Path) -> list[Path]:
    return sorted(folder.glob(".out.*.parts"))


class StoppedError(Exception):
    """What a person does who has seen enough."""


def break_off(release: Sealed, source: Path, target: Path, after: int) -> None:
    """Score some pieces and stop."""

    def tell(n_rows: int, share: float) -> None:
        nonlocal after
        after -= 1
        if not after:
            raise StoppedError

    with pytest.raises(StoppedError):
        score_file(release.open(), source, target, chunk_rows=500, progress=tell)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out"])
def test_a_run_that_is_killed_is_gone_on_with_to_the_same_bytes(
    tmp_path: Path, release: Sealed, source: Path, name: str
) -> None:
    (other := tmp_path / "other").mkdir()
    score_file(release.open(), source, other / name, chunk_rows=200)
    target, key = tmp_path / name, tmp_path / "signer.pub"
    key.write_bytes(
        release.key.public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    command = [sys.executable, "-c", SCORE, *map(str, (release.path, key, source, target))]
    rng = random.Random(5)
    for _ in range(2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(rng.randint(2, 12)):
                process.stdout.readline()
            time.sleep(rng.random() / 50)
            process.kill()
        assert process.returncode == -signal.SIGKILL
        assert not target.exists()
    scored = score_file(release.open(), source, target, chunk_rows=200)
    assert 0 < scored.n_kept < scored.n_parts
    assert scored.n_rows == 8_000
    assert contents(target) == contents(other / name)
    assert not list(tmp_path.glob(".out*"))


def contents(path: Path) -> dict[str, bytes]:
    files = sorted(path.iterdir()) if path.is_dir() else [path]
    return {file.name: file.read_bytes() for file in files}


def test_a_part_that_is_damaged_is_scored_again(
    tmp_path: Path, release: Sealed, source: Path
) -> None:
    target = tmp_path / "out.csv"
    break_off(release, source, target, after=6)
    (folder,) = parts_in(tmp_path)
    first, second, third = sorted(folder.glob("part-*.csv"))[:3]
    first.write_bytes(first.read_bytes()[:-1] + b"7")
    second.unlink()
    third.with_suffix(".json").write_text("{")
    scored = score_file(release.open(), source, target, chunk_rows=500)
    assert scored.n_kept == 3
    score_file(release.open(), source, tmp_path / "whole.csv", chunk_rows=500)
    assert target.read_bytes() == (tmp_path / "whole.csv").read_bytes()


def test_parts_of_other_rows_are_swept_and_not_used(
    tmp_path: Path, release: Sealed, source: Path
) -> None:
    target = tmp_path / "out.csv"
    break_off(release, source, target, after=3)
    (before,) = parts_in(tmp_path)
    text = source.read_text()
    source.write_text(text.replace("Ulm", "Bern", 1))
    break_off(release, source, target, after=3)
    (after,) = parts_in(tmp_path)
    assert before != after
    assert score_file(release.open(), source, target, chunk_rows=500).n_kept == 3
    assert parts_in(tmp_path) == []


def test_rows_at_fault_leave_no_parts(tmp_path: Path, release: Sealed, source: Path) -> None:
    source.write_text(source.read_text() + "tall,Ulm,,\n")
    with pytest.raises(DataError, match=r"line 8,002: 'size' is \"tall\""):
        score_file(release.open(), source, tmp_path / "out.csv", chunk_rows=500)
    assert [path.name for path in tmp_path.iterdir()] == ["rows.csv"]


def test_two_runs_do_not_write_the_same_at_once(
    tmp_path: Path, release: Sealed, source: Path
) -> None:
    target = tmp_path / "out.csv"
    break_off(release, source, target, after=3)
    (folder,) = parts_in(tmp_path)
    with (folder / "lock").open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(DataError, match="Another process is scoring the same rows"):
            score_file(release.open(), source, target, chunk_rows=500)
        # other rows for the same output: that run's parts are not swept either
        make_frame(100).write_csv(source)
        score_file(release.open(), source, target, chunk_rows=500)
    assert len(list(folder.glob("part-*.csv"))) == 3


@contextmanager
def files_of_at_most(n_bytes: int) -> Iterator[None]:
    """No file of this process may grow larger."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("n_bytes", [3_000, 100_000], ids=["a piece", "the whole"])
def test_without_room_the_old_output_stays_and_what_is_done_is_kept(
    tmp_path: Path, release: Sealed, source: Path, n_bytes: int
) -> None:
    target = tmp_path / "out.csv"
    target.write_text("from before")
    bundle = release.open()
    with (
        files_of_at_most(n_bytes),
        pytest.raises(LeadlineError, match=r"no room left to write .*out\.csv") as refused,
    ):
        score_file(bundle, source, target, chunk_rows=500)
    assert "run it again: it goes on from there" in refused.value.next
    assert target.read_text() == "from before"
    (folder,) = parts_in(tmp_path)
    n_whole = len(list(folder.glob("part-*.json")))
    assert (n_whole > 0) == (n_bytes == 100_000)
    scored = score_file(bundle, source, target, chunk_rows=500)
    assert scored.n_kept == n_whole
    assert target.read_text().count("\n") == 8_001


def test_a_full_disk_is_told_by_its_name(
    tmp_path: Path, release: Sealed, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(self: Location, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), self.url)

    monkeypatch.setattr(Location, "write", write)
    with pytest.raises(LeadlineError, match="No space left on device"):
        score_file(release.open(), source, tmp_path / "out.csv", chunk_rows=500)


@pytest.mark.parametrize("name", ["out.csv", "out.parquet", "out"])
def test_processes_change_no_byte(tmp_path: Path, release: Sealed, name: str) -> None:
    source = tmp_path / "rows.parquet"
    make_frame(3_000).write_parquet(source, row_group_size=700)
    scored = score_file(
        place_of(release), source, tmp_path / name, chunk_rows=300, executor=Loky(2)
    )
    assert scored.n_parts > 5
    (alone := tmp_path / "alone").mkdir()
    score_file(release.open(), source, alone / name, chunk_rows=300)
    assert contents(tmp_path / name) == contents(alone / name)
    read = pl.read_parquet(source / "*" if source.is_dir() else source)
    assert read.height == scored.n_rows


def test_processes_open_the_release_while_this_one_does(
    tmp_path: Path, release: Sealed, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []

    class Told(Sequential):
        def submit(self, task: Callable[[Spec], Result], spec: Spec) -> Future[Result]:
            told.append(task.__name__)
            return super().submit(task, spec)

    def opened(place: ReleasePlace) -> ReleaseBundle:
        told.append("here")
        return release.open()

    monkeypatch.setattr("leadline.serving.batch.score_file.open_release", opened)
    source = tmp_path / "rows.csv"
    make_frame(30).write_csv(source)
    score_file(place_of(release), source, tmp_path / "out.csv", chunk_rows=10, executor=Told())
    assert told[:2] == ["be_ready", "here"]
    assert "score_elsewhere" in told
    with pytest.raises(DataError):
        score_file(place_of(release), tmp_path / "none.csv", tmp_path / "b.csv", executor=Told())
    assert told.count("be_ready") == 1, "nothing is started for a file that is not there"


_EARLY = """
import sys
from leadline.engines.executors.sequential import Sequential
from leadline.engines.worker_imports import begin_imports
scoring = "leadline.serving.batch.piece_scoring"
heavy = {"polars", "sklearn", scoring}
print(len(heavy & set(sys.modules)))
begin_imports(type("Cluster", (Sequential,), {"is_shared": True})(), scoring)
print(len(heavy & set(sys.modules)))
begin_imports(Sequential(), scoring)
print(len(heavy & set(sys.modules)))
"""


def test_workers_import_what_scores_before_their_caller_has_it() -> None:
    told = subprocess.run(
        [sys.executable, "-c", _EARLY], capture_output=True, text=True, check=True
    )
    assert told.stdout.split() == ["0", "0", "3"]


def test_a_refusal_of_a_process_is_told_as_here(tmp_path: Path, release: Sealed) -> None:
    source = tmp_path / "rows.csv"
    make_frame(3_000).write_csv(source)
    source.write_text(source.read_text() + "tall,Ulm,,\n")
    with pytest.raises(DataError, match=r"line 3,002: 'size' is \"tall\""):
        score_file(
            place_of(release), source, tmp_path / "out.csv", chunk_rows=300, executor=Loky(2)
        )
    with pytest.raises(ValueError, match="release is open"):
        score_file(release.open(), source, tmp_path / "out.csv", executor=Loky(2))
