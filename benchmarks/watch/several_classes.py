"""False alarms and delay of the monitor where a label has several classes.

    python benchmarks/watch/several_classes.py [--runs 40]

Streams are simulated: blocks of 300 rows of four classes (50, 30, 15 and 5 % of the rows), of which
about a seventh are wrong, 20 blocks of reference, 50 labels a block that the monitor asks for, or
all. The logs of the shares of the classes and of how hard rows are differ from block to block by
.1. Nothing changes for 45 blocks; or for 60 three of four rows of the rarest class, or of the one
next to it, look like rows of the commonest; ten points more of all answers are wrong; the rarest
class comes twice as often. Alarms, delay and "by" are as in `rare_class.py`; run length 156. Beside
it a monitor of the share wrong alone. "Covers": how often the 95 % interval of the rarest class's
recall over the last eight blocks held that recall, where nothing changed.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

from leadline.jobs.monitor.class_monitors import ClassMonitors
from leadline.monitoring.class_views import views_of
from leadline.monitoring.reference_blocks import MonitoredRows, ReferenceBlocks
from leadline.phases.scoring import Task
from leadline.settings.service_sections import WatchSettings
from leadline.stats.monitoring.alarm_evidence import pooled_evidence

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N_ROWS, _SHARES, _NAMES = 300, np.array([0.5, 0.3, 0.15, 0.05]), np.array(list("abcd"))
_N_REFERENCE, _N_STILL, _N_CHANGED, _RECENT = 20, 45, 60, 8
_CHANGES = (
    "nothing",
    "the rarest class lost",
    "the class next to it lost",
    "ten points more wrong",
    "twice the rarest class",
)
Block = tuple[np.ndarray, np.ndarray, np.ndarray]


def block(rng: np.random.Generator, change: str) -> Block:
    """Score of the class that is said, that class, and the true one."""
    shares = _SHARES * np.exp(rng.normal(0, 0.1, 4))
    if change == "twice the rarest class":
        shares[3] *= 2
    true = rng.choice(4, _N_ROWS, p=shares / shares.sum())
    seems = true.copy()
    lost = {"the rarest class lost": 3, "the class next to it lost": 2}.get(change)
    if lost is not None:
        seems[(true == lost) & (rng.random(_N_ROWS) < 0.75)] = 0
    middles = 2.4 * np.exp(rng.normal(0, 0.1)) * np.eye(4)
    values = middles[seems] + rng.normal(size=(_N_ROWS, 4))
    odds = np.exp(2.4 * values) * _SHARES
    shares_said = odds / odds.sum(axis=1, keepdims=True)
    said = shares_said.argmax(axis=1)
    if change == "ten points more wrong":
        right = np.flatnonzero(said == true)
        turned = rng.permutation(right)[: _N_ROWS // 10]
        true[turned] = (true[turned] + rng.integers(1, 4, turned.size)) % 4
    return shares_said.max(axis=1), _NAMES[said], _NAMES[true]


def reference_of(blocks: list[Block]) -> ReferenceBlocks:
    scored = tuple(
        (scores, np.ones(scores.size), (said == true).astype(float))
        for scores, said, true in blocks
    )
    return ReferenceBlocks(
        task=Task.MULTICLASS,
        tolerance=None,
        error=float(np.mean([np.mean(right == 0) for *_, right in scored])),
        alert_share=None,
        mean_score=0.0,
        share_abstained=None,
        n_positive=0,
        n_flagged=0,
        n_found=0,
        numbers=np.zeros(0),
        blocks=scored,
        views=views_of(blocks),
    )


def run(seed: int, n_labels: int, change: str) -> tuple[list[float], str, bool | None]:
    """First alarms, counted from 1, of the share wrong alone and with the classes, and by what."""
    rng = np.random.default_rng([seed, 7])
    reference = reference_of([block(rng, "nothing") for _ in range(_N_REFERENCE)])
    watch = WatchSettings(labels=n_labels)
    monitor = reference.monitor(watch, rng)
    classes = ClassMonitors.of(reference, watch)
    assert monitor is not None
    first, by, told, whole = [np.inf, np.inf], "", [], []
    for number in range(1, (_N_STILL if change == "nothing" else _N_CHANGED) + 1):
        scores, said, true = block(rng, change)
        rows = monitor.ask(scores, np.ones(scores.size))
        right = (said == true).astype(float)
        state = monitor.update(scores, np.ones(scores.size), rows, right[rows])
        seen = MonitoredRows(scores, np.ones(scores.size), rows, right[rows], said, true[rows])
        classes.update(seen)
        told, whole = [*told, seen][-_RECENT:], [*whole, (said, true)][-_RECENT:]
        evidence = (state.evidence, pooled_evidence(state.evidence, classes.evidence))
        for place, value in enumerate(evidence):
            if value >= monitor.run_length and np.isinf(first[place]):
                first[place] = number
                if place:
                    by = " and ".join((*state.worse, *classes.worse))
    covers = None
    if change == "nothing":
        recent = classes.recalls(told)[-1].recent
        said, true = (np.concatenate(each) for each in zip(*whole, strict=True))
        real = float(np.mean(said[true == "d"] == "d"))
        covers = recent is not None and recent.low - 1e-9 <= real <= recent.high + 1e-9
    return first, by, covers


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=40)
    n_runs = parser.parse_args().runs
    rows = []
    for change in _CHANGES:
        for n_labels in (50, _N_ROWS):
            found = [run(seed, n_labels, change) for seed in range(n_runs)]
            by = [who for _, who, _ in found if who]
            held = [each for *_, each in found if each is not None]
            covers = f"{np.mean(held):.2f}" if held else "–"
            for place, name in enumerate(("share wrong alone", "and each class")):
                first = np.array([each[place] for each, *_ in found])
                delay = float(np.median(first))
                most = max(sorted(set(by)), key=by.count) if place and by else "–"
                told = f"{delay:g}" if np.isfinite(delay) else "–"
                share = f"{np.isfinite(first).mean():.2f}"
                rows.append([change, str(n_labels), name, share, told, most, covers])
                print(rows[-1], file=sys.stderr, flush=True)
    print(markdown(["change", "labels", "watched", "alarms", "delay", "by", "covers"], rows))


if __name__ == "__main__":
    main()
