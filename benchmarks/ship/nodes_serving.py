"""A serving application on the nodes of `ray_nodes.py`: asked while one of them is lost.

The application is the one that ``leadline deploy ray-serve`` writes, in a folder that each node
has. Clients outside ask the proxies of all nodes, one row a request.
Nobody asks twice: what fails is counted.
"""

from __future__ import annotations

import http.client
import json
import re
import threading
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import polars as pl
from nodes import HEAD, Cluster, address, running
from tests.deployment.conftest import PLAN
from tests.projects import customers

from leadline.deployment.deployment_files import deployment_files, write_files
from leadline.serving.access.bearer_tokens import add_token

HEADER = (
    "last node", "answered by each replica before", "and after, at the others", "failed there",
    "last of them, s after", "slowest answer, s", "failed at the last", "all replicas again",
    "as scored",
)  # fmt: skip
_PORT = 8000
_N_CLIENTS = 2  # of each node
_BEFORE_S, _AFTER_S = 10.0, 60.0
_PATIENCE_S, _READY_S = 40.0, 300.0


@dataclass(frozen=True)
class _Answer:
    """What a client saw: whom it asked, when the request ended, after how long, score or fault."""

    node: int
    ended: float
    seconds: float
    is_right: bool
    fault: str = ""


@dataclass(frozen=True)
class Lost:
    """What was seen while a node was lost."""

    node: int
    before: Sequence[int]
    lost_at: float
    answers: Sequence[_Answer]
    back_s: float | None


