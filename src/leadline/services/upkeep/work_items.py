"""Work items: each piece of work as its statements leave it, and what it took."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from leadline.phases.lifecycle import Stage
from leadline.record import Estimated, WorkState, WorkStatement
from leadline.services.upkeep.checklist import CHECKLIST, UsualWork

TIMES_A_YEAR = {"week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}
"""How often work comes again; work that does not is in none of them."""
_ORDER = {stage.value: place for place, stage in enumerate(Stage)}


@dataclass(frozen=True)
class Finished:
    """A piece of work that is done, once.

    Attributes
    ----------
    item, title, stage, by : str
        What was done, and who said so.
    hours : float > 0
        It took.
    estimate : Estimated or None
        What was expected before it was begun; None if nobody had said.
    at : datetime
        When it was reported.
    """

    item: str
    title: str
    stage: str
    by: str
    hours: float
    estimate: Estimated | None
    at: datetime


@dataclass(frozen=True)
class WorkItem:
    """A piece of work as it stands.

    Attributes
    ----------
    item, title : str
        Its short name; what is done.
    stage : str
        ship or watch.
    state : WorkState
        Of work that comes again, that of its next time.
    estimate : Estimated or None
        Hours it is expected to take; None if nobody has said, and the checklist neither.
    is_assumed : bool
        Whether the estimate is the checklist's.
    owner : str
        Empty while nobody has it.
    due : date or None
        When it should be done.
    every : str
        How often it comes again; empty: once.
    why : str
        Why it was dropped.
    finished : tuple of Finished
        Each time that it was done, the newest last.
    is_stated : bool
        Whether anybody has said anything of it.
    """

    item: str
    title: str
    stage: str
    state: WorkState
    estimate: Estimated | None
    is_assumed: bool
    owner: str = ""
    due: date | None = None
    every: str = ""
    why: str = ""
    finished: tuple[Finished, ...] = ()
    is_stated: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done, once or again."""
        return self.state in (WorkState.OPEN, WorkState.STARTED)

    @property
    def hours_a_year(self) -> float | None:
        """Hours a year that work takes which comes again; None of other work, and if not known.

        From what it took, once it was done; before, from the estimate.
        """
        if not (self.every and self.is_open):
            return None
        took = [each.hours for each in self.finished]
        if not took and self.estimate is None:
            return None
        each_time = sum(took) / len(took) if took else self.estimate.mean if self.estimate else 0.0
        return each_time * TIMES_A_YEAR[self.every]


def work_items(
    statements: Sequence[WorkStatement], checklist: Iterable[UsualWork] = CHECKLIST
) -> tuple[WorkItem, ...]:
    """Every piece of work: the checklist's first, then what was added.

    Parameters
    ----------
    statements : sequence of WorkStatement
        Of one project, the newest last.
    checklist : iterable of UsualWork
        What there is before anybody has said anything.
    """
    said = _by_item(statements)
    usual = {each.item: each for each in checklist}
    first = [
        _item_of(said[key], usual[key]) if key in said else _unsaid(usual[key]) for key in usual
    ]
    added = [_item_of(of_one, None) for key, of_one in said.items() if key not in usual]
    return tuple(sorted((*first, *added), key=lambda each: _ORDER[each.stage]))


def finished_work(statements: Sequence[WorkStatement]) -> tuple[Finished, ...]:
    """Every piece of work of a project that was done, in the order in which that was said."""
    found = [each for of_one in _by_item(statements).values() for each in _finished(of_one)]
    return tuple(sorted(found, key=lambda each: each.at))


def _by_item(statements: Iterable[WorkStatement]) -> dict[str, list[WorkStatement]]:
    said: defaultdict[str, list[WorkStatement]] = defaultdict(list)
    for each in statements:
        said[each.item].append(each)
    return dict(said)


@cache
def _unsaid(usual: UsualWork) -> WorkItem:
    return WorkItem(
        usual.item,
        usual.title,
        usual.stage.value,
        WorkState.OPEN,
        usual.estimate,
        is_assumed=True,
        every=usual.every,
    )


def _item_of(said: Sequence[WorkStatement], usual: UsualWork | None) -> WorkItem:
    now = said[-1]
    comes_again = bool(now.every) and now.state is WorkState.DONE
    assumed = None if usual is None else usual.estimate
    return WorkItem(
        now.item,
        now.title,
        now.stage,
        WorkState.OPEN if comes_again else now.state,
        now.estimate or assumed,
        is_assumed=now.estimate is None and assumed is not None,
        owner=now.owner,
        due=now.due,
        every=now.every,
        why=now.why,
        finished=_finished(said),
        is_stated=True,
    )


def _finished(said: Sequence[WorkStatement]) -> tuple[Finished, ...]:
    """Each time it was done, with the estimate of before it was begun: a later one is no test."""
    found = []
    expected: Estimated | None = None
    for each in said:
        if each.state is WorkState.DONE and each.hours is not None and each.at is not None:
            made = (each.item, each.title, each.stage, each.by)
            found.append(Finished(*made, each.hours, expected, each.at))
        if each.state is not WorkState.STARTED:
            expected = each.estimate
    return tuple(found)
