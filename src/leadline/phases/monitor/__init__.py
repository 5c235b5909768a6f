"""watch / monitor: does what we see still look like what we learnt from, and is it good enough?"""

from __future__ import annotations

from leadline.phases.monitor.monitor import Monitor, assess
from leadline.phases.monitor.monitor_evidence import (
    FEWEST_LABELS,
    FEWEST_REFERENCE,
    Alarm,
    AlarmStep,
    Block,
    Evidence,
    SelfTest,
    Target,
)

__all__ = [
    "FEWEST_LABELS",
    "FEWEST_REFERENCE",
    "Alarm",
    "AlarmStep",
    "Block",
    "Evidence",
    "Monitor",
    "SelfTest",
    "Target",
    "assess",
]
