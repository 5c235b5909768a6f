"""The one place with state: what was concluded, what arrived, what is asked for, what is stored.

Everything is append-only but the queue. `Record` speaks to the database, `Artifacts` to the
store of bytes, `Reading` is what a job is allowed to see.
"""

from __future__ import annotations

from leadline.record.artifacts import Artifact, Artifacts
from leadline.record.evidence import Judgment, Observation, Vote
from leadline.record.queue import Job, JobState
from leadline.record.reading import Reading
from leadline.record.store import Entry, Record

__all__ = [
    "Artifact",
    "Artifacts",
    "Entry",
    "Job",
    "JobState",
    "Judgment",
    "Observation",
    "Reading",
    "Record",
    "Vote",
]
