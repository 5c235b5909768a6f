"""Faults of clients, of the machine and of releases, tried on a real server process.

    python benchmarks/ship/faults.py [--examples 2000] [--terms 20] [--swaps 50]

Each line says what was done, what was seen, and whether that is what was promised. Requests are
*lost* if their connection was accepted and no answer came. The server runs with a log of its
answers; at the end every line that any server wrote must be one JSON object.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from fault_clients import (
    HEAD,
    Clients,
    Server,
    all_at_once,
    free_port,
    status_of,
    watching_health,
)

from leadline.engines.loading import load
from leadline.serving.releases.bundle import Card, load_or_make_key, seal
from leadline.serving.releases.pointer import Pointer, write_pointer

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

COLUMNS = {f"n{i}": "number" for i in range(10)} | {f"w{i}": "category" for i in range(6)}
PROJECT = "faults"

# a schema cannot say that there is one value a row, or that each input comes once; and with
# "keep_good" what does not fit is told in a good answer. A check named on the command line is on
FUZZ_CONFIG = """[checks]
positive_data_acceptance.enabled = false
[[operations]]
include-path = "/outcomes"
checks.negative_data_rejection.enabled = false
"""

Told = tuple[str, bool]


class Bench:
    """Two releases, and servers of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.key_path = folder / "key"
        self.key = load_or_make_key(self.key_path)
        self.releases = folder / "releases"
        self.digests = [self._sealed(seed) for seed in (0, 1)]
        self.pointer = self.releases / "in-service.json"
        self.servers: list[Server] = []
        self.counter = 0
        rows = self.X.head(1).to_dicts()
        self.body = json.dumps({"rows": rows}).encode()

    def _sealed(self, seed: int) -> str:
        rng = np.random.default_rng(seed)
        columns: dict[str, Any] = {
            name: rng.normal(size=500) if kind == "number" else rng.choice(["a", "b", "c"], 500)
            for name, kind in COLUMNS.items()
        }
        self.X = pl.DataFrame(columns)
        y = (columns["n0"] + rng.normal(size=500) > 0).astype(int)
        family = load("families", "linear")()
        candidate = family.candidates("binary", COLUMNS, 500)[0]
        model = family.build(candidate, "binary", COLUMNS, 0).fit(self.X, y)
        card = Card(
            project=PROJECT,
            label="y",
            task="binary",
            columns=COLUMNS,
            positive="1",
            classes=("0", "1"),
            threshold=0.5,
            family="linear",
        )
        golden = self.X.head(20)
        return seal(self.releases, model=model, card=card, golden_X=golden, key=self.key).digest

    def rows(self, n_rows: int) -> bytes:
        rows = self.X.to_dicts()
        return json.dumps({"rows": [rows[i % len(rows)] for i in range(n_rows)]}).encode()

    def server(self, **options: Any) -> Server:
        made = Server(self.releases / self.digests[0], self.key_path, **options)
        self.servers.append(made)
        return made

    def move(self, digest: str) -> None:
        self.counter += 1
        at = datetime.now(UTC).isoformat()
        said = Pointer(PROJECT, self.counter, digest[:12], digest, "Ada", "a try", at)
        write_pointer(self.releases, said, self.key)


