"""Progress of long work, on one line of a notebook or a terminal; elsewhere it is silent."""

from __future__ import annotations

import sys
import time
from typing import Any

_WIDTH = 24
_LEAST_S = 0.2


class ProgressLine:
    """One line that is written over: a bar, a share, what is done now.

    Parameters
    ----------
    is_shown : bool
        False: nothing is written.
    """

    def __init__(self, *, is_shown: bool) -> None:
        self._handle = _notebook_line() if is_shown else None
        self._is_terminal = is_shown and self._handle is None and sys.stderr.isatty()
        self._last = 0.0
        self._length = 0

    def __call__(self, message: str, share: float | None = None) -> None:
        """Say what is done, and how much of it."""
        now = time.monotonic()
        if now - self._last < _LEAST_S and share != 1:
            return
        self._last = now
        done = 0 if share is None else round(share * _WIDTH)
        bar = "" if share is None else f"[{'#' * done}{'.' * (_WIDTH - done)}] {share:4.0%} "
        self._write(bar + message)

    def close(self) -> None:
        """Take the line away."""
        self._write("")

    def _write(self, line: str) -> None:
        if self._handle is not None:
            self._handle.update({"text/plain": line}, raw=True)
        elif self._is_terminal:
            sys.stderr.write("\r" + line.ljust(self._length) + ("" if line else "\r"))
            sys.stderr.flush()
            self._length = len(line)


def _notebook_line() -> Any:
    """A line of a notebook that can be changed; None outside of one."""
    display = sys.modules.get("IPython.display")
    shell = sys.modules.get("IPython")
    running = shell.get_ipython() if shell is not None else None
    if display is None or running is None or not hasattr(running, "kernel"):
        return None
    return display.display({"text/plain": ""}, raw=True, display_id=True)
