"""Commands: each appends to the record what a person does, and returns what it appended."""

from leadline.services.commands.adjudicate import Ruling, adjudicate, undo_adjudication
from leadline.services.commands.alarm import act_on_alarm
from leadline.services.commands.comment import add_comment
from leadline.services.commands.decision import WayBack, decide, keep_decision
from leadline.services.commands.further_rows import ask_for_more
from leadline.services.commands.job import ask_for, cancel_job
from leadline.services.commands.judgment_file import judge_file, judge_rows
from leadline.services.commands.label import LabelAnswer, next_item, undo_vote, vote
from leadline.services.commands.problem import problem_as_stated, restate_problem, state_problem
from leadline.services.commands.promotion import (
    move_to,
    pointer_of,
    promote_approved,
    require_pointer,
    try_beside,
)
from leadline.services.commands.review import choose_point, judge, undo_judgment
from leadline.services.commands.vote_import import ImportSummary, import_votes
from leadline.services.commands.work import (
    WorkTerms,
    add_work,
    drop_work,
    estimate_work,
    finish_work,
    start_work,
)

__all__ = [
    "ImportSummary",
    "LabelAnswer",
    "Ruling",
    "WayBack",
    "WorkTerms",
    "act_on_alarm",
    "add_comment",
    "add_work",
    "adjudicate",
    "ask_for",
    "ask_for_more",
    "cancel_job",
    "choose_point",
    "decide",
    "drop_work",
    "estimate_work",
    "finish_work",
    "import_votes",
    "judge",
    "judge_file",
    "judge_rows",
    "keep_decision",
    "move_to",
    "next_item",
    "pointer_of",
    "problem_as_stated",
    "promote_approved",
    "require_pointer",
    "restate_problem",
    "start_work",
    "state_problem",
    "try_beside",
    "undo_adjudication",
    "undo_judgment",
    "undo_vote",
    "vote",
]
