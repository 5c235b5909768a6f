"""Counts that follow from votes and assignments, kept in the same transaction as those.

They are derived: `Worklist.make_worklist` makes them anew from the evidence.
"""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy import Connection

from leadline.record import statements
from leadline.record.arriving import latest
from leadline.record.tables import item
from leadline.stats.labels.label_aggregation import is_unresolved
from leadline.stats.labels.votes_needed import places_left


class ItemState(IntEnum):
    """Whether an item is handed out, in the order in which items are."""

    CONTESTED = 0  # those asked first disagree
    BEGUN = 1
    FRESH = 2
    FULL = 3
    UNRESOLVED = 4  # as full, and the votes make no label: somebody has to decide
    HIDDEN = 5  # gold: the label is known
    SETTLED = 6  # adjudicated: no further vote could change the label


def account(
    connection: Connection, project_id: int, price: int | None, *, sign: int = 1, set_aside: int = 0
) -> None:
    """Add a vote's price to what is spent, and to what is held what is set aside for others.

    A price of None is that of any vote; `sign=-1` takes it off; what is let go of is negative.
    """
    given = {"of_project": project_id, "amount": price, "sign": sign, "set_aside": set_aside}
    connection.execute(statements.ACCOUNT, given)


def recount(connection: Connection, project_id: int, key: str) -> None:
    """Say anew whether an item may be handed out."""
    which = {"of_project": project_id, "of_key": key}
    terms = connection.execute(statements.TERMS, which).one_or_none()
    if terms is None:
        return
    found = latest((row.judge, row.value) for row in connection.execute(statements.ANSWERS, which))
    state = state_of(found, terms.n_out, (terms.votes, terms.most_votes))
    change = {**which, "new_state": int(state), "kept": int(ItemState.HIDDEN)}
    connection.execute(statements.SET_STATE, change)


def settle(connection: Connection, project_id: int, key: str) -> None:
    """Hand an item to nobody any more: its label is decided."""
    _move(connection, project_id, key, ItemState.SETTLED)


def reopen(connection: Connection, project_id: int, key: str) -> None:
    """Let the votes say again whether an item may be handed out."""
    _move(connection, project_id, key, ItemState.FULL)
    recount(connection, project_id, key)


def _move(connection: Connection, project_id: int, key: str, state: ItemState) -> None:
    columns = item.c
    change = item.update().where(
        columns.project_id == project_id,
        columns.key == key,
        columns.state != int(ItemState.HIDDEN),
    )
    connection.execute(change.values(state=int(state)))


def state_of(answers: list[str | None], n_out: int, terms: tuple[int, int]) -> ItemState:
    """Whether an item with these answers may be handed out."""
    votes, most_votes = terms
    if not places_left(answers, n_out, votes=votes, most_votes=most_votes):
        return ItemState.UNRESOLVED if not n_out and is_unresolved(answers) else ItemState.FULL
    if len(answers) >= votes:
        return ItemState.CONTESTED
    return ItemState.BEGUN if answers or n_out else ItemState.FRESH
