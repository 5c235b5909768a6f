"""Jobs: a module for each row that a machine runs, which collects its evidence.

Each has ``run(workspace, reading, report) -> Verdict``: `reading` shows the verdicts the row may
stand on, `report(message, share)` tells how far it is. One job knows no other job.
"""

from __future__ import annotations

from typing import Protocol


class Report(Protocol):
    """Receives progress."""

    def __call__(self, message: str, share: float | None = None) -> None:
        """Say what is being done, and which share in [0, 1] of it is behind us."""

    def waited_s(self) -> float:
        """Seconds since the job was begun, the start of its process included."""
