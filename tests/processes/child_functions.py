"""Functions that the tests of `run_with_limit` call in a child process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from leadline.errors import DataError
from leadline.processes.limit import run_with_limit


def add(one: int, other: int) -> int:
    return one + other


def refuse() -> None:
    raise DataError("A row is torn.", "Whole rows are needed.", "Mend the file.")


def stumble() -> None:
    raise ZeroDivisionError("by nothing")


def give_what_cannot_travel() -> object:
    return lambda: None


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def sleep_deaf(pids: str) -> None:
    """Start two children, one in a process group of its own; all ignore SIGTERM and SIGINT."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    code = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(3600)"
    )
    started = [
        subprocess.Popen([sys.executable, "-c", code], process_group=group) for group in (None, 0)
    ]
    tell(pids, os.getpid(), *(process.pid for process in started))
    time.sleep(3600)


def wait_for(path: str) -> None:
    """Wait until a file exists."""
    while not Path(path).exists():
        time.sleep(0.01)


def leave_a_file() -> str:
    """Leave a temporary folder behind."""
    folder = tempfile.mkdtemp()
    (Path(folder) / "forgotten").touch()
    return folder


def tell(path: str, *pids: int) -> None:
    """Write process numbers in one step, so that no reader sees half of them."""
    part = Path(f"{path}.part")
    part.write_text(" ".join(map(str, pids)))
    part.rename(path)


def parent(pids: str) -> None:
    """Wait for a child process: what the test kills."""
    run_with_limit("tests.processes.child_functions:sleep_deaf", pids, limit_s=None)


if __name__ == "__main__":
    parent(sys.argv[1])


def sleep_until_interrupted(path: str) -> str:
    """Return when interrupted."""
    Path(path).touch()
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        return "interrupted"
    return "slept"
