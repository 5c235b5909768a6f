"""Items to label, and the terms on which they are assigned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class NoAssignment(StrEnum):
    """Why an annotator is assigned no item."""

    DONE = "done"  # nothing is left for this annotator
    WAITING = "waiting"  # what is left is with others, who may not answer
    MONEY = "money"  # what was granted is spent or set aside


@dataclass(frozen=True)
class Worklist:
    """What there is to label, and what votes on it cost.

    Attributes
    ----------
    basis : str
        What the list was made from; made from something else, it must be made anew.
    facts : mapping of str to object
        What the page says of every item.
    votes, most_votes : int
        Annotators asked of an item at first; at most, while they disagree.
    n_items : int
        Items on the list, those whose label is known among them.
    price : int
        What a vote costs, in millionths of the currency.
    money_limit : int or None
        What all votes may cost together; None: no limit was granted.
    spent, held : int
        What the votes so far cost; what is set aside for those that are asked for.
    """

    basis: str
    facts: Mapping[str, Any]
    votes: int
    most_votes: int
    n_items: int
    price: int
    money_limit: int | None
    spent: int = 0
    held: int = 0


@dataclass(frozen=True)
class Item:
    """One thing to label.

    Attributes
    ----------
    key : str
        Hash of the content of its features: the same for the same row of any file.
    values : tuple of (str, str)
        Feature and value, in the order of the file; an image as a ``data:`` URI.
    """

    key: str
    values: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Assignment:
    """An item that an annotator has been asked about and has not answered.

    Attributes
    ----------
    id : int
        Its number, for the answer.
    item : Item
        The item.
    """

    id: int
    item: Item


@dataclass(frozen=True)
class AnnotatorProgress:
    """How far an annotator has come.

    Attributes
    ----------
    assignment : Assignment or None
        The item at hand; None if there is none.
    n_open : int
        How many items may still be assigned to this annotator, the one at hand included.
    n_votes : int
        Votes that count, of every kind; skips left out.
    seconds : float
        How long they took together.
    recent_s : tuple of float
        Seconds of the newest few, the newest first.
    guidelines : int or None
        Version at hand with the newest vote.
    """

    assignment: Assignment | None
    n_open: int
    n_votes: int
    seconds: float
    recent_s: tuple[float, ...]
    guidelines: int | None


@dataclass(frozen=True)
class AssignmentTerms:
    """How items are assigned.

    Attributes
    ----------
    hold_s : float > 0
        Seconds an item is kept for an annotator.
    repeat_share, gold_share : float in [0, 1]
        Share of the assignments that are a repeat; whose label is known.
    seed : int >= 0
        Of the order of each annotator; who does not know it cannot tell what is hidden where.
    """

    hold_s: float
    repeat_share: float
    gold_share: float
    seed: int


def may_cost(worklist: Worklist, price: int) -> bool:
    """Whether a vote of this price stays within what was granted.

    Examples
    --------
    >>> worklist = Worklist("", {}, 1, 0, 1, 20, money_limit=100, spent=60, held=20)
    >>> may_cost(worklist, 20), may_cost(worklist, 21)
    (True, False)
    """
    limit = worklist.money_limit
    return limit is None or worklist.spent + worklist.held + price <= limit
