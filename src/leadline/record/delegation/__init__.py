"""Machines that label or read: what they say, verdicts on whether they may, people's decisions.

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
from leadline.record.delegation.stream_readings import (
    DeclaredReader,
    RowReading,
    StreamReadings,
)

__all__ = [
    "DeclaredReader",
    "DelegationChoice",
    "DelegationEntry",
    "DelegationLog",
    "DelegationRecord",
    "MachineVote",
    "MachineVotes",
    "Permission",
    "RowReading",
    "StreamReadings",
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
    readings : StreamReadings
        What machines say of rows of the stream.
    """

    def __init__(self, database: Database) -> None:
        self.votes = MachineVotes(database)
        self.verdicts = DelegationLog(database)
        self.readings = StreamReadings(database)
