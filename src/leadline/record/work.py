"""What is said of work that is handed out: items, assignments, terms."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Nothing(StrEnum):
    """Why a person is handed no item."""

    DONE = "done"  # nothing is left for this person
    WAITING = "waiting"  # what is left is with others, who may not answer
    MONEY = "money"


@dataclass(frozen=True)
class Work:
    """What there is to label.

    Attributes
    ----------
    basis : str
        What the list was made from; made from something else, it must be made anew.
    facts : mapping of str to object
        What the page says of every item.
    votes, most_votes : int
        People asked first; while they disagree.
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
    """An item that a person has been asked about and has not answered.

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
class Progress:
    """How far a person has come.

    Attributes
    ----------
    assignment : Assignment or None
        The item at hand; None if there is none.
    n_open : int
        How many items may still be handed to this person, the one at hand included.
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
class Terms:
    """How items are handed out.

    Attributes
    ----------
    hold_s : float > 0
        Seconds an item is kept for a person.
    repeat_share, gold_share : float in [0, 1]
        Share of what is handed out that is a repeat; whose label is known.
    seed : int >= 0
        Of the order of each person; who does not know it cannot tell what is hidden where.
    """

    hold_s: float
    repeat_share: float
    gold_share: float
    seed: int


def may_cost(work: Work, price: int) -> bool:
    """Whether a vote of this price stays within what was granted.

    Examples
    --------
    >>> work = Work("", {}, 1, 0, 1, 20, money_limit=100, spent=60, held=20)
    >>> may_cost(work, 20), may_cost(work, 21)
    (True, False)
    """
    return work.money_limit is None or work.spent + work.held + price <= work.money_limit
