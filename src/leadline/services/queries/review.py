"""Judging blind, and choosing an operating point.

`ReviewPage` holds no score and no operating point, so that no template can give one away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

from leadline.errors import NotReadyError
from leadline.phases.data import Data
from leadline.phases.plain import PlainPoint
from leadline.phases.problem import Problem
from leadline.phases.review import CLEAR, FEWEST_JUDGMENTS, Review
from leadline.phases.tuning import Tuning
from leadline.record import Entry, Judgment
from leadline.services.examples import Values, stream_values
from leadline.services.stream import Consequence, consequences, rows_to_judge, settle
from leadline.workspace import Workspace

_GUESSED_S = 10.0


@dataclass(frozen=True)
class ReviewPage:
    """One row of the stream to judge.

    Attributes
    ----------
    question, unit, label, positive : str
        What is asked of the row.
    tuning : int
        Number of the tuning that drew the rows, for the form.
    row : int or None
        Row of the stream; None if nothing is left to judge, or no judge is named.
    values : tuple of (str, str)
        Feature and value.
    n_judged, n_left : int
        By this judge; still to judge.
    is_judged : bool
        Whether rows are judged at all: a question of several classes, or of a number, is not.
    seconds_left : float
        At this judge's pace.
    """

    question: str
    unit: str
    label: str
    positive: str
    tuning: int
    row: int | None
    values: Values
    n_judged: int
    n_left: int
    seconds_left: float
    is_judged: bool = True


class Clarity(StrEnum):
    """Whether the judgments settle which point is the cheapest."""

    CLEAR = "clear"
    TOO_CLOSE = "too close to call"
    NOT_ENOUGH = "not enough judgments"


@dataclass(frozen=True)
class ChoicePage:
    """The operating points and what each would do.

    Attributes
    ----------
    unit, miss, false_alarm, currency : str
        The project's own words.
    tuning : int
        Number of the tuning shown, for the form.
    n_stream, n_judged, n_unsure, n_wanted : int
        Rows of the stream, judged, left unsure, drawn for judging.
    judges : tuple of str
        Who judged.
    cost_miss, cost_false_alarm : float
        What one error of each kind costs, as asked for.
    consequences : tuple of Consequence
        One a point; empty where there is no threshold to choose.
    plain : PlainPoint or None
        What there is to agree to instead.
    best : str
        The point that is most probably the cheapest; empty without judgments.
    clarity : Clarity
        Whether that is settled.
    p_best : float
        How probable it is.
    standing_choice : Review or None
        The newest choice; None if there was none.
    replacing : int or None
        Its entry number, for the form.
    """

    unit: str
    miss: str
    false_alarm: str
    currency: str
    tuning: int
    n_stream: int
    n_judged: int
    n_unsure: int
    n_wanted: int
    judges: tuple[str, ...]
    cost_miss: float
    cost_false_alarm: float
    consequences: tuple[Consequence, ...]
    best: str
    clarity: Clarity
    p_best: float
    standing_choice: Review | None
    replacing: int | None
    plain: PlainPoint | None = None

    @property
    def ratio(self) -> float:
        """How many false alarms are as bad as one miss."""
        return self.cost_miss / self.cost_false_alarm


def review_page(workspace: Workspace, judge: str) -> ReviewPage:
    """Read the next row for a judge.

    Parameters
    ----------
    workspace : Workspace
        The project.
    judge : str
        Who judges; empty if not known yet, and then no row is shown.

    Raises
    ------
    NotReadyError
        If nothing has been drawn for judging.
    """
    number, tuning, problem = _offer(workspace)
    rows = rows_to_judge(workspace.artifacts, tuning)
    judgments = workspace.record.judgments(number)
    mine = [judgment for judgment in judgments if judgment.judge == judge]
    done = {judgment.row for judgment in mine}
    left = [row for row in rows if row not in done]
    row = left[0] if judge and left else None
    return ReviewPage(
        question=problem.question,
        unit=problem.unit,
        label=problem.label,
        positive=problem.positive,
        tuning=number,
        row=row,
        values=_values(workspace, tuning, row) if row is not None else (),
        n_judged=len(mine),
        n_left=len(left),
        seconds_left=pace(mine) * len(left),
        is_judged=tuning.plain is None,
    )


def choice_page(
    workspace: Workspace, cost_miss: float | None = None, cost_false_alarm: float | None = None
) -> ChoicePage:
    """Read what each operating point would do.

    Parameters
    ----------
    workspace : Workspace
        The project.
    cost_miss, cost_false_alarm : float, optional
        What one error of each kind costs; as the problem has it where not given or not above 0.

    Raises
    ------
    NotReadyError
        If no operating points are on offer.
    """
    number, tuning, problem = _offer(workspace)
    costs = {
        "cost_miss": _cost(cost_miss, problem.cost_miss),
        "cost_false_alarm": _cost(cost_false_alarm, problem.cost_false_alarm),
    }
    settled = settle(workspace.record.judgments(number))
    found = consequences(workspace.artifacts, tuning, settled, **costs)
    points = [consequence.point for consequence in found]
    best = max(points, key=lambda point: point.p_cheapest, default=None)
    p_best = best.p_cheapest if best else 0.0
    chosen = workspace.record.latest("review")
    return ChoicePage(
        unit=problem.unit,
        miss=problem.miss,
        false_alarm=problem.false_alarm,
        currency=problem.currency,
        tuning=number,
        n_stream=tuning.n_stream,
        n_judged=len(settled.answers),
        n_unsure=settled.n_unsure,
        n_wanted=tuning.n_sample,
        judges=settled.judges,
        consequences=found,
        best=best.name if best and settled.answers else "",
        clarity=_clarity(len(settled.answers), p_best),
        p_best=p_best,
        standing_choice=_choice(chosen),
        replacing=chosen.number if chosen else None,
        plain=tuning.plain,
        **costs,
    )


def pace(judgments: Sequence[Judgment]) -> float:
    """Return the seconds that one judgment takes a judge: the median, or a guess at first."""
    seconds = [judgment.seconds for judgment in judgments if judgment.seconds > 0]
    return median(seconds) if seconds else _GUESSED_S


def _offer(workspace: Workspace) -> tuple[int, Tuning, Problem]:
    tuning, problem = workspace.record.latest("tuning"), workspace.record.latest("problem")
    if tuning is None or problem is None:
        raise NotReadyError(
            "There are no operating points yet.",
            "A verdict of 'tuning' puts them on offer.",
            "Run 'leadline run tuning' first.",
        )
    assert isinstance(tuning.verdict, Tuning)
    assert isinstance(problem.verdict, Problem)
    if not tuning.verdict.names:
        raise NotReadyError(
            "The tuning offers no operating point.",
            "At least one is needed to choose.",
            "Look at the verdict of 'tuning', and run 'leadline run tuning' again.",
        )
    return tuning.number, tuning.verdict, problem.verdict


def _values(workspace: Workspace, tuning: Tuning, row: int) -> Values:
    entry = workspace.record.latest("data")
    assert entry is not None
    assert isinstance(entry.verdict, Data)
    return stream_values(workspace.artifacts, tuning, entry.verdict, row)


def _cost(asked: float | None, stated: float) -> float:
    if asked is not None and 0 < asked < float("inf"):
        return asked
    return stated if stated > 0 else 1.0


def _clarity(n_judged: int, p_best: float) -> Clarity:
    if n_judged < FEWEST_JUDGMENTS:
        return Clarity.NOT_ENOUGH
    return Clarity.CLEAR if p_best >= CLEAR else Clarity.TOO_CLOSE


def _choice(entry: Entry | None) -> Review | None:
    return entry.verdict if entry and isinstance(entry.verdict, Review) else None
