"""One item to label."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median

from leadline.errors import NotReadyError
from leadline.phases.data import Data
from leadline.phases.problem import Problem
from leadline.phases.scoring import Task
from leadline.record import Vote
from leadline.services.examples import Item, ItemPool, item_pool
from leadline.workspace import Workspace

_GUESSED_S = 10.0


@dataclass(frozen=True)
class LabelPage:
    """One item to label.

    Attributes
    ----------
    question, unit, label : str
        What is asked of the item.
    item : Item or None
        The item; None if this person has labelled all, or nobody is named.
    classes : tuple of str
        What can be said; empty where a number is asked for.
    is_second_opinion : bool
        True if every row came with a label: what people say here tells how far they agree.
    n_done, n_left : int
        By this person; still to label.
    seconds_left : float
        At this person's pace.
    """

    question: str
    unit: str
    label: str
    item: Item | None
    classes: tuple[str, ...]
    is_second_opinion: bool
    n_done: int
    n_left: int
    seconds_left: float


def label_page(workspace: Workspace, judge: str) -> LabelPage:
    """Read the next item for a person: first what another has labelled once.

    Parameters
    ----------
    workspace : Workspace
        The project.
    judge : str
        Who labels; empty if not known yet, and then no item is shown.

    Raises
    ------
    NotReadyError
        If there is no data verdict to take items from.
    """
    data, problem = workspace.record.latest("data"), workspace.record.latest("problem")
    if data is None or problem is None:
        raise NotReadyError(
            "There is nothing to label yet.",
            "A verdict of 'data' says which rows there are.",
            "Run 'leadline run data' first.",
        )
    assert isinstance(data.verdict, Data)
    assert isinstance(problem.verdict, Problem)
    pool = item_pool(workspace.artifacts, data.verdict)
    votes = workspace.record.votes()
    mine = [vote for vote in votes if vote.judge == judge]
    left = _in_order(pool, votes, {vote.item for vote in mine})
    seconds = [vote.seconds for vote in mine if vote.seconds > 0]
    is_number = data.verdict.task is Task.REGRESSION
    return LabelPage(
        question=problem.verdict.question,
        unit=problem.verdict.unit,
        label=problem.verdict.label,
        item=left[0] if judge and left else None,
        classes=() if is_number else tuple(count.value for count in data.verdict.classes),
        is_second_opinion=pool.is_labelled,
        n_done=len(mine),
        n_left=len(left),
        seconds_left=(median(seconds) if seconds else _GUESSED_S) * len(left),
    )


def _in_order(pool: ItemPool, votes: tuple[Vote, ...], done: set[str]) -> list[Item]:
    """Items that this person has not seen; those that one other has labelled come first."""
    n_votes = Counter(vote.item for vote in votes)
    left = [item for item in pool.items if item.key not in done]
    return sorted(left, key=lambda item: n_votes[item.key] != 1)
