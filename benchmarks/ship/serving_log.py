"""The log of a server: what it costs a request, beside a server without one.

    python benchmarks/ship/serving_log.py [--seconds 5] [--repeats 3]

A real server process of a linear model with 12 columns, asked for one row a request by eight
clients that send the next request as soon as the last is answered. Servers with and without a log
take turns. Processor time is the server's own, over all its threads, so that what the writer's
thread takes is counted; clients and server share the machine. Below, the log alone: processor time
of taking a request and of writing it, which a busy machine does not blur.
"""

from __future__ import annotations

import argparse
import asyncio
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from leadline.engines.loading import load
from leadline.processes.load_generator import run_clients
from leadline.processes.usage import usage_of
from leadline.serving.compiled.answers import Answers
from leadline.serving.http.prediction_log import PredictionLog, request_id
from leadline.serving.logs.log_place import LogPlace
from leadline.serving.releases.bundle import Card, load_or_make_key, open_bundle, public_keys, seal

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_CLIENTS, _N_ROWS, _TURNS = 8, 500, 21
_SERVE = """
import sys
from pathlib import Path
from leadline.engines.loading import load
from leadline.serving.releases.keys import public_keys
from leadline.serving.logs.log_place import LogPlace
folder, port, key, log = sys.argv[1:]
place = LogPlace(Path(log)) if log else None
load("servers", "http")(Path(folder), port=int(port), trusted=public_keys(Path(key)), log=place)
"""


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    measured: dict[str, list[dict[str, float]]] = {"off": [], "on": []}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        key = load_or_make_key(folder / "key")
        release, rows = _release(folder / "releases", key)
        for turn in range(given.repeats):
            for how, runs in measured.items():
                log = folder / f"served-{turn}" if how == "on" else ""
                runs.append(_run(release, folder / "key", str(log), rows, given.seconds))
        alone = _alone(release, folder / "key", folder / "alone", rows)
    print(markdown(["log", "requests/s", "p50 ms", "p99 ms", "CPU µs", "logged"], _rows(measured)))
    print()
    print(markdown(["the log alone, CPU µs a request", "median"], alone))


def _release(folder: Path, key: Ed25519PrivateKey) -> tuple[Path, list[dict[str, Any]]]:
    rng = np.random.default_rng(0)
    numbers = {f"n{i}": rng.normal(size=_N_ROWS) for i in range(8)}
    words = {f"w{i}": rng.choice(["a", "b", "c"], _N_ROWS) for i in range(4)}
    X = pl.DataFrame({**numbers, **words})
    columns = dict.fromkeys(numbers, "number") | dict.fromkeys(words, "category")
    y = (numbers["n0"] + rng.normal(size=_N_ROWS) > 0).astype(int)
    family = load("families", "linear")()
    candidate = family.candidates("binary", columns, _N_ROWS)[0]
    model = family.build(candidate, "binary", columns, 0).fit(X, y)
    card = Card(
        project="log",
        label="y",
        task="binary",
        columns=columns,
        positive="1",
        classes=("0", "1"),
        threshold=0.5,
        family="linear",
    )
    sealed = seal(folder, model=model, card=card, golden_X=X.head(20), key=key)
    return folder / sealed.digest, X.to_dicts()


def _run(
    release: Path, key: Path, log: str, rows: list[dict[str, Any]], seconds: float
) -> dict[str, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-c", _SERVE, str(release), str(port), str(key), log]
    server = subprocess.Popen(command, start_new_session=True)
    try:
        _wait(port)
        run_clients(port, rows, n_clients=_CLIENTS, seconds=1.0)
        before = usage_of(server.pid).cpu_s
        load = run_clients(port, rows, n_clients=_CLIENTS, seconds=seconds)
        used = usage_of(server.pid).cpu_s - before
    finally:
        server.terminate()
        server.wait()
    n_logged = sum(path.read_bytes().count(b"\n") for path in Path(log).glob("*.jsonl") if log)
    return {
        "per_s": load.per_s,
        "p50": load.p50_s * 1e3,
        "p99": load.p99_s * 1e3,
        "cpu": used / (load.per_s * seconds) * 1e6,
        "logged": float(n_logged),
    }


def _alone(release: Path, key: Path, log: Path, rows: list[dict[str, Any]]) -> list[list[str]]:
    bundle = open_bundle(release, trusted=public_keys(key))
    X = pl.DataFrame(rows)
    answers, values = Answers(bundle.predict(X).to_dict(as_series=False)), X.rows()
    written = PredictionLog(LogPlace(log))
    took: dict[str, list[float]] = {"taken, before the answer is sent": [], "written, after it": []}
    for turn in range(_TURNS):
        begun = time.process_time()
        for row, value in enumerate(values):
            name = request_id("")
            written.add(
                bundle.manifest, name, [value], answers[row : row + 1], days=[], n_bytes=300
            )
        gathered = time.process_time()
        asyncio.run(written.flush())
        if turn:
            took["taken, before the answer is sent"].append(gathered - begun)
            took["written, after it"].append(time.process_time() - gathered)
    return [[what, f"{np.median(s) / len(values) * 1e6:,.1f}"] for what, s in took.items()]


def _wait(port: int) -> None:
    while True:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return


def _rows(measured: dict[str, list[dict[str, float]]]) -> list[list[str]]:
    table = []
    for how, runs in measured.items():
        median = {name: float(np.median([run[name] for run in runs])) for name in runs[0]}
        cells = [f"{median[name]:,.{digits}f}" for name, digits in (("per_s", 0), ("p50", 1))]
        cells += [f"{median['p99']:,.1f}", f"{median['cpu']:,.0f}", f"{median['logged']:,.0f}"]
        table.append([how, *cells])
    return table


if __name__ == "__main__":
    main()
