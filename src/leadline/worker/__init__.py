"""The only process that computes: one job at a time, or everything that is not current."""

from leadline.worker.computing import observe, run_here, work
from leadline.worker.mending import mend, rows_named

__all__ = ["mend", "observe", "rows_named", "run_here", "work"]
