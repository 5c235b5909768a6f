"""Atomic writing of files: whole, or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path: Path) -> Iterator[Path]:
    """A temporary path beside this one, which takes its place when all has gone well.

    Parameters
    ----------
    path : Path
        The file to be; replaced if it exists.

    Yields
    ------
    Path
        Where to write meanwhile.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
