"""Families of strangers: installed as a package is, found through real entry points."""

from __future__ import annotations

import sys
from pathlib import Path
from textwrap import dedent

import pytest

_SOURCE = '''
"""Families that no project should bring."""

import os
import subprocess
import sys
import time
from pathlib import Path

from sklearn.dummy import DummyClassifier


class Guest:
    name = "guest"
    complexity = 2

    def candidates(self, task, columns, n_rows):
        return [{}]

    def build(self, params, task, columns, seed):
        return self.model()


class Sleepy(DummyClassifier):
    def fit(self, X, y):
        process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(3600)"])
        folder = Path(__file__).parent
        (folder / "pids").write_text(f"{os.getpid()} {process.pid}")
        time.sleep(3600)


class Broken(DummyClassifier):
    def fit(self, X, y):
        raise RuntimeError("out of paper")


class Greedy(DummyClassifier):
    def fit(self, X, y):
        held = []
        while True:
            held.append(bytearray(2**26))
            held[-1][:: 2**12] = b"x" * 2**14
            time.sleep(0.01)


class Dying(DummyClassifier):
    def fit(self, X, y):
        os.abort()


class Moody(DummyClassifier):
    def fit(self, X, y):
        if time.time_ns() // 1000 % 3 == 0:
            raise RuntimeError("not today")
        return super().fit(X, y)


class Sleeper(Guest):
    name = "sleeper"
    model = Sleepy


class Breaker(Guest):
    name = "breaker"
    model = Broken


class Hog(Guest):
    name = "hog"
    model = Greedy


class Crasher(Guest):
    name = "crasher"
    model = Dying


class Dicer(Guest):
    name = "dicer"
    model = Moody


class Dreamer(Guest):
    name = "dreamer"

    def candidates(self, task, columns, n_rows):
        time.sleep(3600)
'''


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Install the guests in a folder of their own.

    Returns
    -------
    Path
        Where the sleeper writes its process numbers.
    """
    site = folder / "site"
    info = site / "strangers-1.0.dist-info"
    info.mkdir(parents=True)
    (site / "strangers.py").write_text(_SOURCE)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: strangers\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(
        dedent(
            """
            [leadline.families]
            sleeper = strangers:Sleeper
            breaker = strangers:Breaker
            hog = strangers:Hog
            crasher = strangers:Crasher
            dicer = strangers:Dicer
            dreamer = strangers:Dreamer
            """
        )
    )
    monkeypatch.syspath_prepend(site)
    # every test installs its own copy
    monkeypatch.delitem(sys.modules, "strangers", raising=False)
    return site / "pids"
