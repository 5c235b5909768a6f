"""Ray across machines: a search, a score and a serving application on several nodes, one lost.

    sudo python benchmarks/ship/ray_nodes.py [--rows 400000] [--nodes 2] [--only search,score,serve]

The machines are network namespaces of this one, joined by a bridge: each has an address, processes
and a Ray of its own, one core, and an empty folder where the first has its workspace, so that it
can reach nothing but the network. Artifacts, rows and scores lie on a real S3 server behind the
bridge. The cluster asks for a token. What is run is what a team would type; who did how much is
counted in the log of the S3 server, by address. Each kind of work is done undisturbed and with
the last node lost in the middle, in two ways: its processes are killed, and the others see it at
once; or it is cut off the network, and they must find out. Last, all nodes are killed in a score,
the first too, and the same command is given again.

Needed: Linux, root, ``ip`` and ``unshare``, and the packages that ``make install`` brings.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import fsspec
import polars as pl

import leadline

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from nodes import HEAD, OUTSIDE, Cluster, address, cluster, network, running
from nodes_serving import HEADER, Served, cells
from scoring import markdown
from tests.projects import copy_of_released, customers
from tests.s3_server import BUCKET, s3_server

_STORE = f"s3://{BUCKET}"
_S3_PORT = 9000
# each piece is told by a small file after its rows
_PIECE = re.compile(r"part-\d+\.json")
_THERE, _KILLED, _CUT, _ALL_KILLED = "there", "killed", "cut off", "all killed, given again"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--project", type=Path, help="a folder with a release, instead of a new one"
    )
    parser.add_argument("--nodes", type=int, choices=range(2, 10), default=3, metavar="N")
    parser.add_argument("--only", default="search,score,serve")
    given = parser.parse_args()
    only = given.only.split(",")
    if unknown := set(only) - {"search", "score", "serve"}:
        parser.error(f"--only: {', '.join(sorted(unknown))} is none of search, score, serve")
    if os.geteuid() or not shutil.which("ip"):
        parser.error("root and 'ip' are needed, to make the machines")
    # asked to end, it ends what it has made, too
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    with tempfile.TemporaryDirectory(prefix="ll-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        log = folder / "s3.log"
        with network(given.nodes), s3_server(_S3_PORT, OUTSIDE, log) as environment:
            os.environ.update(environment)
            _run_all(folder, log, given, only)


def _run_all(folder: Path, log: Path, given: argparse.Namespace, only: list[str]) -> None:
    workspace = folder / "here" / "project"
    if given.project is None:
        print("making a project with a release ...", flush=True)
        (cached := folder / "cached").mkdir()
        copy_of_released(cached, workspace)
    else:
        shutil.copytree(given.project, workspace)
    _search_by_ray(workspace / "leadline.toml")
    artifacts = f"{_STORE}/artifacts"
    files = fsspec.filesystem("s3", use_listings_cache=False)
    files.put(str(workspace / ".leadline" / "artifacts"), artifacts, recursive=True)
    there = {
        "LEADLINE_USER": "Ada",
        "LEADLINE_ARTIFACTS": artifacts,
        "RAY_ADDRESS": f"{address(HEAD)}:6379",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
        # each proxy asks the replicas of all nodes alike; by default it prefers that of its own,
        # and then what is asked elsewhere would never reach the node that is lost
        "RAY_SERVE_PROXY_PREFER_LOCAL_NODE_ROUTING": "0",
    }
    seen = _Seen(workspace, there, log)
    with cluster(folder, folder / "here", there, given.nodes) as machines:
        table = []
        if "search" in only:
            table += [seen.search(machines, way) for way in (_THERE, _KILLED, _CUT)]
        if "score" in only:
            table += _scores(folder, given.rows, files, seen, machines)
        head = ["job", "last node", "wall s", "by node", "done twice", "result"]
        print(f"\n{markdown(head, table)}\n" * bool(table), flush=True)
        if "serve" in only:
            print("a serving application, the last node lost twice ...", flush=True)
            (folder / "application").mkdir()
            application = Served(workspace, folder / "application", there, machines)
            table = []
            for way in (_KILLED, _CUT):
                table.append(cells(way, application.lost(partial(_lose, machines, way))))
                print(f"\n{markdown(HEADER, table)}", flush=True)


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


def _scores(
    folder: Path, n_rows: int, files: Any, seen: _Seen, machines: Cluster
) -> list[list[str]]:
    """A file scored here, and on the nodes in each way."""
    rows = customers(2_000, 2).drop("left")
    new, alone = folder / "new.parquet", folder / "alone.parquet"
    pl.concat([rows] * (n_rows // rows.height)).write_parquet(new, row_group_size=20_000)
    files.put(str(new), f"{_STORE}/new.parquet")
    print("scoring here, undisturbed ...", flush=True)
    seconds = _timed(["score", str(new), "--to", str(alone)], seen.workspace, {}, None)
    table = [["score, one process", "-", f"{seconds:.1f}", "-", "-", "-"]]
    for way in (_THERE, _KILLED, _CUT, _ALL_KILLED):
        target = f"{_STORE}/scored-{way.replace(' ', '-')}.parquet"
        table.append(seen.score(machines, way, target))
        table[-1][-1] = "every byte" if files.cat(target) == alone.read_bytes() else "NOT the same"
    return table


@dataclass(frozen=True)
class _Seen:
    """What a job on the cluster did, by node."""

    workspace: Path
    there: Mapping[str, str]
    log: Path

    def search(self, machines: Cluster, way: str) -> list[str]:
        """A search; the last is lost after its first look at an artifact."""
        # each goes on from the same trials, or the later ones would have little to do
        mine = replace(self, workspace=self.workspace.with_name(way.replace(" ", "-")))
        shutil.copytree(self.workspace, mine.workspace)
        begun, known = self.log.stat().st_size, mine._trials()
        seconds = mine._run(machines, way, ["run", "search"], lambda: self._fetched(begun))
        new = mine._trials().filter(~pl.col("name").is_in(known["name"].to_list()))
        result = ", ".join(f"{n} {state}" for state, n in Counter(new["state"]).items())
        fetched = _by_node(machines, self._fetched(begun))
        return ["search, fetches", way, f"{seconds:.1f}", fetched, "-", f"new: {result}"]

    def score(self, machines: Cluster, way: str, target: str) -> list[str]:
        """A score; the last is lost while it has its second piece."""
        begun = self.log.stat().st_size
        new = f"{_STORE}/new.parquet"
        words = ["score", new, "--to", target, "--executor", "ray", "--json"]
        seconds = self._run(machines, way, words, lambda: self._in_second(begun))
        done, by_node = self._pieces(begun), _by_node(machines, self._scored(begun))
        n_twice = len(done) - len({path for _, path in done})
        return ["score, pieces", way, f"{seconds:.1f}", by_node, str(n_twice), ""]

    def _run(
        self, machines: Cluster, way: str, words: list[str], at_work: Callable[[], Counter[str]]
    ) -> float:
        """Run a command on the first; the last is lost once at work, and is there again after."""
        lost = machines.nodes[-1]
        print(f"{' '.join(words[:2])}, node {lost} {way} ...", flush=True)

        def lose_in_the_middle(is_over: Callable[[], bool]) -> None:
            while not is_over() and not at_work()[address(lost)]:
                time.sleep(0.02)
            if is_over():
                print("  it was over before that node had done anything", flush=True)
            _lose(machines, way)

        if way == _THERE:
            return _timed(words, self.workspace, self.there, HEAD)
        is_all = way == _ALL_KILLED
        seconds = _timed(
            words, self.workspace, self.there, HEAD, lose_in_the_middle, may_fail=is_all
        )
        for node in machines.nodes if is_all else (lost,):
            machines.start(node)
        return _timed(words, self.workspace, self.there, HEAD) if is_all else seconds

    def _trials(self) -> pl.DataFrame:
        """Every trial on the record, those of earlier searches too."""
        with leadline.open(self.workspace) as project:
            return project.result("search").to_frame()

    def _fetched(self, begun: int) -> Counter[str]:
        """How often each node fetched an artifact."""
        return Counter(
            node for node, verb, path in self._lines(begun) if verb == "GET" and "artifacts" in path
        )

    def _scored(self, begun: int) -> Counter[str]:
        """How many pieces each node has scored."""
        return Counter(node for node, _ in self._pieces(begun))

    def _in_second(self, begun: int) -> Counter[str]:
        """How often each node fetched rows after it had scored a piece."""
        scored, fetched = set[str](), Counter[str]()
        for node, verb, path in self._lines(begun):
            if verb == "PUT" and _PIECE.search(path):
                scored.add(node)
            elif verb == "GET" and "new.parquet" in path:
                fetched[node] += node in scored
        return fetched

    def _pieces(self, begun: int) -> list[tuple[str, str]]:
        """Who has scored which piece."""
        return [
            (node, path)
            for node, verb, path in self._lines(begun)
            if verb == "PUT" and _PIECE.search(path)
        ]

    def _lines(self, begun: int) -> Iterator[tuple[str, str, str]]:
        """Address, verb and path of each request since a place in the log of the server."""
        with self.log.open("rb") as file:
            file.seek(begun)
            for line in file.read().decode(errors="replace").splitlines():
                if found := re.match(r'(\S+) - - \[[^]]*\] "(?:\x1b\[\d+m)*([A-Z]+) (\S+)', line):
                    yield found.group(1), found.group(2), found.group(3)


def _lose(machines: Cluster, way: str) -> None:
    if way == _CUT:
        machines.cut(machines.nodes[-1])
    elif way == _ALL_KILLED:
        machines.end()
    else:
        machines.kill(machines.nodes[-1])


def _by_node(machines: Cluster, counts: Counter[str]) -> str:
    return ", ".join(str(counts[address(node)]) for node in machines.nodes)


def _timed(
    words: list[str],
    workspace: Path,
    environment: Mapping[str, str],
    node: int | None,
    meanwhile: Callable[[Callable[[], bool]], None] | None = None,
    *,
    may_fail: bool = False,
) -> float:
    """Run ``leadline`` outside or on a node: seconds."""
    begun = time.perf_counter()
    with running(["leadline", *words, "-C", str(workspace)], Path.cwd(), environment, node) as run:
        if meanwhile is not None:
            meanwhile(lambda: run.poll() is not None)
        told = "\n".join(run.communicate())
    if run.returncode not in (0, 3) and not may_fail:
        raise SystemExit(f"{' '.join(words)}: {run.returncode}\n{told}")
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
