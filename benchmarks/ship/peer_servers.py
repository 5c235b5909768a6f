"""Peers of the server: how each is installed, started, asked and understood."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from same_models import Model

from leadline.processes.http_connection import Target
from leadline.processes.release_server import free_port, server_process
from leadline.processes.usage import members

_FOLDER = Path(__file__).with_name("peers")
_READY_S = 90.0
_SKLEARN = f"scikit-learn=={version('scikit-learn')}"
_PACKAGES = {
    "fastapi": ("fastapi", "uvicorn[standard]"),
    # with a newer uvloop it does not start
    "mlserver": ("mlserver", "uvloop<0.22"),
    "litserve": ("litserve",),
    "bentoml": ("bentoml",),
}


@dataclass(frozen=True)
class Peer:
    """One server.

    Attributes
    ----------
    label : str
        In the tables.
    environment : str
        Folder of its environment; empty: Leadline's own.
    command : callable
        From the environment's ``bin``, a scratch folder and a port to the command line.
    path : str
        Where rows are posted.
    body : callable
        From a row to the JSON of a request.
    read : callable
        From the JSON of an answer to the score.
    answers : bool
        Whether it scores at all.
    """

    label: str
    environment: str
    command: Callable[[Path, Path, int], list[str]] | None
    path: str
    body: Callable[[dict[str, Any]], dict[str, Any]]
    read: Callable[[Any], float]
    answers: bool = True

    def target(self, port: int) -> Target:
        """Where the generator of an open loop sends."""
        return Target("127.0.0.1", port, self.path)

    def score(self, port: int, row: dict[str, Any]) -> float:
        """The score of one row."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{port}{self.path}",
            json.dumps(self.body(row)).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return self.read(json.load(answer))

    @contextmanager
    def running(self, model: Model, folder: Path, peers: Path) -> Iterator[tuple[int, int]]:
        """Start it; yields its port and its process, once a row is answered."""
        if self.command is None:
            with server_process(model.release, key=folder / "key") as found:
                yield found
            return
        scratch, port = folder / self.environment, free_port()
        scratch.mkdir(exist_ok=True)
        environment = {
            **os.environ,
            "BARE_MODEL": str(model.bare),
            "PYTHONPATH": str(_FOLDER),
            "OMP_NUM_THREADS": "1",
            "BENTOML_HOME": str(scratch),
            "BENTOML_DO_NOT_TRACK": "true",
            "LITSERVE_ANALYTICS": "0",
        }
        command = self.command(peers / self.environment / "bin", scratch, port)
        with (scratch / "log").open("w") as log:
            server = subprocess.Popen(
                command,
                env=environment,
                cwd=scratch,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            try:
                self._wait(server, port, model.rows[0], scratch / "log")
                yield port, server.pid
            finally:
                _end(server)

    def _wait(
        self, server: subprocess.Popen[bytes], port: int, row: dict[str, Any], log: Path
    ) -> None:
        until = time.monotonic() + _READY_S
        while time.monotonic() < until and server.poll() is None:
            with suppress(OSError):
                self.score(port, row)
                return
            time.sleep(0.2)
        sys.exit(f"{self.label} does not answer:\n{log.read_text()[-2000:]}")


def install(folder: Path) -> None:
    """An environment for each peer, with the scikit-learn of Leadline's own."""
    for name, packages in _PACKAGES.items():
        place = folder / name
        subprocess.run([sys.executable, "-m", "venv", str(place)], check=True)
        pip = [str(place / "bin" / "python"), "-m", "pip", "install", "--quiet"]
        subprocess.run([*pip, _SKLEARN, "joblib", *packages], check=True)
        print(f"{name}: {place}")


def versions(folder: Path, labels: list[str]) -> str:
    """What runs here, in a line."""
    code = (
        "import importlib.metadata as m, sys; "
        "print(*(f'{n} {m.version(n)}' for n in sys.argv[1:]), sep=', ')"
    )
    asked = {"fastapi": ["fastapi", "uvicorn"]}
    found = [f"leadline {version('leadline')}", _SKLEARN.replace("==", " ")]
    for name in dict.fromkeys(PEERS[label].environment for label in labels):
        if name:
            command = [str(folder / name / "bin" / "python"), "-c", code, *asked.get(name, [name])]
            said = subprocess.run(command, capture_output=True, text=True, check=True)
            found.append(said.stdout.strip())
    return f"{', '.join(found)}, Python {sys.version.split()[0]}, {os.cpu_count()} processors"


def _end(server: subprocess.Popen[bytes]) -> None:
    """End a server and what it started: some leave processes behind."""
    server.send_signal(signal.SIGTERM)
    with suppress(subprocess.TimeoutExpired):
        server.wait(5)
    for pid in members(server.pid):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    server.kill()
    server.wait()


def _rows(row: dict[str, Any]) -> dict[str, Any]:
    return {"rows": [row]}


def _first(answer: Any) -> float:
    return float(answer["predictions"][0]["score"])


def _inputs(row: dict[str, Any]) -> dict[str, Any]:
    """A request of the Open Inference Protocol."""
    return {
        "inputs": [
            {
                "name": name,
                "shape": [1],
                "datatype": "BYTES" if isinstance(value, str) else "FP64",
                "data": [value],
            }
            for name, value in row.items()
        ]
    }


def _uvicorn(app: str) -> Callable[[Path, Path, int], list[str]]:
    def command(programs: Path, scratch: Path, port: int) -> list[str]:
        del scratch
        words = [str(programs / "uvicorn"), f"fastapi_peers:{app}", "--port", str(port)]
        return [*words, "--no-access-log", "--log-level", "warning"]

    return command


def _mlserver(programs: Path, scratch: Path, port: int) -> list[str]:
    settings = {
        "http_port": port,
        "grpc_port": free_port(),
        "metrics_port": free_port(),
        # inference in the process of the server: on two processors one more would be in its way
        "parallel_workers": 0,
        "debug": False,
        "use_structured_logging": False,
    }
    model = {
        "name": "bare",
        "implementation": "mlserver_peer.BareRuntime",
        "max_batch_size": 32,
        "max_batch_time": 0.001,
    }
    (scratch / "settings.json").write_text(json.dumps(settings))
    (scratch / "model-settings.json").write_text(json.dumps(model))
    return [str(programs / "mlserver"), "start", str(scratch)]


def _litserve(programs: Path, scratch: Path, port: int) -> list[str]:
    del scratch
    return [str(programs / "python"), str(_FOLDER / "litserve_peer.py"), str(port)]


def _bentoml(programs: Path, scratch: Path, port: int) -> list[str]:
    del scratch
    words = [str(programs / "bentoml"), "serve", "bentoml_peer:BareService"]
    return [*words, "--host", "127.0.0.1", "--port", str(port), "--working-dir", str(_FOLDER)]


PEERS = {
    each.label: each
    for each in (
        Peer("nothing, FastAPI", "fastapi", _uvicorn("empty"), "/predict", _rows, _first, False),
        Peer("Leadline", "", None, "/predict", _rows, _first),
        Peer("bare, FastAPI", "fastapi", _uvicorn("bare"), "/predict", _rows, _first),
        Peer(
            "MLServer",
            "mlserver",
            _mlserver,
            "/v2/models/bare/infer",
            _inputs,
            lambda answer: float(answer["outputs"][0]["data"][0]),
        ),
        Peer("LitServe", "litserve", _litserve, "/predict", _rows, _first),
        Peer("BentoML", "bentoml", _bentoml, "/predict", _rows, lambda answer: float(answer[0])),
    )
}
