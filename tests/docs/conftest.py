from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from tests.fork_server import StartedForks, write_command


@pytest.fixture
def quick_commands(
    quick_children: StartedForks | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Have `leadline` done by a fork of what has imported it; the runbook starts it itself."""
    if quick_children is None:
        return
    folder = tmp_path.with_name(f"{tmp_path.name}-commands")
    folder.mkdir()
    write_command(folder, quick_children)
    before = (str(folder), str(Path(sys.executable).parent), os.environ["PATH"])
    monkeypatch.setenv("PATH", os.pathsep.join(before))
