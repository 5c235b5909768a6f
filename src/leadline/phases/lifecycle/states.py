"""States of rows: waiting, open, current or stale, and why a row may not be run now.

`standing` is a pure function of the table and the entries. Nothing stores whether a verdict is
current; everybody who wants to know asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from leadline.phases.lifecycle.row_table import ROWS, Row, Stage, decision_of, is_decision
from leadline.phases.verdict import Answer

OF_RELEASE = frozenset({"capacity", "decay", "monitor"})
"""Rows that are measured of a release."""


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
    views : mapping of str to str
        Row to digest of what that row reads of its verdict; empty in entries from before it was
        kept.
    barrier : str
        Why nobody can overrule it; empty where somebody can.
    badge : str
        What it recommends, in a word or two; empty in entries from before it was kept.
    """

    number: int
    row: str
    on: Mapping[str, int]
    answer: Answer
    views: Mapping[str, str] = field(default_factory=dict)
    barrier: str = ""
    badge: str = ""


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


def standing(marks: Iterable[Mark], serving: int | None = None) -> dict[str, Standing]:
    """Where every row stands.

    Parameters
    ----------
    marks : iterable of Mark
        Every entry of a project, in any order; the newest of each row and those that it stood on
        will do.
    serving : int or None, default=None
        The release that was gone back to, where the newest one was rolled back from: with it all
        that is measured of a release. Then every mark is needed.

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
    entries = _Entries(marks, serving)
    latest, current = entries.latest, entries.current
    standings = {}
    for name, row in ROWS.items():
        closed = _why_closed(row, entries)
        last = latest.get(name)
        if last is None:
            state = State.WAITING if closed else State.OPEN
            standings[name] = Standing(state, None, None, closed)
        else:
            state = State.CURRENT if name in current else State.STALE
            standings[name] = Standing(state, last.number, last.answer, closed)
    return standings


def says_the_same(reader: str, one: Mark, other: Mark) -> bool:
    """Whether two entries of a row say the same to a row that reads them.

    Examples
    --------
    >>> before = Mark(1, "problem", {}, Answer.GO, {"data": "a", "release": "b"})
    >>> after = Mark(2, "problem", {}, Answer.GO, {"data": "a", "release": "c"})
    >>> says_the_same("data", before, after), says_the_same("release", before, after)
    (True, False)
    """
    if one.number == other.number:
        return True
    view = one.views.get(reader)
    return view is not None and view == other.views.get(reader)


def marks_of(marks: Iterable[Mark], serving: int) -> tuple[Mark, ...]:
    """Marks without later releases, and without what was measured of another release.

    Examples
    --------
    >>> first, second = Mark(1, "release", {}, Answer.GO), Mark(3, "release", {}, Answer.GO)
    >>> decays = [Mark(n + 1, "decay", {"release": n}, Answer.GO) for n in (1, 3)]
    >>> [mark.number for mark in marks_of([first, second, *decays], 1)]
    [1, 2]
    """
    return tuple(
        mark
        for mark in marks
        if not (mark.row == "release" and mark.number > serving)
        and not (mark.row in OF_RELEASE and mark.on.get("release") != serving)
    )


class _Entries:
    """The marks by number, the latest of each row, and which of those are current."""

    def __init__(self, marks: Iterable[Mark], serving: int | None = None) -> None:
        self._serving, self._is_wanted = serving, True
        if serving is not None:
            every = tuple(marks)
            # to train anew is due where the newest release no longer stands, not by going back
            self._is_wanted = "release" in _Entries(every).current
            marks = marks_of(every, serving)
        self._by_number = {mark.number: mark for mark in marks}
        self.latest: dict[str, Mark] = {}
        for number in sorted(self._by_number):
            self.latest[self._by_number[number].row] = self._by_number[number]
        self.current: set[str] = set()
        # a row stands on earlier ones only, so these have been looked at
        for name in ROWS:
            if name in self.latest and self._is_current(self.latest[name]):
                self.current.add(name)

    def _is_current(self, mark: Mark) -> bool:
        if self._serving is not None and mark.row in OF_RELEASE:
            return True
        if self._serving is not None and mark.row == "release":
            return self._is_wanted
        return all(on in self.current and self._says_still(mark, on) for on in mark.on)

    def _says_still(self, mark: Mark, row: str) -> bool:
        """Whether the latest entry of a row says what a mark stood on."""
        seen, now = self._by_number.get(mark.on[row]), self.latest[row]
        return seen is not None and says_the_same(mark.row, seen, now)


def _why_closed(row: Row, entries: _Entries) -> str:
    """Why a row may not be run now; empty if it may."""
    latest = entries.latest
    if is_decision(row.name):
        has_any = any(name in latest for name in row.stands_on)
        return "" if has_any else f"Nothing of {row.stage} is on the record yet."
    for name in row.stands_on:
        if name not in latest:
            return f"{row.name!r} needs a verdict of {name!r}, and the record has none."
        if name not in entries.current:
            return f"{row.name!r} needs a current verdict of {name!r}; the one there is stale."
    return _blocked_by_no(row, entries)


def _blocked_by_no(row: Row, entries: _Entries) -> str:
    stages = list(Stage)
    for name, before in ROWS.items():
        if name not in entries.current or entries.latest[name].answer is not Answer.NO:
            continue
        is_earlier = stages.index(before.stage) < stages.index(row.stage)
        if is_decision(name):
            if is_earlier:
                return f"The decision on {before.stage} was not to go on."
        elif (is_earlier or name in row.stands_on) and not _is_overruled(name, entries):
            barrier = entries.latest[name].barrier
            if barrier:
                return f"The verdict of {name!r} is no, which nobody can overrule: {barrier}"
            return f"The verdict of {name!r} is no, and nobody has decided to go on."
    return ""


def _is_overruled(name: str, entries: _Entries) -> bool:
    """Whether a person has seen this very "no" and said go."""
    decision = decision_of(ROWS[name].stage)
    if decision not in entries.current or entries.latest[name].barrier:
        return False
    said = entries.latest[decision]
    return said.answer is Answer.GO and name in said.on
