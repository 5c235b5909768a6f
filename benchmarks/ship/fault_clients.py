"""Clients that behave well or badly, and a server process to try them on."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

SERVE = """
import sys
from pathlib import Path
from leadline.engines.loading import load
from leadline.errors import LeadlineError
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.releases.keys import public_keys
folder, port, key, pointer, log = sys.argv[1:]
try:
    load("servers", "http")(
        Path(folder),
        port=int(port),
        trusted=public_keys(Path(key)),
        pointer=(Path(pointer), 0) if pointer else None,
        log=LogPlace(Path(log)) if log else None,
        grace_s=1.0,
    )
except LeadlineError as error:
    sys.exit(f"Error: {error}")
"""
HEAD = b"POST /predict HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
JSON = {"Content-Type": "application/json"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Server:
    """A server process, and the lines it has written."""

    release: Path
    key: Path
    pointer: Path | str = ""
    log: Path | str = ""
    port: int = 0
    lines: list[str] = field(default_factory=list)

    def start(self) -> Server:
        self.port = self.port or free_port()
        words = [str(one) for one in (self.release, self.port, self.key, self.pointer, self.log)]
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, *words], stderr=subprocess.PIPE, text=True
        )
        threading.Thread(target=self._read, args=(self.process.stderr,), daemon=True).start()
        return self

    def _read(self, file: Any) -> None:
        self.lines.extend(file)

    def ready(self) -> Server:
        until = time.monotonic() + 120
        while time.monotonic() < until and self.process.poll() is None:
            with suppress(OSError, urllib.error.URLError):
                if self.get("/health/ready")["ready"]:
                    return self
            time.sleep(0.1)
        raise SystemExit(f"the server did not become ready: {self.lines}")

    def get(self, path: str) -> dict[str, Any]:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            told: dict[str, Any] = json.loads(answer.read())
            return told

    def predict(self, body: bytes) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request("POST", "/predict", body, JSON)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status

    def connect(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=120)

    def memory_mb(self) -> float:
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
        return 0.0

    def end(self, number: int) -> float:
        """Send a signal; seconds until the process is gone."""
        began = time.monotonic()
        os.kill(self.process.pid, number)
        self.process.wait(60)
        return time.monotonic() - began

    def broken_lines(self) -> int:
        """Lines of the log that are not a JSON object."""
        time.sleep(0.2)
        n_broken = 0
        for line in self.lines:
            try:
                is_good = isinstance(json.loads(line), dict)
            except ValueError:
                is_good = False
            if not is_good:
                print("not one JSON object:", line, end="", file=sys.stderr)
                n_broken += 1
        return n_broken


@dataclass
class Load:
    """What clients saw that asked without a pause."""

    answered: int = 0
    refused: int = 0
    lost: list[str] = field(default_factory=list)
    slowest_s: float = 0.0


class Clients:
    """Clients in threads; half of them keep their connection.

    A request is *lost* if its connection was accepted and no answer came.
    """

    def __init__(self, port: int, body: bytes, n_clients: int, *, ends_at_refusal: bool) -> None:
        self.load = Load()
        self._port, self._body, self._ends = port, body, ends_at_refusal
        self._is_over = threading.Event()
        self._turn = threading.Lock()
        self._threads = [
            threading.Thread(target=self._run, args=(index % 2 == 0,), daemon=True)
            for index in range(n_clients)
        ]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self.load

    def __exit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join(120)

    def _run(self, keeps: bool) -> None:
        connection = None
        while not self._is_over.is_set():
            if connection is None:
                connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
                try:
                    connection.connect()
                except ConnectionRefusedError:
                    connection = None
                    if self._ends:
                        return
                    continue
                except OSError as error:
                    with self._turn:
                        self.load.lost.append(f"{type(error).__name__}: {error}")
                    connection = None
                    continue
            connection = self._ask(connection, keeps)

    def _ask(
        self, connection: http.client.HTTPConnection, keeps: bool
    ) -> http.client.HTTPConnection | None:
        began = time.monotonic()
        try:
            connection.request("POST", "/predict", self._body, JSON)
            answer = connection.getresponse()
            answer.read()
        except (OSError, http.client.HTTPException) as error:
            with self._turn:
                self.load.lost.append(f"{type(error).__name__}: {error}")
            connection.close()
            return None
        with self._turn:
            self.load.slowest_s = max(self.load.slowest_s, time.monotonic() - began)
            self.load.answered += answer.status == 200
            self.load.refused += answer.status != 200
        if keeps and not answer.will_close:
            return connection
        connection.close()
        return None


@contextmanager
def watching_health(server: Server) -> Iterator[list[float]]:
    """Seconds that ``/health/live`` takes, asked all the time meanwhile."""
    seconds: list[float] = []
    is_over = threading.Event()

    def watch() -> None:
        while not is_over.is_set():
            began = time.monotonic()
            server.get("/health/live")
            seconds.append(time.monotonic() - began)
            time.sleep(0.005)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        yield seconds
    finally:
        is_over.set()
        thread.join(60)


def all_at_once(n_times: int, act: Callable[[int], Any]) -> list[Any]:
    """What some threads return that do the same at one time."""
    results: list[Any] = [None] * n_times

    def one(index: int) -> None:
        results[index] = act(index)

    threads = [threading.Thread(target=one, args=(index,)) for index in range(n_times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(180)
    return results


def status_of(connection: socket.socket) -> int:
    """Status of the answer on a connection; 0 if it was closed without one."""
    data = b""
    with suppress(OSError):
        while b"\r\n" not in data:
            part = connection.recv(4096)
            if not part:
                break
            data += part
    connection.close()
    return int(data.split()[1]) if data.startswith(b"HTTP/1.1 ") else 0
