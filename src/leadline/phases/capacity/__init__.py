"""ship / capacity: how many instances, what latency, what price at the expected load?"""

from __future__ import annotations

from leadline.phases.capacity.capacity import Capacity, assess, verified
from leadline.phases.capacity.capacity_evidence import (
    BatchTime,
    Evidence,
    Load,
    Noise,
    Step,
    Verification,
)
from leadline.phases.capacity.capacity_plan import planned_rate, saturated_rate

__all__ = [
    "BatchTime",
    "Capacity",
    "Evidence",
    "Load",
    "Noise",
    "Step",
    "Verification",
    "assess",
    "planned_rate",
    "saturated_rate",
    "verified",
]
