"""What HTTP costs a request: the server beside an empty endpoint of FastAPI and of bare ASGI.

    python benchmarks/ship/http_layer.py [--seconds 5]

All three run on uvicorn with uvloop and httptools. Ours reads, checks, queues, answers, counts and
names one row of 12 columns; its model is replaced by one that costs nothing. Processor time is the
server's own, which a busy machine blurs little; requests a second share the machine with clients.
"""

from __future__ import annotations

import argparse
import gc
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import uvicorn
from serving_log import _release

from leadline.processes.load_generator import run_clients
from leadline.processes.usage import usage_of
from leadline.serving.compiled.answers import Answers
from leadline.serving.http.server import create_app
from leadline.serving.http.transport.draining_server import DrainingServer, bound_socket
from leadline.serving.releases.bundle import load_or_make_key, open_bundle, public_keys

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_KINDS = {"fastapi": "empty FastAPI", "asgi": "empty ASGI", "leadline": "this server, no model"}
_BODY = b'{"ok":true}'


def main() -> None:
    if len(sys.argv) == 5 and sys.argv[1] in _KINDS:
        _serve(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]), Path(sys.argv[4]))
        return
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=5.0)
    given = parser.parse_args()
    measured = []
    with tempfile.TemporaryDirectory() as name:
        key = Path(name) / "key"
        release, rows = _release(Path(name) / "releases", load_or_make_key(key))
        for kind, words in _KINDS.items():
            cells = [
                cell for n in (1, 32) for cell in _run(kind, release, key, rows, n, given.seconds)
            ]
            measured.append([words, *(f"{cell:,.0f}" for cell in cells)])
    heads = [f"{what}, {n} clients" for n in (1, 32) for what in ("CPU µs", "requests/s")]
    print(markdown(["server", *heads], measured))


def _run(
    kind: str, release: Path, key: Path, rows: list[Any], n_clients: int, seconds: float
) -> tuple[float, float]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = subprocess.Popen([sys.executable, __file__, kind, str(port), str(release), str(key)])
    try:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except OSError:
                time.sleep(0.1)
        run_clients(port, rows, n_clients=n_clients, seconds=1.0)
        before = usage_of(server.pid).cpu_s
        load = run_clients(port, rows, n_clients=n_clients, seconds=seconds)
        used = usage_of(server.pid).cpu_s - before
    finally:
        server.terminate()
        server.wait()
    return used / (load.per_s * seconds) * 1e6, load.per_s


def _serve(kind: str, port: int, release: Path, key: Path) -> None:
    """One of the servers, in this process."""
    if kind != "leadline":
        app = _fastapi() if kind == "fastapi" else _asgi
        uvicorn.run(app, port=port, log_level="error", access_log=False)
        return
    bundle: Any = open_bundle(release, trusted=public_keys(key))
    bundle.answer_rows = lambda rows, **_: Answers(
        {"score": [0.5] * len(rows), "flagged": [True] * len(rows)}
    )
    ours = create_app(bundle)
    gc.collect()
    gc.freeze()
    server = DrainingServer(ours, drain=ours.drain, grace_s=0.0)
    server.run(sockets=[bound_socket("127.0.0.1", port)])


def _fastapi() -> Any:
    from fastapi import FastAPI

    app = FastAPI()

    @app.post("/predict")
    async def predict() -> dict[str, bool]:
        return {"ok": True}

    return app


async def _asgi(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    if scope["type"] == "lifespan":
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await send({"type": "lifespan.shutdown.complete"})
        return
    length = str(len(_BODY)).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", length)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": _BODY})


if __name__ == "__main__":
    main()
