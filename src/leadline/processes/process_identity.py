"""Identity of a process, as the record names it, and whether it is still there."""

from __future__ import annotations

import os
import socket


def identity() -> str:
    """The process we are in."""
    return f"{socket.gethostname()}:{os.getpid()}"


def is_gone(name: str) -> bool:
    """Whether a process of this computer has ended; of others nobody here can know.

    Parameters
    ----------
    name : str
        As `identity` made it.

    Examples
    --------
    >>> is_gone(identity()), is_gone("elsewhere:1"), is_gone("no process")
    (False, False, False)
    """
    host, _, process = name.rpartition(":")
    if host != socket.gethostname():
        return False
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, ValueError):
        return False
    return False
