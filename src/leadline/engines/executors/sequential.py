"""Executor of one task after another, in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from leadline.engines.contract import Result, Spec


@dataclass(frozen=True)
class Sequential:
    """Runs each task when its result is asked for.

    Parameters
    ----------
    n_jobs : int, default=1
        Taken so that every executor is made the same way; one task runs at a time.

    Examples
    --------
    >>> list(Sequential().map(abs, [-1, 2, -3]))
    [1, 2, 3]
    """

    n_jobs: int = 1

    def map(self, task: Callable[[Spec], Result], specs: Sequence[Spec]) -> Iterator[Result]:
        """One result a spec, in order."""
        for spec in specs:
            yield task(spec)
