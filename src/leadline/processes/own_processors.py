"""Processors of their own for a server and for the process that loads it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def keep_apart(server: int, generator: int) -> int:
    """Give the generator of a load the last processor, and the server all others.

    Where both may run on all, the system puts them on one now and then, for some hundredths of a
    second: long enough to make the 99th percentile of a fast server, and by chance.

    Parameters
    ----------
    server, generator : int
        Processes. Threads that they begin later stay where these are put.

    Returns
    -------
    int
        Processors of the server; 0 where the two are not apart: with one processor, or where the
        system has no such call.
    """
    if not hasattr(os, "sched_setaffinity"):
        return 0
    *others, last = sorted(os.sched_getaffinity(0))
    if not others:
        return 0
    keep(server, set(others))
    keep(generator, {last})
    return len(others)


def keep(process: int, processors: set[int]) -> None:
    """Keep a process, with all threads that it has now, to some processors."""
    with suppress(OSError):  # no /proc
        for thread in Path(f"/proc/{process}/task").iterdir():
            # it may have ended meanwhile
            with suppress(OSError):
                os.sched_setaffinity(int(thread.name), processors)
