"""Commands: each appends to the record what a person does, and returns what it appended."""

from leadline.services.commands.adjudicate import Ruling, adjudicate, undo_adjudication
from leadline.services.commands.decision import decide
from leadline.services.commands.further_rows import ask_for_more
from leadline.services.commands.job import ask_for
from leadline.services.commands.judgment_file import judge_file
from leadline.services.commands.label import LabelAnswer, next_item, undo_vote, vote
from leadline.services.commands.problem import restate_problem, state_problem
from leadline.services.commands.review import choose_point, judge, undo_judgment
from leadline.services.commands.vote_import import ImportSummary, import_votes

__all__ = [
    "ImportSummary",
    "LabelAnswer",
    "Ruling",
    "adjudicate",
    "ask_for",
    "ask_for_more",
    "choose_point",
    "decide",
    "import_votes",
    "judge",
    "judge_file",
    "next_item",
    "restate_problem",
    "state_problem",
    "undo_adjudication",
    "undo_judgment",
    "undo_vote",
    "vote",
]
