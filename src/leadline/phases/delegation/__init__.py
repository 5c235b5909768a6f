"""Delegation: may this machine label here, and which rows may it be given?"""

from leadline.phases.delegation.delegation import Delegation, assess
from leadline.phases.delegation.delegation_evidence import (
    FEWEST_EACH,
    FEWEST_PEOPLE,
    FEWEST_ROWS,
    Duel,
    Evidence,
    Handover,
    Part,
    WrongRow,
    surely_behind,
)

__all__ = [
    "FEWEST_EACH",
    "FEWEST_PEOPLE",
    "FEWEST_ROWS",
    "Delegation",
    "Duel",
    "Evidence",
    "Handover",
    "Part",
    "WrongRow",
    "assess",
    "surely_behind",
]
