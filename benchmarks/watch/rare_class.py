"""False alarms and delay of the monitor where the class that matters is rare.

    python benchmarks/watch/rare_class.py [--runs 40]

Streams are simulated: blocks of 150 or 600 rows, positive 4 %, 20 blocks of reference, 50 labels a
block that the monitor asks for, or all. The log of the share of positive rows, and the mean of the
scores, differ from block to block by .1, or by .3. Nothing changes for 45 blocks; the share of
positive rows doubles, or halves, at the same scores of each class; the model no longer finds most
of what it found (three of four positive rows score as the others do); a fortieth of the negative
rows score higher than they did. Alarms: share of runs with any, within 45 blocks, or within 60
where something changes. Delay: blocks until an alarm, median. By: what most of the alarms said.
Run length 156: three years of weeks. Beside it a monitor of the share wrong alone.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from leadline.stats.monitoring.error_monitor import Monitor
from leadline.stats.monitoring.watched_rates import RATES

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_POSITIVE, _THRESHOLD, _RUN_LENGTH = 0.04, 0.25, 156
_N_REFERENCE, _N_STILL, _N_CHANGED = 20, 45, 60
_CHANGES = {
    "nothing": (_POSITIVE, 0.0, 1.0),
    "nothing, blocks differ": (_POSITIVE, 0.0, 1.0),
    "twice the positive rows": (2 * _POSITIVE, 0.0, 1.0),
    "half the positive rows": (_POSITIVE / 2, 0.0, 1.0),
    "recall lost": (_POSITIVE, 0.75, 1.0),
    "more false alarms": (_POSITIVE, 0.0, 3.0),
}
_WATCHED = {"share wrong alone": ("error",), "share wrong, recall, precision": RATES}
Block = tuple[np.ndarray, np.ndarray, np.ndarray]


def block(
    rng: np.random.Generator, n: int, change: tuple[float, float, float], spread: float
) -> Block:
    """Scores that are calibrated where nothing changes; harder and easier blocks."""
    share, lost, more_flags = change
    truth = rng.random(n) < share * np.exp(rng.normal(0, spread))
    is_found = truth & (rng.random(n) >= lost)
    value = rng.normal(np.where(is_found, 2.4, 0.0) + rng.normal(0, spread), 1.0)
    # some negative rows look like positive ones
    if more_flags > 1:
        value = np.where(~truth & (rng.random(n) < 0.012 * (more_flags - 1)), value + 3, value)
    odds = np.log(_POSITIVE / (1 - _POSITIVE)) + 2.4 * value - 2.4**2 / 2
    scores = 1 / (1 + np.exp(-odds))
    return scores, scores >= _THRESHOLD, truth


def first_alarm(
    seed: int, n: int, labels: int, change: str, rates: Sequence[str]
) -> tuple[float, str]:
    """Block of the first alarm, counted from 1, and what became worse."""
    rng = np.random.default_rng([seed, n, 5])
    spread = 0.3 if change.endswith("differ") else 0.1
    reference = [block(rng, n, _CHANGES["nothing"], spread) for _ in range(_N_REFERENCE)]
    monitor = Monitor(reference, labels, run_length=_RUN_LENGTH, rng=rng, rates=rates)
    for number in range(1, (_N_STILL if change.startswith("nothing") else _N_CHANGED) + 1):
        scores, said, truth = block(rng, n, _CHANGES[change], spread)
        rows = monitor.ask(scores, said)
        state = monitor.update(scores, said, rows, truth[rows])
        if state.alarm:
            return number, " and ".join(state.worse)
    return np.inf, ""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=40)
    n_runs = parser.parse_args().runs
    header = ["change", "rows", "labels", "watched", "alarms", "delay", "by"]
    rows = []
    for change in _CHANGES:
        for n, labels in ((150, 50), (600, 50), (600, 600)):
            for name, rates in _WATCHED.items():
                found = [first_alarm(seed, n, labels, change, rates) for seed in range(n_runs)]
                first = np.array([number for number, _ in found])
                delay = float(np.median(first))
                by = [who for _, who in found if who]
                most = max(set(by), key=by.count) if by else "–"
                told = f"{delay:g}" if np.isfinite(delay) else "–"
                share = f"{np.isfinite(first).mean():.2f}"
                rows.append([change, str(n), str(labels), name, share, told, most])
                print(rows[-1], file=sys.stderr, flush=True)
    print(markdown(header, rows))


if __name__ == "__main__":
    main()
