"""The error of a block from 50 labels, false alarms of a run, and how soon a rise is found.

    python benchmarks/watch/monitoring.py [--runs 60]

Streams of `dated_streams`; the reference is the first third of the blocks after training. "Error"
is the mean distance of the estimate from the block's true error in the order of time. False alarms:
share of runs with any alarm after the blocks were shuffled, from which drift is so removed. Delay:
blocks until ten points more of the answers are wrong and an alarm says so, median.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from dated_streams import Dated, streams

from leadline.stats.interval import wilson_interval
from leadline.stats.monitoring import Monitor

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_LABELS, _LEAST_ROWS, _MOST_DELAY = 50, 60, 200
_Z = 1.96
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


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=60)
    given = parser.parse_args()
    every = streams()
    rows = []
    for one in every:
        blocks, n = _blocks(one)
        for name, method in METHODS.items():
            error, covered, width = _accuracy(blocks, n, method)
            rows.append([one.name, name, f"{error:.4f}", f"{covered:.3f}", f"{width:.3f}"])
    print(
        markdown(["stream", "method", "error", "95 % interval covers", "width"], rows), flush=True
    )
    rows = []
    for one in every:
        blocks, n = _blocks(one)
        false, delays = _alarms(blocks, n, given.runs)
        spread = np.std([np.mean(said != truth) for _, said, truth in blocks])
        rows.append(
            [one.name, str(len(blocks) - n), f"{spread:.3f}", f"{false:.2f}", f"{delays:.0f}"]
        )
    print()
    print(markdown(["stream", "blocks", "spread of blocks", "false alarms", "delay"], rows))


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


def _alarms(blocks: list[Block], n: int, n_runs: int) -> tuple[float, float]:
    false, delays = [], []
    for seed in range(n_runs):
        rng = np.random.default_rng([seed, 1])
        order = rng.permutation(len(blocks))
        reference, rest = [blocks[i] for i in order[:n]], [blocks[i] for i in order[n:]]
        false.append(_first_alarm(reference, rest, rng, worse=0.0) is not None)
        delay = _first_alarm(reference, rest * 8, rng, worse=0.1)
        delays.append(_MOST_DELAY if delay is None else delay)
    return float(np.mean(false)), float(np.median(delays))


def _first_alarm(
    reference: list[Block], blocks: list[Block], rng: np.random.Generator, worse: float
) -> int | None:
    """The block, counted from 1, at which an alarm was raised."""
    monitor = Monitor(reference, labels=_LABELS, rng=rng)
    for number, (scores, said, truth) in enumerate(blocks, start=1):
        real = truth.astype(bool).copy()
        right = np.flatnonzero(said == truth)
        turned = rng.permutation(right)[: round(worse * real.size)]
        real[turned] = ~real[turned]
        rows = monitor.ask(scores, said)
        if monitor.update(scores, said, rows, real[rows]).alarm:
            return number
    return None


if __name__ == "__main__":
    main()
