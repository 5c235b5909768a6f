"""Records of a team: its work on models, and all projects of one database."""

from leadline.record.team.all_projects import AllProjects, Part, ProjectEntries
from leadline.record.team.work_statements import Estimated, WorkStatement, WorkStatements
from leadline.record.team.work_tables import WorkState

__all__ = [
    "AllProjects",
    "Estimated",
    "Part",
    "ProjectEntries",
    "WorkState",
    "WorkStatement",
    "WorkStatements",
]
