"""Work plan: when open work will be done, by simulation; and how estimates did."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from leadline.phases.lifecycle import Stage
from leadline.phases.permissions import Action
from leadline.record import WorkState, WorkStatement
from leadline.record.sql_types import utc
from leadline.services.identity.permission import require
from leadline.services.upkeep.work_items import Finished, WorkItem, finished_work, work_items
from leadline.stats.work_estimates import PastRatios, draw_hours, finished_after, past_ratios
from leadline.workspace import Workspace

STAGES = (Stage.SHIP, Stage.WATCH)
"""Stages that are engineering, and can be scheduled."""
_N_DRAWS = 10_000
_SEED = 0
_FAR = date.max


@dataclass(frozen=True)
class PlannedItem:
    """A piece of work, and when it will be done.

    Attributes
    ----------
    work : WorkItem
        The piece of work.
    half, sure : date or None
        The days by which it is done in half of the futures, and in nine of ten; None of work that
        is done, dropped, not estimated, or comes again.
    chance : float in [0, 1] or None
        Of being done by its date; None without one.
    """

    work: WorkItem
    half: date | None = None
    sure: date | None = None
    chance: float | None = None


@dataclass(frozen=True)
class StagePlan:
    """The work of a stage.

    Attributes
    ----------
    stage : Stage
        Which.
    items : tuple of PlannedItem
        All of it.
    n_open, n_dated, n_assumed, n_unowned, n_blank : int
        Pieces that are to be done once; of these, with a date, on assumed hours, without an owner,
        and without any estimate, which count as no work at all.
    due : date or None
        The last of its dates.
    chance : float in [0, 1] or None
        That every piece which has a date is done by it; None if none has.
    half, sure : date or None
        Days by which all of it is done in half of the futures, and in nine of ten.
    """

    stage: Stage
    items: tuple[PlannedItem, ...]
    n_open: int
    n_dated: int
    n_assumed: int
    n_unowned: int
    n_blank: int
    due: date | None
    chance: float | None
    half: date | None
    sure: date | None


@dataclass(frozen=True)
class WorkPlan:
    """The work of a project, planned.

    Attributes
    ----------
    stages : tuple of StagePlan
        ship and watch.
    past : PastRatios or None
        What finished work of all projects was like; None while too little is finished.
    finished : tuple of Finished
        What this project has finished, the newest last.
    hours_per_day : float
        Of each owner.
    """

    stages: tuple[StagePlan, ...]
    past: PastRatios | None
    finished: tuple[Finished, ...]
    hours_per_day: float

    def of(self, stage: str) -> StagePlan:
        """The plan of a stage."""
        return next(each for each in self.stages if each.stage == stage)

    def item(self, name: str) -> WorkItem | None:
        """A piece of work by its short name; None if there is none of it."""
        every = (each.work for stage in self.stages for each in stage.items)
        return next((work for work in every if work.item == name), None)

    @property
    def held(self) -> tuple[Finished, ...]:
        """What was estimated before it was begun, and is done."""
        return tuple(each for each in self.finished if each.estimate is not None)


def work_plan(workspace: Workspace, *, now: datetime | None = None) -> WorkPlan:
    """Plan the work of a project.

    Parameters
    ----------
    workspace : Workspace
        The project.
    now : datetime or None, default=None
        The moment from which it is planned, with a time zone; None: now.
    """
    require(workspace, Action.VIEW)
    statements = workspace.record.work.all()
    past = past_of(workspace.record.all_projects.work())
    hours = workspace.settings.work.hours_per_day
    today = utc(now).date()
    items = work_items(statements)
    futures = _Futures(items, past, hours, today)
    return WorkPlan(
        stages=tuple(_stage_plan(stage, items, futures) for stage in STAGES),
        past=past,
        finished=finished_work(statements),
        hours_per_day=hours,
    )


def past_of(projects: Iterable[Sequence[WorkStatement]]) -> PastRatios | None:
    """What the finished work of some projects was like; None while too little is finished."""
    done = [each for statements in projects for each in finished_work(statements)]
    pairs = [(each.hours, each.estimate.likely) for each in done if each.estimate is not None]
    return past_ratios([took for took, _ in pairs], [likely for _, likely in pairs])


class _Futures:
    """Drawn days of an owner's work after which each open piece is done."""

    def __init__(
        self, items: Sequence[WorkItem], past: PastRatios | None, hours_per_day: float, today: date
    ) -> None:
        self._hours_per_day, self._today = hours_per_day, today
        order = sorted(
            (each for each in items if is_scheduled(each)),
            key=lambda each: (each.due or _FAR, each.state is not WorkState.STARTED),
        )
        estimates = [each.estimate for each in order if each.estimate is not None]
        drawn = draw_hours(
            [each.least for each in estimates],
            [each.likely for each in estimates],
            [each.most for each in estimates],
            past=past,
            n_draws=_N_DRAWS,
            rng=np.random.default_rng(_SEED),
        )
        days = finished_after(drawn, [each.owner for each in order]) / hours_per_day
        self._days = {each.item: days[:, i] for i, each in enumerate(order)}

    def day(self, items: Iterable[WorkItem], share: float) -> date | None:
        """The day by which all of some work is done in a share of the futures.

        None where none of it is scheduled.
        """
        found = [self._days[each.item] for each in items if each.item in self._days]
        if not found:
            return None
        n_days = int(np.ceil(np.quantile(np.max(found, axis=0), share)))
        last = np.busday_offset(self._today, max(n_days, 1) - 1, roll="forward")
        return date.fromisoformat(str(last))

    def chance(self, items: Iterable[WorkItem]) -> float | None:
        """How likely all work that has a date is done by the end of that day; None if none has."""
        in_time = [
            self._days[each.item] <= self._days_left(each.due)
            for each in items
            if each.due is not None and each.item in self._days
        ]
        return float(np.mean(np.all(in_time, axis=0))) if in_time else None

    def _days_left(self, due: date) -> int:
        """Working days until the end of a day, today among them."""
        if due < self._today:
            return 0
        return int(np.busday_count(self._today, due + timedelta(days=1)))


def is_scheduled(work: WorkItem) -> bool:
    """Whether it is to be done once, and somebody knows about how long that takes."""
    return work.is_open and not work.every and work.estimate is not None


def _stage_plan(stage: Stage, items: Sequence[WorkItem], futures: _Futures) -> StagePlan:
    own = [each for each in items if each.stage == stage]
    to_do = [each for each in own if each.is_open and not each.every]
    due = max((each.due for each in to_do if each.due is not None), default=None)
    return StagePlan(
        stage=stage,
        items=tuple(_planned(each, futures) for each in own),
        n_open=len(to_do),
        n_dated=sum(each.due is not None for each in to_do),
        n_assumed=sum(each.is_assumed for each in to_do),
        n_unowned=sum(not each.owner for each in to_do),
        n_blank=sum(each.estimate is None for each in to_do),
        due=due,
        chance=futures.chance(to_do),
        half=futures.day(to_do, 0.5),
        sure=futures.day(to_do, 0.9),
    )


def _planned(work: WorkItem, futures: _Futures) -> PlannedItem:
    half, sure = futures.day([work], 0.5), futures.day([work], 0.9)
    return PlannedItem(work, half, sure, futures.chance([work]))
