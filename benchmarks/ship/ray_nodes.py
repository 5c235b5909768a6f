"""Ray across machines: a search, a score and a serving application on three nodes, one killed.

    sudo python benchmarks/ship/ray_nodes.py [--rows 400000] [--only search,score,serve]

The machines are network namespaces of this one, joined by a bridge: each has an address, processes
and a Ray of its own, one core, and an empty folder where the first has its workspace, so that it
can reach nothing but the network. Artifacts, rows and scores lie on a real S3 server behind the
bridge. The cluster asks for a token. What is run is what a team would type; who did how much is
counted in the log of the S3 server, by address. Node 3 is killed in the middle of each kind of
work, and started again.

Needed: Linux, root, ``ip`` and ``unshare``, and the packages that ``make install`` brings.
"""

from __future__ import annotations

import argparse
import os
import re
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import fsspec
import polars as pl

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from nodes import N_NODES, NET, Cluster, cluster, kill, network, running, s3_server
from nodes_serving import serve_and_kill
from scoring import markdown
from tests.projects import copy_of_released, customers
from tests.s3_server import BUCKET


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument(
        "--project", type=Path, help="a folder with a release, instead of a new one"
    )
    parser.add_argument("--only", default="search,score,serve")
    given = parser.parse_args()
    if os.geteuid() or not shutil.which("ip"):
        parser.error("root and 'ip' are needed, to make the machines")
    with tempfile.TemporaryDirectory(prefix="ll-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with network(), s3_server(folder / "s3.log"):
            _run_all(folder, given.rows, given.project, given.only.split(","))


def _run_all(folder: Path, n_rows: int, project: Path | None, only: list[str]) -> None:
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
        "RAY_ADDRESS": f"{NET}.11:6379",
        "RAY_AUTH_MODE": "token",
        "RAY_AUTH_TOKEN": secrets.token_hex(32),
    }
    jobs = [["score here, one process", f"{alone:.1f}", "-", "-", "-"]]
    served: list[list[str]] = []
    with cluster(folder, there) as machines:
        if "search" in only:
            jobs += _searches(folder, workspace, there, machines)
        if "score" in only:
            jobs += _scores(folder, workspace, there, files, machines)
        if "serve" in only:
            print("a serving application on three nodes, one of them killed ...", flush=True)
            (folder / "application").mkdir()
            run = partial(running, extra=there, node=1)
            addresses = [f"{NET}.1{node}" for node in range(1, N_NODES + 1)]
            served += [
                serve_and_kill(workspace, folder / "application", run, addresses, partial(kill, 3))
            ]
    print()
    print(markdown(["job", "wall s", "node 1, 2, 3", "done twice", "as here"], jobs))
    if served:
        print()
        heads = ["replicas", "answered", "failed", "of them before", "until s after", "slowest s"]
        print(markdown([*heads, "as scored"], served))


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


def _searches(
    folder: Path, workspace: Path, there: Mapping[str, str], cluster: Cluster
) -> list[list[str]]:
    """A search undisturbed, and one in which node 3 dies after its first look at an artifact."""
    log, table = folder / "s3.log", []
    for is_killed in (False, True):
        print(f"a search on three nodes{', one of them killed' * is_killed} ...", flush=True)
        start = log.stat().st_size

        def is_at_work(start: int = start) -> bool:
            return bool(_asked(log, start)[f"{NET}.13"])

        after = partial(_kill_in_the_middle, is_at_work) if is_killed else None
        seconds = _timed(["run", "search"], workspace, there, node=1, after=after)
        name = f"run search{', node 3 killed' * is_killed}"
        table.append([name, f"{seconds:.1f}", _by_node(_asked(log, start)), "-", "-"])
    cluster.start(3)
    return table


def _asked(log: Path, start: int) -> Counter[str]:
    """How often each node fetched an artifact."""
    return Counter(
        address
        for address, verb, path in _lines(log, start)
        if verb == "GET" and "artifacts" in path
    )


def _scores(
    folder: Path, workspace: Path, there: Mapping[str, str], files: object, cluster: Cluster
) -> list[list[str]]:
    """A score undisturbed, and one in which node 3 dies after its first piece."""
    log, table = folder / "s3.log", []
    for is_killed in (False, True):
        print(f"a score on three nodes{', one of them killed' * is_killed} ...", flush=True)
        start = log.stat().st_size
        target = f"s3://{BUCKET}/scored-{is_killed}.parquet"
        words = ["score", f"s3://{BUCKET}/new.parquet", "--to", target, "--executor", "ray"]

        def is_at_work(start: int = start) -> bool:
            return any(address == f"{NET}.13" for address, _ in _pieces(log, start))

        after = partial(_kill_in_the_middle, is_at_work) if is_killed else None
        seconds = _timed([*words, "--json"], workspace, there, node=1, after=after)
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
    cluster.start(3)
    return table


def _kill_in_the_middle(is_at_work: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    """Kill node 3 once it is at work."""
    while process.poll() is None and not is_at_work():
        time.sleep(0.02)
    if process.poll() is not None:
        print("  it was over before node 3 had done anything", flush=True)
    kill(3)


def _pieces(log: Path, start: int) -> list[tuple[str, str]]:
    """Who has scored which piece: each is told by a small file after its rows."""
    return [
        (address, path)
        for address, verb, path in _lines(log, start)
        if verb == "PUT" and re.search(r"part-\d+\.json", path)
    ]


def _by_node(counts: Counter[str]) -> str:
    return ", ".join(str(counts[f"{NET}.1{node}"]) for node in range(1, N_NODES + 1))


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
    command = ["leadline", *words, "-C", str(workspace)]
    begun = time.perf_counter()
    with running(command, Path.cwd(), extra, node) as process:
        if callable(after):
            after(process)
        out, _ = process.communicate()
    if process.returncode not in (0, 3):
        raise SystemExit(f"{' '.join(words)}: {process.returncode}\n{out}")
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
