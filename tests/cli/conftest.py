"""The command line: in this process where that is enough, a real process where it is not."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from tests.projects import released_folder
from tests.services.flights import make_workspace

from leadline.cli import main

__all__ = ["released_folder"]

Call = Callable[..., Result]
Start = Callable[..., "subprocess.Popen[str]"]


def invoke(*arguments: object, typed: str = "") -> Result:
    """Run a verb in this process."""
    result = CliRunner().invoke(main, [str(each) for each in arguments], input=typed)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch) -> Call:
    """Run a verb in this process, as Ada; the answer has exit_code, stdout and stderr."""
    monkeypatch.setenv("LEADLINE_USER", "Ada")
    monkeypatch.delenv("LEADLINE_TOKEN", raising=False)
    return invoke


@pytest.fixture
def start() -> Iterator[Start]:
    """Start a verb as a process; whatever still runs at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def run(*arguments: object, **environment: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "leadline.cli", *map(str, arguments)]
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "LEADLINE_USER": "Ada", "PYTHONUNBUFFERED": "1", **environment},
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def flights(tmp_path: Path) -> Path:
    """Folder of a workspace with a verdict of every row, none of it computed."""
    folder = tmp_path / "flights"
    folder.mkdir()
    make_workspace(folder).close()
    return folder
