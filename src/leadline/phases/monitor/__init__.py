"""watch / monitor: does what we see still look like what we learnt from, and is it good enough?"""

from __future__ import annotations

from leadline.phases.monitor.block_evidence import FEWEST_COMPARED, Block, compared_block
from leadline.phases.monitor.class_rates import PRECISION, RECALL, TARGET, ClassRate
from leadline.phases.monitor.monitor import Monitor, assess
from leadline.phases.monitor.monitor_evidence import (
    FEWEST_LABELS,
    FEWEST_REFERENCE,
    N_RECENT,
    Alarm,
    AlarmStep,
    Evidence,
    Positives,
    SelfTest,
    Target,
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
