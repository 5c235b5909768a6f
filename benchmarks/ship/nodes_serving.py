"""A serving application on the nodes of `ray_nodes.py`: asked while one of them dies.

The application is the one that ``leadline deploy ray-serve`` writes, with the package beside it in
a folder that each node has. Clients outside ask the proxies of nodes 1 and 2, one row a request;
the replica of node 3 is reached through them. Nobody asks twice: what fails is counted.
"""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import polars as pl
from tests.deployment.conftest import PLAN
from tests.projects import customers

from leadline.deployment.deployment_files import deployment_files, write_files
from leadline.serving.access.bearer_tokens import add_token

_PORT = 8000
_N_CLIENTS = 4
_BEFORE_S, _AFTER_S = 5.0, 40.0
_PATIENCE_S, _READY_S = 10.0, 300.0

Run = Callable[[list[str], Path], "subprocess.Popen[str]"]


@dataclass
class _Told:
    """What clients saw: when each request ended, after how long, and with which score or fault."""

    answers: list[tuple[float, float, int, Any]] = field(default_factory=list)
    is_over: bool = False


def serve_and_kill(
    workspace: Path,
    folder: Path,
    run: Run,
    addresses: list[str],
    kill: Callable[[], None],
) -> list[str]:
    """What was seen, as cells of a table.

    Parameters
    ----------
    workspace : Path
        Of a project with a release.
    folder : Path
        That each node has; must be empty.
    run : callable
        Runs a command on the first node, in a folder.
    addresses : list of str
        Of the nodes; the last one is killed.
    kill : callable
        Kills it.
    """
    rows = customers(40, 3).drop("left")
    token = _made(workspace, folder, run, rows)
    scored = pl.read_csv(folder / "new.scored.csv")["score"].to_list()
    asked = rows.with_columns(pl.col("joined").dt.strftime("%Y-%m-%d %H:%M")).to_dicts()
    head = addresses[0].rpartition(":")[0] or addresses[0]
    _done(
        run(["serve", "run", "--non-blocking", "--address", f"{head}:6379", "serve.yaml"], folder)
    )
    n_replicas = _replicas(addresses, token)
    told = _Told()
    clients = [
        threading.Thread(target=_ask, args=(told, addresses[n % 2], token, asked, n))
        for n in range(_N_CLIENTS)
    ]
    for client in clients:
        client.start()
    time.sleep(_BEFORE_S)
    kill()
    killed_at = time.monotonic()
    time.sleep(_AFTER_S)
    told.is_over = True
    for client in clients:
        client.join()
    return _cells(told, killed_at, scored, n_replicas)


def _made(workspace: Path, folder: Path, run: Run, rows: pl.DataFrame) -> str:
    """Application, package and a token; the same rows scored by command. The token."""
    plan = replace(PLAN, n_replicas=3, port=_PORT, folder=str(folder), memory_mib=256)
    write_files(deployment_files("ray-serve", plan), folder)
    _done(run(["leadline", "package", "--to", "package", "-C", str(workspace)], folder))
    rows.write_csv(folder / "new.csv")
    _done(run(["leadline", "score", "new.csv", "-C", str(workspace)], folder))
    with zipfile.ZipFile(folder / "application.zip", "w") as archive:
        for path in (folder / "application.py", *sorted((folder / "package").rglob("*"))):
            if path.is_file():
                archive.write(path, path.relative_to(folder))
    return add_token(folder / "tokens", "clients")


def _done(process: subprocess.Popen[str]) -> None:
    out, _ = process.communicate()
    if process.returncode:
        raise SystemExit(f"{process.args}: {process.returncode}\n{out}")


def _replicas(addresses: list[str], token: str) -> int:
    """How many replicas answer: each tells in its metrics when it was started."""
    seen: Counter[str] = Counter()
    until = time.monotonic() + _READY_S
    while len(seen) < len(addresses) and time.monotonic() < until:
        for address in addresses:
            with suppress(OSError, http.client.HTTPException):
                status, body = _request(address, "GET", "/metrics", token)
                if status == 200:
                    found = re.search(rb"leadline_start_time_seconds (\S+)", body)
                    seen[found[1].decode() if found else ""] += 1
        time.sleep(0.2)
    if not seen:
        raise SystemExit("no replica answers")
    return len(seen)


def _ask(told: _Told, address: str, token: str, rows: list[dict[str, Any]], at: int) -> None:
    """Ask for one row after the other, each over a connection of its own."""
    while not told.is_over:
        at = (at + 1) % len(rows)
        begun = time.monotonic()
        try:
            body = json.dumps({"rows": [rows[at]]}).encode()
            status, answer = _request(address, "POST", "/predict", token, body)
            said: Any = status
            if status == 200:
                said = float(json.loads(answer)["predictions"][0]["score"])
        except (OSError, http.client.HTTPException) as error:
            said = type(error).__name__
        ended = time.monotonic()
        told.answers.append((ended, ended - begun, at, said))
        time.sleep(0.01)


def _request(
    address: str, method: str, path: str, token: str, body: bytes | None = None
) -> tuple[int, bytes]:
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    connection = http.client.HTTPConnection(address, _PORT, timeout=_PATIENCE_S)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def _cells(told: _Told, killed_at: float, scored: list[float], n_replicas: int) -> list[str]:
    good = [one for one in told.answers if isinstance(one[3], float)]
    failed = [one for one in told.answers if not isinstance(one[3], float)]
    faults: Mapping[Any, int] = Counter(one[3] for one in failed)
    last_s = max((one[0] - killed_at for one in failed), default=0.0)
    early = sum(one[0] < killed_at for one in failed)
    is_same = all(one[3] == scored[one[2]] for one in good)
    return [
        str(n_replicas),
        f"{len(good):,}",
        f"{len(failed):,}" + "".join(f", {n} x {what}" for what, n in faults.items()),
        str(early),
        f"{last_s:.1f}" if failed else "-",
        f"{max(one[1] for one in good):.2f}",
        "every digit" if is_same else "NO",
    ]
