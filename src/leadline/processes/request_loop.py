"""Loop of a load generator: requests at set times, or each client's next after its last.

At set times (an open loop) a slow server gets no rest: a request is due when it is due, and its
latency counts from then, whether or not a connection was free [1]_. Clients that wait for their
answer (a closed loop) ask for less the slower they are served, and hide the tail.

References
----------
.. [1] G. Tene (2013), How not to measure latency. Strange Loop conference.
"""

from __future__ import annotations

import select
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leadline.processes.http_connection import Connection, Target

_GOOD = 200


@dataclass(frozen=True)
class Answers:
    """What became of the requests of one run, in the order in which they were due.

    Attributes
    ----------
    due_s : ndarray of float, shape (n_requests,)
        Seconds from the start at which each was due.
    latency_s : ndarray of float, shape (n_requests,)
        Seconds from then to its answer; infinite without a good one.
    lag_s : ndarray of float, shape (n_requests,)
        Seconds by which this process saw late that it was due; 0 for requests never begun.
    statuses : dict of int to int
        How often the server said what; -1: the connection ended, 0: no answer in time.
    cpu_s : float
        Processor seconds of this process.
    seconds : float
        From the start to the last answer.
    """

    due_s: NDArray[np.float64]
    latency_s: NDArray[np.float64]
    lag_s: NDArray[np.float64]
    statuses: dict[int, int]
    cpu_s: float
    seconds: float


def at_set_times(
    target: Target,
    bodies: Sequence[bytes],
    due_s: NDArray[np.float64],
    *,
    n_connections: int,
    patience_s: float,
) -> Answers:
    """Send a request at each of some times.

    Parameters
    ----------
    target : Target
        Where to.
    bodies : sequence of bytes
        Sent in turn.
    due_s : ndarray of float, shape (n_requests,)
        Seconds from the start, ascending.
    n_connections : int >= 1
        Most requests on their way at a time; others wait, and their latency counts on.
    patience_s : float
        When a request has waited for so long, the run is broken off; what is open has no answer.
    """
    return _Run(target, bodies, n_connections).open_loop(due_s, patience_s)


def in_turn(
    target: Target, bodies: Sequence[bytes] | None, *, n_clients: int, seconds: float
) -> Answers:
    """Let clients send the next request as soon as the last is answered.

    Parameters
    ----------
    target : Target
        Where to.
    bodies : sequence of bytes or None
        Sent in turn; None: a GET request without one.
    n_clients : int >= 1
        Connections, one a client.
    seconds : float > 0
        After which no request is begun.
    """
    return _Run(target, bodies, n_clients).closed_loop(seconds)


class _Run:
    def __init__(self, target: Target, bodies: Sequence[bytes] | None, n_connections: int) -> None:
        self._idle = deque(Connection(target) for _ in range(n_connections))
        self._busy: list[Connection] = []
        self._requests = [target.request(body) for body in bodies or (None,)]
        self._latency: dict[int, float] = {}
        self._statuses: dict[int, int] = {}
        self._due: Sequence[float] = []
        self._cpu = time.process_time()
        self._start = time.perf_counter()

    def open_loop(self, due_s: NDArray[np.float64], patience_s: float) -> Answers:
        due = due_s.tolist()
        self._due, n_requests = due, len(due)
        lag, waiting, seen = [0.0] * n_requests, deque[int](), 0
        while seen < n_requests or waiting or self._busy:
            now = time.perf_counter() - self._start
            while seen < n_requests and due[seen] <= now:
                lag[seen] = now - due[seen]
                waiting.append(seen)
                seen += 1
            while waiting and self._idle:
                self._send(waiting.popleft())
            oldest = min((each.request for each in self._busy), default=seen)
            if waiting:
                oldest = min(oldest, waiting[0])
            if oldest < seen and now - due[oldest] > patience_s:
                break
            if not self._idle and not self._busy:
                break  # every connection is lost
            pause = due[seen] - (time.perf_counter() - self._start) if seen < n_requests else 0.1
            self._receive(max(pause, 0.0))
        return self._answers(due_s, lag, n_requests)

    def closed_loop(self, seconds: float) -> Answers:
        due: list[float] = []
        self._due = due
        while True:
            now = time.perf_counter() - self._start
            while self._idle and now < seconds:
                due.append(now)
                self._send(len(due) - 1)
                now = time.perf_counter() - self._start
            if not self._busy:
                break
            self._receive(1.0)
        return self._answers(np.array(due), [0.0] * len(due), len(due))

    def _send(self, number: int) -> None:
        connection = self._idle.popleft()
        try:
            connection.send(number, self._requests[number % len(self._requests)])
        except OSError:
            self._note(number, -1)
            connection.close()
        else:
            self._busy.append(connection)

    def _receive(self, pause: float) -> None:
        """Take what has come in; wait for something for as long as there is nothing due."""
        if not self._busy:
            time.sleep(pause)
            return
        for connection in select.select(self._busy, (), (), pause)[0]:
            number = connection.request
            try:
                status = connection.receive()
            except OSError:
                self._note(number, -1)
                self._busy.remove(connection)
                connection.close()
                continue
            if status:
                self._note(number, status)
                self._busy.remove(connection)
                self._idle.append(connection)

    def _note(self, number: int, status: int) -> None:
        self._statuses[status] = self._statuses.get(status, 0) + 1
        if status == _GOOD:
            self._latency[number] = time.perf_counter() - self._start - self._due[number]

    def _answers(self, due: NDArray[np.float64], lag: list[float], n_requests: int) -> Answers:
        took_s = time.perf_counter() - self._start
        for connection in (*self._idle, *self._busy):
            connection.close()
        n_open = n_requests - sum(self._statuses.values())
        if n_open:
            self._statuses[0] = n_open
        return Answers(
            due_s=due,
            latency_s=np.array([self._latency.get(i, np.inf) for i in range(n_requests)]),
            lag_s=np.array(lag),
            statuses=self._statuses,
            cpu_s=time.process_time() - self._cpu,
            seconds=took_s,
        )
