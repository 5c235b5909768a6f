"""Executor on Ray: several processes here, or a cluster of machines.

Plain tasks: a spec goes out, a result comes back, and the data are read where the task runs, from
the artifacts that its spec names.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any, ClassVar

from leadline.engines.contract import Result, Spec
from leadline.errors import EngineError

_N_RETRIES = 3
_N_STARTS = 3
_CONNECT_S = 10.0
_STORE_BYTES = 100 * 2**20  # results are small; Ray would take a third of the memory
_QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    # what a task raises is raised here, unless its result is no longer wanted
    "RAY_IGNORE_UNHANDLED_ERRORS": "1",
    # by default a task whose process is killed for want of memory is run again for ever
    "RAY_task_oom_retries": str(_N_RETRIES),
    # how soon a task ends whose machine is off the network, where Ray waits 7 minutes; its servers
    # expect to be asked whether they live once a minute at most
    "RAY_grpc_client_keepalive_time_ms": "65000",
    "RAY_grpc_client_keepalive_timeout_ms": "20000",
    # graphics cards stay as they are; unset, Ray warns of it
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}


@dataclass(frozen=True)
class Ray:
    """Runs tasks in Ray, each on one core.

    If ``RAY_ADDRESS`` is set, that cluster is used. Otherwise a Ray of our own starts on this
    machine with the first map, and ends with this process.

    Parameters
    ----------
    n_jobs : int, default=-1
        How many at once; -1 is one a core of the machine or cluster.

    Raises
    ------
    EngineError
        If Ray is not installed.
    ValueError
        If `n_jobs` is 0.
    """

    n_jobs: int = -1
    is_shared: ClassVar[bool] = True

    def __post_init__(self) -> None:
        if self.n_jobs == 0:
            raise ValueError("n_jobs is 0; at least 1, or -1 for all cores, is needed. Change it.")
        if find_spec("ray") is None:
            raise EngineError(
                "The executor 'ray' needs Ray, which is not installed.",
                "It comes with the extra 'leadline[ray]'.",
                "Install it: pip install 'leadline[ray]'; or set [find] executor = 'loky'.",
            )

    @property
    def n_workers(self) -> int:
        """Tasks at once; a cluster has more cores than are granted, or grows."""
        return self.n_jobs if self.n_jobs > 0 else _n_cores(_connected(self.n_jobs))

    def submit(self, task: Callable[[Spec], Result], spec: Spec) -> Future[Result]:
        """Begin a task.

        If its process or machine dies it is run again, three times at most; no other task is
        touched. It is killed when it is cancelled.
        """
        ray = _connected(self.n_jobs)
        call: Any = ray.remote(num_cpus=1, max_retries=_N_RETRIES)(_call)
        reference = call.remote(task, spec)
        future: Future[Result] = _Killing(reference)
        reference.future().add_done_callback(lambda _: _pass_on(reference, future))
        return future


class _Killing(Future[Result]):
    """A result that nobody waits for any more once it is cancelled: its task is killed."""

    def __init__(self, reference: Any) -> None:
        super().__init__()
        self._reference = reference

    def cancel(self) -> bool:
        """Kill the task: it would keep a core from others."""
        import ray

        is_cancelled = super().cancel()
        if is_cancelled and ray.is_initialized():
            ray.cancel(self._reference, force=True)
        return is_cancelled


def _pass_on(reference: Any, future: Future[Result]) -> None:
    """What a task gave or raised, unless nobody waits for it."""
    if future.cancelled():
        return
    try:
        future.set_result(_result(reference))
    except BaseException as error:
        future.set_exception(error)


def _call(task: Callable[[Spec], Result], spec: Spec) -> Result:
    """The one function Ray knows, so that a task may be any callable."""
    return task(spec)


def _n_cores(ray: Any) -> int:
    """Cores of the machine or cluster as it is now; a cluster that is still empty may grow."""
    return max(int(ray.cluster_resources().get("CPU", 0)), 1)


def _connected(n_jobs: int) -> Any:
    """Ray's module, connected; a connection that exists already is used."""
    os.environ.update(_QUIET)  # read when Ray is imported
    import ray

    if ray.is_initialized():
        return ray
    # or a thread prints of every dead process to our standard output, which may be a JSON answer
    ray._private.worker._worker_logs_enabled = False
    address = os.environ.get("RAY_ADDRESS")
    try:
        if address:
            _refuse_unreachable(address)
            ray.init(address, log_to_driver=False, logging_level=logging.ERROR)
        else:
            _start_with_retries(None if n_jobs < 0 else n_jobs)
    except Exception as error:  # Ray raises a plain one if it is slow to start
        where = f"be reached at {address}" if address else "start here"
        raise EngineError(
            f"Ray cannot {where}: {_first_line(error)}",
            "RAY_ADDRESS names a cluster with the same Ray and Python; unset, Ray starts here.",
            "Correct it, or set [find] executor = 'loky'.",
        ) from error
    return ray


def _refuse_unreachable(address: str) -> None:
    """Raise an OSError if nothing listens there; Ray itself would try for a quarter of an hour."""
    host, _, port = address.rpartition("://")[2].rpartition(":")
    if port.isdigit():  # not "auto"
        socket.create_connection((host.strip("[]"), int(port)), timeout=_CONNECT_S).close()


def _start_with_retries(n_cores: int | None) -> None:
    """Start again if it fails: a busy machine takes longer than the 30 s that Ray allows itself."""
    for _ in range(_N_STARTS - 1):
        with suppress(Exception):
            return _start(n_cores)
    return _start(n_cores)


def _start(n_cores: int | None) -> None:
    """Start a Ray that ends with this process.

    Not "auto", which would join any Ray that runs here, such as that of another process under a
    time limit, and would end with it.
    """
    import ray

    # its ports can be reached from elsewhere; without this, Ray writes a secret into the home
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    ray.init(
        "local",
        num_cpus=n_cores,
        num_gpus=0,
        object_store_memory=_STORE_BYTES,
        include_dashboard=False,
        log_to_driver=False,
        logging_level=logging.ERROR,
    )


def _result(reference: Any) -> Any:
    """What a task that is over gave, or raised."""
    import ray
    from ray.exceptions import (
        NodeDiedError,
        OutOfMemoryError,
        RayError,
        RayTaskError,
        WorkerCrashedError,
    )

    try:
        return ray.get(reference)
    except RayTaskError as error:
        if not isinstance(error.cause, RayError):
            raise error.cause from error
        message = _first_line(error.cause)  # the task's own error cannot travel; Ray's words for it
        raise EngineError(f"A task failed: {message}") from error
    except (WorkerCrashedError, NodeDiedError, OutOfMemoryError) as error:
        raise EngineError(
            f"A task's process or machine died {_N_RETRIES + 1} times ({type(error).__name__}).",
            "Each needs memory for its own copy of the data.",
            "Set [find] n_jobs lower (score: --jobs), or run on machines with more memory.",
        ) from error
    except RayError as error:
        raise EngineError(f"Ray lost a task: {_first_line(error)}") from error


def _first_line(error: BaseException) -> str:
    """The first line of what it says; Ray says a lot."""
    return next(iter(str(error).splitlines()), "") or type(error).__name__
