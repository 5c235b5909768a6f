"""What a person can see: one frozen model a page, made anew from the record each time."""

from leadline.services.queries.decision import DecisionPage, decision_page
from leadline.services.queries.history import HistoryPage, JobPage, history_page, job_page
from leadline.services.queries.label import LabelPage, label_page
from leadline.services.queries.project import ProjectPage, project_page
from leadline.services.queries.review import ChoicePage, ReviewPage, choice_page, review_page
from leadline.services.queries.row import EntryPage, RowPage, entry_page, row_page
from leadline.services.queries.stage import StagePage, stage_page

__all__ = [
    "ChoicePage",
    "DecisionPage",
    "EntryPage",
    "HistoryPage",
    "JobPage",
    "LabelPage",
    "ProjectPage",
    "ReviewPage",
    "RowPage",
    "StagePage",
    "choice_page",
    "decision_page",
    "entry_page",
    "history_page",
    "job_page",
    "label_page",
    "project_page",
    "review_page",
    "row_page",
    "stage_page",
]
