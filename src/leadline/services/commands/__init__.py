"""What a person can do. Each command appends to the record, and returns what it appended."""

from leadline.services.commands.adjudicate import Ruling, adjudicate, undo_adjudication
from leadline.services.commands.decision import decide
from leadline.services.commands.job import ask_for
from leadline.services.commands.label import Said, next_item, undo_vote, vote
from leadline.services.commands.problem import restate_problem, state_problem
from leadline.services.commands.review import choose_point, judge, judge_file, undo_judgment
from leadline.services.commands.vote_import import Received, receive

__all__ = [
    "Received",
    "Ruling",
    "Said",
    "adjudicate",
    "ask_for",
    "choose_point",
    "decide",
    "judge",
    "judge_file",
    "next_item",
    "receive",
    "restate_problem",
    "state_problem",
    "undo_adjudication",
    "undo_judgment",
    "undo_vote",
    "vote",
]
