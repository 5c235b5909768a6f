"""Executor of one task after another, in this process."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from leadline.engines.contract import Result, Spec


@dataclass(frozen=True)
class Sequential:
    """Runs each task when it is submitted.

    Parameters
    ----------
    n_jobs : int, default=1
        Taken so that every executor is made the same way; one task runs at a time.

    Examples
    --------
    >>> Sequential().submit(abs, -2).result()
    2
    """

    n_jobs: int = 1

    @property
    def n_workers(self) -> int:
        """One."""
        return 1

    def submit(self, task: Callable[[Spec], Result], spec: Spec) -> Future[Result]:
        """The result of a task that has run."""
        future: Future[Result] = Future()
        try:
            future.set_result(task(spec))
        except Exception as error:
            future.set_exception(error)
        return future
