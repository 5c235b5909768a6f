from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from leadline.processes import machine_noise
from leadline.processes.machine_noise import NoiseMeter, stolen_s
from leadline.processes.usage import processor_times

SPINS = "import time\nuntil = time.monotonic() + 60\nwhile time.monotonic() < until: pass"


def test_work_of_others_is_seen_and_that_of_the_server_is_not() -> None:
    spinning = subprocess.Popen([sys.executable, "-c", SPINS])
    sleeping = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    try:
        of_sleeping, of_spinning = NoiseMeter(sleeping.pid), NoiseMeter(spinning.pid)
        time.sleep(1.0)
        others, ours = of_sleeping.noise(0.0), of_spinning.noise(0.0)
    finally:
        for each in (spinning, sleeping):
            each.kill()
            each.wait()
    assert others is not None
    assert ours is not None
    assert others.n_processors == os.cpu_count()
    # whatever else runs here, the spinning process counts in one and not in the other
    assert others.others_share > ours.others_share
    assert 0 <= ours.others_share <= 1
    assert 0 <= others.stolen_share <= 1


def test_processor_time_counts_children_too() -> None:
    nested = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {SPINS!r}])"
    parent = subprocess.Popen([sys.executable, "-c", nested], start_new_session=True)
    try:
        until = time.monotonic() + 30.0
        while processor_times(parent.pid).cpu_s < 0.5 and time.monotonic() < until:
            time.sleep(0.05)
        assert processor_times(parent.pid).cpu_s >= 0.5
    finally:
        os.killpg(parent.pid, 9)
        parent.wait()
    assert processor_times(parent.pid).cpu_s == 0.0


def test_what_the_host_took_is_read_from_the_system(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stat = tmp_path / "stat"
    monkeypatch.setattr(machine_noise, "_STAT", stat)
    assert stolen_s() == 0.0, "a machine without /proc"
    ticks = 7 * os.sysconf("SC_CLK_TCK")
    stat.write_text(f"cpu 1 2 3 4 5 6 0 {ticks} 0 0\ncpu0 1 2 3 4 5 6 0 9 0 0\n")
    assert stolen_s() == 7.0
    stat.write_text("cpu 1 2 3\n")
    assert stolen_s() == 0.0, "an old system"
