"""Decisions that people made with test scores in sight: what an agent learns by their effect."""

from __future__ import annotations

import math

from leadline.phases.lifecycle import ROWS, is_decision
from leadline.record import Record
from leadline.record.agents.holdout_looks import FRESH
from leadline.services.agents.agent_evidence import BEFORE_HIDDEN

FIRST_HIDDEN = "tuning"
"""The first row that rests on hidden rows."""

_EACH = math.log(3)  # go, back or stop


def n_later_decisions(record: Record) -> int:
    """Decisions on define, find or train after the first test score, since the rows were fresh."""
    marks = record.marks()
    hidden = next((mark.number for mark in marks if mark.row == FIRST_HIDDEN), None)
    if hidden is None:
        return 0
    later = [
        mark.number
        for mark in marks
        if mark.number > hidden and is_decision(mark.row) and ROWS[mark.row].stage in BEFORE_HIDDEN
    ]
    fresh = [look.at for look in record.agents.looks.all() if look.answer == FRESH and look.at]
    return sum(not fresh or record.entry(number).at > fresh[-1] for number in later)


def nats_of_decisions(n_decisions: int) -> float:
    """What so many decisions may have told of the hidden rows.

    An agent that is not shown a decision still sees whether its next row may be started. Whoever
    decided had seen the test score, so each choice is charged as an answer of the hold-out.

    Examples
    --------
    >>> round(nats_of_decisions(2), 2)
    2.2
    """
    return n_decisions * _EACH
