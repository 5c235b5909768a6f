"""Tokens are kept as hashes, count once they are made, and stop counting when revoked."""

from __future__ import annotations

import logging
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from leadline.errors import DataError
from leadline.serving.access import bearer_tokens
from leadline.serving.access.bearer_tokens import TokenCheck, add_token, read_tokens, revoke_token


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "tokens"


@pytest.fixture
def always_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bearer_tokens, "_LOOK_S", 0.0)


def test_a_token_is_known_by_its_hash_alone(file: Path) -> None:
    billing, stock = add_token(file, "billing"), add_token(file, "stock")
    check = TokenCheck(file)
    assert (check.name_of(billing), check.name_of(stock)) == ("billing", "stock")
    assert check.name_of("") is check.name_of(billing[:-1]) is check.name_of("\udcff") is None
    assert billing not in file.read_text()
    assert check.name_of(read_tokens(file)["billing"].sha256) is None
    assert file.stat().st_mode & 0o077 == 0


@pytest.mark.usefixtures("always_looks")
def test_a_running_server_sees_what_changes(file: Path) -> None:
    first = add_token(file, "billing")
    check = TokenCheck(file)
    second = add_token(file, "stock")
    assert check.name_of(second) == "stock"
    revoke_token(file, "billing")
    assert check.name_of(first) is None
    assert check.name_of(second) == "stock"


@pytest.mark.usefixtures("always_looks")
def test_a_damaged_file_lets_nobody_in_until_it_is_whole(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    token = add_token(file, "billing")
    whole = file.read_text()
    check = TokenCheck(file)
    file.write_text("billing\n")
    with caplog.at_level(logging.ERROR):
        assert check.name_of(token) is None
        assert check.name_of(token) is None
    assert caplog.text.count("nobody is let in") == 1
    file.write_text(whole + "\n# more\n")
    assert check.name_of(token) == "billing"
    file.unlink()
    assert check.name_of(token) is None


@pytest.mark.parametrize("name", ["", "a b", "-x", "x" * 61, "ä", "a\nb"])
def test_a_name_is_plain(file: Path, name: str) -> None:
    with pytest.raises(DataError, match="cannot be the name of a token"):
        add_token(file, name)
    assert not file.exists()


def test_a_name_has_one_token(file: Path) -> None:
    add_token(file, "billing")
    with pytest.raises(DataError, match="has a token since"):
        add_token(file, "billing")
    with pytest.raises(DataError, match="has no token of 'stock'"):
        revoke_token(file, "stock")


@pytest.mark.parametrize("line", ["billing", "billing abc 2026", "a\0b", "\x80"])
def test_a_line_that_is_no_token_is_refused_by_its_number(file: Path, line: str) -> None:
    add_token(file, "stock")
    file.write_text(file.read_text() + line + "\n")
    with pytest.raises(DataError, match="line 3"):
        TokenCheck(file)


def test_a_server_does_not_begin_without_its_file(file: Path) -> None:
    with pytest.raises(DataError, match="cannot be read: No such file"):
        TokenCheck(file)


def test_a_folder_that_cannot_be_written_changes_nothing(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file")
    with pytest.raises(DataError, match="cannot be written"):
        add_token(tmp_path / "state" / "tokens", "billing")


def test_tokens_made_at_once_are_all_kept(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = bearer_tokens.read_tokens

    def read_and_wait(path: Path) -> dict[str, bearer_tokens.Token]:
        known = read(path)
        time.sleep(0.02)
        return known

    monkeypatch.setattr(bearer_tokens, "read_tokens", read_and_wait)
    names = [f"client-{number}" for number in range(6)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(add_token, [file] * 6, names))
    assert sorted(read(file)) == names
