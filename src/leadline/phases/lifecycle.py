"""The life cycle as a table: which verdict stands on which, and what may be done now.

`standing` is a pure function of the table and the entries. Nothing stores whether a verdict is
current; everybody who wants to know asks here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from leadline.phases.capacity import Capacity
from leadline.phases.curve import Curve
from leadline.phases.data import Data
from leadline.phases.decay import Decay
from leadline.phases.decision import Decision
from leadline.phases.feasibility import Feasibility
from leadline.phases.forecast import Forecast
from leadline.phases.labelling import Labelling
from leadline.phases.monitor import Monitor
from leadline.phases.problem import Problem
from leadline.phases.release import Release
from leadline.phases.review import Review
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Answer, Verdict


class Stage(StrEnum):
    """The six stages people see."""

    DEFINE = "define"
    FIND = "find"
    TRAIN = "train"
    APPLY = "apply"
    SHIP = "ship"
    WATCH = "watch"


class Judge(StrEnum):
    """Who comes to the verdict."""

    PERSON = "person"
    MACHINE = "machine"
    BOTH = "people and machine"


@dataclass(frozen=True)
class Row:
    """One row of the life cycle.

    Attributes
    ----------
    name : str
        As on the record and in file names.
    stage : Stage
        Where people see it.
    question : str
        What it answers.
    judge : Judge
        Who comes to the verdict.
    stands_on : tuple of str
        The rows it may read; it becomes stale when one of them changes.
    verdict : type of Verdict
        What it ends in.
    """

    name: str
    stage: Stage
    question: str
    judge: Judge
    stands_on: tuple[str, ...]
    verdict: type[Verdict]


def decision_of(stage: Stage | str) -> str:
    """The name of the row that holds people's decision on a stage.

    Examples
    --------
    >>> decision_of("find")
    'decision.find'
    """
    return f"decision.{Stage(stage).value}"


_MACHINE, _PERSON, _BOTH = Judge.MACHINE, Judge.PERSON, Judge.BOTH
_DEFINE, _FIND, _TRAIN, _APPLY, _SHIP, _WATCH = Stage

_ROWS = (
    Row(
        "problem",
        _DEFINE,
        "What is predicted for whom, how good is good enough, what does each error cost?",
        _PERSON,
        (),
        Problem,
    ),
    Row(
        "data",
        _DEFINE,
        "Is the snapshot fit to learn from, and how must it be split?",
        _MACHINE,
        ("problem",),
        Data,
    ),
    Row(
        "feasibility",
        _DEFINE,
        "Is there signal, what is the ceiling, what would prove success?",
        _MACHINE,
        ("problem", "data"),
        Feasibility,
    ),
    Row(
        "search",
        _FIND,
        "Which candidates are worth carrying on with?",
        _MACHINE,
        ("problem", "data"),
        Search,
    ),
    Row(
        "labelling",
        _TRAIN,
        "Which labels came in, at what price, and may they be trusted?",
        _BOTH,
        ("problem", "data"),
        Labelling,
    ),
    Row(
        "curve",
        _TRAIN,
        "How fast do the best candidates learn from more data?",
        _MACHINE,
        ("problem", "data", "search"),
        Curve,
    ),
    Row(
        "forecast",
        _TRAIN,
        "How many rows, how much money and time until the target is met?",
        _MACHINE,
        ("problem", "data", "feasibility", "search", "labelling", "curve"),
        Forecast,
    ),
    Row(
        "tuning",
        _APPLY,
        "Which operating points, precision against recall, are on offer?",
        _MACHINE,
        ("problem", "data", "search"),
        Tuning,
    ),
    Row(
        "review",
        _APPLY,
        "What did people judge on the real stream, and which point did they choose?",
        _BOTH,
        ("problem", "tuning"),
        Review,
    ),
    Row(
        "release",
        _SHIP,
        "May this model at this threshold replace the one in service?",
        _BOTH,
        ("problem", "data", "search", "tuning", "review"),
        Release,
    ),
    Row(
        "capacity",
        _SHIP,
        "How many instances, what latency, what price?",
        _MACHINE,
        ("release",),
        Capacity,
    ),
    Row(
        "decay",
        _WATCH,
        "How fast will it age, and when to retrain?",
        _MACHINE,
        ("problem", "data", "search", "release"),
        Decay,
    ),
    Row(
        "monitor",
        _WATCH,
        "Does what we see still look like what we learnt from?",
        _MACHINE,
        ("problem", "data", "tuning", "release", "decay"),
        Monitor,
    ),
)


def _with_decisions(rows: tuple[Row, ...]) -> dict[str, Row]:
    table: dict[str, Row] = {}
    for stage in Stage:
        of_stage = [row for row in rows if row.stage is stage]
        table |= {row.name: row for row in of_stage}
        name = decision_of(stage)
        on = tuple(row.name for row in of_stage)
        table[name] = Row(name, stage, f"Go, go back or stop after {stage}?", _PERSON, on, Decision)
    return table


ROWS: Mapping[str, Row] = _with_decisions(_ROWS)
"""Every row by name, in the order of the life cycle; each stage ends with its decision."""


def rows_of(stage: Stage | str) -> tuple[Row, ...]:
    """The rows of a stage that come to a verdict; its decision left out."""
    return tuple(row for row in _ROWS if row.stage == Stage(stage))


def row_of(kind: type[Verdict]) -> str:
    """The row that ends in verdicts of a kind.

    Raises
    ------
    KeyError
        If no row does, or several do, as with decisions.

    Examples
    --------
    >>> row_of(Curve)
    'curve'
    """
    names = [row.name for row in _ROWS if row.verdict is kind]
    if len(names) != 1:
        raise KeyError(kind.__name__)
    return names[0]


def is_decision(row: str) -> bool:
    """Whether a row holds a person's decision on a stage."""
    return row.startswith("decision.")


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
