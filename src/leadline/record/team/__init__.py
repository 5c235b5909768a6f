"""Records of a team: its work on models, its comments, and all projects of one database."""

from leadline.record.team.all_projects import AllProjects, Part, ProjectEntries
from leadline.record.team.comments import Comment, Comments
from leadline.record.team.work_statements import Estimated, WorkStatement, WorkStatements
from leadline.record.team.work_tables import WorkState

__all__ = [
    "AllProjects",
    "Comment",
    "Comments",
    "Estimated",
    "Part",
    "ProjectEntries",
    "WorkState",
    "WorkStatement",
    "WorkStatements",
]
