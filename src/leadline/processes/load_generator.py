"""Load generator: requests at random times, or by clients that wait, from a process of its own."""

from __future__ import annotations

import gc
import json
import multiprocessing
import os
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from multiprocessing.pool import Pool
from typing import Any

import numpy as np
from numpy.typing import NDArray

from leadline.errors import EngineError
from leadline.phases.capacity import Load, Step
from leadline.processes.http_connection import Target
from leadline.processes.request_loop import Answers, at_set_times, in_turn
from leadline.stats.machines.latency_bound import further_run_bound, p99_upper_bound

REQUESTS_A_RUN = 200
"""Fewest of a run whose 99th percentile is more than its slowest request."""

_CONNECTIONS = 128


class LoadGenerator:
    """A process that sends requests to one address.

    Parameters
    ----------
    pool : Pool
        Of one process.
    target : Target
        Where to.

    Attributes
    ----------
    process : int
        Its id.
    cpu_s : float
        Processor seconds of the process so far, its start left out.
    """

    def __init__(self, pool: Pool, target: Target) -> None:
        self._pool = pool
        self._target = target
        self.process: int = pool.apply(os.getpid)
        self.cpu_s = 0.0

    def closed_loop(
        self, bodies: Sequence[bytes] | None, *, n_clients: int, seconds: float
    ) -> Load:
        """Let clients ask again as soon as they are answered.

        Parameters
        ----------
        bodies : sequence of bytes or None
            Sent in turn; None: a GET request.
        n_clients : int >= 1
            Connections, one a client.
        seconds : float > 0
            How long.

        Returns
        -------
        Load
            Requests answered a second, and the median and 99 % quantile of the latency in seconds.

        Raises
        ------
        EngineError
            If the server answers anything but 200, or nothing at all.
        """
        answers = self.answers_in_turn(bodies, n_clients=n_clients, seconds=seconds)
        return Load(
            n_clients=n_clients,
            per_s=answers.latency_s.size / answers.seconds,
            p50_s=float(np.quantile(answers.latency_s, 0.5)),
            p99_s=float(np.quantile(answers.latency_s, 0.99)),
        )

    def answers_in_turn(
        self, bodies: Sequence[bytes] | None, *, n_clients: int, seconds: float
    ) -> Answers:
        """What `closed_loop` sums up, request by request; refused as there."""
        given = (self._target, bodies)
        answers = self._call(in_turn, given, {"n_clients": n_clients, "seconds": seconds})
        if set(answers.statuses) != {200}:
            raise _refused(answers)
        return answers

    def open_loop(
        self,
        bodies: Sequence[bytes],
        *,
        rate_per_s: float,
        seconds: float,
        rng: np.random.Generator,
        patience_s: float,
    ) -> Answers:
        """Send requests at random times, as if many people came independently (Poisson).

        Parameters
        ----------
        bodies : sequence of bytes
            Sent in turn.
        rate_per_s : float > 0
            Requests a second, on average.
        seconds : float > 0
            How long.
        rng : numpy.random.Generator
            Of the times.
        patience_s : float
            Broken off when a request has waited for so long.
        """
        n_requests = max(round(rate_per_s * seconds), 1)
        due = np.sort(rng.uniform(0.0, seconds, n_requests))
        settings = {"n_connections": _CONNECTIONS, "patience_s": patience_s}
        return self._call(at_set_times, (self._target, bodies, due), settings)

    def _call(self, function: Any, given: tuple[Any, ...], settings: dict[str, Any]) -> Answers:
        try:
            answers: Answers = self._pool.apply(function, given, settings)
        except OSError as error:
            raise EngineError(
                f"{self._target.host}:{self._target.port} does not answer: {error}.",
                "A server that runs is needed.",
                "Look at its log, or at the address.",
            ) from None
        self.cpu_s += answers.cpu_s
        return answers


@contextmanager
def load_generator(target: Target) -> Iterator[LoadGenerator]:
    """A generator in a process of its own, so that its work does not delay the caller's."""
    # a pause of its garbage collection would count as one of the server
    with multiprocessing.get_context("spawn").Pool(1, initializer=gc.disable) as pool:
        yield LoadGenerator(pool, target)


def bodies_of(rows: Sequence[Mapping[str, Any]], n_rows: int = 1) -> list[bytes]:
    """Requests of so many rows each: bytes as base64, what JSON does not know by `str`."""
    wanted = [rows[i % len(rows)] for i in range(max(len(rows), n_rows))]
    parts = [wanted[i : i + n_rows] for i in range(0, len(wanted) - n_rows + 1, n_rows)]
    return [json.dumps({"rows": part}, default=_as_json).encode() for part in parts]


def step_of(rate_per_s: float, runs: Sequence[Answers]) -> Step:
    """What was measured in runs at one rate, taken together.

    Its 99th percentile is the median of theirs, as that of one run is what will be seen; the upper
    bound is of all requests, and of a further run where each has the 200 that its percentile needs.

    Parameters
    ----------
    rate_per_s : float
        The rate.
    runs : sequence of Answers
        At least one.
    """
    latency = np.concatenate([each.latency_s for each in runs])
    lag = np.concatenate([each.lag_s for each in runs])
    p99s = [_quantile(each.latency_s, 0.99) for each in runs]
    high = p99_upper_bound(latency)
    if len(runs) > 1 and min(each.latency_s.size for each in runs) >= REQUESTS_A_RUN:
        high = max(high, further_run_bound(p99s))
    return Step(
        rate_per_s=rate_per_s,
        seconds=sum(each.seconds for each in runs),
        n_requests=latency.size,
        n_failed=int(np.isinf(latency).sum()),
        p50_s=_finite(_quantile(latency, 0.5)),
        p99_s=_finite(float(np.median(p99s))),
        p99_high_s=_finite(high),
        lag_s=float(np.quantile(lag, 0.99)),
    )


def run_clients(
    port: int, rows: Sequence[dict[str, Any]], *, n_clients: int, seconds: float
) -> Load:
    """Closed loop of requests of one row each to a server of this machine.

    Parameters
    ----------
    port : int
        Port of the server.
    rows : sequence of dict
        Sent in turn.
    n_clients : int >= 1
        Connections, one a client.
    seconds : float > 0
        Seconds the clients run.

    Returns
    -------
    Load

    Raises
    ------
    EngineError
        If the server answers anything but 200, or nothing at all.
    """
    with load_generator(Target("127.0.0.1", port)) as generator:
        return generator.closed_loop(bodies_of(rows), n_clients=n_clients, seconds=seconds)


def _quantile(latency: NDArray[np.float64], share: float) -> float:
    """One that was measured, as what failed has an infinite one."""
    return float(np.quantile(latency, share, method="inverted_cdf"))


def _finite(value: float) -> float | None:
    return float(value) if np.isfinite(value) else None


def _refused(answers: Answers) -> EngineError:
    told = {0: "nothing in time", -1: "nothing, and hung up"}
    said = ", ".join(
        f"{told.get(status, status)} ({n:,} times)"
        for status, n in sorted(answers.statuses.items())
        if status != 200
    )
    return EngineError(
        f"The server answered {said or 'nothing'}.",
        "Every answer must be 200.",
        "Try 'leadline serve' and look at what it prints.",
    )


def _as_json(value: object) -> str:
    """JSON text of other values: images as base64, dates as text."""
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)
