"""Life cycle: the table of its rows, and the state that each row is in."""

from leadline.phases.lifecycle.badges import Badge, Badges
from leadline.phases.lifecycle.rerun import is_turned_back, may_be_kept, stale_after
from leadline.phases.lifecycle.row_table import (
    ROWS,
    Owner,
    Row,
    Stage,
    decision_of,
    is_decision,
    row_of,
    rows_of,
)
from leadline.phases.lifecycle.states import (
    OF_RELEASE,
    Mark,
    Standing,
    State,
    marks_of,
    says_the_same,
    standing,
)
from leadline.phases.lifecycle.unread import unread

__all__ = [
    "OF_RELEASE",
    "ROWS",
    "Badge",
    "Badges",
    "Mark",
    "Owner",
    "Row",
    "Stage",
    "Standing",
    "State",
    "decision_of",
    "is_decision",
    "is_turned_back",
    "marks_of",
    "may_be_kept",
    "row_of",
    "rows_of",
    "says_the_same",
    "stale_after",
    "standing",
    "unread",
]
