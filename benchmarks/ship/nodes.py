"""Machines for `ray_nodes.py`: network namespaces behind a bridge, an S3 server, a Ray on each.

Each has an address, processes and one core of its own, and an empty folder where the first has its
workspace. Needed: Linux, root, ``ip`` and ``unshare``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

import fsspec

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.s3_server import BUCKET, CREDENTIALS

NET = "10.77.0"
N_NODES = 3
_STORE = f"{NET}.1"
_PORT = 9000
_BRIDGE = "leadline0"
# a busy machine takes longer than the 30 s that Ray allows a node to start in
_AGAIN = 'for once in 1 2 3 4 5; do "$@" && break; done'
_UP = "This command will now block forever"
_BIN = Path(sys.executable).parent


def running(
    words: list[str], folder: Path, extra: Mapping[str, str], node: int
) -> subprocess.Popen[str]:
    """A command that runs on a node; here for node 0."""
    command = [str(_BIN / words[0]), *words[1:]]
    if node:
        command = ["ip", "netns", "exec", _name(node), *command]
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **extra},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def kill(node: int) -> None:
    """Kill every process of a node."""
    for pid in _pids(node):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    print(f"  node {node} is dead", flush=True)


class Cluster:
    """Ray on every node; the others than the first see an empty folder instead of the workspace."""

    def __init__(self, folder: Path, there: Mapping[str, str]) -> None:
        self._folder, self._there = folder, there
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, node: int) -> None:
        """Start a node, or start it again; returns when it is up."""
        place = self._folder / f"r{node}{len(self._started)}"
        place.mkdir()
        ray = [
            str(_BIN / "ray"), "start", "--block", "--disable-usage-stats", "--num-cpus", "1",
            "--num-gpus", "0", "--object-store-memory", str(100 * 2**20),
            "--node-ip-address", f"{NET}.1{node}", "--temp-dir", str(place),
        ]  # fmt: skip
        ray += (
            ["--head", "--port", "6379", "--include-dashboard", "false"]
            if node == 1
            else ["--address", self._there["RAY_ADDRESS"]]
        )
        hidden = f"mount -t tmpfs none {self._folder / 'here'} && " * (node > 1)
        command = [
            "ip", "netns", "exec", _name(node), "unshare", "-m", "sh", "-c", f"{hidden}{_AGAIN}",
            "ray", *ray,
        ]  # fmt: skip
        environment = {**os.environ, **self._there, "RAY_task_oom_retries": "3"}
        told = place.with_suffix(".log")
        with told.open("wb") as log:
            process = subprocess.Popen(
                command, env=environment, stdout=log, stderr=subprocess.STDOUT
            )
        self._started.append(process)
        _wait_for(process, told)

    def end(self) -> None:
        """Kill all of it, the first node last."""
        for node in range(N_NODES, 0, -1):
            kill(node)
        for process in self._started:
            process.wait()


@contextmanager
def cluster(folder: Path, there: Mapping[str, str]) -> Iterator[Cluster]:
    """Three nodes."""
    cluster = Cluster(folder, there)
    try:
        for node in range(1, N_NODES + 1):
            cluster.start(node)
        yield cluster
    finally:
        cluster.end()


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> None:
    """Until a node is up; a busy machine takes minutes."""
    while _UP not in (told := log.read_text(errors="replace")):
        if process.poll() is not None:
            raise SystemExit(f"{log.stem} does not come up:\n{told[-2000:]}")
        time.sleep(0.5)


@contextmanager
def network() -> Iterator[None]:
    """A bridge, and a namespace with an address for each node."""
    _ip(
        f"link add {_BRIDGE} type bridge",
        f"addr add {_STORE}/24 dev {_BRIDGE}",
        f"link set {_BRIDGE} up",
    )
    try:
        for node in range(1, N_NODES + 1):
            name = _name(node)
            _ip(
                f"netns add {name}",
                f"link add {name} type veth peer name eth0 netns {name}",
                f"link set {name} master {_BRIDGE} up",
                f"-n {name} addr add {NET}.1{node}/24 dev eth0",
                f"-n {name} link set eth0 up",
                f"-n {name} link set lo up",
            )
        yield
    finally:
        for node in range(1, N_NODES + 1):
            subprocess.run(["ip", "netns", "del", _name(node)], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", _BRIDGE], check=False, capture_output=True)


@contextmanager
def s3_server(log: Path) -> Iterator[None]:
    """An S3 server behind the bridge, in a process of its own."""
    os.environ.update({**CREDENTIALS, "AWS_ENDPOINT_URL": f"http://{_STORE}:{_PORT}"})
    command = [sys.executable, "-m", "moto.server", "-H", _STORE, "-p", str(_PORT)]
    with log.open("wb") as file, subprocess.Popen(command, stdout=file, stderr=file) as server:
        try:
            files = fsspec.filesystem("s3", use_listings_cache=False)
            while True:
                with suppress(Exception):
                    files.mkdir(BUCKET)
                    break
                time.sleep(0.3)
            yield
        finally:
            server.terminate()


def _name(node: int) -> str:
    return f"leadline{node}"


def _pids(node: int) -> list[int]:
    told = subprocess.run(
        ["ip", "netns", "pids", _name(node)], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in told.stdout.split()]


def _ip(*commands: str) -> None:
    for command in commands:
        subprocess.run(["ip", *command.split()], check=True)
