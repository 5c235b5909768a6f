from __future__ import annotations

import os
import subprocess
import sys

import pytest

from leadline.processes.usage import free_memory, members, usage_of

_BUSY = """
import time
held = bytearray(200 * 2**20)
held[:: 4096] = b"x" * (len(held) // 4096)
end = time.process_time() + 1.0
while time.process_time() < end:
    pass
print("ready", flush=True)
time.sleep(600)
"""


def test_memory_and_processor_time_of_a_session_are_seen() -> None:
    command = [sys.executable, "-c", _BUSY]
    with subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, text=True
    ) as child:
        try:
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            assert list(members(child.pid)) == [child.pid]
            usage = usage_of(child.pid)
            assert 1.0 <= usage.cpu_s < 5.0
            assert 200 * 2**20 < usage.memory < 400 * 2**20
            assert usage.waiting_s >= 0.0
            # the sum that counts shared pages for each is an upper bound: enough below the limit
            rough = usage_of(child.pid, memory_from=2**40)
            assert usage.memory <= rough.memory < 2**40
            exact = usage_of(child.pid, memory_from=100 * 2**20)
            assert exact.memory == pytest.approx(usage.memory, rel=0.05)
        finally:
            child.kill()
    assert usage_of(child.pid).memory == 0


def test_our_own_session_holds_us() -> None:
    assert os.getpid() in set(members(os.getsid(0)))


def test_free_memory_is_what_the_machine_says() -> None:
    assert 2**28 < free_memory() < 2**44
