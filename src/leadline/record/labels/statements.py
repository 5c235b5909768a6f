"""Prepared SQL statements of assignments and votes.

They are run with every answer, and made once: to make a statement takes longer than to run it, and
a hundred people answer at once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select

from leadline.record.append_only import counts
from leadline.record.tables import (
    AssignmentState,
    ItemState,
    VoteKind,
    assignment,
    item,
    label,
    worklist,
)

_PROJECT: BindParameter[Any] = bindparam("of_project")
_ANNOTATOR: BindParameter[Any] = bindparam("of_annotator")
_KEY: BindParameter[Any] = bindparam("of_key")
_KIND: BindParameter[Any] = bindparam("of_kind")
_STATE: BindParameter[Any] = bindparam("of_state")

WORKLIST = select(worklist).where(worklist.c.project_id == _PROJECT)

ACCOUNT = (
    worklist.update()
    .where(worklist.c.project_id == _PROJECT)
    .values(
        spent=worklist.c.spent
        + bindparam("sign")
        * func.coalesce(bindparam("amount", type_=worklist.c.price.type), worklist.c.price),
        held=worklist.c.held + bindparam("set_aside"),
    )
)

ANSWERS = (
    select(label.c.annotator, label.c.value)
    .where(
        label.c.project_id == _PROJECT,
        label.c.item == _KEY,
        label.c.kind == VoteKind.PLAIN,
        ~label.c.is_skip,
        counts(label),
    )
    .order_by(label.c.id)
)

_N_OUT = (
    select(func.count())
    .where(
        assignment.c.project_id == _PROJECT,
        assignment.c.item == _KEY,
        assignment.c.kind == VoteKind.PLAIN,
        assignment.c.state == AssignmentState.OUT,
    )
    .scalar_subquery()
)
TERMS = select(worklist.c.votes, worklist.c.most_votes, _N_OUT.label("n_out")).where(
    worklist.c.project_id == _PROJECT
)
"""How many annotators an item goes to, and how many have it now."""

SET_STATE = (
    item.update()
    .where(item.c.project_id == _PROJECT, item.c.key == _KEY, item.c.state < bindparam("kept"))
    .values(state=bindparam("new_state"))
)

N_ASKED = select(func.count()).where(
    assignment.c.project_id == _PROJECT, assignment.c.annotator == _ANNOTATOR
)

AT_HAND = (
    select(assignment.c.id, item.c.key, item.c.body)
    .join(
        item,
        (item.c.project_id == assignment.c.project_id) & (item.c.key == assignment.c.item),
    )
    .where(
        assignment.c.project_id == _PROJECT,
        assignment.c.annotator == _ANNOTATOR,
        assignment.c.state == AssignmentState.OUT,
    )
    .order_by(assignment.c.id.desc())
    .limit(1)
)

OVERDUE = select(assignment.c.id, assignment.c.item, assignment.c.price).where(
    assignment.c.project_id == _PROJECT,
    assignment.c.state == AssignmentState.OUT,
    assignment.c.until < bindparam("now", type_=assignment.c.until.type),
)

ASKED = select(assignment).where(
    assignment.c.project_id == _PROJECT,
    assignment.c.id == bindparam("number"),
    assignment.c.annotator == _ANNOTATOR,
)

END = (
    assignment.update()
    .where(assignment.c.id == bindparam("number"))
    .values(state=bindparam("new_state"))
)

ANSWERED = select(label.c.item).where(
    label.c.project_id == _PROJECT,
    label.c.annotator == _ANNOTATOR,
    label.c.kind == _KIND,
    counts(label),
)
"""Items that an annotator has answered, skips included."""

HAS_ANSWERED = ANSWERED.where(label.c.item == _KEY).limit(1)

_OPEN_TO_THEM = (
    select(item.c.key)
    .where(
        item.c.project_id == _PROJECT,
        item.c.state == _STATE,
        ~ANSWERED.where(label.c.item == item.c.key).exists(),
    )
    .order_by(item.c.number)
    .limit(bindparam("n_most", type_=item.c.number.type))
)
OPEN_FROM = _OPEN_TO_THEM.where(item.c.number >= bindparam("place"))
OPEN_UNTIL = _OPEN_TO_THEM.where(item.c.number < bindparam("place"))

PACE = select(func.count(), func.coalesce(func.sum(label.c.seconds), 0.0)).where(
    label.c.project_id == _PROJECT, label.c.annotator == _ANNOTATOR, ~label.c.is_skip, counts(label)
)
RECENT = (
    select(label.c.seconds, label.c.guidelines)
    .where(
        label.c.project_id == _PROJECT,
        label.c.annotator == _ANNOTATOR,
        ~label.c.is_skip,
        counts(label),
    )
    .order_by(label.c.id.desc())
    .limit(30)
)

_IS_OPEN = item.c.state < ItemState.FULL
N_OPEN = select(func.count()).select_from(item).where(item.c.project_id == _PROJECT, _IS_OPEN)
KEYS_AT_HAND = select(assignment.c.item).where(
    assignment.c.project_id == _PROJECT,
    assignment.c.annotator == _ANNOTATOR,
    assignment.c.state == AssignmentState.OUT,
)
_THEIRS = ANSWERED.union(KEYS_AT_HAND).subquery()
_THAT_IS_OPEN = select(item.c.number).where(
    item.c.project_id == _PROJECT, item.c.key == _THEIRS.c.item, _IS_OPEN
)
# from this annotator's items to the list, not from the whole list to theirs
N_TAKEN = select(func.count()).select_from(_THEIRS).where(_THAT_IS_OPEN.exists())
