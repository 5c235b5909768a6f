"""The page on one's own model is run as it stands, its ``[find]`` put into what init wrote."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from tests.docs.pages import REPOSITORY, Block, blocks
from tests.docs.test_tutorial import environment, run_console

PAGE = REPOSITORY / "docs" / "own-model.md"
_FAMILIES = re.compile(r"^(?:# )?(families = ).*$", re.MULTILINE)


def name_families(block: Block, folder: Path) -> None:
    """Set the one line that an example changes."""
    line = next(each for each in block.text.splitlines() if each.startswith("families"))
    settings = folder / "leadline.toml"
    text, n_changed = _FAMILIES.subn(lambda _: line, settings.read_text(encoding="utf-8"))
    assert n_changed == 1
    settings.write_text(text, encoding="utf-8")
    assert tomllib.loads(text)["find"] == tomllib.loads(block.text)["find"]


def run_session(block: Block, folder: Path) -> None:
    """Run a Python session in a process of its own: it imports what lies in the folder."""
    (folder / "session.txt").write_text(block.text, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-m", "doctest", "session.txt"],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.long
@pytest.mark.timeout(900)  # six searches, on a machine that others may use as well
@pytest.mark.usefixtures("quick_commands")
def test_every_example_of_the_page_runs(tmp_path: Path) -> None:
    ran = {"console": 0, "pycon": 0, "toml": 0, "file": 0}
    for block in blocks(PAGE.read_text(encoding="utf-8")):
        if block.title:
            (tmp_path / block.title).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            run_console(block, tmp_path)
        elif block.language == "pycon":
            run_session(block, tmp_path)
        elif block.language == "toml":
            name_families(block, tmp_path)
        else:
            pytest.fail(f"own-model.md:{block.line}: a block that nothing runs")
        ran["file" if block.title else block.language] += 1
    assert min(ran.values()) > 1, ran
