"""Load generator: clients that send the next request as soon as the last is answered."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import time
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import numpy as np

from leadline.errors import EngineError
from leadline.phases.capacity import Load


def run_clients(
    port: int, rows: Sequence[dict[str, Any]], *, n_clients: int, seconds: float
) -> Load:
    """Send requests of one row each over kept connections for some seconds.

    The clients run in a process of their own and do not slow the caller down. They share the
    machine with the server, so the rate measured is lower than it would be without them.

    Parameters
    ----------
    port : int
        Port of the server on this machine.
    rows : sequence of dict
        Sent in turn as JSON: bytes as base64, other values that JSON does not know by `str`.
    n_clients : int >= 1
        Connections, one a client.
    seconds : float > 0
        Seconds the clients run.

    Returns
    -------
    Load
        Requests a second, and the median and 99 % quantile of the latency in seconds.

    Raises
    ------
    EngineError
        If the server answers anything but 200, or nothing at all.
    """
    bodies = [json.dumps({"rows": [row]}, default=_as_json).encode() for row in rows]
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        latencies, took_s = pool.apply(_drive, (port, bodies, n_clients, seconds))
    if not latencies:
        raise EngineError(
            f"The server answered none of {n_clients} clients in {seconds:g} s.",
            "At least one answer is needed.",
            "Try 'leadline serve' and look at what it prints.",
        )
    return Load(
        n_clients=n_clients,
        per_s=len(latencies) / took_s,
        p50_s=float(np.quantile(latencies, 0.5)),
        p99_s=float(np.quantile(latencies, 0.99)),
    )


def _as_json(value: object) -> str:
    """JSON text of other values: images as base64, dates as text."""
    return b64encode(value).decode() if isinstance(value, bytes) else str(value)


def _drive(
    port: int, bodies: list[bytes], n_clients: int, seconds: float
) -> tuple[list[float], float]:
    """Latencies in seconds, and the seconds until the last answer."""
    started = time.perf_counter()
    latencies = asyncio.run(_all_clients(port, bodies, n_clients, seconds))
    return latencies, time.perf_counter() - started


async def _all_clients(
    port: int, bodies: list[bytes], n_clients: int, seconds: float
) -> list[float]:
    until = time.perf_counter() + seconds
    clients = [_client(port, bodies, start, until) for start in range(n_clients)]
    return [latency for latencies in await asyncio.gather(*clients) for latency in latencies]


async def _client(port: int, bodies: list[bytes], start: int, until: float) -> list[float]:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    latencies: list[float] = []
    turn = start
    while time.perf_counter() < until:
        body = bodies[turn % len(bodies)]
        turn += 1
        asked = time.perf_counter()
        head = (
            "POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        writer.write(head.encode() + body)
        await _answer(reader)
        latencies.append(time.perf_counter() - asked)
    writer.close()
    return latencies


async def _answer(reader: asyncio.StreamReader) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    lengths = [line for line in lines if line.lower().startswith("content-length:")]
    body = await reader.readexactly(int(lengths[0].split(":")[1])) if lengths else b""
    if " 200 " not in status:
        raise EngineError(f"The server answered {status!r}: {body.decode(errors='replace')[:200]}")
