"""Records of a team: its work, its comments, what it did when, all projects of one database."""

from leadline.record.team.activity import (
    Activity,
    AnswerKind,
    DayOfAnswers,
    EntryMoment,
    MachineRun,
)
from leadline.record.team.all_projects import AllProjects, Part, ProjectEntries
from leadline.record.team.comments import Comment, Comments
from leadline.record.team.work_statements import Estimated, WorkStatement, WorkStatements
from leadline.record.team.work_tables import WorkState

__all__ = [
    "Activity",
    "AllProjects",
    "AnswerKind",
    "Comment",
    "Comments",
    "DayOfAnswers",
    "EntryMoment",
    "Estimated",
    "MachineRun",
    "Part",
    "ProjectEntries",
    "WorkState",
    "WorkStatement",
    "WorkStatements",
]
