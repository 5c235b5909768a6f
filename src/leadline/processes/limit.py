"""Function calls in a child process that is killed when a time limit is reached.

The child gets a session of its own, so that every process it starts is killed with it, and a
temporary folder that is removed with it. It also ends when its parent dies, which it notices by a
pipe that closes. Nothing depends on the child obeying a signal.
"""

from __future__ import annotations

import importlib
import os
import pickle
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from leadline.errors import DiedError, EngineError, LeadlineError, LimitError
from leadline.processes.usage import members

_POLL_S = 0.05
_KILL_S = 5.0
_READY = "ready"  # a file: once it exists, an interrupt reaches the function
# OpenMP threads that spin while they wait make a fit ten times slower on a busy machine
_OPENMP = {"OMP_WAIT_POLICY": "PASSIVE"}


def run_with_limit(
    target: str,
    *args: Any,
    limit_s: float | None,
    tick: Callable[[int], None] | None = None,
    tick_s: float = 0.25,
    closing_s: float = 0.0,
) -> Any:
    """Call a function in a child process that is killed after a number of seconds.

    Parameters
    ----------
    target : str
        ``"package.module:function"``.
    *args : object
        Its arguments; must pickle.
    limit_s : float or None
        Seconds of wall clock from now, the child's start included; None for no limit.
    tick : callable, optional
        Called every `tick_s` seconds while waiting, with the child's session id; an exception
        that it raises ends the child.
    tick_s : float, default=0.25
        Seconds between ticks.
    closing_s : float, default=0.0
        When this process is interrupted, the child is too, and has this many seconds to return
        by itself; a second interrupt ends it at once.

    Returns
    -------
    object
        What the function returned.

    Raises
    ------
    LimitError
        If the time is over; the child and all it started are dead by then.
    LeadlineError
        If the function raised one.
    EngineError
        If it raised anything else; a DiedError if it died.
    KeyboardInterrupt
        If this process is interrupted and the child does not end by itself in `closing_s`.
    """
    started = time.monotonic()
    deadline = None if limit_s is None else started + limit_s
    # a short name: Ray puts sockets below it, whose paths may be 107 bytes long
    with tempfile.TemporaryDirectory(prefix="ll-", ignore_cleanup_errors=True) as folder:
        answer = Path(folder) / "answer"
        request = pickle.dumps((target, args, str(answer), list(sys.path)))
        child = subprocess.Popen(
            [sys.executable, "-m", "leadline.processes.limit"],
            stdin=subprocess.PIPE,
            start_new_session=True,
            env={**_OPENMP, **os.environ, "TMPDIR": folder},
        )
        try:
            _send(child, request)
            try:
                _wait(child, deadline, tick, tick_s)
            except KeyboardInterrupt:
                if not closing_s or not (Path(folder) / _READY).exists():
                    raise
                os.kill(child.pid, signal.SIGINT)
                try:
                    _wait(child, time.monotonic() + closing_s, tick, tick_s)
                except LimitError:
                    raise KeyboardInterrupt from None
        finally:
            _kill(child)
        if not answer.exists():
            raise DiedError(
                f"The computing process died (exit code {child.returncode}).",
                "It must end by itself.",
                "Memory may have run out: try fewer rows, or look at the system's log.",
            )
        return _open_answer(answer)


def _send(child: subprocess.Popen[bytes], request: bytes) -> None:
    assert child.stdin is not None
    try:
        child.stdin.write(len(request).to_bytes(8, "big") + request)
        child.stdin.flush()
    except BrokenPipeError:
        pass  # it died at its start: the missing answer is reported


def _wait(
    child: subprocess.Popen[bytes],
    deadline: float | None,
    tick: Callable[[int], None] | None,
    tick_s: float,
) -> None:
    next_tick = time.monotonic()
    while child.poll() is None:
        now = time.monotonic()
        if deadline is not None and now >= deadline:
            raise LimitError("The time granted is over.", "", "Grant more, or use what was kept.")
        if tick is not None and now >= next_tick:
            tick(child.pid)
            next_tick = now + tick_s
        pause = _POLL_S if deadline is None else min(_POLL_S, max(deadline - now, 0.001))
        time.sleep(pause)


def _kill(child: subprocess.Popen[bytes]) -> None:
    """End the child and everything it started in its session."""
    with suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)
    _end_session(child.pid)
    child.wait()
    if child.stdin is not None:
        with suppress(BrokenPipeError):
            child.stdin.close()


def _end_session(session: int) -> None:
    """Kill the processes of a session, those in other groups too (Ray's workers); not our own."""
    deadline = time.monotonic() + _KILL_S
    while (pids := set(members(session)) - {os.getpid()}) and time.monotonic() < deadline:
        for pid in pids:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _open_answer(path: Path) -> Any:
    is_good, value = pickle.loads(path.read_bytes())  # noqa: S301 - our own child wrote it
    if is_good:
        return value
    raise value


def _failure(error: BaseException) -> LeadlineError:
    if isinstance(error, LeadlineError):
        return error
    last = traceback.extract_tb(error.__traceback__)[-1]
    traceback.print_exception(error)
    return EngineError(
        f"{type(error).__name__}: {error}",
        f"(raised in {last.name}, {Path(last.filename).name} line {last.lineno})",
    )


def _die_with_parent(folder: Path) -> None:
    """Wait for the parent's end of the pipe to close, then end the whole session and its files."""
    sys.stdin.buffer.read(1)
    _end_session(os.getsid(0))
    shutil.rmtree(folder, ignore_errors=True)
    os.killpg(os.getpgid(0), signal.SIGKILL)


def _serve() -> None:
    size = int.from_bytes(sys.stdin.buffer.read(8), "big")
    request = sys.stdin.buffer.read(size)
    if not request or len(request) < size:
        os._exit(1)  # the parent was stopped before it had asked for anything
    target, args, answer, path = pickle.loads(request)  # noqa: S301 - our parent wrote it
    sys.path[:] = path
    folder = Path(answer).parent
    threading.Thread(target=_die_with_parent, args=(folder,), daemon=True).start()
    try:
        (folder / _READY).touch()
        module, _, name = target.partition(":")
        value = getattr(importlib.import_module(module), name)(*args)
        packed = pickle.dumps((True, value))
    except KeyboardInterrupt:
        packed = pickle.dumps((False, KeyboardInterrupt()))
    except BaseException as error:
        packed = pickle.dumps((False, _failure(error)))
    temporary = Path(f"{answer}.part")
    temporary.write_bytes(packed)
    temporary.rename(answer)
    sys.stdout.flush()
    sys.stderr.flush()
    # worker threads of numeric libraries must not hold up the end
    os._exit(0)


if __name__ == "__main__":
    _serve()
