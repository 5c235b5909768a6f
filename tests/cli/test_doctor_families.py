from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.projects import customers, project


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A project that names a module beside its settings."""
    path = list(sys.path)
    find = {"families": ["majority", "told_by_doctor:"]}
    project(tmp_path, customers(50), find=find).close()
    yield tmp_path
    sys.path[:] = path
    sys.modules.pop("told_by_doctor", None)


def test_the_doctor_tells_which_named_family_is_none(call: Call, folder: Path) -> None:
    answer = call("doctor", "-C", folder, "--json")
    assert answer.exit_code == 1
    (bad,) = [check for check in json.loads(answer.stdout) if not check["ok"]]
    assert bad["check"] == "families"
    assert "there is no module 'told_by_doctor'" in bad["message"]
    text = "def fit(X, y, seed): ...\ndef predict(model, X): ...\n"
    (folder / "told_by_doctor.py").write_text(text)
    answer = call("doctor", "-C", folder)
    assert answer.exit_code == 0, answer.output
    assert "ok   families: majority, told_by_doctor:" in answer.stdout
