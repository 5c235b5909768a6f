"""Table of the life cycle: rows, what each stands on, its owner, page, command and picture."""

from __future__ import annotations

from collections.abc import Mapping
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
from leadline.phases.verdict import Verdict


class Stage(StrEnum):
    """The six stages people see."""

    DEFINE = "define"
    FIND = "find"
    TRAIN = "train"
    APPLY = "apply"
    SHIP = "ship"
    WATCH = "watch"


class Owner(StrEnum):
    """Who answers for a verdict."""

    PERSON = "person"
    MACHINE = "machine"
    BOTH = "people and machine"


@dataclass(frozen=True, kw_only=True)
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
    verdict : type of Verdict
        What it ends in.
    stands_on : tuple of str
        The rows it may read; it becomes stale when one of them changes.
    owner : Owner
        Who answers for the verdict.
    is_computed : bool
        Whether a machine may run it: then `leadline.jobs` has a module of its name.
    task : str
        What is done for it, as the heading of a to-do.
    page : str
        Path of the page where a person acts on it.
    command : str
        What to type for it in a terminal.
    drawn_from : str
        Field of the verdict that must be filled for a picture to be drawn; empty if the row has
        no picture. With a picture, `leadline.charts` has a module of its name.
    """

    name: str
    stage: Stage
    question: str
    verdict: type[Verdict]
    stands_on: tuple[str, ...]
    owner: Owner
    is_computed: bool
    task: str
    page: str
    command: str
    drawn_from: str = ""

    @property
    def has_picture(self) -> bool:
        """Whether its verdicts have a picture, if not each of them."""
        return bool(self.drawn_from)

    def is_drawn(self, verdict: Verdict) -> bool:
        """Whether a verdict of the row has a picture."""
        return self.has_picture and bool(getattr(verdict, self.drawn_from))


def decision_of(stage: Stage | str) -> str:
    """The name of the row that holds people's decision on a stage.

    Examples
    --------
    >>> decision_of("find")
    'decision.find'
    """
    return f"decision.{Stage(stage).value}"


def _computed(
    name: str,
    stage: Stage,
    question: str,
    verdict: type[Verdict],
    stands_on: tuple[str, ...],
    *,
    drawn_from: str,
    owner: Owner = Owner.MACHINE,
    command: str = "",
) -> Row:
    """A row that a machine may run."""
    return Row(
        name=name,
        stage=stage,
        question=question,
        verdict=verdict,
        stands_on=stands_on,
        owner=owner,
        is_computed=True,
        task=f"Run {name}",
        page=f"/rows/{name}",
        command=command or f"leadline run {name}",
        drawn_from=drawn_from,
    )


def _decision(stage: Stage, stands_on: tuple[str, ...]) -> Row:
    return Row(
        name=decision_of(stage),
        stage=stage,
        question=f"Go, go back or stop after {stage}?",
        verdict=Decision,
        stands_on=stands_on,
        owner=Owner.PERSON,
        is_computed=False,
        task=f"Decide on {stage}: go on, go back or stop",
        page=f"/decide/{stage}",
        command=f"leadline decide {stage}",
    )


_ROWS = (
    Row(
        name="problem",
        stage=Stage.DEFINE,
        question="What is predicted for whom, how good is good enough, what does each error cost?",
        verdict=Problem,
        stands_on=(),
        owner=Owner.PERSON,
        is_computed=False,
        task="State the problem",
        page="/rows/problem",
        command="leadline run problem",
    ),
    _computed(
        "data",
        Stage.DEFINE,
        "Is the snapshot fit to learn from, and how must it be split?",
        Data,
        ("problem",),
        drawn_from="summary",
    ),
    _computed(
        "feasibility",
        Stage.DEFINE,
        "Is there signal, what is the ceiling, what would prove success?",
        Feasibility,
        ("problem", "data"),
        drawn_from="summary",
    ),
    _computed(
        "search",
        Stage.FIND,
        "Which candidates are worth carrying on with?",
        Search,
        ("problem", "data"),
        drawn_from="ranked",
    ),
    _computed(
        "labelling",
        Stage.TRAIN,
        "Which labels came in, at what price, and may they be trusted?",
        Labelling,
        ("problem", "data"),
        owner=Owner.BOTH,
        drawn_from="n_voted",
    ),
    _computed(
        "curve",
        Stage.TRAIN,
        "How fast do the best candidates learn from more data?",
        Curve,
        ("problem", "data", "search"),
        drawn_from="curves",
    ),
    _computed(
        "forecast",
        Stage.TRAIN,
        "How many rows, how much money and time until the target is met?",
        Forecast,
        ("problem", "data", "feasibility", "search", "labelling", "curve"),
        drawn_from="lines",
    ),
    _computed(
        "tuning",
        Stage.APPLY,
        "Which operating points, precision against recall, are on offer?",
        Tuning,
        ("problem", "data", "search"),
        drawn_from="names",
    ),
    Row(
        name="review",
        stage=Stage.APPLY,
        question="What did people judge on the real stream, and which point did they choose?",
        verdict=Review,
        stands_on=("problem", "tuning"),
        owner=Owner.BOTH,
        is_computed=False,
        task="Judge examples, then choose an operating point",
        page="/review",
        command="leadline review",
        drawn_from="chosen",
    ),
    _computed(
        "release",
        Stage.SHIP,
        "May this model at this threshold replace the one in service?",
        Release,
        ("problem", "data", "search", "tuning", "review"),
        owner=Owner.BOTH,
        drawn_from="champion_score",
    ),
    _computed(
        "capacity",
        Stage.SHIP,
        "How many instances, what latency, what price?",
        Capacity,
        ("release",),
        drawn_from="steps",
    ),
    _computed(
        "decay",
        Stage.WATCH,
        "How fast will it age, and when to retrain?",
        Decay,
        ("problem", "data", "search", "release"),
        drawn_from="staleness",
    ),
    _computed(
        "monitor",
        Stage.WATCH,
        "Does what we see still look like what we learnt from?",
        Monitor,
        ("problem", "data", "tuning", "release", "decay"),
        drawn_from="blocks",
        command="leadline watch",
    ),
)


def _with_decisions(rows: tuple[Row, ...]) -> dict[str, Row]:
    table: dict[str, Row] = {}
    for stage in Stage:
        of_stage = [row for row in rows if row.stage is stage]
        table |= {row.name: row for row in of_stage}
        decision = _decision(stage, tuple(row.name for row in of_stage))
        table[decision.name] = decision
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
