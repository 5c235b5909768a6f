"""Machines for `ray_nodes.py`: network namespaces behind a bridge, with a Ray on each.

Each has an address, processes and one core of its own, and an empty folder where the first has its
workspace. Needed: Linux, root, ``ip`` and ``unshare``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

HEAD = 1
OUTSIDE = "10.77.0.1"
_BRIDGE = "leadline0"
# a busy machine takes longer than Ray allows a node to start in: 15 s for its agents, 30 s for all
_AGAIN = 'for once in $(seq 20); do "$@" && break; done'
# what else a head starts takes the processor from it, and is not used here
_LEAN = ("--no-monitor",)
_UP = "This command will now block forever"
_BIN = Path(sys.executable).parent


def address(node: int) -> str:
    """Where a node is reached."""
    return f"10.77.0.1{node}"


def running(
    words: Sequence[str], folder: Path, environment: Mapping[str, str], node: int | None = None
) -> subprocess.Popen[str]:
    """A command that has begun on a node, or outside of them."""
    command = [str(_BIN / words[0]), *words[1:]]
    if node is not None:
        command = [*_inside(node), *command]
    return subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


class Cluster:
    """Ray on every node; the others than the first see an empty folder instead of `hidden`.

    Parameters
    ----------
    folder : Path
        For Ray's own files.
    hidden : Path
        What only the first node has.
    environment : mapping of str to str
        Of every Ray and of what it runs.
    n_nodes : int
        How many.
    """

    def __init__(
        self, folder: Path, hidden: Path, environment: Mapping[str, str], n_nodes: int
    ) -> None:
        self.nodes = range(HEAD, HEAD + n_nodes)
        self._folder, self._hidden = folder, hidden
        self._environment = {**os.environ, **environment, "RAY_task_oom_retries": "3"}
        self._started: list[subprocess.Popen[bytes]] = []

    def start(self, node: int) -> None:
        """Start a node, or start it again; returns when it is up."""
        _ip(f"link set {_name(node)} up")
        place = self._folder / f"r{node}{len(self._started)}"
        place.mkdir()
        ray = [
            str(_BIN / "ray"), "start", "--block", "--disable-usage-stats", "--num-cpus", "1",
            "--num-gpus", "0", "--object-store-memory", str(100 * 2**20),
            "--node-ip-address", address(node), "--temp-dir", str(place),
        ]  # fmt: skip
        ray += (
            ["--head", "--port", "6379", "--include-dashboard", "false", *_LEAN]
            if node == HEAD
            else ["--address", f"{address(HEAD)}:6379"]
        )
        mount = f"mount -t tmpfs none {self._hidden} && " * (node != HEAD)
        command = [*_inside(node), "unshare", "-m", "sh", "-c", f"{mount}{_AGAIN}", "ray", *ray]
        log = place.with_suffix(".log")
        with log.open("wb") as told:
            process = subprocess.Popen(
                command, env=self._environment, stdout=told, stderr=subprocess.STDOUT
            )
        self._started.append(process)
        _wait_for(process, log)

    def kill(self, node: int) -> None:
        """Kill every process of a node; the others see their connections to it closed."""
        for pid in _pids(node):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def cut(self, node: int) -> None:
        """Take a node off the network, then kill it: the others hear nothing of it any more."""
        _ip(f"link set {_name(node)} down")
        self.kill(node)

    def end(self) -> None:
        """Kill all of it, the first node last."""
        for node in reversed(self.nodes):
            self.kill(node)
        for process in self._started:
            process.wait()


@contextmanager
def cluster(
    folder: Path, hidden: Path, environment: Mapping[str, str], n_nodes: int
) -> Iterator[Cluster]:
    """All nodes, until they are no longer needed."""
    made = Cluster(folder, hidden, environment, n_nodes)
    try:
        for node in made.nodes:
            made.start(node)
        yield made
    finally:
        made.end()


@contextmanager
def network(n_nodes: int) -> Iterator[None]:
    """A bridge, and a namespace with an address for each node."""
    nodes = range(HEAD, HEAD + n_nodes)
    try:
        _ip(
            f"link add {_BRIDGE} type bridge",
            f"addr add {OUTSIDE}/24 dev {_BRIDGE}",
            f"link set {_BRIDGE} up",
        )
        for node in nodes:
            name = _name(node)
            _ip(
                f"netns add {name}",
                f"link add {name} type veth peer name eth0 netns {name}",
                f"link set {name} master {_BRIDGE} up",
                f"-n {name} addr add {address(node)}/24 dev eth0",
                f"-n {name} link set eth0 up",
                f"-n {name} link set lo up",
            )
        yield
    finally:
        links = [_BRIDGE, *map(_name, nodes)]
        gone = [f"netns del {_name(node)}" for node in nodes] + [f"link del {one}" for one in links]
        for command in gone:
            subprocess.run(["ip", *command.split()], check=False, capture_output=True)


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> None:
    """Until a node is up; a busy machine takes minutes."""
    while _UP not in (told := log.read_text(errors="replace")):
        if process.poll() is not None:
            raise SystemExit(f"{log.stem} does not come up:\n{told[-2000:]}")
        time.sleep(0.5)


def _name(node: int) -> str:
    return f"leadline{node}"


def _inside(node: int) -> list[str]:
    return ["ip", "netns", "exec", _name(node)]


def _pids(node: int) -> list[int]:
    told = subprocess.run(
        ["ip", "netns", "pids", _name(node)], capture_output=True, text=True, check=False
    )
    return [int(pid) for pid in told.stdout.split()]


def _ip(*commands: str) -> None:
    for command in commands:
        subprocess.run(["ip", *command.split()], check=True)
