from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leadline.errors import ReleaseError
from leadline.serving.package.signed_sums import (
    SUMS,
    SUMS_SIGNATURE,
    refuse_changed,
    write_sums,
)

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
TRUSTED = [KEY.public_key()]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "p" / "inside").mkdir(parents=True)
    (tmp_path / "p" / "a.txt").write_text("a")
    (tmp_path / "p" / "inside" / "two words.txt").write_text("b")
    write_sums(tmp_path / "p", KEY)
    return tmp_path / "p"


def test_a_folder_as_it_was_signed_is_good(folder: Path) -> None:
    assert set(refuse_changed(folder, TRUSTED)) == {"a.txt", "inside/two words.txt"}


def test_the_list_is_that_of_sha256sum(folder: Path) -> None:
    assert (folder / SUMS).read_text().splitlines()[0] == (
        "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb  a.txt"
    )
    assert len((folder / SUMS_SIGNATURE).read_bytes()) == 64


def change(folder: Path) -> None:
    (folder / "a.txt").write_text("b")


def lose(folder: Path) -> None:
    (folder / "inside" / "two words.txt").unlink()


def add(folder: Path) -> None:
    (folder / "inside" / ".hidden").write_text("")


def add_folder(folder: Path) -> None:
    (folder / "empty").mkdir()


def link(folder: Path) -> None:
    (folder / "a.txt").rename(folder.parent / "a.txt")
    (folder / "a.txt").symlink_to(folder.parent / "a.txt")


def link_folder(folder: Path) -> None:
    (folder / "inside").rename(folder.parent / "inside")
    (folder / "inside").symlink_to(folder.parent / "inside")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def list_it(folder: Path) -> None:
    """Whoever lists a stray as well has no key to sign with."""
    (folder / "x").write_text("")
    with (folder / SUMS).open("a") as file:
        file.write("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  x\n")


def unlist(folder: Path) -> None:
    (folder / SUMS).unlink()


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (change, "a.txt of the package p was changed"),
        (lose, "inside/two words.txt is missing in the package p"),
        (add, "inside/.hidden is in the package p"),
        (add_folder, "empty/ is in the package p"),
        (link, "a.txt in p is a link"),
        (link_folder, "inside in p is a link"),
        (pipe, "pipe in p is a link or no file"),
        (list_it, "No trusted key has signed"),
        (unlist, "has no SHA256SUMS"),
    ],
)
def test_whatever_was_changed_is_refused(
    folder: Path, harm: Callable[[Path], None], words: str
) -> None:
    harm(folder)
    with pytest.raises(ReleaseError, match=words):
        refuse_changed(folder, TRUSTED)


def test_another_key_is_not_trusted(folder: Path) -> None:
    other = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    with pytest.raises(ReleaseError, match="Trusted keys: 139e3940e64b5491"):
        refuse_changed(folder, [other])
    refuse_changed(folder, [other, *TRUSTED])


def test_a_name_that_no_line_holds_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a\nb").write_text("")
    with pytest.raises(ReleaseError, match="Rename it"):
        write_sums(tmp_path, KEY)
