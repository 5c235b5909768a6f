"""``leadline package``: what it writes, says and refuses."""

from __future__ import annotations

import json
import subprocess
import sys
import tarfile
from pathlib import Path

from tests.cli.conftest import Call

RUN = "leadline_serve.py"


def test_a_folder_and_a_tar_file(call: Call, released_folder: Path, tmp_path: Path) -> None:
    goal, tar = tmp_path / "out" / "mine", tmp_path / "tars" / "mine.tar.gz"
    answer = call("package", "-C", released_folder, "--to", goal, "--tar", tar, "--full", "--json")
    assert answer.exit_code == 0, answer.output
    said = json.loads(answer.stdout)
    assert said["files"] == [str(goal), str(tar)]
    assert said["why_model"] == "it was asked for"
    about = json.loads((goal / "package.json").read_text())
    assert about["release_id"] == said["release"]
    assert about["use"]["Who can be harmed"] == "customers who are called for nothing"
    assert "Part 1: The release" in (goal / "model.md").read_text()
    assert said["signer"] in (goal / "README.md").read_text()

    with tarfile.open(tar) as archive:
        assert {member.uname for member in archive} == {""}
        archive.extractall(tmp_path / "there", filter="data")
    packed = tmp_path / "there" / "mine"
    ran = subprocess.run(
        [sys.executable, str(packed / RUN), "check"], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr

    again = call("package", "-C", released_folder, "--to", goal)
    assert again.exit_code == 1
    assert "is there already" in again.stderr
    again = call("package", "-C", released_folder, "--tar", tar)
    assert again.exit_code == 1
    assert "mine.tar.gz is there already" in again.stderr


def test_a_release_that_is_not_there(call: Call, released_folder: Path, tmp_path: Path) -> None:
    answer = call("package", "nothing", "-C", released_folder, "--to", tmp_path / "p")
    assert answer.exit_code == 1
    assert "No approved release of this project begins with 'nothing'" in answer.stderr
    assert not (tmp_path / "p").exists()


def test_a_damaged_release_is_not_packaged(
    call: Call, released_folder: Path, tmp_path: Path
) -> None:
    (model,) = released_folder.glob(".leadline/releases/*/model.skops")
    model.write_bytes(model.read_bytes()[:-1])
    answer = call("package", "-C", released_folder, "--to", tmp_path / "p", "--json")
    assert answer.exit_code == 1
    assert "was changed after it was sealed" in json.loads(answer.stdout)["error"]["found"]
    assert list(tmp_path.glob("p*")) == []
