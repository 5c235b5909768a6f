"""States of rows: waiting, open, current or stale, and why a row may not be run now.

`standing` is a pure function of the table and the entries. Nothing stores whether a verdict is
current; everybody who wants to know asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadline.phases.lifecycle.row_table import ROWS, Row, Stage, decision_of, is_decision
from leadline.phases.verdict import Answer


@dataclass(frozen=True)
class Mark:
    """What standing needs to know of an entry.

    Attributes
    ----------
    number : int
        Grows with every entry.
    row : str
        The row it belongs to.
    on : mapping of str to int
        Row to number of each entry it stood on.
    answer : Answer
        What it concluded.
    """

    number: int
    row: str
    on: Mapping[str, int]
    answer: Answer


class State(StrEnum):
    """Where a row stands."""

    WAITING = "waiting"
    OPEN = "open"
    CURRENT = "current"
    STALE = "stale"


@dataclass(frozen=True)
class Standing:
    """Where a row stands, and whether it may be run now.

    Attributes
    ----------
    state : State
        Waiting, open, current or stale.
    number : int or None
        Its latest entry.
    answer : Answer or None
        Of that entry.
    closed : str
        Why it may not be run now; empty if it may.
    """

    state: State
    number: int | None
    answer: Answer | None
    closed: str

    @property
    def is_runnable(self) -> bool:
        """Whether nothing stands in the way of running it now."""
        return not self.closed


def standing(marks: Iterable[Mark]) -> dict[str, Standing]:
    """Where every row stands.

    Parameters
    ----------
    marks : iterable of Mark
        Every entry of a project, in any order.

    Returns
    -------
    dict of str to Standing
        In the order of the life cycle.

    Examples
    --------
    >>> now = standing(
    ...     [Mark(1, "problem", {}, Answer.GO), Mark(2, "data", {"problem": 1}, Answer.GO)]
    ... )
    >>> now["data"].state.value, now["feasibility"].state.value, now["curve"].state.value
    ('current', 'open', 'waiting')
    >>> now = standing(
    ...     [
    ...         Mark(1, "problem", {}, Answer.GO),
    ...         Mark(2, "data", {"problem": 1}, Answer.GO),
    ...         Mark(3, "problem", {}, Answer.GO),
    ...     ]
    ... )
    >>> now["data"].state.value
    'stale'
    """
    latest: dict[str, Mark] = {}
    for mark in sorted(marks, key=lambda mark: mark.number):
        latest[mark.row] = mark
    current = {name for name in ROWS if _is_current(name, latest)}
    standings = {}
    for name, row in ROWS.items():
        closed = _why_closed(row, latest, current)
        last = latest.get(name)
        if last is None:
            state = State.WAITING if closed else State.OPEN
            standings[name] = Standing(state, None, None, closed)
        else:
            state = State.CURRENT if name in current else State.STALE
            standings[name] = Standing(state, last.number, last.answer, closed)
    return standings


def _is_current(name: str, latest: Mapping[str, Mark]) -> bool:
    if name not in latest:
        return False
    mark = latest[name]
    return all(
        on in latest and latest[on].number == number and _is_current(on, latest)
        for on, number in mark.on.items()
    )


def _why_closed(row: Row, latest: Mapping[str, Mark], current: set[str]) -> str:
    """Why a row may not be run now; empty if it may."""
    if is_decision(row.name):
        has_any = any(name in latest for name in row.stands_on)
        return "" if has_any else f"Nothing of {row.stage} is on the record yet."
    for name in row.stands_on:
        if name not in latest:
            return f"{row.name!r} needs a verdict of {name!r}, and the record has none."
        if name not in current:
            return f"{row.name!r} needs a current verdict of {name!r}; the one there is stale."
    return _blocked_by_no(row, latest, current)


def _blocked_by_no(row: Row, latest: Mapping[str, Mark], current: set[str]) -> str:
    stages = list(Stage)
    for name, before in ROWS.items():
        if name not in current or latest[name].answer is not Answer.NO:
            continue
        is_earlier = stages.index(before.stage) < stages.index(row.stage)
        if is_decision(name):
            if is_earlier:
                return f"The decision on {before.stage} was not to go on."
        elif (is_earlier or name in row.stands_on) and not _is_overruled(name, latest, current):
            return f"The verdict of {name!r} is no, and nobody has decided to go on."
    return ""


def _is_overruled(name: str, latest: Mapping[str, Mark], current: set[str]) -> bool:
    """Whether a person has seen this very "no" and said go."""
    decision = decision_of(ROWS[name].stage)
    return (
        decision in current
        and latest[decision].answer is Answer.GO
        and latest[decision].on.get(name) == latest[name].number
    )
