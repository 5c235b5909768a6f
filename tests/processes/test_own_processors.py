from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from leadline.processes.own_processors import keep_apart

_THREADS = """
import threading, time
threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
print("ready", flush=True)
time.sleep(60)
"""


@pytest.fixture
def two() -> Iterator[list[int]]:
    """Processes of two threads each."""
    command = [sys.executable, "-c", _THREADS]
    with ExitStack() as stack:
        started = [
            stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            for _ in range(2)
        ]
        for each in started:
            stack.callback(each.kill)
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        yield [each.pid for each in started]


def processors(process: int) -> list[set[int]]:
    """Where each of its threads may run."""
    threads = Path(f"/proc/{process}/task").iterdir()
    return [os.sched_getaffinity(int(each.name)) for each in threads]


def test_the_generator_has_the_last_processor_and_the_server_all_others(
    two: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, generator = two
    every = os.sched_getaffinity(0)
    if len(every) > 1:
        assert keep_apart(server, generator) == len(every) - 1
        assert processors(server) == [every - {max(every)}] * 2
        assert processors(generator) == [{max(every)}] * 2
    # with one processor there is nothing to part
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {0})
    assert not keep_apart(server, generator)
