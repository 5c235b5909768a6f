"""What is asked of the database with every answer to an item, made once.

To make a statement takes longer than to run it, and a hundred people answer at once.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BindParameter, bindparam, func, select

from leadline.record.arriving import counts
from leadline.record.tables import assignment, item, label, worklist

OUT = "out"
DONE = "done"
LAPSED = "lapsed"

_PROJECT: BindParameter[Any] = bindparam("of_project")
_JUDGE: BindParameter[Any] = bindparam("of_judge")
_KEY: BindParameter[Any] = bindparam("of_key")
_KIND: BindParameter[Any] = bindparam("of_kind")
_STATE: BindParameter[Any] = bindparam("of_state")

WORK = select(worklist).where(worklist.c.project_id == _PROJECT)

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
    select(label.c.judge, label.c.value)
    .where(
        label.c.project_id == _PROJECT,
        label.c.item == _KEY,
        label.c.kind == "plain",
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
        assignment.c.kind == "plain",
        assignment.c.state == OUT,
    )
    .scalar_subquery()
)
TERMS = select(worklist.c.votes, worklist.c.most_votes, _N_OUT.label("n_out")).where(
    worklist.c.project_id == _PROJECT
)
"""How many people an item goes to, and how many it is with."""

SET_STATE = (
    item.update()
    .where(item.c.project_id == _PROJECT, item.c.key == _KEY, item.c.state < bindparam("kept"))
    .values(state=bindparam("new_state"))
)

N_ASKED = select(func.count()).where(
    assignment.c.project_id == _PROJECT, assignment.c.judge == _JUDGE
)

AT_HAND = (
    select(assignment.c.id, item.c.key, item.c.body)
    .join(
        item,
        (item.c.project_id == assignment.c.project_id) & (item.c.key == assignment.c.item),
    )
    .where(
        assignment.c.project_id == _PROJECT, assignment.c.judge == _JUDGE, assignment.c.state == OUT
    )
    .order_by(assignment.c.id.desc())
    .limit(1)
)

OVERDUE = select(assignment.c.id, assignment.c.item, assignment.c.price).where(
    assignment.c.project_id == _PROJECT,
    assignment.c.state == OUT,
    assignment.c.until < bindparam("now", type_=assignment.c.until.type),
)

ASKED = select(assignment).where(
    assignment.c.project_id == _PROJECT,
    assignment.c.id == bindparam("number"),
    assignment.c.judge == _JUDGE,
)

END = (
    assignment.update()
    .where(assignment.c.id == bindparam("number"))
    .values(state=bindparam("new_state"))
)

ANSWERED = select(label.c.item).where(
    label.c.project_id == _PROJECT,
    label.c.judge == _JUDGE,
    label.c.kind == _KIND,
    counts(label),
)
"""Items that a person has answered, skips included."""

HAS_ANSWERED = ANSWERED.where(label.c.item == _KEY).limit(1)

_OPEN_TO_ME = (
    select(item.c.key)
    .where(
        item.c.project_id == _PROJECT,
        item.c.state == _STATE,
        ~ANSWERED.where(label.c.item == item.c.key).exists(),
    )
    .order_by(item.c.number)
    .limit(bindparam("n_most", type_=item.c.number.type))
)
OPEN_FROM = _OPEN_TO_ME.where(item.c.number >= bindparam("place"))
OPEN_UNTIL = _OPEN_TO_ME.where(item.c.number < bindparam("place"))

PACE = select(func.count(), func.coalesce(func.sum(label.c.seconds), 0.0)).where(
    label.c.project_id == _PROJECT, label.c.judge == _JUDGE, ~label.c.is_skip, counts(label)
)
RECENT = (
    select(label.c.seconds, label.c.guidelines)
    .where(label.c.project_id == _PROJECT, label.c.judge == _JUDGE, ~label.c.is_skip, counts(label))
    .order_by(label.c.id.desc())
    .limit(30)
)

_IS_OPEN = item.c.state < 3  # `ItemState.FULL`
N_OPEN = select(func.count()).select_from(item).where(item.c.project_id == _PROJECT, _IS_OPEN)
KEYS_AT_HAND = select(assignment.c.item).where(
    assignment.c.project_id == _PROJECT, assignment.c.judge == _JUDGE, assignment.c.state == OUT
)
_MINE = ANSWERED.union(KEYS_AT_HAND).subquery()
_THAT_IS_OPEN = select(item.c.number).where(
    item.c.project_id == _PROJECT, item.c.key == _MINE.c.item, _IS_OPEN
)
# from this person's items to the list, not from the whole list to theirs
N_TAKEN = select(func.count()).select_from(_MINE).where(_THAT_IS_OPEN.exists())
