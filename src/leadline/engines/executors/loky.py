"""Executor with several processes on this machine, by loky."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass

from joblib import cpu_count
from joblib.externals.loky import get_reusable_executor
from joblib.externals.loky.process_executor import BrokenProcessPool

from leadline.engines.contract import Result, Spec
from leadline.errors import EngineError

_IDLE_S = 300
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "POLARS_MAX_THREADS")


@dataclass(frozen=True)
class Loky:
    """Runs tasks in processes that stay for the next one, the cores shared out among them.

    Parameters
    ----------
    n_jobs : int, default=-1
        How many at once; -1 is one a core.
    n_beside : int >= 0, default=0
        How many more, of the caller, share the cores with them.

    Raises
    ------
    ValueError
        If `n_jobs` is 0.
    """

    n_jobs: int = -1
    n_beside: int = 0

    def __post_init__(self) -> None:
        if self.n_jobs == 0:
            raise ValueError("n_jobs is 0; at least 1, or -1 for all cores, is needed. Change it.")

    @property
    def n_workers(self) -> int:
        """Processes."""
        return int(cpu_count()) if self.n_jobs < 0 else self.n_jobs

    def submit(self, task: Callable[[Spec], Result], spec: Spec) -> Future[Result]:
        """Begin a task in the first process that is free.

        If a process dies, as it does when memory runs out, the results of all that run at that
        moment are an `EngineError`; the next task starts new processes.
        """
        # a fit that leaves memory behind: its process is replaced, and no task is lost
        warnings.filterwarnings("ignore", "A worker stopped while some jobs", UserWarning)
        n_threads = str(max(int(cpu_count()) // (self.n_workers + self.n_beside), 1))
        processes = get_reusable_executor(
            max_workers=self.n_workers, timeout=_IDLE_S, env=dict.fromkeys(_THREADS, n_threads)
        )
        future: Future[Result] = Future()
        future.set_running_or_notify_cancel()
        processes.submit(task, spec).add_done_callback(lambda done: _pass_on(done, future))
        return future


def _pass_on(done: Future[Result], future: Future[Result]) -> None:
    """What a process gave, or that it died."""
    error = done.exception()
    if isinstance(error, BrokenProcessPool):
        error = _died(error)
    if error is None:
        future.set_result(done.result())
    else:
        future.set_exception(error)


def _died(cause: BaseException) -> EngineError:
    error = EngineError(
        "A process that ran a task has died.",
        "Each of them needs memory for its own copy of the data.",
        "Set [find] n_jobs lower (score: --jobs), or executor = 'sequential', and run it again.",
    )
    error.__cause__ = cause
    return error
