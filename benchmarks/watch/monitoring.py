"""The error of a block from 50 labels, false alarms of a run, and how soon a rise is found.

    python benchmarks/watch/monitoring.py [--runs 60]

Streams of `dated_streams`; the reference is the first third of the blocks after training. "Error"
is the mean distance of the estimate from the block's true error in the order of time. False alarms:
share of runs with any alarm after the blocks were shuffled, from which drift is so removed. Delay:
blocks until ten points more of the answers are wrong and an alarm says so, median; a run without an
alarm within 200 blocks counts as longer than all others. Leadline watches the share wrong alone,
and beside it recall and precision, as the app does of a binary label.

The detectors of river (ADWIN, DDM, HDDM-A, HDDM-W, Page-Hinkley) get the same blocks with their
default parameters. They are warmed with the reference, with all of its rows in order or with 50 of
each block, then given 50 rows a block at random, one by one, as wrong or right; an alarm is their
word for drift at any row. river is no dependency of Leadline: an environment of its own is made
once in the cache (`~/.cache/leadline-benchmarks/peers/river`) with venv and `pip install river`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice
from pathlib import Path

import numpy as np
from dated_streams import Dated, streams

from leadline.stats.interval import wilson_interval
from leadline.stats.monitoring.error_monitor import Monitor
from leadline.stats.monitoring.watched_rates import RATES

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_LABELS, _LEAST_ROWS, _MOST_DELAY, _RISE = 50, 60, 200, 0.1
# that of the class, ten years of weeks as the app has it, and two
_RUN_LENGTHS = (1000, 156, 104)
_WATCHED = {"": RATES[:1], ", three rates": RATES}
_Z = 1.96
_RIVER = Path.home() / ".cache" / "leadline-benchmarks" / "peers" / "river"
Block = tuple[np.ndarray, np.ndarray, np.ndarray]
Answer = tuple[float, float, float]
Method = Callable[[list[Block], np.random.Generator], Callable[[Block], Answer]]


def constant(reference: list[Block], _: np.random.Generator) -> Callable[[Block], Answer]:
    """The mean of the reference, and the spread of its blocks."""
    errors = np.array([np.mean(said != truth) for _, said, truth in reference])
    mean, sd = float(errors.mean()), float(errors.std(ddof=1))
    return lambda _: (mean - _Z * sd, mean, mean + _Z * sd)


def random_rows(_: list[Block], rng: np.random.Generator) -> Callable[[Block], Answer]:
    """Rows at random, and Wilson's interval."""

    def of(block: Block) -> Answer:
        _, said, truth = block
        rows = rng.permutation(truth.size)[:_LABELS]
        wrong = int(np.sum(said[rows] != truth[rows]))
        found = wilson_interval(wrong, rows.size)
        return found.low, wrong / rows.size, found.high

    return of


def ppi(_: list[Block], rng: np.random.Generator) -> Callable[[Block], Answer]:
    """PPI++ (Angelopoulos, Duchi and Zrnic 2023): rows at random, corrected by the scores."""

    def of(block: Block) -> Answer:
        scores, said, truth = block
        guess = np.where(said > 0, 1 - scores, scores)
        rows = rng.permutation(truth.size)[:_LABELS]
        wrong = (said[rows] != truth[rows]).astype(float)
        weight = np.cov(wrong, guess[rows])[0, 1] / max(np.var(guess), 1e-9)
        parts = wrong - weight * guess[rows]
        middle = float(parts.mean() + weight * guess.mean())
        half = _Z * float(parts.std(ddof=1)) / np.sqrt(rows.size)
        return middle - half, middle, middle + half

    return of


def ours(reference: list[Block], rng: np.random.Generator) -> Callable[[Block], Answer]:
    """Rows by strata of the predicted error, and the filter."""
    monitor = Monitor(reference, labels=_LABELS, rng=rng)

    def of(block: Block) -> Answer:
        scores, said, truth = block
        rows = monitor.ask(scores, said)
        error = monitor.update(scores, said, rows, truth[rows]).error
        return error.low, error.estimate, error.high

    return of


METHODS: dict[str, Method] = {
    "constant": constant,
    "random 50 + Wilson": random_rows,
    "PPI++": ppi,
    "Leadline": ours,
}


@dataclass(frozen=True)
class Run:
    """One shuffle of a stream's blocks.

    Attributes
    ----------
    reference, still : list of Block
        A third of the blocks, and the others.
    worse : list of Block
        The others again and again, ten points more of their answers wrong.
    """

    reference: list[Block]
    still: list[Block]
    worse: list[Block]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=60)
    given = parser.parse_args()
    every = [(one.name, *_blocks(one)) for one in streams()]
    header, rows = ["stream", "blocks", "of the reference", "spread of blocks"], []
    for name, blocks, n in every:
        spread = np.std([np.mean(said != truth) for _, said, truth in blocks])
        rows.append([name, str(len(blocks)), str(n), f"{spread:.3f}"])
    print(markdown(header, rows) + "\n", flush=True)
    header, rows = ["stream", "method", "error", "95 % interval covers", "width"], []
    for stream, blocks, n in every:
        for name, method in METHODS.items():
            error, covered, width = _accuracy(blocks, n, method)
            rows.append([stream, name, f"{error:.4f}", f"{covered:.3f}", f"{width:.3f}"])
    print(markdown(header, rows) + "\n", flush=True)
    found = [_alarms(blocks, n, given.runs) for _, blocks, n in every]
    names = [name for name, _, _ in every]
    for title, column, cell in (
        ("false alarms", 0, lambda blocks: f"{np.isfinite(blocks).mean():.2f}"),
        ("delay", 1, _median),
    ):
        rows = [[who, *(cell(each[who][:, column]) for each in found)] for who in found[0]]
        print(markdown([title, *names], rows) + "\n")


