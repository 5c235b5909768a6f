"""Monitor job: a release held against the reference, the walk through its blocks, one block."""

from __future__ import annotations

from leadline.jobs.monitor.monitor import run

__all__ = ["run"]
