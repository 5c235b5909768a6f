"""Page model of labelling new data: one row, blind.

It holds no score, nothing that the model said, no block and nothing that others answered, so that
no template can show one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from leadline.errors import NotReadyError
from leadline.labelling.item_pool import Values
from leadline.phases.data import Data
from leadline.phases.permissions import Action
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.phases.vocabulary.project_words import Words
from leadline.record import Job
from leadline.services.block_labelling.asked_rows import asked_rows
from leadline.services.identity.permission import require
from leadline.services.queries.label import keyed
from leadline.services.queries.review import median_seconds
from leadline.workspace import Workspace


@dataclass(frozen=True)
class RowLabelPage:
    """One row of new data to label.

    Attributes
    ----------
    question, unit, label, positive : str
        What is asked of the row.
    words : Words
        What rows and classes are called.
    monitor : int
        Number of the entry that asks for the rows, for the form; 0 if nothing is asked for.
    row : int or None
        Its place among the rows asked for; None if nothing is left, or nobody is named.
    values : tuple of (str, str)
        Feature and value.
    n_done, n_left : int
        Answers of this person since the monitor ran, those that say it cannot be told among them;
        rows left.
    seconds_left : float
        At this person's pace.
    n_complete, n_blocks : int
        Blocks that have the labels they want; all that were asked about.
    classes : tuple of (str, str)
        Each class to say with its key; empty for a question of yes or no, and for numbers.
    is_number : bool
        Whether a number is asked for.
    job : Job or None
        The monitor that is waiting or running.
    """

    question: str
    unit: str
    label: str
    positive: str
    words: Words
    monitor: int = 0
    row: int | None = None
    values: Values = ()
    n_done: int = 0
    n_left: int = 0
    seconds_left: float = 0.0
    n_complete: int = 0
    n_blocks: int = 0
    classes: tuple[tuple[str, str], ...] = ()
    is_number: bool = False
    job: Job | None = None


def row_label_page(workspace: Workspace, who: str) -> RowLabelPage:
    """Read the next row for a person.

    Parameters
    ----------
    workspace : Workspace
        The project.
    who : str
        Who labels; empty if not known yet, and then no row is shown.

    Raises
    ------
    NotReadyError
        If there is no problem to ask about.
    """
    require(workspace, Action.LABEL)
    asked = asked_rows(workspace)
    problem = asked.problem if asked else workspace.record.latest_of(Problem)
    if problem is None:
        raise NotReadyError(
            "There is nothing to label yet.",
            "A problem says what is asked.",
            "Run 'leadline run define' first.",
        )
    page = RowLabelPage(
        question=problem.question,
        unit=problem.unit,
        label=problem.label,
        positive=problem.positive,
        words=problem.words,
        classes=_classes(workspace, problem),
        is_number=problem.task is Task.REGRESSION,
        job=_under_way(workspace),
    )
    if asked is None:
        return page
    left = asked.left
    row = left[0] if who and left else None
    return replace(
        page,
        monitor=asked.entry.number,
        row=row,
        values=() if row is None else asked.values(row),
        n_done=asked.n_answered(who),
        n_left=len(left),
        seconds_left=median_seconds(asked.own(who)) * len(left),
        n_complete=asked.n_complete,
        n_blocks=len(asked.left_by_block),
    )


def _classes(workspace: Workspace, problem: Problem) -> tuple[tuple[str, str], ...]:
    """Classes of several to choose from, in the order of the data."""
    data = workspace.record.latest_of(Data)
    if problem.task is not Task.MULTICLASS or data is None:
        return ()
    return keyed(tuple(each.value for each in data.classes))


def _under_way(workspace: Workspace) -> Job | None:
    jobs = workspace.record.jobs.newest()
    return next((job for job in jobs if job.row == "monitor" and not job.is_over), None)
