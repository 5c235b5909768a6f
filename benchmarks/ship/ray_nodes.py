"""Ray across machines: a search and a score on three nodes, one of which is killed in the middle.

    sudo python benchmarks/ship/ray_nodes.py [--rows 400000]

The machines are network namespaces of this one, joined by a bridge: each has an address, processes
and a Ray of its own, one core, and an empty folder where the first has its workspace, so that it
can reach nothing but the network. Artifacts, rows and scores lie on a real S3 server behind the
bridge. The cluster asks for a token. What is run is what a team would type; who did how much is
counted in the log of the S3 server, by address.

Needed: Linux, root, ``ip`` and ``unshare``, and the packages that ``make install`` brings.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path

import fsspec
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown
from tests.projects import copy_of_released, customers
from tests.s3_server import BUCKET, CREDENTIALS

_NET = "10.77.0"
_STORE = f"{_NET}.1"
_PORT = 9000
_NODES = 3
_BRIDGE = "leadline0"
# a busy machine takes longer than the 30 s that Ray allows a node to start in
_AGAIN = 'for once in 1 2 3 4 5; do "$@" && break; done'
_UP = "This command will now block forever"
_BIN = Path(sys.executable).parent


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--project", type=Path, help="a folder with a release, instead of a new one"
    )
    given = parser.parse_args()
    if os.geteuid() or not shutil.which("ip"):
        parser.error("root and 'ip' are needed, to make the machines")
    with tempfile.TemporaryDirectory(prefix="ll-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with _network(), _s3(folder / "s3.log"):
            _run_all(folder, given.rows, given.project)


def _run_all(folder: Path, n_rows: int, project: Path | None) -> None:
    workspace = folder / "here" / "project"
    if project is None:
        print("making a project with a release ...", flush=True)
        (cached := folder / "cached").mkdir()
        copy_of_released(cached, workspace)
    else:
        shutil.copytree(project, workspace)
    _search_by_ray(workspace / "leadline.toml")
    store = f"s3://{BUCKET}"
    files = fsspec.filesystem("s3", use_listings_cache=False)
    files.put(str(workspace / ".leadline" / "artifacts"), f"{store}/artifacts", recursive=True)
    rows = customers(2_000, 2).drop("left")
    many = pl.concat([rows] * (n_rows // rows.height))
    many.write_parquet(folder / "new.parquet", row_group_size=20_000)
    files.put(str(folder / "new.parquet"), f"{store}/new.parquet")

    here = {"LEADLINE_USER": "Ada"}
    print("scoring here, undisturbed ...", flush=True)
    alone = _timed(
        ["score", str(folder / "new.parquet"), "--to", str(folder / "alone.parquet")],
        workspace,
        here,
    )
    there = {
        **here,
        "LEADLINE_ARTIFACTS": f"{store}/artifacts",
        "RAY_ADDRESS": f"{_NET}.11:6379",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }
    table = [["score here, one process", f"{alone:.1f}", "-", "-", "-"]]
    with _cluster(folder, there):
        table += _jobs(folder, workspace, there, files)
    print()
    print(markdown(["job", "wall s", "node 1, 2, 3", "done twice", "as here"], table))


def _search_by_ray(settings: Path) -> None:
    """Settings of a search that takes its whole time: a short one ends before others have begun."""
    text = settings.read_text()
    for name, value in (
        ("executor", '"ray"'),
        ("families", '["majority", "linear", "forest", "boosting", "neighbours"]'),
        ("folds", "10"),
        ("searcher", '"random"'),
    ):
        text = re.sub(rf"(?m)^{name} = .*\n", "", text)
        text = text.replace("[find]\n", f"[find]\n{name} = {value}\n")
    settings.write_text(text)


def _jobs(
    folder: Path, workspace: Path, there: Mapping[str, str], files: object
) -> list[list[str]]:
    log = folder / "s3.log"
    table = []
    print("a search on three nodes ...", flush=True)
    start = log.stat().st_size
    seconds = _timed(["run", "search"], workspace, there, node=1)
    asked = Counter(
        address
        for address, verb, path in _lines(log, start)
        if verb == "GET" and "artifacts" in path
    )
    table.append(["run search", f"{seconds:.1f}", _by_node(asked), "-", "-"])
    for is_killed in (False, True):
        print(f"a score on three nodes{', one of them killed' * is_killed} ...", flush=True)
        start = log.stat().st_size
        target = f"s3://{BUCKET}/scored-{is_killed}.parquet"
        words = [
            "score",
            f"s3://{BUCKET}/new.parquet",
            "--to",
            target,
            "--executor",
            "ray",
            "--json",
        ]
        seconds = _timed(
            words,
            workspace,
            there,
            node=1,
            after=partial(_kill_in_the_middle, log, start) if is_killed else None,
        )
        done = _pieces(log, start)
        n_twice = len(done) - len({path for _, path in done})
        whole = files.cat(target) == (folder / "alone.parquet").read_bytes()  # type: ignore[attr-defined]
        table.append(
            [
                f"score{', node 3 killed' * is_killed}",
                f"{seconds:.1f}",
                _by_node(Counter(a for a, _ in done)),
                str(n_twice),
                "every byte" if whole else "NO",
            ]
        )
    return table


def _kill_in_the_middle(log: Path, start: int, process: subprocess.Popen[str]) -> None:
    """Kill every process of node 3 once it has scored a piece."""
    while process.poll() is None:
        done = [address for address, path in _pieces(log, start) if address == f"{_NET}.13"]
        if done:
            break
        time.sleep(0.02)
    for pid in _pids(3):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    print("  node 3 is dead", flush=True)


def _pieces(log: Path, start: int) -> list[tuple[str, str]]:
    """Who has scored which piece: each is told by a small file after its rows."""
    return [
        (address, path)
        for address, verb, path in _lines(log, start)
        if verb == "PUT" and re.search(r"part-\d+\.json", path)
    ]


def _by_node(counts: Counter[str]) -> str:
    return ", ".join(str(counts[f"{_NET}.1{node}"]) for node in range(1, _NODES + 1))


def _lines(log: Path, start: int) -> Iterator[tuple[str, str, str]]:
    """Address, verb and path of each request since a place in the log of the server."""
    with log.open("rb") as file:
        file.seek(start)
        for line in file.read().decode(errors="replace").splitlines():
            if found := re.match(r'(\S+) - - \[[^]]*\] "(?:\x1b\[\d+m)*([A-Z]+) (\S+)', line):
                yield found.group(1), found.group(2), found.group(3)


def _timed(
    words: list[str],
    workspace: Path,
    extra: Mapping[str, str],
    *,
    node: int = 0,
    after: object = None,
) -> float:
    """Run ``leadline`` here or on a node, and say how long it took."""
    command = [str(_BIN / "leadline"), *words, "-C", str(workspace)]
    if node:
        command = ["ip", "netns", "exec", _name(node), *command]
    begun = time.perf_counter()
    with subprocess.Popen(
        command,
        env={**os.environ, **extra},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        if callable(after):
            after(process)
        out, _ = process.communicate()
    if process.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(words)}: {process.returncode}\n{out}")
    return time.perf_counter() - begun


@contextmanager
def _cluster(folder: Path, there: Mapping[str, str]) -> Iterator[None]:
    """Ray on every node; the others than the first see an empty folder instead of the workspace."""
    started = []
    try:
        for node in range(1, _NODES + 1):
            address = f"{_NET}.1{node}"
            (folder / f"r{node}").mkdir()
            ray = [
                str(_BIN / "ray"), "start", "--block", "--disable-usage-stats", "--num-cpus", "1",
                "--num-gpus", "0", "--object-store-memory", str(100 * 2**20),
                "--node-ip-address", address, "--temp-dir", str(folder / f"r{node}"),
            ]  # fmt: skip
            ray += (
                ["--head", "--port", "6379", "--include-dashboard", "false"]
                if node == 1
                else ["--address", there["RAY_ADDRESS"]]
            )
            hidden = f"mount -t tmpfs none {folder / 'here'} && " * (node > 1)
            environment = {**os.environ, **there, "RAY_task_oom_retries": "3"}
            command = [
                "ip",
                "netns",
                "exec",
                _name(node),
                "unshare",
                "-m",
                "sh",
                "-c",
                f"{hidden}{_AGAIN}",
                "ray",
                *ray,
            ]
            log = (folder / f"r{node}.log").open("wb")
            started.append(
                subprocess.Popen(command, env=environment, stdout=log, stderr=subprocess.STDOUT)
            )
            _wait_for(started[-1], folder / f"r{node}.log")
        yield
    finally:
        for node in range(_NODES, 0, -1):
            for pid in _pids(node):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        for process in started:
            process.wait()


def _wait_for(process: subprocess.Popen[bytes], log: Path) -> None:
    """Until a node is up; a busy machine takes minutes."""
    while _UP not in (told := log.read_text(errors="replace")):
        if process.poll() is not None:
            raise SystemExit(f"{log.stem} does not come up:\n{told[-2000:]}")
        time.sleep(0.5)


@contextmanager
def _network() -> Iterator[None]:
    """A bridge, and a namespace with an address for each node."""
    _ip(
        f"link add {_BRIDGE} type bridge",
        f"addr add {_STORE}/24 dev {_BRIDGE}",
        f"link set {_BRIDGE} up",
    )
    try:
        for node in range(1, _NODES + 1):
            name = _name(node)
            _ip(
                f"netns add {name}",
                f"link add {name} type veth peer name eth0 netns {name}",
                f"link set {name} master {_BRIDGE} up",
                f"-n {name} addr add {_NET}.1{node}/24 dev eth0",
                f"-n {name} link set eth0 up",
                f"-n {name} link set lo up",
            )
        yield
    finally:
        for node in range(1, _NODES + 1):
            subprocess.run(["ip", "netns", "del", _name(node)], check=False, capture_output=True)
        subprocess.run(["ip", "link", "del", _BRIDGE], check=False, capture_output=True)


@contextmanager
def _s3(log: Path) -> Iterator[None]:
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


if __name__ == "__main__":
    main()
