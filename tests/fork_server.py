"""A fork server: children of `run_with_limit` begin with all imported.

A child is a process of its own as ever, with its session, its pipe, its limit and its end. It is
forked off one that has imported the modules of the jobs, which takes seconds of a processor. In
`tests/processes`, and below any command that a test runs as a process, Python starts them.
"""

from __future__ import annotations

import json
import os
import selectors
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO, NoReturn

from leadline.processes import limit

ROOT = Path(__file__).parents[1]
_MOST_BYTES = 200_000
_IMPORTED = (
    "leadline.jobs.curve",
    "leadline.jobs.monitor",
    "leadline.jobs.release",
    "leadline.jobs.search",
    "leadline.jobs.tuning",
    "leadline.monitoring.observations",
    "leadline.search.budgeted_search",
    "leadline.search.child_process",
    "leadline.worker.computing",
    "sklearn.ensemble",
    "sklearn.linear_model",
)
# libraries that compute with threads start them when they are imported
_ONE_THREAD = {"OMP_NUM_THREADS": "1", "POLARS_MAX_THREADS": "1"}
# jemalloc knows of forks; the other removes what Polars has spilled to disk
_ASLEEP = {"jemalloc_bg_thd", "polars-ooc-clea"}


class Forks:
    """Stands for the module `subprocess` in `leadline.processes.limit`."""

    PIPE = subprocess.PIPE

    def __init__(self, path: str) -> None:
        self.path = path

    def Popen(self, command: list[str], *, env: Mapping[str, str], **_: Any) -> Child:  # noqa: N802
        """Have a child forked."""
        assert command == [sys.executable, "-m", limit.__name__]
        return Child(self.path, env)


class Child:
    """What `run_with_limit` knows of a child, as `subprocess.Popen` has it."""

    def __init__(self, path: str, environment: Mapping[str, str]) -> None:
        self._connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._connection.connect(path)
        read, write = os.pipe()
        request = json.dumps({"environment": dict(environment), "folder": str(Path.cwd())})
        socket.send_fds(self._connection, [request.encode()], [read, 1, 2])
        os.close(read)
        self.stdin: BinaryIO = os.fdopen(write, "wb")
        self.returncode: int | None = None
        self.pid = int(self._connection.recv(_MOST_BYTES))

    def poll(self) -> int | None:
        """Exit code, less than 0 for a signal; None while it runs."""
        return self._end(is_waiting=False)

    def wait(self) -> int | None:
        """Exit code, once there is one."""
        return self._end(is_waiting=True)

    def _end(self, *, is_waiting: bool) -> int | None:
        if self.returncode is None:
            self._connection.setblocking(is_waiting)
            with suppress(BlockingIOError):
                self.returncode = int(self._connection.recv(_MOST_BYTES))
                self._connection.close()
        return self.returncode


class StartedForks(Forks):
    """Starts the server when a first child is wanted: most tests want none."""

    process: subprocess.Popen[bytes] | None = None

    def Popen(self, command: list[str], *, env: Mapping[str, str], **_: Any) -> Child:  # noqa: N802
        self.start()
        return super().Popen(command, env=env)

    def start(self) -> None:
        """Start it, unless it runs."""
        if self.process is None:
            path = [*sys.path, str(ROOT)]
            script = f"import sys; sys.path[:] = {path}; import {__name__} as it; it.serve()"
            self.process = subprocess.Popen(
                [sys.executable, "-c", script, self.path],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd="/",
                env={**os.environ, **_ONE_THREAD},
                start_new_session=True,
            )
            assert self.process.stdout is not None
            assert self.process.stdout.readline() == b"ready\n"


_COMMAND = """
import json, os, socket, sys
connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
connection.connect({path!r})
asked = {{"environment": dict(os.environ), "folder": os.getcwd(), "arguments": sys.argv[1:]}}
socket.send_fds(connection, [json.dumps(asked).encode()], [0, 1, 2])
connection.recv(100)
sys.exit(int(connection.recv(100)))
"""


def write_command(folder: Path, forks: StartedForks) -> None:
    """Write a program `leadline` that has what was typed done by a fork."""
    forks.start()
    program = folder / "leadline"
    program.write_text(f"#!{sys.executable} -IS{_COMMAND.format(path=forks.path)}", "utf-8")
    program.chmod(0o755)


@contextmanager
def fork_server() -> Iterator[StartedForks]:
    """Yield what has children forked; the server ends with this process at the latest."""
    with tempfile.TemporaryDirectory(prefix="ll-forks-", ignore_cleanup_errors=True) as folder:
        forks = StartedForks(str(Path(folder) / "socket"))
        yield forks
        if forks.process is not None:
            forks.process.communicate()  # it ends when its input does


# --------------------------------------------------------------------------- the server's process


def serve() -> None:
    """Fork a child for each connection, and say there how the child has ended."""
    for name in _IMPORTED:
        import_module(name)
    assert _other_threads() <= _ASLEEP, "a fork has none of them, and may wait for one for ever"
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    listener.bind(sys.argv[1])
    listener.listen()
    # what a child has computed in a child of its own comes from here, too
    vars(limit)["subprocess"] = Forks(sys.argv[1])
    print("ready", flush=True)
    selector = selectors.DefaultSelector()
    selector.register(sys.stdin, selectors.EVENT_READ)
    selector.register(listener, selectors.EVENT_READ)
    while True:
        for key, _ in selector.select():
            if key.fileobj is sys.stdin:
                return
            if key.fileobj is listener:
                connection, _ = listener.accept()
                pid = _fork(connection)
                selector.register(os.pidfd_open(pid), selectors.EVENT_READ, (pid, connection))
            else:
                selector.unregister(key.fileobj)
                os.close(key.fd)
                _tell_end(*key.data)


def _other_threads() -> set[str]:
    threads = [each for each in Path("/proc/self/task").iterdir() if each.name != str(os.getpid())]
    return {(each / "comm").read_text(encoding="utf-8").strip() for each in threads}


def _tell_end(pid: int, connection: socket.socket) -> None:
    code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    with suppress(BrokenPipeError):  # who asked for it may be gone
        connection.send(str(code).encode())
    connection.close()


def _fork(connection: socket.socket) -> int:
    request, descriptors, _, _ = socket.recv_fds(connection, _MOST_BYTES, 3)
    pid = os.fork()
    if pid == 0:
        _become_child(json.loads(request), descriptors, connection)
    for each in descriptors:
        os.close(each)
    return pid


def _become_child(
    request: dict[str, Any], descriptors: list[int], connection: socket.socket
) -> NoReturn:
    try:
        os.setsid()
        for number, each in enumerate(descriptors):
            os.dup2(each, number)
            os.close(each)
        connection.send(str(os.getpid()).encode())
        connection.close()
        os.chdir(request["folder"])
        os.environ.clear()
        os.environ.update(request["environment"])
        tempfile.tempdir = None
        sys.stdin = os.fdopen(0)
        if "arguments" in request:
            _run_command(request["arguments"])
        limit._serve()
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def _run_command(arguments: list[str]) -> NoReturn:
    """Do what the program `leadline` does, and end as it ends."""
    from leadline.cli import main

    sys.argv = ["leadline", *arguments]
    code: object = 0
    try:
        main()
    except SystemExit as ended:
        code = ended.code
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code if isinstance(code, int) else int(code is not None))