def _blocks(one: Dated) -> tuple[list[Block], int]:
    blocks = [
        each
        for each in zip(one.scores, one.said, one.truth, strict=True)
        if each[0].size > _LEAST_ROWS
    ]
    return blocks, max(8, len(blocks) // 3)


def _accuracy(blocks: list[Block], n: int, method: Method) -> tuple[float, float, float]:
    """Mean distance, coverage and width over ten draws of the rows."""
    off, held, widths = [], [], []
    for seed in range(10):
        answer = method(blocks[:n], np.random.default_rng(seed))
        for block in blocks[n:]:
            low, middle, high = answer(block)
            real = float(np.mean(block[1] != block[2]))
            off.append(abs(middle - real))
            held.append(low <= real <= high)
            widths.append(min(high, 1) - max(low, 0))
    return float(np.mean(off)), float(np.mean(held)), float(np.mean(widths))


def _alarms(blocks: list[Block], n: int, n_runs: int) -> dict[str, np.ndarray]:
    """First alarms of each method, of shape (n_runs, 2): nothing drifts, ten points worse.

    Blocks are counted from 1; infinite where there is no alarm.
    """
    runs = [_run(blocks, n, seed) for seed in range(n_runs)]
    found = {}
    for how, rates in _WATCHED.items():
        ours = np.array(
            [
                [_first_alarms(run.reference, each, seed, rates) for each in (run.still, run.worse)]
                for seed, run in enumerate(runs)
            ]
        )
        for place, length in enumerate(_RUN_LENGTHS):
            found[f"Leadline, run length {length:,}{how}"] = ours[:, :, place]
    for n_warm, warmed in ((None, "all rows"), (_LABELS, f"{_LABELS} a block")):
        for name, alarms in _of_river(runs, n_warm).items():
            found[f"{name}, {warmed}"] = alarms
    return found


def _run(blocks: list[Block], n: int, seed: int) -> Run:
    rng = np.random.default_rng([seed, 1])
    order = rng.permutation(len(blocks))
    still = [blocks[i] for i in order[n:]]
    worse = [_worse(block, rng) for block in islice(cycle(still), _MOST_DELAY)]
    return Run([blocks[i] for i in order[:n]], still, worse)


def _worse(block: Block, rng: np.random.Generator) -> Block:
    scores, said, truth = block
    real = truth.astype(bool)
    right = np.flatnonzero(said == truth)
    turned = rng.permutation(right)[: round(_RISE * real.size)]
    real[turned] = ~real[turned]
    return scores, said, real


def _first_alarms(
    reference: list[Block], blocks: list[Block], seed: int, rates: Sequence[str]
) -> list[float]:
    """The block, counted from 1, at which the monitor alarms, for each run length."""
    monitor = Monitor(reference, _LABELS, rng=np.random.default_rng([seed, 2]), rates=rates)
    found = [np.inf] * len(_RUN_LENGTHS)
    for number, (scores, said, truth) in enumerate(blocks, start=1):
        rows = monitor.ask(scores, said)
        evidence = monitor.update(scores, said, rows, truth[rows]).evidence
        for place, length in enumerate(_RUN_LENGTHS):
            if evidence >= length:
                found[place] = min(found[place], number)
        if np.isfinite(found).all():
            break
    return found


def _of_river(runs: list[Run], n_warm: int | None) -> dict[str, np.ndarray]:
    """First alarms of river's detectors, asked in their own environment."""
    rows = {}
    for seed, run in enumerate(runs):
        rng = np.random.default_rng([seed, 3])
        warm = [_wrong(block, rng, n_warm) for block in run.reference]
        rows[f"warm{seed}"] = np.concatenate(warm)
        for kind, blocks in (("still", run.still), ("worse", run.worse)):
            rows[f"{kind}{seed}"] = np.array([_wrong(each, rng, _LABELS) for each in blocks])
    with tempfile.TemporaryDirectory() as folder:
        np.savez(Path(folder) / "errors.npz", **rows)
        asked = Path(__file__).with_name("river_detectors.py")
        subprocess.run([_python_of_river(), str(asked), folder], check=True)
        said = json.loads((Path(folder) / "alarms.json").read_text())
    # none, where no alarm was raised, is not a number as a float
    return {
        f"river {said['version']} {name}": np.nan_to_num(np.array(found, dtype=float), nan=np.inf)
        for name, found in said["alarms"].items()
    }


def _wrong(block: Block, rng: np.random.Generator, n_rows: int | None) -> np.ndarray:
    """Rows that are wrong (1) or right (0): so many at random, or all of them in order."""
    _, said, truth = block
    wrong = (said != truth).astype(np.uint8)
    return wrong if n_rows is None else wrong[rng.permutation(wrong.size)[:n_rows]]


def _python_of_river() -> str:
    """The Python of river's environment, made when it is first asked for."""
    python = _RIVER / "bin" / "python"
    if not any(_RIVER.glob("lib/python*/site-packages/river")):
        subprocess.run([sys.executable, "-m", "venv", str(_RIVER)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "-q", "river"], check=True)
    return str(python)


def _median(blocks: np.ndarray) -> str:
    middle = float(np.median(blocks))
    return f"{middle:g}" if np.isfinite(middle) else f"over {_MOST_DELAY}"


if __name__ == "__main__":
    main()
