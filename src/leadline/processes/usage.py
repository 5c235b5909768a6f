"""What the processes of a session use of the machine, as /proc tells."""

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
    """Of all processes of a session together.

    Attributes
    ----------
    cpu_s : float
        Seconds of processors, those of ended children included once somebody waited for them.
    memory : int
        Bytes held; pages that processes share are counted once each.
    """

    cpu_s: float
    memory: int


def usage_of(leader: int) -> Usage:
    """What a session uses now; nothing where no /proc tells."""
    ticks, memory = 0, 0
    for pid in members(leader):
        with suppress(OSError, ValueError, IndexError):
            fields = _stat(_PROC / str(pid))
            ticks += sum(int(each) for each in fields[11:15])
            memory += _held(pid)
    return Usage(ticks / os.sysconf("SC_CLK_TCK"), memory)


def members(leader: int) -> Iterator[int]:
    """Processes of a session that run; none where no /proc tells."""
    for entry in _PROC.glob("[0-9]*"):
        with suppress(OSError):
            fields = _stat(entry)
            if int(fields[3]) == leader and fields[0] not in b"ZX":
                yield int(entry.name)


def free_memory() -> int:
    """Bytes that could be had now without swapping; 0 where nobody can tell."""
    found = [_free_on_machine(), _free_in_group()]
    return min((each for each in found if each is not None), default=0)


def _stat(process: Path) -> list[bytes]:
    """What follows the name in a process's stat file, the state first."""
    return (process / "stat").read_bytes().rpartition(b") ")[2].split()


def _held(pid: int) -> int:
    """Bytes a process holds, shared ones by its part; all of them where that is not told."""
    with suppress(OSError):
        for line in (_PROC / str(pid) / "smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    n_pages = int((_PROC / str(pid) / "statm").read_bytes().split()[1])
    return n_pages * os.sysconf("SC_PAGE_SIZE")


def _free_on_machine() -> int | None:
    with suppress(OSError):
        for line in (_PROC / "meminfo").read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    return None


def _free_in_group() -> int | None:
    """What a container's limit leaves."""
    with suppress(OSError, ValueError):
        limit = int((_CGROUP / "memory.max").read_text())
        return max(limit - int((_CGROUP / "memory.current").read_text()), 0)
    return None
