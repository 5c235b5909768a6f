"""Statistics of a model in service: its error from few labels, drift, staleness."""

from __future__ import annotations

from leadline.stats.monitoring.error_monitor import Monitor, MonitorState

__all__ = ["Monitor", "MonitorState"]
