"""watch / monitor: does what we see still look like what we learnt from, and is it good enough?"""

from __future__ import annotations

from leadline.phases.monitor.class_rates import PRECISION, RECALL, ClassRate
from leadline.phases.monitor.monitor import Monitor, assess
from leadline.phases.monitor.monitor_evidence import (
    FEWEST_COMPARED,
    FEWEST_LABELS,
    FEWEST_REFERENCE,
    Alarm,
    AlarmStep,
    Block,
    Evidence,
    SelfTest,
    Target,
    compared_block,
)

__all__ = [
    "FEWEST_COMPARED",
    "FEWEST_LABELS",
    "FEWEST_REFERENCE",
    "PRECISION",
    "RECALL",
    "Alarm",
    "AlarmStep",
    "Block",
    "ClassRate",
    "Evidence",
    "Monitor",
    "SelfTest",
    "Target",
    "assess",
    "compared_block",
]
