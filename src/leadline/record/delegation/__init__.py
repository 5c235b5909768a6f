"""Machines that label: their votes, verdicts on whether they may, and people's decisions on these.

Kept apart from what people say, in tables of their own: nothing that reads people's votes can meet
a machine's by forgetting a condition.
"""

from __future__ import annotations

from leadline.record.database import Database
from leadline.record.delegation.delegation_log import (
    DelegationChoice,
    DelegationEntry,
    DelegationLog,
)
from leadline.record.delegation.delegation_tables import Permission
from leadline.record.delegation.model_votes import MachineVote, MachineVotes

__all__ = [
    "DelegationChoice",
    "DelegationEntry",
    "DelegationLog",
    "DelegationRecord",
    "MachineVote",
    "MachineVotes",
    "Permission",
]


class DelegationRecord:
    """What machines say of items, and whether they may label.

    Parameters
    ----------
    database : Database
        Where it is kept.

    Attributes
    ----------
    votes : MachineVotes
        Labels that machines give.
    verdicts : DelegationLog
        Verdicts on whether a machine may label, and what people decided on them.
    """

    def __init__(self, database: Database) -> None:
        self.votes = MachineVotes(database)
        self.verdicts = DelegationLog(database)
