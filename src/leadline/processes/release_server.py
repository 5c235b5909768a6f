"""Release server: a child process that serves a release while it is measured."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from leadline.errors import EngineError
from leadline.processes.usage import peak_memory

_READY_S = 60.0


@contextmanager
def served(folder: Path, *, key: Path, modules: Path | str = "") -> Iterator[int]:
    """Serve a sealed release on a free port of this machine.

    Parameters
    ----------
    folder : Path
        The release.
    key : Path
        The key whose signature is trusted.
    modules : Path or str, default=""
        Folder of ``leadline.toml``, for a release with a user's own model.

    Yields
    ------
    int
        The port; the server is ready to answer.

    Raises
    ------
    EngineError
        If it is not ready within a minute.
    """
    with server_process(folder, key=key, modules=modules) as (port, _):
        yield port


def server_memory(folder: Path, *, key: Path, modules: Path | str = "") -> int:
    """Bytes that a server of a release needs to open it and to replay its golden rows.

    Parameters
    ----------
    folder, key, modules
        As in `served`.

    Raises
    ------
    EngineError
        If it is not ready within a minute, or this machine does not tell what processes hold.
    """
    with server_process(folder, key=key, modules=modules) as (_, pid):
        n_bytes = peak_memory(pid)
    if not n_bytes:
        raise EngineError(
            "This machine does not tell how much memory a process holds.",
            "The memory of a replica is needed.",
            "Measure it on Linux.",
        )
    return n_bytes


@contextmanager
def server_process(
    folder: Path, *, key: Path, modules: Path | str = ""
) -> Iterator[tuple[int, int]]:
    """Serve a sealed release as `served` does; yields the port, and the id of the process."""
    port = free_port()
    words = (str(folder), str(key), str(port), str(modules))
    command = [sys.executable, "-m", "leadline.processes.release_server", *words]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        _wait_until_ready(server, port)
        yield port, server.pid
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def free_port() -> int:
    """A free port of the loopback interface."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + _READY_S
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise EngineError(
        "The server of the release did not become ready.",
        f"It has {_READY_S:.0f} s for that.",
        "Try 'leadline serve' and look at what it prints.",
    )


def _main(folder: str, key: str, port: str, modules: str) -> None:
    from leadline.engines.loading import load
    from leadline.serving.releases.keys import public_keys

    serve = load("servers", "http")
    serve(Path(folder), port=int(port), trusted=public_keys(Path(key)), modules=modules)


if __name__ == "__main__":
    _main(*sys.argv[1:])
