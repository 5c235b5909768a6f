"""Kill the program twenty times at random moments: the record stays whole, and the work ends."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.alive import running_in
from tests.projects import PROBLEM, customers, project

from leadline.phases.lifecycle import State
from leadline.record import Entry
from leadline.workspace import Workspace

N_KILLS = 20
LONGEST_LIFE_S = 3.2
COMPUTED = ("problem", "data", "feasibility", "search", "labelling", "curve", "forecast", "tuning")


def start_project(folder: Path) -> Path:
    # easy enough that no verdict is a "no", which would want a person
    project(folder, customers(200).drop("joined"), problem={**PROBLEM, "target_score": 0.6}).close()
    return folder


def leadline_run(folder: Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "leadline.cli", "run", "--by", "Ada Ops"],
        cwd=folder,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def inputs(entry: Entry) -> tuple[str, tuple[tuple[str, int], ...]]:
    return entry.row, tuple(sorted(entry.on.items()))


def require_whole(folder: Path) -> None:
    """Every entry can be read, its bytes are there, and none was computed twice."""
    with Workspace.open(folder) as workspace:
        entries = workspace.record.entries()
        for entry in entries:
            assert entry.verdict.summary
            for name in ("snapshot", "model"):
                digest = getattr(entry.verdict, name, "")
                if digest:
                    assert workspace.artifacts.get(digest)
        counts = Counter(map(inputs, entries))
        assert max(counts.values(), default=1) == 1, counts


@pytest.mark.long
def test_twenty_kills_leave_the_record_whole(
    tmp_path: Path, wait_for: Callable[[Callable[[], bool]], None]
) -> None:
    rng = random.Random(0)
    folders = [start_project(tmp_path / "0")]
    n_kills = 0
    while n_kills < N_KILLS:
        process = leadline_run(folders[-1])
        try:
            process.wait(rng.uniform(0.1, LONGEST_LIFE_S))
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            n_kills += 1
            process.wait()
            wait_for(lambda: not running_in(folders[-1]))
        else:
            # all that machines can do was done between two kills: begin another project
            assert process.returncode == 0
            folders.append(start_project(tmp_path / str(len(folders))))
        require_whole(folders[-1])
    assert leadline_run(folders[-1]).wait(120) == 0
    require_whole(folders[-1])
    with Workspace.open(folders[-1]) as workspace:
        now = workspace.record.standing()
        assert {now[row].state for row in COMPUTED} == {State.CURRENT}
