"""The signed pointer: believed only as it was signed, for its project, and not older than known."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leadline.errors import ReleaseError
from leadline.serving.releases.pointer import (
    POINTER_FILE,
    Candidate,
    Pointer,
    read_pointer,
    refuse_replayed,
    write_pointer,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUSTED = [KEY.public_key()]
POINTER = Pointer(
    project="delays",
    counter=3,
    release_id="c40d" * 3,
    bundle="c40d" * 16,
    person="Ada",
    why="it is better: 0.91 → 0.93",
    at="2025-01-06T09:30:00+00:00",
)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    path = write_pointer(tmp_path / "releases", POINTER, KEY)
    assert path.name == POINTER_FILE
    assert read_pointer(path, trusted=TRUSTED) == POINTER
    write_pointer(tmp_path / "releases", replace(POINTER, counter=4), KEY)
    found = read_pointer(path, trusted=TRUSTED)
    assert found is not None
    assert found.counter == 4
    assert [one.name for one in path.parent.iterdir()] == [POINTER_FILE]


def test_there_may_be_none(tmp_path: Path) -> None:
    assert read_pointer(tmp_path / POINTER_FILE, trusted=TRUSTED) is None


@pytest.mark.parametrize(
    "change",
    [
        {"bundle": "0" * 64},
        {"release_id": "0" * 12},
        {"counter": 4},
        {"person": "Bob"},
        {"why": ""},
        {"at": "2026-01-06T09:30:00+00:00"},
        {"project": "other"},
    ],
)
def test_whatever_is_changed_is_refused(tmp_path: Path, change: dict[str, object]) -> None:
    path = write_pointer(tmp_path, POINTER, KEY)
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ReleaseError, match="changed after it was signed") as caught:
        read_pointer(path, trusted=TRUSTED)
    assert "leadline rollback" in caught.value.next


@pytest.mark.parametrize(
    "text",
    ["", "no json", "[]", "{}", '{"signature": "zz"}', '{"signature": "00", "counter": 3}'],
)
def test_what_is_no_pointer_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / POINTER_FILE
    path.write_text(text)
    with pytest.raises(ReleaseError, match="is damaged"):
        read_pointer(path, trusted=TRUSTED)


def test_a_counter_that_is_no_whole_number_is_refused(tmp_path: Path) -> None:
    path = write_pointer(tmp_path, POINTER, KEY)
    path.write_text(path.read_text().replace('"counter": 3', '"counter": true'))
    with pytest.raises(ReleaseError, match="is damaged"):
        read_pointer(path, trusted=TRUSTED)


def test_another_key_is_not_believed(tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate()
    path = write_pointer(tmp_path, POINTER, other)
    with pytest.raises(ReleaseError, match="not trusted"):
        read_pointer(path, trusted=TRUSTED)
    assert read_pointer(path, trusted=[*TRUSTED, other.public_key()]) == POINTER


def test_an_older_pointer_and_another_projects_are_refused() -> None:
    refuse_replayed(POINTER, project="delays", counter=3)
    with pytest.raises(ReleaseError, match="an older file was put back"):
        refuse_replayed(POINTER, project="delays", counter=4)
    with pytest.raises(ReleaseError, match="of the project 'delays'"):
        refuse_replayed(POINTER, project="other", counter=0)


def test_a_signature_is_over_what_it_says_and_what_it_is_for(tmp_path: Path) -> None:
    """Pointers that were signed before stay believed; what was signed for another end is not."""
    said = {name: value for name, value in vars(POINTER).items() if name != "candidate"}
    path = tmp_path / POINTER_FILE

    def sign(**purpose: str) -> None:
        signature = KEY.sign(json.dumps({**said, **purpose}, sort_keys=True).encode()).hex()
        path.write_text(json.dumps({**said, "signature": signature}))

    sign(purpose="leadline: release in service")
    assert read_pointer(path, trusted=TRUSTED) == POINTER
    sign()
    with pytest.raises(ReleaseError, match="changed after it was signed"):
        read_pointer(path, trusted=TRUSTED)


TRIED = replace(POINTER, candidate=Candidate("5e1f" * 3, "5e1f" * 16, 0.1))


def test_a_candidate_is_written_and_read(tmp_path: Path) -> None:
    path = write_pointer(tmp_path, TRIED, KEY)
    assert read_pointer(path, trusted=TRUSTED) == TRIED
    write_pointer(tmp_path, POINTER, KEY)
    assert "candidate" not in json.loads(path.read_text())
    assert read_pointer(path, trusted=TRUSTED) == POINTER


@pytest.mark.parametrize(
    ("change", "match"),
    [
        ({"share": 0.9}, "changed after"),
        ({"bundle": "0" * 64}, "changed after"),
        ({"share": 1.0}, "not in"),
        ({"share": -0.1}, "not in"),
        ({"share": 0}, "is damaged"),
        ({"more": ""}, "is damaged"),
    ],
)
def test_a_candidate_that_was_changed_is_refused(
    tmp_path: Path, change: dict[str, object], match: str
) -> None:
    path = write_pointer(tmp_path, TRIED, KEY)
    said = json.loads(path.read_text())
    said["candidate"] |= change
    path.write_text(json.dumps(said))
    with pytest.raises(ReleaseError, match=match):
        read_pointer(path, trusted=TRUSTED)
    del said["candidate"]
    path.write_text(json.dumps(said))
    with pytest.raises(ReleaseError, match="changed after"):
        read_pointer(path, trusted=TRUSTED)
