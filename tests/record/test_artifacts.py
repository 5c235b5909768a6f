"""Bytes by their digest, in a folder and in any store that fsspec knows."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from leadline.errors import RecordError
from leadline.record import Artifact, Artifacts

DATA = b"every row of it" * 1000
DIGEST = hashlib.sha256(DATA).hexdigest()


@pytest.fixture(params=["folder", "file", "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Address of a store that is not there yet."""
    places = {
        "folder": str(tmp_path / "späte Flüge" / "artifacts"),
        "file": f"file://{tmp_path}/artifacts",
        "memory": f"memory://{uuid.uuid4().hex}/artifacts",
    }
    yield places[request.param]
    if request.param == "memory":
        fsspec.filesystem("memory").rm("/", recursive=True)


def names(url: str) -> list[str]:
    """What lies in the store."""
    files, root = fsspec.core.url_to_fs(url)
    return [path.rsplit("/", 1)[-1] for path in files.find(root)]


def overwrite(url: str, data: bytes) -> None:
    """Change what is stored behind its back."""
    files, root = fsspec.core.url_to_fs(url)
    files.pipe_file(f"{root}/{DIGEST}", data)


def test_what_is_put_comes_back(url: str) -> None:
    artifacts = Artifacts(url)
    assert not artifacts.has(DIGEST)
    assert artifacts.put(DATA, "snapshot") == DIGEST
    assert artifacts.has(DIGEST)
    assert artifacts.get(DIGEST) == DATA
    assert artifacts.get(artifacts.put(b"", "mask")) == b""
    assert Artifacts(url).get(DIGEST) == DATA


def test_what_was_made_is_remembered_and_stored_once(url: str) -> None:
    artifacts = Artifacts(url)
    artifacts.put(DATA, "snapshot")
    artifacts.put(DATA, "snapshot")
    assert artifacts.made == [Artifact(DIGEST, "snapshot", len(DATA))] * 2
    assert names(url) == [DIGEST]
    assert Artifacts(url).made == []


def test_what_is_missing_is_told(url: str) -> None:
    with pytest.raises(RecordError, match=f"Artifact {DIGEST[:12]} is not in .*Restore it"):
        Artifacts(url).get(DIGEST)


def test_what_is_damaged_is_refused(url: str) -> None:
    artifacts = Artifacts(url)
    artifacts.put(DATA, "snapshot")
    overwrite(url, b"x" + DATA[1:])
    with pytest.raises(RecordError, match="is damaged"):
        artifacts.get(DIGEST)


def test_what_was_cut_short_is_written_again(url: str) -> None:
    artifacts = Artifacts(url)
    artifacts.put(DATA, "snapshot")
    overwrite(url, DATA[:-1])
    artifacts.put(DATA, "snapshot")
    assert artifacts.get(DIGEST) == DATA


@pytest.mark.parametrize("failing", ["pipe_file", "mv"])
def test_a_failed_write_leaves_nothing(
    url: str, failing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    artifacts = Artifacts(url)
    files = artifacts._files
    write = files.pipe_file

    def fail(path: str, *_: object) -> None:
        if failing == "pipe_file":
            write(path, DATA[:10])
        assert not artifacts.has(DIGEST), "half of it could be seen under its name"
        raise OSError("No space left on device")

    monkeypatch.setattr(files, failing, fail)
    with pytest.raises(OSError, match="No space left"):
        artifacts.put(DATA, "snapshot")
    assert names(url) == []
    assert artifacts.made == []


@pytest.mark.parametrize("digest", ["", "../leadline.db", DIGEST.upper(), DIGEST + "\n"])
def test_only_a_digest_names_an_artifact(url: str, digest: str) -> None:
    artifacts = Artifacts(url)
    with pytest.raises(ValueError, match="is no SHA-256 digest"):
        artifacts.get(digest)
    with pytest.raises(ValueError, match="is no SHA-256 digest"):
        artifacts.has(digest)


def test_an_address_nobody_knows_is_refused() -> None:
    with pytest.raises(RecordError, match="Correct LEADLINE_ARTIFACTS"):
        Artifacts("carrier-pigeon://coop")
