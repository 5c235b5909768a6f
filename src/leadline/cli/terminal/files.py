"""Atomic writing of files: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path, *, may_lack: bool = False) -> Iterator[Path]:
    """A temporary path beside this one, which takes its place when all has gone well.

    Parameters
    ----------
    path : Path
        The file to be; replaced if it exists.
    may_lack : bool, default=False
        Whether nothing may be written: then the file stays as it is.

    Yields
    ------
    Path
        Where to write meanwhile.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        if temporary.exists() or not may_lack:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
