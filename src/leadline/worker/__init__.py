"""Worker: the process that computes one job at a time, or every row that is not current."""

from leadline.worker.computing import ask_for_labels, observe, observe_served, run_here, work
from leadline.worker.refreshing import preview, refresh, rows_named

__all__ = [
    "ask_for_labels",
    "observe",
    "observe_served",
    "preview",
    "refresh",
    "rows_named",
    "run_here",
    "work",
]
