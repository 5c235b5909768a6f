"""watch / monitor: does what we see still look like what we learnt from, and is it good enough?"""

from __future__ import annotations

from leadline.phases.monitor.class_rates import PRECISION, RECALL, TARGET, ClassRate
from leadline.phases.monitor.monitor import Monitor, assess
from leadline.phases.monitor.monitor_evidence import (
    FEWEST_COMPARED,
    FEWEST_LABELS,
    FEWEST_REFERENCE,
    N_RECENT,
    Alarm,
    AlarmStep,
    Block,
    Evidence,
    Positives,
    SelfTest,
    Target,
    compared_block,
)

__all__ = [
    "FEWEST_COMPARED",
    "FEWEST_LABELS",
    "FEWEST_REFERENCE",
    "N_RECENT",
    "PRECISION",
    "RECALL",
    "TARGET",
    "Alarm",
    "AlarmStep",
    "Block",
    "ClassRate",
    "Evidence",
    "Monitor",
    "Positives",
    "SelfTest",
    "Target",
    "assess",
    "compared_block",
]
