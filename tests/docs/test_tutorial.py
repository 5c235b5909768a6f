"""The tutorial is run as it stands: its files written, its commands and its Python executed."""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.docs.pages import REPOSITORY, Block, blocks

TUTORIAL = REPOSITORY / "docs" / "tutorial.md"
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def commands(block: Block) -> Iterator[tuple[str, str]]:
    """Each command of a console block with the output that it promises."""
    for part in f"\n{block.text}".split("\n$ ")[1:]:
        command, _, promised = part.partition("\n")
        yield command, promised


def environment() -> dict[str, str]:
    """A terminal that is no terminal, where `leadline` and `python` are ours."""
    ours = Path(sys.executable).parent
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEADLINE_")}
    path = os.environ["PATH"]
    if str(ours) not in path.split(os.pathsep):
        path = f"{ours}{os.pathsep}{path}"
    return {**kept, "PATH": path, "COLUMNS": "120", "NO_COLOR": "1"}


def run_console(block: Block, folder: Path) -> None:
    """Run the commands of a block; each must end well and print what it promises."""
    for command, promised in commands(block):
        ran = subprocess.run(
            ["/bin/sh", "-c", command],
            cwd=folder,
            env=environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        where = f"tutorial.md:{block.line}: $ {command}\n{ran.stdout}{ran.stderr}"
        assert ran.returncode == 0, where
        assert keeps(promised, ran.stdout), f"{where}\nPromised:\n{promised}"


def keeps(promised: str, printed: str) -> bool:
    """Whether what was printed is what was promised, dots standing for anything."""
    return doctest.OutputChecker().check_output(promised, printed, FLAGS)


def run_python(block: Block, names: Mapping[str, Any]) -> None:
    """Run a Python session; what it defines is kept for the next."""
    test = doctest.DocTestParser().get_doctest(
        block.text, dict(names), "tutorial", str(TUTORIAL), block.line
    )
    complaints: list[str] = []
    outcome = doctest.DocTestRunner(optionflags=FLAGS).run(test, out=complaints.append)
    assert test.examples
    assert outcome.failed == 0, "".join(complaints)


@pytest.mark.long
@pytest.mark.timeout(900)  # a whole project, on a machine that others may use as well
@pytest.mark.usefixtures("quick_commands")
def test_the_tutorial_can_be_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ran = {"console": 0, "pycon": 0, "file": 0}
    for block in blocks(TUTORIAL.read_text(encoding="utf-8")):
        if block.title:
            (tmp_path / block.title).write_text(block.text, encoding="utf-8")
        elif block.language == "console":
            run_console(block, tmp_path)
        elif block.language == "pycon":
            run_python(block, {})
        else:
            pytest.fail(f"tutorial.md:{block.line}: a block that nothing runs")
        ran["file" if block.title else block.language] += 1
    assert min(ran.values()) > 0, ran


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("$ true\n", ""),
        ("$ echo 7 rows\n... rows\n", ""),
        ("$ false\n", "false"),
        ("$ echo 7 rows\n8 rows\n", "Promised"),
        ("$ echo 7 rows\n", "Promised"),
    ],
)
def test_a_broken_promise_is_seen(tmp_path: Path, text: str, complaint: str) -> None:
    block = Block(language="console", title="", text=text, line=1)
    if not complaint:
        run_console(block, tmp_path)
        return
    with pytest.raises(AssertionError, match=complaint):
        run_console(block, tmp_path)
