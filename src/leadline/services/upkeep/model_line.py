"""One line of the portfolio: a model, its state, its money, its hours, and what it is due for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from leadline.phases.decision import Choice, Evidence
from leadline.phases.lifecycle import Badge, Stage, State, decision_of
from leadline.phases.verdict import Answer
from leadline.phases.wording import plural
from leadline.record import ProjectEntries
from leadline.services.queries.next_steps import Step, steps
from leadline.services.queries.project_state import ProjectState, Refusal
from leadline.services.upkeep.due_dates import Due, due
from leadline.services.upkeep.work_items import WorkItem
from leadline.services.upkeep.yearly_money import (
    Ageing,
    Watched,
    YearlyMoney,
    error_cost,
    retraining_saves,
    unknown,
)

_T = TypeVar("_T")
_NOT_IN_SERVICE = unknown("No release is in service.")


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked of a `leadline.phases.problem.Problem`."""

    question: str


_DECISIONS = tuple(decision_of(stage) for stage in Stage)
READS: Mapping[str, type] = {
    "problem": Asked,
    "decay": Ageing,
    "monitor": Watched,
    **dict.fromkeys(_DECISIONS, Evidence),
}
"""Rows that a line is made of, and what is read of their newest verdict."""


@dataclass(frozen=True)
class HoursOfUpkeep:
    """Hours a year that people work on a model in service.

    Attributes
    ----------
    hours : float or None
        Hours a year; None if nobody has said.
    rests_on : str
        The work it is the sum of, or why it is not known.
    """

    hours: float | None
    rests_on: str


@dataclass(frozen=True)
class ModelLine:
    """A project of the portfolio.

    Attributes
    ----------
    name, question : str
        The project's; the question is empty while nobody has stated it.
    badge : Badge
        Whether the model in service is still good enough; not in service, if none is.
    since : datetime or None
        When the release in service was sealed.
    errors, saves : YearlyMoney
        What its errors cost in a year; what retraining saves in one.
    upkeep : HoursOfUpkeep
        Hours a year it takes.
    due : Due or None
        Retraining or the next look; None if it is not in service.
    next : Step or None
        The most urgent step; None if the project cannot be read.
    unreadable : str
        Why the project cannot be read; empty if it can.
    """

    name: str
    question: str
    badge: Badge
    since: datetime | None
    errors: YearlyMoney
    saves: YearlyMoney
    upkeep: HoursOfUpkeep
    due: Due | None
    next: Step | None
    unreadable: str = ""


def model_line(project: ProjectEntries, items: tuple[WorkItem, ...], now: datetime) -> ModelLine:
    """One project as a line of the portfolio.

    Parameters
    ----------
    project : ProjectEntries
        With what `READS` asks for.
    items : tuple of WorkItem
        Its work.
    now : datetime
        The moment it is.
    """
    if project.unreadable:
        return _unreadable(project, items)
    state = ProjectState.of_marks(project.marks, refusals=_refusals(project))
    problem = _told(project, "problem", Asked)
    upkeep = hours_of_upkeep(items)
    step = steps(state, project.jobs)[0]
    question = problem.question if problem else ""
    if project.released_at is None:
        unknowns = (_NOT_IN_SERVICE, _NOT_IN_SERVICE, upkeep)
        badge = Badge("not in service", "waiting")
        return ModelLine(project.name, question, badge, None, *unknowns, None, step)
    monitor = _told(project, "monitor", Watched)
    decay = _told(project, "decay", Ageing)
    looked = project.parts.get("monitor")
    # the newest release is what a look has read, and after a rollback not what it looked at
    is_of_release = monitor is not None and monitor.release_id == project.release_id
    return ModelLine(
        name=project.name,
        question=question,
        badge=health_badge(state, is_of_release=is_of_release),
        since=project.released_at,
        errors=error_cost(monitor, decay, is_of_release=is_of_release),
        saves=retraining_saves(monitor, decay),
        upkeep=upkeep,
        due=due(
            project.released_at,
            decay,
            looked.at if looked is not None and is_of_release else None,
            now.date(),
            is_alarmed=is_of_release
            and state.has("monitor", Answer.NO)
            and not state.is_overruled("monitor"),
        ),
        next=step,
    )


def _refusals(project: ProjectEntries) -> dict[str, Refusal]:
    """What was said by those who do not go on."""
    parts = {name: project.parts[name] for name in _DECISIONS if name in project.parts}
    return {
        name: Refusal(part.told, part.at)
        for name, part in parts.items()
        if part.told.choice is not Choice.GO
    }


def hours_of_upkeep(items: tuple[WorkItem, ...]) -> HoursOfUpkeep:
    """Sum up the work that comes again, as far as somebody has stated it."""
    stated = [each for each in items if each.is_stated and not each.is_assumed]
    hours = [each.hours_a_year for each in stated]
    known = [each for each in hours if each is not None]
    if not known:
        return HoursOfUpkeep(None, "Nobody has estimated work that comes again.")
    return HoursOfUpkeep(sum(known), f"{plural(len(known), 'piece')} of work that comes again")


def health_badge(state: ProjectState, *, is_of_release: bool) -> Badge:
    """Whether what is in service is still good enough, in the words of the project's page.

    Parameters
    ----------
    state : ProjectState
        Where every row stands.
    is_of_release : bool
        Whether the newest look was at the release in service.
    """
    now = state.standings["monitor"]
    if not is_of_release and (now.answer is None or now.state is State.CURRENT):
        return Badge("not looked at", "waiting")
    if state.has(decision_of(Stage.WATCH), Answer.NO):
        return state.of_stage(Stage.WATCH)
    return state.of_row("monitor")


def _told(project: ProjectEntries, row: str, kind: type[_T]) -> _T | None:
    part = project.parts.get(row)
    if part is None:
        return None
    assert isinstance(part.told, kind)
    return part.told


def _unreadable(project: ProjectEntries, items: tuple[WorkItem, ...]) -> ModelLine:
    why = unknown("The project cannot be read.")
    return ModelLine(
        name=project.name,
        question="",
        badge=Badge("not readable", "stale"),
        since=project.released_at,
        errors=why,
        saves=why,
        upkeep=hours_of_upkeep(items),
        due=None,
        next=None,
        unreadable=project.unreadable,
    )
