"""Servers of one model side by side: requests a second, latency, and processor time a request.

    python benchmarks/ship/servers.py --install PEERS      # once: an environment for each peer
    python benchmarks/ship/servers.py --peers PEERS [--quick]

Needs ``wrk`` (Debian has it). Text (TF-IDF and a linear model) and a table of 16 columns (linear,
boosting): the release that Leadline serves, and the bare scikit-learn pipeline that it consists of
behind FastAPI, MLServer and LitServe and BentoML with adaptive batching; beside them a FastAPI
endpoint that does nothing. Every server must answer 64 rows as the pipeline does before it is
timed. `wrk` asks for one row a request with 1, 8 and 32 clients; then an open loop at .6 of what
32 clients got: its p99 against its median. Processor time is that of all processes of a server.
Clients and server share the machine: compare lines of one run, not figures of two.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from peer_servers import PEERS, Peer, install, versions
from same_models import Model, make, names

from leadline.processes.load_generator import load_generator, step_of
from leadline.processes.usage import processor_times
from leadline.serving.releases.bundle import load_or_make_key

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_CLIENTS = (1, 8, 32)
_SHARE = 0.6
_WARM_S = 1.0
_SCRIPT = Path(__file__).with_name("requests.lua")
_UNITS = {"us": 1e-3, "ms": 1.0, "s": 1e3, "m": 6e4}


@dataclass(frozen=True)
class Timing:
    """One server at one load."""

    per_s: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--install", type=Path, help="make the environments of the peers here")
    parser.add_argument("--peers", type=Path, help="where they are")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each load")
    parser.add_argument("--models", nargs="*", default=names(), choices=names())
    parser.add_argument("--only", nargs="*", default=list(PEERS), choices=list(PEERS))
    parser.add_argument("--quick", action="store_true", help="one model, half a second a load")
    given = parser.parse_args()
    if given.install:
        install(given.install)
        return
    if given.peers is None:
        parser.error("say where the environments are: --peers FOLDER (--install makes them)")
    if shutil.which("wrk") is None:
        parser.error("wrk is missing: apt-get install wrk")
    seconds = 0.5 if given.quick else given.seconds
    print(versions(given.peers, given.only))
    for name in ["table, linear"] if given.quick else given.models:
        with tempfile.TemporaryDirectory() as folder:
            _compare(name, Path(folder), given.peers, given.only, seconds)


def _compare(name: str, folder: Path, peers: Path, only: list[str], seconds: float) -> None:
    key = load_or_make_key(folder / "key")
    model = make(name, folder, key)
    alone = _bare_call_ms(model)
    table, tails = [], []
    measured: dict[str, list[Timing]] = {}
    for label in only:
        with _running(PEERS[label], model, folder, peers) as (port, pid):
            measured[label] = _times(PEERS[label], model, port, pid, folder, seconds)
            tails.append([label, *_tail(PEERS[label], model, port, measured[label], seconds)])
    for label, timings in measured.items():
        for i, (n_clients, timing) in enumerate(zip(_CLIENTS, timings, strict=True)):
            empty = measured["nothing, FastAPI"][i].per_s if "nothing, FastAPI" in measured else 0.0
            table.append(
                [
                    label,
                    str(n_clients),
                    f"{timing.per_s:,.0f}",
                    f"{timing.per_s / empty:.2f}" if empty else "–",
                    f"{timing.p50_ms:,.2f}",
                    f"{timing.p99_ms:,.2f}",
                    f"{timing.cpu_ms:,.3f}",
                    f"{timing.cpu_ms / alone:.2f}",
                ]
            )
    print(f"\n### {name}\n\nOne call of the bare pipeline: {alone:.3f} ms of processor time.\n")
    heads = [
        "server",
        "clients",
        "requests/s",
        "of nothing",
        "p50 ms",
        "p99 ms",
        "CPU ms",
        "of one call",
    ]
    print(markdown(heads, table))
    print()
    heads = [
        "at .6 of capacity",
        "requests/s",
        "p50 ms",
        "p99 ms",
        "p99 / p50",
        "failed",
        "generator late ms",
    ]
    print(markdown(heads, tails), flush=True)


def _bare_call_ms(model: Model) -> float:
    """Processor time of one row through the pipeline, in this process: the median of rounds."""
    rounds = []
    for _ in range(5):
        begun = time.process_time()
        for row in model.rows:
            model.pipeline.predict_proba(model.inputs([row]))
        rounds.append((time.process_time() - begun) / len(model.rows) * 1e3)
    return statistics.median(rounds)


@contextmanager
def _running(peer: Peer, model: Model, folder: Path, peers: Path) -> Iterator[tuple[int, int]]:
    """A server that answers every row as the pipeline does."""
    with peer.running(model, folder, peers) as (port, pid):
        if peer.answers:
            expected = model.pipeline.predict_proba(model.inputs(model.rows))[:, 1]
            found = [peer.score(port, row) for row in model.rows]
            if not np.allclose(found, expected, rtol=1e-9, atol=1e-12):
                worst = float(np.abs(np.array(found) - expected).max())
                sys.exit(f"{peer.label} answers otherwise than the pipeline, by up to {worst:.3g}")
        yield port, pid


def _times(
    peer: Peer, model: Model, port: int, pid: int, folder: Path, seconds: float
) -> list[Timing]:
    bodies = folder / "bodies"
    bodies.write_text("\n".join(json.dumps(peer.body(row)) for row in model.rows))
    found = []
    for n_clients in _CLIENTS:
        _wrk(peer, port, bodies, n_clients, min(_WARM_S, seconds))
        before = processor_times(pid).cpu_s
        said, n_requests = _wrk(peer, port, bodies, n_clients, seconds)
        used = processor_times(pid).cpu_s - before
        found.append(
            Timing(
                per_s=float(re.search(r"Requests/sec:\s+([\d.]+)", said)[1]),  # type: ignore[index]
                p50_ms=_latency(said, "50%"),
                p99_ms=_latency(said, "99%"),
                cpu_ms=used / n_requests * 1e3,
            )
        )
    return found


def _wrk(peer: Peer, port: int, bodies: Path, n_clients: int, seconds: float) -> tuple[str, int]:
    """What `wrk` prints, and how many requests were answered."""
    # wrk counts in whole seconds
    command = ["wrk", "-t1", f"-c{n_clients}", f"-d{max(round(seconds), 1)}s", "--latency", "-s"]
    command += [str(_SCRIPT), f"http://127.0.0.1:{port}{peer.path}"]
    environment = {**os.environ, "BODIES": str(bodies)}
    said = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    n_requests = int(re.search(r"(\d+) requests in", said.stdout)[1])  # type: ignore[index]
    if "Non-2xx" in said.stdout or "Socket errors" in said.stdout or not n_requests:
        sys.exit(f"{peer.label} with {n_clients} clients:\n{said.stdout}")
    return said.stdout, n_requests


def _latency(said: str, share: str) -> float:
    """Milliseconds of a percentile that `wrk` prints."""
    value, unit = re.search(rf"{share}\s+([\d.]+)(us|ms|s|m)", said).groups()  # type: ignore[union-attr]
    return float(value) * _UNITS[unit]


def _tail(peer: Peer, model: Model, port: int, timings: list[Timing], seconds: float) -> list[str]:
    """An open loop at a share of what 32 clients got."""
    rate = _SHARE * timings[-1].per_s
    bodies = [json.dumps(peer.body(row)).encode() for row in model.rows]
    with load_generator(peer.target(port)) as generator:
        settings: dict[str, Any] = {"rate_per_s": rate, "patience_s": 5.0}
        rng = np.random.default_rng(0)
        generator.open_loop(bodies, seconds=min(_WARM_S, seconds), rng=rng, **settings)
        answers = generator.open_loop(bodies, seconds=1.5 * seconds, rng=rng, **settings)
    step = step_of(rate, [answers])
    if step.p50_s is None or step.p99_s is None:
        return [f"{rate:,.0f}", "–", "–", "–", f"{step.n_failed:,}", f"{step.lag_s * 1e3:.2f}"]
    return [
        f"{rate:,.0f}",
        f"{step.p50_s * 1e3:,.2f}",
        f"{step.p99_s * 1e3:,.2f}",
        f"{step.p99_s / step.p50_s:.1f}",
        f"{step.n_failed:,}",
        f"{step.lag_s * 1e3:.2f}",
    ]


if __name__ == "__main__":
    main()
