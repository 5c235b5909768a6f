"""``leadline notify``, and verbs that tell people."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.conftest import Call
from tests.projects import write_settings

from leadline.cli.terminal.options import EXIT_ERROR, EXIT_NO

GOOD = ["sh", "-c", "cat >> told; echo >> told"]
BAD = ["sh", "-c", "exit 9"]


def told(folder: Path) -> list[dict[str, str]]:
    return [json.loads(line) for line in (folder / "told").read_text().splitlines()]


def test_a_test_goes_by_every_way(call: Call, tmp_path: Path) -> None:
    write_settings(tmp_path)
    answer = call("notify", "--test", "-C", tmp_path)
    assert answer.exit_code == EXIT_ERROR
    assert "names no way to tell anybody" in answer.stderr
    assert "Nobody was told anything yet." in call("notify", "-C", tmp_path).stdout
    write_settings(tmp_path, notify={"command": GOOD})
    for _ in range(2):
        answer = call("notify", "--test", "-C", tmp_path)
        assert answer.exit_code == 0, answer.output
        assert "command  sent      A test" in answer.stdout
    assert [each["kind"] for each in told(tmp_path)] == ["test", "test"]
    listed = json.loads(call("notify", "-C", tmp_path, "--json").stdout)
    assert [each["state"] for each in listed] == ["sent", "sent"]


def test_a_test_that_does_not_arrive_is_an_error(call: Call, tmp_path: Path) -> None:
    write_settings(tmp_path, notify={"command": BAD})
    answer = call("notify", "--test", "-C", tmp_path)
    assert answer.exit_code == EXIT_ERROR
    assert "command  waiting   A test  sh ended with 9." in answer.stdout


def test_a_rollback_and_a_check_that_fails_are_told(call: Call, released_folder: Path) -> None:
    settings = released_folder / "leadline.toml"
    text = settings.read_text()
    settings.write_text(text.replace("[notify]", f"[notify]\ncommand = {json.dumps(GOOD)}"))
    assert call("run", "release", "-C", released_folder).exit_code == 0
    assert call("rollback", "--why", "it was worse", "-C", released_folder).exit_code == 0
    (said,) = told(released_folder)
    assert said["kind"] == "rollback"
    assert "Ada put it in the place of" in said["text"]
    assert "it was worse" in said["text"]
    for bundle in (released_folder / ".leadline" / "releases").iterdir():
        if bundle.is_dir():
            (bundle / "rows").unlink()
    for _ in range(2):
        assert call("check", "-C", released_folder).exit_code == EXIT_NO
    assert [each["kind"] for each in told(released_folder)] == ["rollback", "check"]

    settings.write_text(text.replace("[notify]", f"[notify]\ncommand = {json.dumps(BAD)}"))
    (released_folder / ".leadline" / "release.key").rename(released_folder / "key")
    answer = call("check", "-C", released_folder)
    assert answer.exit_code == EXIT_NO
    assert "Note: nobody was told by command: sh ended with 9." in answer.stderr
    assert "tried again" in answer.stderr
