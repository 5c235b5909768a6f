"""Files of lines: whole or not there, of their owner alone, kept as long as was said."""

from __future__ import annotations

import os
import stat
from datetime import timedelta
from pathlib import Path

import pytest

from leadline.serving.logs.dated_lines import (
    DatedLines,
    NewLines,
    dated_files,
    delete_older,
    today,
    whole_lines,
)


def only_file(folder: Path) -> Path:
    (path,) = dated_files(folder)
    return path


def test_only_the_owner_reads(tmp_path: Path) -> None:
    folder = tmp_path / "served"
    before = os.umask(0)
    try:
        DatedLines(folder).append(b"{}\n", today())
    finally:
        os.umask(before)
    assert stat.S_IMODE(only_file(folder).stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_each_process_and_day_has_its_file(tmp_path: Path) -> None:
    one, other = DatedLines(tmp_path), DatedLines(tmp_path)
    one.append(b"1\n", today())
    other.append(b"2\n", today())
    one.append(b"3\n", today())
    one.append(b"4\n", today() - timedelta(days=1))
    texts = sorted(path.read_bytes() for path in dated_files(tmp_path))
    assert texts == [b"1\n3\n", b"2\n", b"4\n"]
    assert list(dated_files(tmp_path).values()) == [today() - timedelta(days=1), today(), today()]


def test_a_line_that_was_cut_off_takes_no_other_with_it(tmp_path: Path) -> None:
    lines = DatedLines(tmp_path)
    lines.append(b"1\n", today())
    with only_file(tmp_path).open("ab") as file:
        file.write(b'{"req')
    lines.append(b"2\n", today())
    assert whole_lines(only_file(tmp_path).read_bytes()) == ([b"1", b'{"req', b"2"], 0)


def test_what_cannot_be_written_whole_is_not_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = DatedLines(tmp_path)
    lines.append(b"1\n", today())
    real = os.write

    def full(handle: int, data: bytes) -> int:
        if len(data) < 4:
            raise OSError(28, "No space left on device")
        return real(handle, data[:3])

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(OSError, match="No space left"):
            lines.append(b"23456\n", today())
    assert only_file(tmp_path).read_bytes() == b"1\n"
    lines.append(b"7\n", today())
    assert only_file(tmp_path).read_bytes() == b"1\n7\n"


@pytest.mark.parametrize(("keep_days", "n_left"), [(0, 4), (1, 2), (2, 3), (30, 4)])
def test_days_are_kept_beside_todays(tmp_path: Path, keep_days: int, n_left: int) -> None:
    for back in range(4):
        DatedLines(tmp_path).append(b"1\n", today() - timedelta(days=back))
    (tmp_path / "2000-01-01.jsonl").write_text("not ours")
    deleted = delete_older(tmp_path, keep_days)
    left = dated_files(tmp_path)
    assert (len(left), len(deleted)) == (n_left, 4 - n_left)
    assert max(left.values()) == today()
    assert (tmp_path / "2000-01-01.jsonl").exists()


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert dated_files(tmp_path / "none") == {}
    assert delete_older(tmp_path / "none", 3) == []
    assert list(NewLines(tmp_path / "none")) == []


def test_new_lines_are_those_since_the_last_time(tmp_path: Path) -> None:
    lines, new = DatedLines(tmp_path), NewLines(tmp_path)
    lines.append(b"1\n2\n", today())
    assert b"".join(new) == b"1\n2\n"
    assert list(new) == []
    with only_file(tmp_path).open("ab") as file:
        file.write(b"3\n4")
    assert b"".join(new) == b"3\n"
    with only_file(tmp_path).open("ab") as file:
        file.write(b"4\n")
    assert b"".join(new) == b"44\n"
    only_file(tmp_path).write_bytes(b"2\n")
    assert b"".join(new) == b"2\n", "lines were taken out: it is read again"


def test_a_piece_ends_with_a_line_however_long(tmp_path: Path) -> None:
    long = b"x" * (3 * 2**20)
    DatedLines(tmp_path).append(b"1\n" + long + b"\n" + b"2\n" * 2**20, today())
    pieces = list(NewLines(tmp_path))
    assert len(pieces) > 2
    assert all(piece.endswith(b"\n") for piece in pieces)
    assert b"".join(pieces) == only_file(tmp_path).read_bytes()
