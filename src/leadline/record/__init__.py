"""The one place with state: what was concluded, what arrived, what is asked for, what is stored.

Everything is append-only but the queue. `Record` speaks to the database, `Artifacts` to the
store of bytes, `Reading` is what a job is allowed to see.
"""

from __future__ import annotations

from leadline.record.adjudicating import Adjudication
from leadline.record.artifacts import Artifact, Artifacts
from leadline.record.ballots import Vote, VoteKind
from leadline.record.evidence import Judgment, Observation
from leadline.record.guidelines import Guidelines
from leadline.record.invitations import Invitation, Role
from leadline.record.queue import Job, JobState
from leadline.record.reading import Reading
from leadline.record.store import Entry, Record
from leadline.record.unresolved import Opinion, Unresolved
from leadline.record.work import Assignment, Item, Nothing, Progress, Terms, Work

__all__ = [
    "Adjudication",
    "Artifact",
    "Artifacts",
    "Assignment",
    "Entry",
    "Guidelines",
    "Invitation",
    "Item",
    "Job",
    "JobState",
    "Judgment",
    "Nothing",
    "Observation",
    "Opinion",
    "Progress",
    "Reading",
    "Record",
    "Role",
    "Terms",
    "Unresolved",
    "Vote",
    "VoteKind",
    "Work",
]
