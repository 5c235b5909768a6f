"""Tasks that the tests of Ray run in its workers, and functions that use Ray in a child process."""

from __future__ import annotations

import os
import time
from pathlib import Path
from tempfile import mkstemp

from tests.processes.child_functions import tell

from leadline.engines.executors.ray import Ray
from leadline.engines.in_order import in_order
from leadline.errors import DataError


def process_of(spec: int) -> tuple[int, int]:
    return spec, os.getpid()


def wait_for_file(path: str) -> str:
    """Come back once the file exists."""
    while not Path(path).exists():
        time.sleep(0.01)
    return path


def hold_first(folder: str) -> int:
    """Note who runs; sleep if this is the first time here. Return how many have been here."""
    file, _ = mkstemp(prefix=f"{os.getpid()}-", dir=folder)
    os.close(file)
    n_runs = len(list(Path(folder).iterdir()))
    if n_runs == 1 and Path(folder).name == "held":
        time.sleep(3600)
    return n_runs


def die(_: int) -> None:
    os._exit(3)


def refuse(_: int) -> None:
    raise DataError("A row is torn.", "Whole rows are needed.", "Mend the file.")


class SelfishError(Exception):
    """Cannot be made again from what it says."""

    def __init__(self, one: int, other: int) -> None:
        super().__init__(f"{one} {other}")


def be_selfish(_: int) -> None:
    raise SelfishError(1, 2)


def hang(path: str) -> None:
    """Name our process and the others of its session, then hold the interpreter in one call."""
    pids = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    others = [pid for pid in pids if session_of(pid) == os.getsid(0) and pid != os.getpid()]
    tell(path, os.getpid(), *others)
    sum(range(10**13))


def session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return -1


def hang_in_ray(path: str) -> None:
    list(in_order(Ray(1), hang, [path]))


def square(spec: int) -> list[int]:
    return list(in_order(Ray(1), pow_2, [spec]))


def pow_2(spec: int) -> int:
    return spec * spec
