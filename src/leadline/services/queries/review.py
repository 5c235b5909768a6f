"""Page model of blind judging: one row of the stream.

`ReviewPage` holds no score, no operating point and nothing that others said, so that no template
can show one. An agreement would give others away: undo an answer, give the other one, and see
whether it has moved.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from leadline.errors import NotReadyError
from leadline.labelling.item_pool import Values
from leadline.phases.data import Data
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.tuning import Tuning
from leadline.phases.vocabulary.project_words import Words
from leadline.record import BlockLabel, Judgment
from leadline.services.identity.permission import require
from leadline.services.queries.label import keyed
from leadline.services.reviewing.default_estimate import predicted_number
from leadline.services.reviewing.judging_order import EXTRA_SHARE, rows_to_ask
from leadline.services.reviewing.later_draws import as_drawn
from leadline.services.reviewing.majority_judgments import majority_judgments
from leadline.services.reviewing.stream_estimate import surprising_rows
from leadline.services.reviewing.stream_rows import rows_to_judge, stream_values
from leadline.workspace import Workspace

_GUESSED_S = 10.0


@dataclass(frozen=True)
class ReviewPage:
    """One row of the stream to judge.

    Attributes
    ----------
    question, unit, label, positive : str
        What is asked of the row.
    words : Words
        What rows and classes are called.
    tuning : int
        Number of the tuning that drew the rows, for the form.
    row : int or None
        Row of the stream; None if nothing is left to judge, or no reviewer is named.
    values : tuple of (str, str)
        Feature and value.
    n_judged, n_left : int
        By this reviewer; still to ask this reviewer.
    is_judged : bool
        Whether rows were drawn at all: without a stream of several classes, or of numbers, there
        are none.
    classes : tuple of (str, str)
        Each class to say with its key; empty for a question of yes or no, and for numbers.
    is_number : bool
        Whether a number is asked for.
    near : (float, float) or None
        What is near enough to the prediction, where the judge asked for it: no longer blind.
    seconds_left : float
        At this reviewer's pace.
    n_later : int
        Rows that are drawn once those drawn so far have answers; fewer where that is enough.
    """

    question: str
    unit: str
    label: str
    positive: str
    words: Words
    tuning: int
    row: int | None
    values: Values
    n_judged: int
    n_left: int
    seconds_left: float
    is_judged: bool = True
    classes: tuple[tuple[str, str], ...] = ()
    is_number: bool = False
    near: tuple[float, float] | None = None
    n_later: int = 0


def review_page(workspace: Workspace, reviewer: str, *, is_shown: bool = False) -> ReviewPage:
    """Read the next row for a reviewer.

    Parameters
    ----------
    workspace : Workspace
        The project.
    reviewer : str
        Who judges; empty if not known yet, and then no row is shown.
    is_shown : bool
        Whether the judge cannot give a number, and asks to see what is near enough.

    Raises
    ------
    NotReadyError
        If nothing has been drawn for judging.
    """
    require(workspace, Action.JUDGE)
    number, tuning, problem = newest_tuning(workspace)
    rows = rows_to_judge(workspace.artifacts, tuning)
    judgments = workspace.record.reviews.judgments(number)
    mine = [judgment for judgment in judgments if judgment.reviewer == reviewer]
    first = rows_to_judge(workspace.artifacts, workspace.record.entry(number).verdict_as(Tuning))
    left = rows_to_ask(rows, judgments, reviewer, first=first)
    if not left and tuning.plain is None:
        # of what others said alone: what is left must not change with one's own answer
        majority = majority_judgments([one for one in judgments if one.reviewer != reviewer])
        n_extra = round(EXTRA_SHARE * len(majority.answers))
        surprising = surprising_rows(workspace.artifacts, tuning, majority, n_extra)
        left = rows_to_ask(rows, judgments, reviewer, surprising, first=first)
    row = left[0] if reviewer and left else None
    return ReviewPage(
        question=problem.question,
        unit=problem.unit,
        label=problem.label,
        positive=problem.positive,
        words=problem.words,
        tuning=number,
        row=row,
        values=row_values(workspace, tuning, row) if row is not None else (),
        n_judged=len(mine),
        n_left=len(left),
        seconds_left=median_seconds(mine) * len(left),
        is_judged=tuning.plain is None or bool(tuning.sample),
        n_later=max(tuning.n_planned - tuning.n_sample, 0),
        classes=_classes(workspace, tuning),
        is_number=bool(tuning.plain and tuning.plain.numbers),
        near=_near(workspace, tuning, row) if is_shown and row is not None else None,
    )


def _classes(workspace: Workspace, tuning: Tuning) -> tuple[tuple[str, str], ...]:
    """Classes of several to choose from, in the order of the data."""
    data = workspace.record.latest_of(Data)
    if tuning.plain is None or tuning.plain.numbers is not None or data is None:
        return ()
    return keyed(tuple(each.value for each in data.classes))


def _near(workspace: Workspace, tuning: Tuning, row: int) -> tuple[float, float] | None:
    if tuning.plain is None or tuning.plain.numbers is None:
        return None
    said, reach = predicted_number(workspace.artifacts, tuning, row), tuning.plain.numbers.tolerance
    return said - reach, said + reach


def median_seconds(judgments: Sequence[Judgment | BlockLabel]) -> float:
    """Return the seconds that one judgment takes a reviewer: the median, or a guess at first."""
    seconds = [judgment.seconds for judgment in judgments if judgment.seconds > 0]
    return median(seconds) if seconds else _GUESSED_S


def newest_tuning(workspace: Workspace) -> tuple[int, Tuning, Problem]:
    """Return the newest tuning with all rows drawn until now, its number, and the problem.

    Raises
    ------
    NotReadyError
        If nothing is on offer.
    """
    entry, problem = workspace.record.latest("tuning"), workspace.record.latest_of(Problem)
    if entry is None or problem is None:
        raise NotReadyError(
            "There are no operating points yet.",
            "A verdict of 'tuning' puts them on offer.",
            "Run 'leadline run tuning' first.",
        )
    tuning = as_drawn(workspace.record, entry.number, entry.verdict_as(Tuning))
    if not tuning.names:
        raise NotReadyError(
            "The tuning offers no operating point.",
            "At least one is needed to choose.",
            "Look at the verdict of 'tuning', and run 'leadline run tuning' again.",
        )
    return entry.number, tuning, problem


def row_values(workspace: Workspace, tuning: Tuning, row: int) -> Values:
    """Return the features of a row drawn for judging."""
    return stream_values(workspace.artifacts, tuning, data_of(workspace), row)


def data_of(workspace: Workspace) -> Data:
    """Return what the newest verdict says of the data; a tuning stands on one."""
    data = workspace.record.latest_of(Data)
    assert data is not None
    return data
