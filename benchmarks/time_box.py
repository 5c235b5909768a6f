"""Does a time box end when it says? Guests that misbehave, on 50,000 real flights.

Among the families are one that ignores every signal it may ignore and would fit for an hour, one
that takes a gigabyte of memory a second, and one that raises at random. Prints, for each run, what
was granted and what was used: the search itself as the record keeps it, and the whole command as a
person waits for it.

    python benchmarks/time_box.py [--seconds 60] [--runs 20] [--at-once 1]
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl

from leadline.demo import flights
from leadline.phases.search import Search
from leadline.settings import template
from leadline.workspace import Workspace

_GUESTS = '''
import random
import signal
import time

from sklearn.dummy import DummyClassifier


class _Guest(DummyClassifier):
    complexity = 9

    def candidates(self, task, columns, n_rows):
        return [{}]

    def build(self, params, task, columns, seed):
        return type(self)()


class Slow(_Guest):
    """Ignores every signal it may ignore, and fits for an hour."""

    name = "slow"

    def fit(self, X, y):
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        end = time.monotonic() + 3600
        while time.monotonic() < end:
            sum(range(10_000_000))
        return self


class Greedy(_Guest):
    """Takes a gigabyte a second."""

    name, complexity = "greedy", 3

    def fit(self, X, y):
        held = []
        while True:
            held.append(bytearray(b"x" * 2**27))
            time.sleep(0.125)


class Moody(_Guest):
    """Raises one time in four."""

    name, complexity = "moody", 3

    def fit(self, X, y):
        if random.random() < 0.25:
            raise RuntimeError("not today")
        return super().fit(X, y)
'''
_NAMES = ("slow", "greedy", "moody")
_MEMORY_GB = 4.0


def install_guests(folder: Path) -> None:
    """Make a package with entry points, as pip would leave it."""
    folder.mkdir()
    (folder / "box_guests.py").write_text(_GUESTS)
    info = folder / "box_guests-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: box-guests\nVersion: 1.0\n")
    lines = [f"{name} = box_guests:{name.capitalize()}" for name in _NAMES]
    (info / "entry_points.txt").write_text("\n".join(["[leadline.families]", *lines, ""]))


def make_workspace(folder: Path, seconds: float) -> None:
    """50,000 flights, and a search among our families and the guests."""
    folder.mkdir()
    story = flights.write_files(folder)
    pool = folder / story.files[0]
    pl.read_parquet(pool)[-50_000:].write_parquet(pool)
    find = {
        "families": ["majority", "linear", "greedy", "moody", "slow"],
        "memory_limit_gb": _MEMORY_GB,
    }
    text = template(
        name="box",
        files=story.files,
        label=story.label,
        problem={**story.problem, "time_box_s": seconds},
        data=story.data,
        more={"find": find},
    )
    (folder / "leadline.toml").write_text(text)


def run(folder: Path, guests: Path, *rows: str) -> float:
    """Seconds of a whole command."""
    environment = {**os.environ, "PYTHONPATH": str(guests)}
    command = [sys.executable, "-m", "leadline.cli", "run", *rows, "-C", str(folder), "--json"]
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def box(seconds: float) -> tuple[float, Search]:
    """One search in a workspace of its own: seconds of the command, and the verdict."""
    with tempfile.TemporaryDirectory() as temporary:
        guests, folder = Path(temporary) / "guests", Path(temporary) / "box"
        install_guests(guests)
        make_workspace(folder, seconds)
        run(folder, guests, "problem", "data")
        wall = run(folder, guests, "search")
        with Workspace.open(folder) as workspace:
            entry = workspace.record.latest("search")
            assert entry is not None
            assert isinstance(entry.verdict, Search)
            return wall, entry.verdict


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--runs", type=int, default=1)
    parser.add_argument("--at-once", type=int, default=1, help="more is harder on the box")
    options = parser.parse_args()
    print("granted s | search used s | whole command s | chosen | how its trials ended")
    walls, spent = [], []
    with ThreadPoolExecutor(options.at_once) as pool:
        for wall, search in pool.map(box, [options.seconds] * options.runs):
            walls.append(wall)
            spent.append(search.spent_s)
            ended = Counter(f"{t.family} {t.state.value}" for t in search.trials)
            told = ", ".join(f"{name} x{n}" if n > 1 else name for name, n in ended.items())
            print(
                f"{options.seconds:9.0f} | {search.spent_s:13.2f} | {wall:15.2f} | "
                f"{search.chosen} | {told}",
                flush=True,
            )
    print(
        f"\n{len(walls)} runs: search at most {max(spent):.2f} s, whole command at most "
        f"{max(walls):.2f} s, {sum(wall <= options.seconds + 2 for wall in walls)} of them within "
        f"{options.seconds + 2:g} s"
    )


if __name__ == "__main__":
    main()
