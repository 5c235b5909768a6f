"""Work on ship and watch: add it, estimate it, start it, say what it took, or drop it."""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from leadline.errors import RecordError, SettingsError
from leadline.phases.lifecycle import Stage
from leadline.phases.permissions import Action
from leadline.record import Estimated, WorkState, WorkStatement
from leadline.record.sql_types import utc
from leadline.services.identity.permission import acting
from leadline.services.parsing import parse_day, parse_person, parse_stage
from leadline.services.upkeep.work_items import TIMES_A_YEAR, WorkItem, work_items
from leadline.services.upkeep.work_plan import STAGES
from leadline.workspace import Workspace

_LONGEST_TITLE = 120
_LONGEST_NAME = 40
_MOST_HOURS = 10_000.0
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, kw_only=True)
class WorkTerms:
    """What somebody says of a piece of work; what is None stays as it is.

    Attributes
    ----------
    hours : sequence of 3 float or None
        Least, likely and most.
    owner : str or None
        Who does it; empty: nobody any more.
    due : str or None
        A day, ISO; empty: no date any more.
    every : str or None
        week, month, quarter or year; empty: once.
    """

    hours: Sequence[float] | None = None
    owner: str | None = None
    due: str | None = None
    every: str | None = None


def add_work(
    workspace: Workspace, title: str, stage: str, by: str, terms: WorkTerms | None = None
) -> WorkStatement:
    """Add a piece of work to the checklist.

    Parameters
    ----------
    workspace : Workspace
        The project.
    title : str
        What is to be done, in a few words.
    stage : str
        ship or watch.
    by : str
        Who says so.
    terms : WorkTerms or None, default=None
        Hours, owner, date.

    Returns
    -------
    WorkStatement
        With the short name by which it is called from now on.

    Raises
    ------
    SettingsError
        If the title, the stage, the hours, the date or a name cannot be.
    """
    workspace, person = acting(workspace, Action.WORK, by, "the work")
    words = " ".join(title.split())
    if not words or len(words) > _LONGEST_TITLE or not words.isprintable():
        raise SettingsError(
            f"The work is called {title[:_LONGEST_TITLE]!r}.",
            f"Between 1 and {_LONGEST_TITLE} printable characters are needed.",
            "Say in a few words what is to be done.",
        )
    of = parse_stage(stage)
    if of not in STAGES:
        raise SettingsError(
            f"Work is added to {of.value}.", "It is of ship or of watch.", "Use --stage ship."
        )
    taken = {each.item for each in work_items(workspace.record.work.all())}
    item = _free_name(words, taken)

    def first(before: WorkStatement | None) -> WorkStatement:
        if before is not None:
            raise RecordError(f"There is work {item!r} already.", next="Add it once more.")
        blank = _blank(item, words, of.value, person)
        return _with_terms(blank, terms or WorkTerms())

    return workspace.record.work.state(item, first)


def estimate_work(workspace: Workspace, item: str, by: str, terms: WorkTerms) -> WorkStatement:
    """Say how long a piece of work takes, who does it, until when, or how often.

    Work that was dropped is open again.

    Raises
    ------
    RecordError
        If there is no such work, or it is done.
    SettingsError
        If the hours, the date or a name cannot be, or nothing is said.
    """
    workspace, person = acting(workspace, Action.WORK, by, "the work")
    if terms == WorkTerms():
        raise SettingsError(
            f"Nothing is said of {item!r}.",
            "Hours, an owner, a date or how often are needed.",
            "Use --hours LEAST LIKELY MOST, --owner, --due or --every.",
        )

    def change(now: WorkStatement) -> WorkStatement:
        state = now.state if now.state is WorkState.STARTED else WorkState.OPEN
        return replace(_with_terms(now, terms), state=state, why="")

    return _state(workspace, item, person, change)


def start_work(workspace: Workspace, item: str, by: str) -> WorkStatement:
    """Say that a piece of work is begun; who says so owns it if nobody did.

    Raises
    ------
    RecordError
        If there is no such work, or it is done.
    SettingsError
        If nobody is named.
    """
    workspace, person = acting(workspace, Action.WORK, by, "the work")

    def change(now: WorkStatement) -> WorkStatement:
        return replace(now, state=WorkState.STARTED, owner=now.owner or now.by, why="")

    return _state(workspace, item, person, change)


def finish_work(
    workspace: Workspace, item: str, hours: float, by: str, *, now: datetime | None = None
) -> WorkStatement:
    """Say that a piece of work is done, and how many hours it took.

    Work that comes again is due again a week, month, quarter or year later.

    Parameters
    ----------
    workspace : Workspace
        The project.
    item : str
        Its short name.
    hours : float > 0
        It took, all owners together.
    by : str
        Who says so.
    now : datetime or None, default=None
        When, with a time zone; None: now.

    Raises
    ------
    RecordError
        If there is no such work, or it is done.
    SettingsError
        If the hours cannot be, or nobody is named.
    """
    workspace, person = acting(workspace, Action.WORK, by, "the work")
    if not 0 < hours <= _MOST_HOURS:
        raise SettingsError(
            f"The work took {hours:g} hours.",
            f"A number above 0 and at most {_MOST_HOURS:,.0f} is needed.",
            "Say how many hours it took: --took 6.",
        )

    def change(before: WorkStatement) -> WorkStatement:
        due = before.due
        if before.every and due is not None:
            due = _next(max(due, utc(now).date()), before.every)
        owner = before.owner or before.by
        return replace(before, state=WorkState.DONE, hours=hours, due=due, owner=owner, why="")

    return _state(workspace, item, person, change)


