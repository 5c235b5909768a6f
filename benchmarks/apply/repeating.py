"""The same thing many times, each with a chance of its own, on one or more processes."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

_EVERY_S = 10.0


def repeat(
    task: Callable[[np.random.Generator], Any],
    n: int,
    seed: int,
    *,
    name: str,
    n_processes: int = 1,
) -> list[Any]:
    """Run a task n times; the results depend on the seed alone, not on the processes.

    A line on stderr says how far it is and how long it will take.
    """
    return each_of([task] * n, seed, name=name, n_processes=n_processes)


def each_of(
    tasks: Sequence[Callable[[np.random.Generator], Any]],
    seed: int,
    *,
    name: str,
    n_processes: int = 1,
) -> list[Any]:
    """Run each task once, as `repeat` runs one many times."""
    n = len(tasks)
    jobs = [_Job(task, (seed, index)) for index, task in enumerate(tasks)]
    started = shown = time.monotonic()
    found = []
    for result in _results(jobs, n_processes):
        found.append(result)
        now = time.monotonic()
        if now - shown > _EVERY_S or len(found) == n:
            each = (now - started) / len(found)
            left = each * (n - len(found))
            print(
                f"{name}: {len(found)} of {n}, {each:.2f} s each, {left / 60:.0f} min left",
                file=sys.stderr,
                flush=True,
            )
            shown = now
    return found


class _Job:
    def __init__(self, task: Callable[[np.random.Generator], Any], key: tuple[int, int]) -> None:
        self.task, self.key = task, key

    def __call__(self) -> Any:
        return self.task(np.random.default_rng(self.key))


_JOBS: list[_Job] = []


def _results(jobs: list[_Job], n_processes: int) -> Any:
    if n_processes == 1:
        yield from (job() for job in jobs)
        return
    # forked, so that tasks need no pickling and a stream that was made once is shared
    _JOBS[:] = jobs
    with multiprocessing.get_context("fork").Pool(n_processes) as pool:
        yield from pool.imap(_run, range(len(jobs)))


def _run(index: int) -> Any:
    return _JOBS[index]()
