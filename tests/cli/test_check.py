"""``leadline check`` in words, in JSON, and by its exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.projects import write_settings

from leadline.cli.terminal.options import EXIT_ERROR, EXIT_NO


def test_check_says_pass_fail_or_not_known(call: Call, released_folder: Path) -> None:
    answer = call("check", "-C", released_folder)
    assert answer.exit_code == 0, answer.output
    lines = answer.stdout.splitlines()
    assert lines[0].startswith("Release ")
    name = lines[0].removeprefix("Release ")
    assert lines[1].startswith("pass       signature       Signed by key ")
    assert lines[-1].startswith("not known  pointer")
    said = json.loads(call("check", name[:5], "-C", released_folder, "--json").stdout)
    assert said["release"] == name
    assert said["is_good"] is True
    assert {each["outcome"] for each in said["checks"]} == {"pass", "not known"}

    (bundle,) = (released_folder / ".leadline" / "releases").glob(f"{name}*")
    model = bundle / "model.skops"
    model.write_bytes(model.read_bytes()[:-1] + b"\x01")
    answer = call("check", "-C", released_folder)
    assert answer.exit_code == EXIT_NO
    assert "fail       files           model.skops of release" in answer.stdout
    assert json.loads(call("check", "-C", released_folder, "--json").stdout)["is_good"] is False


def test_a_pointer_that_was_changed_fails(call: Call, released_folder: Path) -> None:
    assert call("run", "release", "-C", released_folder).exit_code == 0
    answer = call("check", "-C", released_folder)
    assert answer.exit_code == 0, answer.output
    assert "pass       pointer         Signed, and of move 1" in answer.stdout
    pointer = released_folder / ".leadline" / "releases" / "in-service.json"
    pointer.write_text(pointer.read_text().replace('"counter": 1', '"counter": 7'))
    answer = call("check", "-C", released_folder)
    assert answer.exit_code == EXIT_NO
    assert "changed after it was signed" in answer.stdout


def test_pip_is_asked_only_if_somebody_says_so(
    call: Call, released_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    answer = call("check", "--resolve", "-C", released_folder, "--json")
    assert answer.exit_code == EXIT_NO
    checks = {each["name"]: each for each in json.loads(answer.stdout)["checks"]}
    assert checks["packages"]["outcome"] == "pass"
    assert checks["lock"]["outcome"] == "fail"
    assert checks["lock"]["words"].startswith("pip says: No matching distribution found for ")


def test_what_cannot_be_checked_is_refused(
    call: Call, released_folder: Path, tmp_path: Path
) -> None:
    answer = call("check", "ffff", "-C", released_folder)
    assert answer.exit_code == EXIT_ERROR
    assert "No approved release" in answer.stderr
    folder = tmp_path / "new"
    folder.mkdir()
    write_settings(folder)
    answer = call("check", "-C", folder)
    assert answer.exit_code == EXIT_ERROR
    assert "leadline run ship" in answer.stderr
