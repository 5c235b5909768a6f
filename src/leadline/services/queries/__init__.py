"""Queries: one frozen page model each, read from the record at every call."""

from leadline.services.queries.adjudicate import AdjudicationPage, adjudication_page
from leadline.services.queries.decision import DecisionPage, decision_page
from leadline.services.queries.history import HistoryPage, JobPage, history_page, job_page
from leadline.services.queries.label import LabelPage, label_page
from leadline.services.queries.labelling_batch import labelling_batch, question_of
from leadline.services.queries.operating_points import OperatingPointsPage, operating_points_page
from leadline.services.queries.plan import BudgetPlan, budget_plan
from leadline.services.queries.project import ProjectPage, project_page, unread_settings
from leadline.services.queries.review import ReviewPage, review_page
from leadline.services.queries.row import EntryPage, RowPage, entry_page, row_page
from leadline.services.queries.stage import StagePage, stage_page

__all__ = [
    "AdjudicationPage",
    "BudgetPlan",
    "DecisionPage",
    "EntryPage",
    "HistoryPage",
    "JobPage",
    "LabelPage",
    "OperatingPointsPage",
    "ProjectPage",
    "ReviewPage",
    "RowPage",
    "StagePage",
    "adjudication_page",
    "budget_plan",
    "decision_page",
    "entry_page",
    "history_page",
    "job_page",
    "label_page",
    "labelling_batch",
    "operating_points_page",
    "project_page",
    "question_of",
    "review_page",
    "row_page",
    "stage_page",
    "unread_settings",
]