def drop_work(workspace: Workspace, item: str, why: str, by: str) -> WorkStatement:
    """Say that a piece of work is not needed, and why.

    Raises
    ------
    RecordError
        If there is no such work, or it is done.
    SettingsError
        If nobody or no reason is named.
    """
    workspace, person = acting(workspace, Action.WORK, by, "the work")
    if not why.strip():
        raise SettingsError(
            f"No reason is given for dropping {item!r}.", "The record keeps why.", "Use --why."
        )

    def change(now: WorkStatement) -> WorkStatement:
        return replace(now, state=WorkState.DROPPED, why=why.strip())

    return _state(workspace, item, person, change)


def _state(
    workspace: Workspace, item: str, person: str, change: Callable[[WorkStatement], WorkStatement]
) -> WorkStatement:
    known = {each.item: each for each in work_items(workspace.record.work.all())}
    if item not in known:
        raise RecordError(
            f"There is no work {item[:_LONGEST_NAME]!r}.",
            f"One of {', '.join(known)} is needed.",
            "See 'leadline work', or add it: 'leadline work add TITLE --stage ship'.",
        )

    def said_anew(before: WorkStatement | None) -> WorkStatement:
        if before is not None and before.state is WorkState.DONE and not before.every:
            raise RecordError(
                f"{item!r} is done: it took {before.hours:g} hours.",
                "What is done stays as it was said.",
                "Add further work with 'leadline work add TITLE --stage ship'.",
            )
        now = before if before is not None else _first_said(known[item], person)
        # what was said of one time does not hold for the next
        return change(replace(now, by=person, at=None, hours=None))

    return workspace.record.work.state(item, said_anew)


def _first_said(work: WorkItem, by: str) -> WorkStatement:
    """The checklist's piece of work before anybody said anything: its hours are nobody's."""
    return replace(_blank(work.item, work.title, work.stage, by), every=work.every)


def _blank(item: str, title: str, stage: Stage | str, by: str) -> WorkStatement:
    return WorkStatement(
        item=item,
        stage=str(stage),
        title=title,
        state=WorkState.OPEN,
        estimate=None,
        owner="",
        due=None,
        every="",
        hours=None,
        why="",
        by=by,
    )


def _with_terms(now: WorkStatement, terms: WorkTerms) -> WorkStatement:
    said = now
    if terms.hours is not None:
        said = replace(said, estimate=_estimated(terms.hours))
    if terms.owner is not None:
        owner = parse_person(terms.owner, "the work") if terms.owner.strip() else ""
        said = replace(said, owner=owner)
    if terms.due is not None:
        said = replace(said, due=parse_day(terms.due))
    if terms.every is not None:
        if terms.every and terms.every not in TIMES_A_YEAR:
            raise SettingsError(
                f"The work comes again every {terms.every!r}.",
                f"One of {', '.join(TIMES_A_YEAR)} is needed.",
                "Leave it out for work that is done once.",
            )
        said = replace(said, every=terms.every)
    return said


def _estimated(hours: Sequence[float]) -> Estimated:
    try:
        least, likely, most = hours
        if most > _MOST_HOURS:
            raise ValueError
        return Estimated(least=least, likely=likely, most=most)
    except ValueError:
        raise SettingsError(
            f"The hours are {', '.join(f'{each:g}' for each in hours)}.",
            f"Least, likely and most are needed: above 0, rising, at most {_MOST_HOURS:,.0f}.",
            "For example --hours 2 4 12.",
        ) from None


def _next(day: date, every: str) -> date:
    """The same day a week, month, quarter or year later; the last of a month that is shorter.

    Examples
    --------
    >>> _next(date(2026, 1, 31), "month").isoformat(), _next(date(2026, 1, 31), "week").isoformat()
    ('2026-02-28', '2026-02-07')
    """
    if every not in _MONTHS:
        return day + timedelta(days=7)
    year, month = divmod(day.year * 12 + day.month - 1 + _MONTHS[every], 12)
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _free_name(title: str, taken: set[str]) -> str:
    """A short name made of a title, that no other work has.

    Examples
    --------
    >>> _free_name("Test: load & latency!", {"test-load-latency"})
    'test-load-latency-2'
    """
    words = re.findall(r"[a-z0-9]+", title.casefold())
    name = "-".join(words)[:_LONGEST_NAME].strip("-") or "work"
    numbered = (f"{name}-{n}" for n in range(2, len(taken) + 3))
    return next(each for each in (name, *numbered) if each not in taken)
