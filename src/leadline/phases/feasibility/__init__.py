"""define / feasibility: is there signal, what is the ceiling, what would prove success?"""

from __future__ import annotations

from leadline.phases.feasibility.feasibility import Feasibility, assess, is_blind, is_little
from leadline.phases.feasibility.feasibility_evidence import SIGNIFICANT, Evidence
from leadline.phases.feasibility.past_only import LateClass, PastOnly

__all__ = [
    "SIGNIFICANT",
    "Evidence",
    "Feasibility",
    "LateClass",
    "PastOnly",
    "assess",
    "is_blind",
    "is_little",
]