class Served:
    """The application of a release, deployed on the nodes.

    Parameters
    ----------
    workspace : Path
        Of a project with a release.
    folder : Path
        That each node has; must be empty.
    environment : mapping of str to str
        Of the cluster.
    machines : Cluster
        The nodes; the last one is lost.
    """

    def __init__(
        self, workspace: Path, folder: Path, environment: Mapping[str, str], machines: Cluster
    ) -> None:
        self._machines = machines
        self._rows = customers(40, 3).drop("left")
        self._folder, self._environment = folder, environment
        self._token = add_token(folder / "tokens", "clients")
        self._scores = self._prepare(workspace)
        head = f"{address(HEAD)}:6379"
        self._run("serve", "run", "--non-blocking", "--address", head, "serve.yaml")
        self._wait_for_replicas(_READY_S)

    def lost(self, lose: Callable[[], None]) -> Lost:
        """Lose the last node while clients ask, and let it come back."""
        nodes = self._machines.nodes
        answers: list[_Answer] = []
        with self._asking(answers):
            time.sleep(_BEFORE_S)
            before = self._wait_for_replicas(_PATIENCE_S)
            lose()
            lost_at = time.monotonic()
            time.sleep(_AFTER_S)
        self._machines.start(nodes[-1])
        begun = time.monotonic()
        is_back = len(self._wait_for_replicas(_READY_S, is_bound=False)) == len(nodes)
        return Lost(
            nodes[-1], before, lost_at, answers, time.monotonic() - begun if is_back else None
        )

    def _prepare(self, workspace: Path) -> list[float]:
        """Application and package; the same rows scored by command."""
        plan = replace(
            PLAN,
            n_replicas=len(self._machines.nodes),
            port=_PORT,
            folder=str(self._folder),
            memory_mib=256,
        )
        write_files(deployment_files("ray-serve", plan), self._folder)
        self._run("leadline", "package", "--to", "package", "-C", str(workspace))
        self._rows.write_csv(self._folder / "new.csv")
        self._run("leadline", "score", "new.csv", "-C", str(workspace))
        with zipfile.ZipFile(self._folder / "application.zip", "w") as archive:
            for path in (
                self._folder / "application.py",
                *sorted((self._folder / "package").rglob("*")),
            ):
                if path.is_file():
                    archive.write(path, path.relative_to(self._folder))
        scores: list[float] = pl.read_csv(self._folder / "new.scored.csv")["score"].to_list()
        return scores

    def _run(self, *words: str) -> None:
        """A command on the first node."""
        process = running(words, self._folder, self._environment, HEAD)
        told = "\n".join(process.communicate())
        if process.returncode:
            raise SystemExit(f"{' '.join(words)}: {process.returncode}\n{told}")

    def _wait_for_replicas(self, within_s: float, *, is_bound: bool = True) -> list[int]:
        """Until a replica a node answers, at each node: how many requests each has answered.

        Each tells in its metrics when it was started, and so is known from the others.
        """
        nodes, seen, reached = self._machines.nodes, dict[str, int](), set[int]()
        until = time.monotonic() + within_s
        while min(len(seen), len(reached)) < len(nodes) and time.monotonic() < until:
            for node in nodes:
                with suppress(OSError, http.client.HTTPException):
                    status, body = self._request(node, "GET", "/metrics")
                    if status == 200:
                        found = re.search(r"(?m)^leadline_start_time_seconds (\S+)$", body)
                        seen[found[1] if found else ""] = _n_answered(body)
                        reached.add(node)
            time.sleep(0.2)
        if is_bound and len(seen) < len(nodes):
            raise SystemExit(f"{len(seen)} of {len(nodes)} replicas answer after {within_s:.0f} s")
        return sorted(seen.values())

    @contextmanager
    def _asking(self, answers: list[_Answer]) -> Iterator[None]:
        """Clients that ask for one row after the other, each of one node."""
        over = threading.Event()
        asked = self._rows.with_columns(pl.col("joined").dt.strftime("%Y-%m-%d %H:%M")).to_dicts()

        def ask(node: int, at: int) -> None:
            while not over.wait(0.01):
                at = (at + 1) % len(asked)
                answers.append(self._answer(node, asked[at], self._scores[at]))

        clients = [
            threading.Thread(target=ask, args=(node, 10 * n + node))
            for node in self._machines.nodes
            for n in range(_N_CLIENTS)
        ]
        for client in clients:
            client.start()
        try:
            yield
        finally:
            over.set()
            for client in clients:
                client.join()

    def _answer(self, node: int, row: Mapping[str, Any], score: float) -> _Answer:
        """Ask for one row, over a connection of its own."""
        begun = time.monotonic()
        is_right, fault = True, ""
        try:
            status, body = self._request(node, "POST", "/predict", json.dumps({"rows": [row]}))
            if status == 200:
                is_right = json.loads(body)["predictions"][0]["score"] == score
            else:
                fault = str(status)
        except (OSError, http.client.HTTPException) as error:
            fault = type(error).__name__
        ended = time.monotonic()
        return _Answer(node, ended, ended - begun, is_right, fault)

    def _request(self, node: int, method: str, path: str, body: str = "") -> tuple[int, str]:
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/json"}
        connection = http.client.HTTPConnection(address(node), _PORT, timeout=_PATIENCE_S)
        try:
            connection.request(method, path, body or None, headers)
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()


def cells(way: str, lost: Lost) -> list[str]:
    """A line of the table."""
    there = [one for one in lost.answers if one.node != lost.node]
    after = [one for one in there if one.ended > lost.lost_at]
    failed = [one for one in there if one.fault]
    good = [one for one in lost.answers if not one.fault]
    last_s = max((one.ended - lost.lost_at for one in failed), default=0.0)
    return [
        way,
        " + ".join(f"{n:,}" for n in lost.before),
        f"{sum(not one.fault for one in after):,}",
        _told(failed),
        f"{last_s:.1f}" if failed else "-",
        f"{max(one.seconds for one in good):.2f}",
        _told([one for one in lost.answers if one.fault and one.node == lost.node]),
        "no" if lost.back_s is None else f"{lost.back_s:.0f} s after its start",
        "every digit" if all(one.is_right for one in good) else "NOT the same",
    ]


def _told(failed: Sequence[_Answer]) -> str:
    faults = Counter(one.fault for one in failed)
    return ", ".join(f"{n:,} x {fault}" for fault, n in faults.items()) or "0"


def _n_answered(metrics: str) -> int:
    """Requests for predictions that a replica answered, by its metrics."""
    found = re.findall(r'leadline_requests_total\{[^}]*route="/predict"[^}]*\} (\S+)', metrics)
    return round(sum(map(float, found)))
