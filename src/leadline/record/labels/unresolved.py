"""Unresolved items: what the votes leave open, as an adjudicator sees it."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from leadline.record.append_only import counts, latest
from leadline.record.labels.worklist import Item
from leadline.record.tables import VoteKind, label


@dataclass(frozen=True)
class Opinion:
    """A vote as an adjudicator sees it.

    Attributes
    ----------
    annotator : str
        Who gave it.
    value : str or None
        The label; None: unsure.
    reason, comment : str
        What was said with it; empty if nothing was.
    """

    annotator: str
    value: str | None
    reason: str = ""
    comment: str = ""


@dataclass(frozen=True)
class Unresolved:
    """An item to decide, or to decide anew.

    Attributes
    ----------
    item : Item
        The item.
    opinions : tuple of Opinion
        The votes on it, in the order they came.
    stamp : str
        Names this state of votes and decisions; a decision says which one it was made on.
    """

    item: Item
    opinions: tuple[Opinion, ...]
    stamp: str


def opinions_on(connection: Connection, project_id: int, key: str) -> tuple[Opinion, ...]:
    """The votes on an item, each annotator's latest, in the order they came."""
    query = select(label).where(
        label.c.project_id == project_id,
        label.c.item == key,
        label.c.kind == VoteKind.PLAIN,
        ~label.c.is_skip,
        counts(label),
    )
    found = connection.execute(query.order_by(label.c.id))
    return tuple(
        Opinion(vote.annotator, vote.value, vote.reason, vote.comment)
        for vote in latest((row.annotator, row) for row in found)
    )