def fuzzed(bench: Bench, server: Server, n_examples: int) -> Told:
    """Requests made at random from the description, valid and not."""
    (bench.folder / "schemathesis.toml").write_text(FUZZ_CONFIG)
    done = subprocess.run(
        [
            *(sys.executable, "-m", "schemathesis.cli", "run"),
            f"http://127.0.0.1:{server.port}/openapi.json",
            *("--phases", "examples,coverage,fuzzing"),
            *("--max-examples", str(max(1, n_examples // 12)), "--continue-on-failure"),
            *("--seed", "1", "--suppress-health-check", "all"),
        ],
        capture_output=True,
        text=True,
        cwd=bench.folder,
        check=False,
    )
    found = re.search(r"([\d,]+) generated", done.stdout)
    n_cases = int(found[1].replace(",", "")) if found else 0
    if done.returncode:
        print(done.stdout[-2_000:], done.stderr[-500:], file=sys.stderr)
    broken = re.findall(r"❌ (ST\d+.*)", done.stdout)
    is_good = done.returncode == 0 and n_cases >= n_examples
    return f"{n_cases:,} cases; {', '.join(broken) or 'no 500, nothing beyond the schema'}", is_good


def slow_clients(bench: Bench, server: Server) -> Told:
    """Clients that send a byte a second, of the head or of the body."""
    head, body = HEAD, HEAD + b"Content-Length: 5000\r\n\r\n{"

    def drip(index: int) -> tuple[int, float]:
        connection = server.connect()
        began = time.monotonic()
        connection.sendall(body if index % 2 else head)
        connection.settimeout(1.0)
        while time.monotonic() - began < 40:
            try:
                answer = connection.recv(100)
                connection.close()
                return int(answer.split()[1]) if answer else 0, time.monotonic() - began
            except TimeoutError:
                connection.sendall(b"x")
        return -1, 40.0

    clients = Clients(server.port, bench.body, 4, ends_at_refusal=False)
    with watching_health(server) as health, clients as load:
        ends = all_at_once(200, drip)
    statuses = Counter(status for status, _ in ends)
    longest = max(seconds for _, seconds in ends)
    words = (
        f"{_counted(statuses)}, the last after {longest:.0f} s; beside them {load.answered:,} "
        f"requests answered, {len(load.lost)} lost; /health/live at most {max(health) * 1e3:.0f} ms"
    )
    return words, set(statuses) == {408} and not load.lost and not load.refused


def silent_clients(_: Bench, server: Server) -> Told:
    """Connections on which nothing comes."""
    began = time.monotonic()
    statuses = Counter(all_at_once(200, lambda _: status_of(server.connect())))
    return f"{_counted(statuses)} after {time.monotonic() - began:.0f} s", set(statuses) == {408}


def large_bodies(_: Bench, server: Server) -> Told:
    """Bodies of 20 MB."""
    before, data = server.memory_mb(), b"x" * 20_000_000

    def send(_: int) -> int:
        connection = server.connect()
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(data) + data)
        return status_of(connection)

    statuses = Counter(all_at_once(20, send))
    more = server.memory_mb() - before
    return f"{_counted(statuses)}; {more:.0f} MB more memory", set(statuses) == {413} and more < 100


def large_headers(_: Bench, server: Server) -> Told:
    """Headers of 100 KB, at once and without an end."""

    def send(index: int) -> int:
        connection = server.connect()
        end = b"\r\n\r\n" if index % 2 else b""
        connection.sendall(b"GET /health/live HTTP/1.1\r\nX: " + b"x" * 100_000 + end)
        return status_of(connection)

    statuses = Counter(all_at_once(50, send))
    return _counted(statuses), set(statuses) == {431}


def hang_ups(bench: Bench, server: Server) -> Told:
    """Clients that reset the connection after they have asked."""
    n_before, body = len(server.lines), bench.rows(50)

    def hang_up(_: int) -> None:
        connection = server.connect()
        connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
        time.sleep(random.random() * 0.05)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        connection.close()

    all_at_once(300, hang_up)
    time.sleep(1.0)
    lines = server.lines[n_before:]
    in_flight = server.get("/health/ready")["ready"] and server.predict(bench.body)
    words = f"{len(lines):,} lines, {sum('Traceback' in one for one in lines)} tracebacks"
    return f"{words}; then {in_flight}", len(lines) <= 300 and in_flight == 200


def large_request(bench: Bench, server: Server) -> Told:
    """A request of 10,000 rows, with small ones and /health/live beside it."""
    body = bench.rows(10_000)
    clients = Clients(server.port, bench.body, 2, ends_at_refusal=False)
    with watching_health(server) as health, clients as load:
        began = time.monotonic()
        status = server.predict(body)
        took_s = time.monotonic() - began
    words = (
        f"{status} after {took_s:.1f} s; /health/live at most {max(health) * 1e3:.0f} ms, another "
        f"request {load.slowest_s * 1e3:.0f} ms"
    )
    return words, status == 200 and max(health) < 1.0 and not load.lost


def ended_under_load(bench: Bench, n_times: int) -> Told:
    """TERM while 16 clients ask, beside idle and half-sent requests."""
    answered, lost, seconds = 0, [], []
    for _ in range(n_times):
        server = bench.server().start().ready()
        half, idle = server.connect(), server.connect()
        half.sendall(HEAD + b"Content-Length: 900\r\n\r\n{")
        with Clients(server.port, bench.body, 16, ends_at_refusal=True) as load:
            time.sleep(0.5 + random.random())
            seconds.append(server.end(signal.SIGTERM))
        answered += load.answered
        lost += load.lost + ["refused"] * load.refused
        half.close()
        idle.close()
    words = f"{answered:,} answered, {len(lost)} lost; ended after {max(seconds):.1f} s at most"
    kinds = f" ({_counted(Counter(lost))})" if lost else ""
    return words + kinds, not lost and max(seconds) < 25


def killed(bench: Bench) -> Told:
    """kill -9 under load, and started again on the same port and log."""
    log = bench.folder / "served"
    port, n_answered = free_port(), 0
    for _ in range(3):
        server = bench.server(port=port, log=log).start().ready()
        with Clients(port, bench.body, 4, ends_at_refusal=True) as load:
            time.sleep(2.0)
            server.end(signal.SIGKILL)
        n_answered += load.answered
    server = bench.server(port=port, log=log).start().ready()
    status = server.predict(bench.body)
    server.end(signal.SIGTERM)
    lines = [line for file in log.glob("*.jsonl") for line in file.read_bytes().splitlines()]
    broken = sum(not _is_json(line) for line in lines)
    words = f"answers {status} again; {len(lines):,} of {n_answered + 1:,} answers in the log"
    return f"{words}, {broken} lines cut off by a kill", status == 200 and broken <= 3


def raced(bench: Bench) -> Told:
    """Two servers started at once on one port."""
    good = 0
    for _ in range(5):
        port = free_port()
        both = [bench.server(port=port).start() for _ in range(2)]
        until = time.monotonic() + 60
        while all(one.process.poll() is None for one in both) and time.monotonic() < until:
            time.sleep(0.05)
        loser, winner = sorted(both, key=lambda one: one.process.poll() is None)
        is_told = any("cannot be used" in line for line in loser.lines)
        loser.lines = [line for line in loser.lines if not line.startswith("Error: ")]
        good += is_told and winner.ready().predict(bench.body) == 200
        winner.end(signal.SIGTERM)
    return f"{good} of 5 times one answers and the other says why it does not", good == 5


def swapped(bench: Bench, n_times: int) -> Told:
    """The release in service changed under load."""
    server = bench.server(pointer=bench.pointer).start().ready()
    with Clients(server.port, bench.body, 8, ends_at_refusal=False) as load:
        for turn in range(n_times):
            digest = bench.digests[(turn + 1) % 2]
            bench.move(digest)
            until = time.monotonic() + 60
            while server.get("/health/ready")["release"] != digest[:12]:
                if time.monotonic() > until:
                    return f"swap {turn + 1} was not followed", False
                time.sleep(0.05)
    server.end(signal.SIGTERM)
    failed = len(load.lost) + load.refused
    words = f"{load.answered:,} answered, {failed} failed; slowest {load.slowest_s * 1e3:.0f} ms"
    return words, not failed


def tampered(bench: Bench) -> Told:
    """A later release with one bit flipped, file after file."""
    good, first = bench.digests[1], bench.digests[0][:12]
    bench.move(bench.digests[0])
    server = bench.server(pointer=bench.pointer).start().ready()
    refused, files = 0, sorted(path.name for path in (bench.releases / good).iterdir())
    for name in files:
        path = bench.releases / good / name
        whole = path.read_bytes()
        place = random.randrange(len(whole))
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        bench.move(good)
        until = time.monotonic() + 60
        while "refused" not in server.get("/health/ready") and time.monotonic() < until:
            time.sleep(0.05)
        told = server.get("/health/ready")
        refused += "refused" in told and told["release"] == first
        path.write_bytes(whole)
        bench.move(bench.digests[0])
        while "refused" in server.get("/health/ready"):
            time.sleep(0.05)
    server.end(signal.SIGTERM)
    return f"{refused} of {len(files)} files: refused, and {first} answers", refused == len(files)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--examples", type=int, default=2_000, help="requests made at random")
    parser.add_argument("--terms", type=int, default=20, help="ends under load")
    parser.add_argument("--swaps", type=int, default=50, help="changes of the release")
    parser.add_argument("--only", default="", help="faults whose name has this in it")
    given = parser.parse_args()
    random.seed(0)
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        rows = _run(bench, given)
    print(markdown(["fault", "seen", "as promised"], rows))
    sys.exit(0 if all(row[2] == "yes" for row in rows) else 1)


def _run(bench: Bench, given: argparse.Namespace) -> list[list[str]]:
    """Every fault in turn; those of clients on one server."""
    shared = bench.server(log=bench.folder / "answers").start().ready()
    tries: dict[str, Callable[[], Told]] = {
        f"{given.examples:,} requests at random": lambda: fuzzed(bench, shared, given.examples),
        "200 slow clients": lambda: slow_clients(bench, shared),
        "200 silent connections": lambda: silent_clients(bench, shared),
        "20 bodies of 20 MB": lambda: large_bodies(bench, shared),
        "50 headers of 100 KB": lambda: large_headers(bench, shared),
        "300 hang-ups": lambda: hang_ups(bench, shared),
        "10,000 rows in one request": lambda: large_request(bench, shared),
        f"TERM under load, {given.terms} times": lambda: ended_under_load(bench, given.terms),
        "kill -9, 3 times": lambda: killed(bench),
        "two servers, one port": lambda: raced(bench),
        f"hot swap, {given.swaps} times": lambda: swapped(bench, given.swaps),
        "tampered release": lambda: tampered(bench),
    }
    rows = []
    for name, act in tries.items():
        if given.only in name:
            seen, is_good = act()
            rows.append([name, seen, "yes" if is_good else "**no**"])
            print(*rows[-1], sep=" | ", file=sys.stderr, flush=True)
    shared.end(signal.SIGTERM)
    n_lines = sum(len(server.lines) for server in bench.servers)
    n_broken = sum(server.broken_lines() for server in bench.servers)
    good = "yes" if not n_broken else "**no**"
    rows.append(["lines of all logs", f"{n_lines:,}, {n_broken} not one JSON object", good])
    return rows


def _counted(found: Counter[Any]) -> str:
    return ", ".join(f"{n:,} x {name}" for name, n in found.most_common())


def _is_json(line: bytes) -> bool:
    try:
        return isinstance(json.loads(line), dict)
    except ValueError:
        return False


if __name__ == "__main__":
    main()
