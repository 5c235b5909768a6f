"""The one place with state: entries, evidence, jobs, labels, invitations; and stored bytes.

`Record` speaks to the database, `Artifacts` to the store of bytes, `Reading` is what a job is
allowed to see. All is append-only but jobs, assignments and what is derived; the docstring of each
part of `Record` is its contract.
"""

from __future__ import annotations

from leadline.record.agents import (
    AgentCall,
    AgentGrant,
    AgentProposal,
    HoldoutLook,
    ProposalAnswer,
    ProposalKind,
)
from leadline.record.artifacts import Artifact, Artifacts
from leadline.record.delegation import (
    DeclaredReader,
    DelegationChoice,
    DelegationEntry,
    MachineVote,
    Permission,
    RowReading,
)
from leadline.record.entries import Entry
from leadline.record.invitations import Invitation
from leadline.record.jobs import Job
from leadline.record.labels.adjudications import Adjudication
from leadline.record.labels.guidelines import Guidelines
from leadline.record.labels.unresolved import Opinion, Unresolved
from leadline.record.labels.votes import Vote
from leadline.record.labels.worklist import (
    AnnotatorProgress,
    Assignment,
    AssignmentTerms,
    Item,
    NoAssignment,
    Worklist,
)
from leadline.record.machines import KeptAnswer, MachineAccount, MachineDay, MachineRequests
from leadline.record.monitoring.alarm_events import AlarmEvent
from leadline.record.monitoring.block_labels import BlockLabel
from leadline.record.monitoring.erasures import Erasure
from leadline.record.monitoring.monitoring_tables import AlarmAct
from leadline.record.monitoring.observations import Observation
from leadline.record.people import Account, ChangeKind, ChangeNote
from leadline.record.reviews import CostOpinion, Draw, Judgment
from leadline.record.row_reading import Reading
from leadline.record.service import Message, MessageState, Promotion
from leadline.record.store import Record
from leadline.record.tables import DrawReason, JobState, Role, VoteKind
from leadline.record.team import (
    AllProjects,
    AnswerKind,
    Comment,
    DayOfAnswers,
    EntryMoment,
    Estimated,
    MachineRun,
    Part,
    ProjectEntries,
    WorkState,
    WorkStatement,
)

__all__ = [
    "Account",
    "Adjudication",
    "AgentCall",
    "AgentGrant",
    "AgentProposal",
    "AlarmAct",
    "AlarmEvent",
    "AllProjects",
    "AnnotatorProgress",
    "AnswerKind",
    "Artifact",
    "Artifacts",
    "Assignment",
    "AssignmentTerms",
    "BlockLabel",
    "ChangeKind",
    "ChangeNote",
    "Comment",
    "CostOpinion",
    "DayOfAnswers",
    "DeclaredReader",
    "DelegationChoice",
    "DelegationEntry",
    "Draw",
    "DrawReason",
    "Entry",
    "EntryMoment",
    "Erasure",
    "Estimated",
    "Guidelines",
    "HoldoutLook",
    "Invitation",
    "Item",
    "Job",
    "JobState",
    "Judgment",
    "KeptAnswer",
    "MachineAccount",
    "MachineDay",
    "MachineRequests",
    "MachineRun",
    "MachineVote",
    "Message",
    "MessageState",
    "NoAssignment",
    "Observation",
    "Opinion",
    "Part",
    "Permission",
    "ProjectEntries",
    "Promotion",
    "ProposalAnswer",
    "ProposalKind",
    "Reading",
    "Record",
    "Role",
    "RowReading",
    "Unresolved",
    "Vote",
    "VoteKind",
    "WorkState",
    "WorkStatement",
    "Worklist",
]
