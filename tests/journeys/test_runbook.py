"""The runbook of a model document: every command in it is run as it is written."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.projects import BY, N_BEFORE_STREAM, N_STREAM, customers, released_folder

from leadline.cli import main
from leadline.workspace import SETTINGS_FILE

__all__ = ["released_folder"]

LATER = N_BEFORE_STREAM + N_STREAM
PORT = "8000"
LONGEST_S = 60


def environment() -> dict[str, str]:
    """A terminal where `leadline` and `python` are ours."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LEADLINE_")}
    return {**kept, "PATH": path, "LEADLINE_USER": BY, "NO_COLOR": "1"}


def commands_of(folder: Path) -> list[str]:
    """The commands of the runbook, as the document has them."""
    target = folder / "model.md"
    arguments = ["report", "--model", "--form", "markdown", "--to", str(target), "-C", str(folder)]
    answer = CliRunner().invoke(main, arguments)
    assert answer.exit_code == 0, answer.output
    page = target.read_text(encoding="utf-8").split("### Runbook\n")[1].split("\n### ")[0]
    found = re.findall(r"```sh\n +(.+)\n", page)
    assert len(found) == page.count("```sh")
    return found


def type_in(folder: Path, command: str) -> None:
    """Run a command that ends; a "no" is an answer too."""
    ran = subprocess.run(
        ["/bin/sh", "-c", command],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode in {0, 3}, f"$ {command}\n{ran.stdout}{ran.stderr}"


def served_by(folder: Path, command: str) -> str:
    """Run a command that serves, on a port that is free; the release that answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    assert PORT in command
    process = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {command.replace(PORT, port)}"],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        return _answer(f"http://127.0.0.1:{port}/health/ready", process)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=LONGEST_S)


def _answer(url: str, process: subprocess.Popen[str]) -> str:
    for _ in range(10 * LONGEST_S):
        assert process.poll() is None, process.communicate()
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                return str(json.load(answer)["release"])
        except OSError:
            time.sleep(0.1)
    pytest.fail(f"{url} does not answer")


def is_server(command: str) -> bool:
    return "serve" in command


@pytest.mark.long
@pytest.mark.timeout(900)  # a release and another one, on a machine that others may use as well
def test_every_command_of_the_runbook_does_what_it_says(released_folder: Path) -> None:
    folder = released_folder
    customers(200, 5, skipped=LATER).write_csv(folder / "new.csv")
    commands = commands_of(folder)
    (serve,) = filter(is_server, commands)
    first = served_by(folder, serve)
    is_grown = False
    for command in commands:
        if "run define" in command and not is_grown:
            _add_rows(folder)  # as the step before it says
            is_grown = True
        if not is_server(command):
            type_in(folder, command)
    assert is_grown
    assert (folder / "scored.csv").is_file()
    assert "scikit-learn==" in (folder / "requirements.txt").read_text(encoding="utf-8")

    commands = commands_of(folder)
    assert served_by(folder, serve) != first
    (back,) = (command for command in commands if "rollback" in command)
    type_in(folder, back)
    assert served_by(folder, serve) == first


def _add_rows(folder: Path) -> None:
    path = folder / SETTINGS_FILE
    text = path.read_text(encoding="utf-8")
    assert 'files = ["pool.csv"]' in text
    text = text.replace('["pool.csv"]', '["pool.csv", "new.csv"]', 1)
    # how well capacity is measured is looked at elsewhere
    shorter = re.sub(r"^# measure_s = [\d.]+", "measure_s = 5.0", text, flags=re.MULTILINE)
    assert shorter != text
    path.write_text(shorter, encoding="utf-8")


def test_a_broken_command_is_seen(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="exit 1"):
        type_in(tmp_path, "exit 1")
