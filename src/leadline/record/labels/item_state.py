"""Item states and money: what follows from votes and assignments, kept beside them.

Each function runs within the transaction that changes a vote or an assignment, so that nobody ever
sees one without the other. All of it is derived: `Items.replace` makes it anew from the votes.
"""

from __future__ import annotations

from sqlalchemy import Connection

from leadline.record.append_only import latest
from leadline.record.labels import statements
from leadline.record.tables import ItemState, item
from leadline.stats.labels.label_aggregation import is_unresolved
from leadline.stats.labels.votes_needed import places_left


def account(
    connection: Connection, project_id: int, price: int | None, *, sign: int = 1, set_aside: int = 0
) -> None:
    """Add a vote's price to what is spent, and to what is held what is set aside for others.

    A price of None is that of any vote; `sign=-1` takes it off; what is let go of is negative.
    """
    given = {"of_project": project_id, "amount": price, "sign": sign, "set_aside": set_aside}
    connection.execute(statements.ACCOUNT, given)


def recount(connection: Connection, project_id: int, key: str) -> None:
    """Set the state of an item by its votes and assignments; gold and settled ones keep theirs."""
    which = {"of_project": project_id, "of_key": key}
    terms = connection.execute(statements.TERMS, which).one_or_none()
    if terms is None:
        return
    found = latest(
        (row.annotator, row.value) for row in connection.execute(statements.ANSWERS, which)
    )
    state = state_of(found, terms.n_out, (terms.votes, terms.most_votes))
    change = {**which, "new_state": state, "kept": ItemState.HIDDEN}
    connection.execute(statements.SET_STATE, change)


def settle(connection: Connection, project_id: int, key: str) -> None:
    """Ask nobody about an item any more: its label is decided."""
    _move(connection, project_id, key, ItemState.SETTLED)


def reopen(connection: Connection, project_id: int, key: str) -> None:
    """Let the votes set the state of an item again."""
    _move(connection, project_id, key, ItemState.FULL)
    recount(connection, project_id, key)


def _move(connection: Connection, project_id: int, key: str, state: ItemState) -> None:
    """Set a state, whatever the votes say; but not of gold."""
    columns = item.c
    change = item.update().where(
        columns.project_id == project_id,
        columns.key == key,
        columns.state != ItemState.HIDDEN,
    )
    connection.execute(change.values(state=state))


def state_of(answers: list[str | None], n_out: int, terms: tuple[int, int]) -> ItemState:
    """The state of an item.

    Parameters
    ----------
    answers : list of str or None
        Votes on it, one an annotator; None: unsure.
    n_out : int >= 0
        Annotators who have it and have not answered.
    terms : (int, int)
        Annotators asked at first; at most.
    """
    votes, most_votes = terms
    if not places_left(answers, n_out, votes=votes, most_votes=most_votes):
        return ItemState.UNRESOLVED if not n_out and is_unresolved(answers) else ItemState.FULL
    if len(answers) >= votes:
        return ItemState.CONTESTED
    return ItemState.BEGUN if answers or n_out else ItemState.FRESH
