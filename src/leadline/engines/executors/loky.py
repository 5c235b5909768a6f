"""Executor with several processes on this machine, by loky."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from joblib import Parallel, cpu_count, delayed
from joblib.externals.loky.process_executor import TerminatedWorkerError

from leadline.engines.contract import Result, Spec
from leadline.errors import EngineError


@dataclass(frozen=True)
class Loky:
    """Runs tasks in joblib's processes, the cores shared out among them.

    Parameters
    ----------
    n_jobs : int, default=-1
        How many at once; -1 is one a core.

    Raises
    ------
    ValueError
        If `n_jobs` is 0.
    """

    n_jobs: int = -1

    def __post_init__(self) -> None:
        if self.n_jobs == 0:
            raise ValueError("n_jobs is 0; at least 1, or -1 for all cores, is needed. Change it.")

    def map(self, task: Callable[[Spec], Result], specs: Sequence[Spec]) -> Iterator[Result]:
        """One result a spec, in order, each as soon as it is there.

        Raises
        ------
        EngineError
            If a process dies, as it does when memory runs out.
        """
        parallel = Parallel(n_jobs=min(self._size(), max(len(specs), 1)), return_as="generator")
        try:
            yield from parallel(delayed(task)(spec) for spec in specs)
        except TerminatedWorkerError as error:
            raise EngineError(
                "A process that ran a task has died.",
                "Each of them needs memory for its own copy of the data.",
                "Set [find] n_jobs lower, or executor = 'sequential', and run it again.",
            ) from error

    def _size(self) -> int:
        """Processes to run at once."""
        return int(cpu_count()) if self.n_jobs < 0 else self.n_jobs
