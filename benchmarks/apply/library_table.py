"""Intervals from 200 judgments on the streams of the library's test half, beside the peers.

    python benchmarks/apply/library_table.py [--every 4] [--draws 200] [--half test]
        [--methods Leadline,"stratified Jeffreys"] [--worst 10]

Real classifiers, the thresholds at .3, .8 and 1.8 times the positives. A cell is a stream, a
threshold and a figure (precision or recall): its coverage is the share of draws whose 90 % interval
holds the truth. ``--every 4`` takes each fourth stream.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from library import Recorded, library
from methods import METHODS
from repeating import each_of

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N = 200
_HEAD = [
    "method",
    "precision covered",
    "recall covered",
    "cells below .80",
    "below .72",
    "worst",
    "width of precision",
    "width of recall",
]


@dataclass(frozen=True)
class Seen:
    """Of one method on one stream: coverage and width, each of shape (2, n_thresholds)."""

    covered: np.ndarray
    width: np.ndarray


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--half", default="test", choices=("test", "learning"))
    parser.add_argument("--every", type=int, default=1)
    parser.add_argument("--draws", type=int, default=200)
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--worst", type=int, default=0)
    given = parser.parse_args()
    streams = library(given.half)[:: given.every]
    methods = given.methods.split(",")
    tasks = [_task(one, methods, given.draws) for one in streams]
    found = each_of(tasks, 0, name=f"{given.half} half", n_processes=given.processes)
    sets = len({each.data_set for each in streams})
    print(f"{len(streams)} streams of {sets} data sets ({given.half} half), {_N} judgments\n")
    rows = [[method, *_cells([each[method] for each in found])] for method in methods]
    print(markdown(_HEAD, rows), flush=True)
    for method in methods if given.worst else ():
        print(f"\n{method}, worst cells")
        for line in _worst(streams, [each[method] for each in found])[: given.worst]:
            print(f"* {line}")


def _task(one: Recorded, methods: list[str], n_draws: int):
    def once(rng: np.random.Generator) -> dict[str, Seen]:
        stream = one.stream
        truth = np.stack([stream.precision, stream.recall])
        found = {}
        for method in methods:
            held, widths = [], []
            for _ in range(n_draws):
                answer = METHODS[method](stream, _N, rng)
                both = np.stack([answer.precision, answer.recall])
                held.append((both[:, 0] <= truth + 1e-12) & (truth <= both[:, 1] + 1e-12))
                widths.append(both[:, 1] - both[:, 0])
            found[method] = Seen(np.mean(held, axis=0), np.nanmean(widths, axis=0))
        return found

    return once


def _cells(seen: list[Seen]) -> list[str]:
    covered = np.array([each.covered for each in seen])
    width = np.array([each.width for each in seen]).mean(axis=(0, 2))
    precision, recall = covered.mean(axis=(0, 2))
    numbers = (
        precision,
        recall,
        np.mean(covered < 0.80),
        np.mean(covered < 0.72),
        covered.min(),
        *width,
    )
    return [f"{number:.3f}" for number in numbers]


def _worst(streams: list[Recorded], seen: list[Seen]) -> list[str]:
    lines = [
        (
            each.covered[figure, place],
            (
                f"{each.covered[figure, place]:.2f} {name} at threshold {place + 1}, width "
                f"{each.width[figure, place]:.2f}: {one.name}"
            ),
        )
        for one, each in zip(streams, seen, strict=True)
        for figure, name in enumerate(("precision", "recall"))
        for place in range(each.covered.shape[1])
    ]
    return [line for _, line in sorted(lines, key=lambda pair: pair[0])]


if __name__ == "__main__":
    main()
