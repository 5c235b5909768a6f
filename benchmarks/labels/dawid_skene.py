"""From votes to labels: majority, Dawid-Skene as Leadline has it, and crowd-kit's.

Recognising textual entailment and bluebirds with the truth known, then 10,000 items with five
votes for the time. crowd-kit cannot be installed beside us: it has an environment of its own, made
once in the cache, and is timed inside it.

    python benchmarks/labels/dawid_skene.py
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from leadline.stats.labels.label_aggregation import dawid_skene

_CROWD = Path(__file__).resolve().parents[3] / "shared" / "data" / "crowd"
_CACHE = Path.home() / ".cache" / "leadline-benchmarks" / "labels" / "crowd-kit"
_N_ITEMS, _N_JUDGES, _N_VOTES = 10_000, 100, 5
_N_RUNS = 5

_PEER = """
import sys, time
import numpy as np, pandas as pd
from crowdkit.aggregation import DawidSkene
votes = np.load(sys.argv[1])
frame = pd.DataFrame(votes, columns=["task", "worker", "label"])
times = []
for _ in range(int(sys.argv[3])):
    started = time.perf_counter()
    labels = DawidSkene(n_iter=100).fit_predict(frame)
    times.append(time.perf_counter() - started)
np.savez(sys.argv[2], labels=labels.sort_index().to_numpy(), seconds=np.median(times))
"""


@dataclass(frozen=True)
class Crowd:
    """Votes of shape (n_votes, 3): item, judge, label; and the truth by ascending item."""

    name: str
    votes: np.ndarray
    truth: np.ndarray


def real(name: str) -> Crowd:
    """A published crowd."""
    votes = np.loadtxt(_CROWD / f"{name}_crowd.txt", dtype=int)
    truth = np.loadtxt(_CROWD / f"{name}_truth.txt", dtype=int)
    return Crowd(name, votes, truth[np.argsort(truth[:, 0]), 1])


def made() -> Crowd:
    """Judges of accuracies between .55 and .95, two classes."""
    rng = np.random.default_rng(0)
    truth = rng.integers(0, 2, _N_ITEMS)
    right = rng.uniform(0.55, 0.95, _N_JUDGES)
    item = np.repeat(np.arange(_N_ITEMS), _N_VOTES)
    judge = np.concatenate([rng.permutation(_N_JUDGES)[:_N_VOTES] for _ in range(_N_ITEMS)])
    label = np.where(rng.random(item.size) < right[judge], truth[item], 1 - truth[item])
    return Crowd(f"{_N_ITEMS:,} x {_N_VOTES}", np.column_stack([item, judge, label]), truth)


def majority(votes: np.ndarray) -> np.ndarray:
    """Most frequent label; a tie goes to the lower one."""
    items, i = np.unique(votes[:, 0], return_inverse=True)
    classes, y = np.unique(votes[:, 2], return_inverse=True)
    tallies = np.bincount(i * classes.size + y, minlength=items.size * classes.size)
    return classes[tallies.reshape(items.size, -1).argmax(axis=1)]


def ours(votes: np.ndarray) -> tuple[np.ndarray, float]:
    """Labels, and the median seconds."""
    seconds = []
    for _ in range(_N_RUNS):
        started = time.perf_counter()
        labels = dawid_skene(*votes.T).labels
        seconds.append(time.perf_counter() - started)
    return labels, float(np.median(seconds))


def peer(votes: np.ndarray) -> tuple[np.ndarray, float] | None:
    """crowd-kit's, or None where it cannot be installed."""
    python = _CACHE / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(_CACHE)], check=True)
        made = subprocess.run([str(python), "-m", "pip", "install", "-q", "crowd-kit"], check=False)
        if made.returncode:
            return None
    with tempfile.TemporaryDirectory() as folder:
        given, found = Path(folder) / "votes.npy", Path(folder) / "found.npz"
        np.save(given, votes)
        done = subprocess.run(
            [str(python), "-c", _PEER, str(given), str(found), str(_N_RUNS)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stderr[-300:], file=sys.stderr)
            return None
        result = np.load(found)
        return result["labels"], float(result["seconds"])


def main() -> None:
    """Print the table."""
    print("| crowd | items | judges | votes | majority | ours | crowd-kit | ours s | crowd-kit s |")
    print("|---|---:|---:|---:|---:|---:|---:|---:|---:|")
    for crowd in (real("rte"), real("bluebird"), made()):
        labels, seconds = ours(crowd.votes)
        other = peer(crowd.votes)
        sizes = [np.unique(crowd.votes[:, column]).size for column in (0, 1)]
        cells = [
            crowd.name,
            *(f"{n:,}" for n in (*sizes, len(crowd.votes))),
            *(f"{np.mean(each == crowd.truth):.4f}" for each in (majority(crowd.votes), labels)),
            f"{np.mean(other[0] == crowd.truth):.4f}" if other else "-",
            f"{seconds:.3f}",
            f"{other[1]:.3f}" if other else "-",
        ]
        print("|", " | ".join(cells), "|", flush=True)


if __name__ == "__main__":
    main()
