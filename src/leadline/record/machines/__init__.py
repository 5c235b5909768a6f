"""Records of machines that answer for money: what was asked, what it cost, what came back."""

from leadline.record.machines.machine_requests import MachineRequests
from leadline.record.machines.request_outcomes import (
    BudgetReached,
    HeldRequest,
    KeptAnswer,
    MachineAccount,
    MachineDay,
    OpenRequest,
)

__all__ = [
    "BudgetReached",
    "HeldRequest",
    "KeptAnswer",
    "MachineAccount",
    "MachineDay",
    "MachineRequests",
    "OpenRequest",
]
