"""Functions that the tests of the box run in a child."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from leadline.errors import DataError
from leadline.processes.limit import run_in_box


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
    """Start two children of our own, one in a group of its own; all deaf to polite signals."""
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
    """Go on when somebody has put a file there."""
    while not Path(path).exists():
        time.sleep(0.01)


def leave_a_file() -> str:
    """Forget a temporary folder."""
    folder = tempfile.mkdtemp()
    (Path(folder) / "forgotten").touch()
    return folder


def tell(path: str, *pids: int) -> None:
    """Write process numbers, whole or not at all."""
    part = Path(f"{path}.part")
    part.write_text(" ".join(map(str, pids)))
    part.rename(path)


def parent(pids: str) -> None:
    """Wait for a child in a box: what the test kills."""
    run_in_box("tests.processes.boxed:sleep_deaf", pids, limit_s=None)


if __name__ == "__main__":
    parent(sys.argv[1])


def sleep_until_interrupted(path: str) -> str:
    """Come to an end of one's own when asked to."""
    Path(path).touch()
    try:
        time.sleep(600)
    except KeyboardInterrupt:
        return "interrupted"
    return "slept"
