"""Executors: fits a second of each, and whether their scores are the same.

One set of fits, as a search makes them: candidates of two families on folds of 20,000 real flights,
each fit on one thread. The executors take turns in one process, so that whatever else the machine
does meets them all. The first set pays for starting processes and their imports; the others do not.

    python benchmarks/find/executors.py [SETS]
"""

from __future__ import annotations

import os

# before anything counts the cores
os.environ["OMP_NUM_THREADS"] = "1"

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from leadline.demo import flights
from leadline.engines.in_order import in_order
from leadline.engines.loading import load
from leadline.evaluation.fit import FitResult, attempt
from leadline.evaluation.fit_spec import FitSpec, spec_of
from leadline.jobs import data as data_job
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.services.commands import state_problem
from leadline.settings import template
from leadline.workspace import Workspace

_N_ROWS = 20_000
_N_FOLDS = 2
_N_CANDIDATES = 4
_FAMILIES = ("linear", "boosting")


@dataclass
class Lane:
    """An executor and what it took."""

    name: str
    executor: Any
    first_s: float = 0.0
    seconds: list[float] = field(default_factory=list)
    scores: tuple[float, ...] = ()


class _Quiet:
    """A report to nobody."""

    def __call__(self, message: str, share: float | None = None) -> None:
        del message, share

    def waited_s(self) -> float:
        return 0.0


def make_specs(folder: Path) -> list[FitSpec]:
    """Fits of a workspace with real flights."""
    story = flights.write_files(folder)
    pool = folder / story.files[0]
    pl.read_parquet(pool)[-_N_ROWS:].write_parquet(pool)
    text = template(
        name="executors",
        files=story.files,
        label=story.label,
        problem=story.problem,
        data=story.data,
    )
    (folder / "leadline.toml").write_text(text)
    with Workspace.open(folder) as workspace:
        state_problem(workspace, "benchmark")
        reading = workspace.record.reading("data")
        problem = reading.of(Problem)
        data = data_job.run(workspace, reading, _Quiet())
        return list(_fits(replace(spec_of(workspace, problem, data), n_folds=_N_FOLDS)))


def _fits(spec: FitSpec) -> list[FitSpec]:
    """Every candidate on every fold."""
    return [
        replace(spec, family=name, params=params, fold=fold)
        for name in _FAMILIES
        for params in islice(_candidates(name, spec.data, spec), _N_CANDIDATES)
        for fold in range(_N_FOLDS)
    ]


def _candidates(name: str, data: Data, spec: FitSpec) -> Sequence[Any]:
    family = load("families", name)()
    found: Sequence[Any] = family.candidates(
        spec.target.task.value, data.features, data.split.n_train
    )
    return found


def run_set(lane: Lane, specs: list[FitSpec]) -> float:
    """Seconds of one set; its scores are kept."""
    started = time.perf_counter()
    results: list[FitResult] = list(in_order(lane.executor, attempt, specs))
    seconds = time.perf_counter() - started
    lane.scores = tuple(result.score for result in results)
    return seconds


def main(n_sets: int) -> None:
    """Print a line an executor."""
    lanes = [
        Lane("sequential", load("executors", "sequential")(1)),
        Lane("loky, 2 processes", load("executors", "loky")(2)),
        # the first of the two starts Ray, with two cores
        Lane("ray, 2 at once", load("executors", "ray")(2)),
        Lane("ray, 1 at once", load("executors", "ray")(1)),
    ]
    with tempfile.TemporaryDirectory() as folder:
        specs = make_specs(Path(folder))
        for lane in lanes:
            lane.first_s = run_set(lane, specs)
        for _ in range(n_sets):
            for lane in lanes:
                lane.seconds.append(run_set(lane, specs))
    plain = statistics.median(lanes[0].seconds)
    print(f"{len(specs)} fits a set, {n_sets} sets after the first")
    print("executor          | first set s | later sets s, median | fits/s | gain | same scores")
    for lane in lanes:
        median = statistics.median(lane.seconds)
        is_same = lane.scores == lanes[0].scores
        print(
            f"{lane.name:17} | {lane.first_s:11.1f} | {median:20.1f} | "
            f"{len(specs) / median:6.2f} | {plain / median:4.2f} | {'yes' if is_same else 'NO'}"
        )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 5)
