"""Resource usage of a session's processes: processor time and memory, from /proc."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_CGROUP = Path("/sys/fs/cgroup")


@dataclass(frozen=True)
class Usage:
    """Processor time and memory of all processes of a session.

    Attributes
    ----------
    cpu_s : float
        Seconds of processor time, including ended children that their parent has waited for.
    memory : int
        Bytes; a page that processes share is counted once.
    waiting_s : float
        Seconds that running processes were ready to run and had no processor.
    """

    cpu_s: float
    memory: int
    waiting_s: float = 0.0


def usage_of(session: int, *, memory_from: float = 0.0) -> Usage:
    """What a session uses now; zeros on a machine without /proc.

    Parameters
    ----------
    session : int
        Its id.
    memory_from : float, default=0.0
        Bytes of interest: where the processes hold less, though shared pages are counted for each
        of them, that sum is returned. To share pages out takes the system long.
    """
    ticks, most, waiting_ns, pids = 0, 0, 0, list(members(session))
    for pid in pids:
        with suppress(OSError, ValueError, IndexError):
            fields = _stat(_PROC / str(pid))
            ticks += sum(int(each) for each in fields[11:15])
            most += int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
            waiting_ns += int((_PROC / str(pid) / "schedstat").read_bytes().split()[1])
    return Usage(
        ticks / os.sysconf("SC_CLK_TCK"),
        most if most < memory_from else sum(map(_memory, pids)),
        waiting_ns / 1e9,
    )


@dataclass(frozen=True)
class ProcessorTimes:
    """Time of one process, all its threads together.

    Attributes
    ----------
    cpu_s : float
        Seconds on a processor.
    waiting_s : float
        Seconds ready to run, without one.
    """

    cpu_s: float
    waiting_s: float


def processor_times(process: int) -> ProcessorTimes:
    """Time of a process and its children so far, to the microsecond; zeros without /proc.

    Threads that have ended are left out.

    Parameters
    ----------
    process : int
        Its id.
    """
    cpu_ns = waiting_ns = 0
    for pid in (process, *_descendants(process)):
        for thread in (_PROC / str(pid)).glob("task/*/schedstat"):
            with suppress(OSError, ValueError, IndexError):
                on, ready = thread.read_bytes().split()[:2]
                cpu_ns, waiting_ns = cpu_ns + int(on), waiting_ns + int(ready)
    return ProcessorTimes(cpu_ns / 1e9, waiting_ns / 1e9)


def members(session: int) -> Iterator[int]:
    """Ids of the running processes of a session; none on a machine without /proc."""
    for entry in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            fields = _stat(entry)
            if int(fields[3]) == session and fields[0] not in b"ZX":
                yield int(entry.name)


def peak_memory(pid: int) -> int:
    """Most bytes that a process has held at once; 0 if that is not known, or it has ended."""
    with suppress(OSError):
        for line in (_PROC / str(pid) / "status").read_bytes().splitlines():
            if line.startswith(b"VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def free_memory() -> int:
    """Bytes that can be allocated now without swapping; 0 where that is not known."""
    found = [_free_on_machine(), _free_in_group()]
    return min((each for each in found if each is not None), default=0)


def _descendants(process: int) -> Iterator[int]:
    """Processes that it has started, and those they have."""
    for children in (_PROC / str(process)).glob("task/*/children"):
        with suppress(OSError):
            for child in map(int, children.read_bytes().split()):
                yield child
                yield from _descendants(child)


def _stat(process: Path) -> list[bytes]:
    """Fields of a process's stat file after its name; the state is the first."""
    return (process / "stat").read_bytes().rpartition(b") ")[2].split()


def _memory(pid: int) -> int:
    """Memory of a process in bytes, shared pages divided by who share them where that is known.

    0 if it has ended.
    """
    with suppress(OSError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    with suppress(OSError, ValueError, IndexError):
        n_pages = int((_PROC / str(pid) / "statm").read_bytes().split()[1])
        return n_pages * os.sysconf("SC_PAGE_SIZE")
    return 0


def _free_on_machine() -> int | None:
    with suppress(OSError):
        for line in (_PROC / "meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _free_in_group() -> int | None:
    """Bytes that the limit of a container leaves; None where there is no limit."""
    with suppress(OSError, ValueError):
        limit = int((_CGROUP / "memory.max").read_text())
        return max(limit - int((_CGROUP / "memory.current").read_text()), 0)
    return None
