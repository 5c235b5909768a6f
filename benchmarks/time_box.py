"""Does a time box end when it says? A guest's family that would take an hour, on real flights.

Prints, for each box, what was granted and what was used: the search itself as the record keeps it,
and the whole command as a person waits for it.

    python benchmarks/time_box.py [SECONDS ...]
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import polars as pl

from leadline.demo import flights
from leadline.phases.search import Search
from leadline.phases.trial import TrialState
from leadline.settings import template
from leadline.workspace import Workspace

_GUEST = '''
import signal
import time


class Slow:
    """Ignores every signal it may ignore, and fits for an hour."""

    name, complexity = "slow", 9

    def candidates(self, task, columns, n_rows):
        return [{}]

    def build(self, params, task, columns, seed):
        return self

    def fit(self, X, y):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        end = time.monotonic() + 3600
        while time.monotonic() < end:
            sum(range(10_000_000))
        return self
'''


def install_guest(folder: Path) -> None:
    """Make a package with an entry point, as pip would leave it."""
    (folder / "slow_guest.py").write_text(_GUEST)
    info = folder / "slow_guest-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: slow-guest\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[leadline.families]\nslow = slow_guest:Slow\n")


def make_workspace(folder: Path, seconds: float) -> None:
    """50,000 flights, and a search among the baseline, a linear model and the guest."""
    folder.mkdir()
    story = flights.write_files(folder)
    pool = folder / story.files[0]
    pl.read_parquet(pool)[-50_000:].write_parquet(pool)
    text = template(
        name="box",
        files=story.files,
        label=story.label,
        problem={**story.problem, "time_box_s": seconds},
        data=story.data,
        more={"find": {"families": ["majority", "linear", "slow"]}},
    )
    (folder / "leadline.toml").write_text(text)


def run(folder: Path, guests: Path, *rows: str) -> float:
    """Seconds of a whole command."""
    environment = {**os.environ, "PYTHONPATH": str(guests)}
    command = [sys.executable, "-m", "leadline.cli", "run", *rows, "-C", str(folder), "--json"]
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def main(boxes: list[float]) -> None:
    """Print a line a box."""
    print("granted s | search used s | command took s | finished | cut")
    for seconds in boxes:
        with tempfile.TemporaryDirectory() as temporary:
            guests, folder = Path(temporary) / "guests", Path(temporary) / "box"
            guests.mkdir()
            install_guest(guests)
            make_workspace(folder, seconds)
            run(folder, guests, "problem", "data")
            wall = run(folder, guests, "search")
            with Workspace.open(folder) as workspace:
                entry = workspace.record.latest("search")
                assert entry is not None
                assert isinstance(entry.verdict, Search)
                search = entry.verdict
            done = [t.name for t in search.trials if t.state is TrialState.COMPLETE]
            cut = [t.name for t in search.trials if t.state is TrialState.CUT]
            print(
                f"{seconds:9.0f} | {search.spent_s:13.2f} | {wall:14.2f} | "
                f"{', '.join(done)} | {', '.join(cut)}"
            )


if __name__ == "__main__":
    main([float(text) for text in sys.argv[1:]] or [10.0, 60.0])
