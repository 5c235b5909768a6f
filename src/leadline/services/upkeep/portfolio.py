"""Portfolio: every model of a database on one line, sorted by money, and where the hours go."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from leadline.phases.lifecycle import Stage
from leadline.phases.permissions import Action
from leadline.record import AllProjects
from leadline.record.sql_types import utc
from leadline.services.identity.permission import require
from leadline.services.upkeep.model_line import READS, ModelLine, model_line
from leadline.services.upkeep.work_items import WorkItem, work_items
from leadline.services.upkeep.work_plan import is_scheduled
from leadline.workspace import Workspace

_YEAR = timedelta(days=365)


@dataclass(frozen=True)
class Totals:
    """Sums over models of one currency.

    Attributes
    ----------
    currency : str
        Of the amounts; those of several currencies are not added up.
    errors, saves : float
        Money a year: what errors cost, what retraining saves.
    n_errors, n_saves : int
        Models that each sum is over.
    """

    currency: str
    errors: float
    n_errors: int
    saves: float
    n_saves: int


@dataclass(frozen=True)
class TeamHours:
    """Where the hours of the team go.

    Attributes
    ----------
    new, upkeep : float
        Hours reported within the last year: on shipping models, and on watching them.
    new_ahead : float
        Hours that open work on shipping is expected to take, as far as it was estimated.
    upkeep_a_year : float
        Hours a year of work that comes again, as far as it was estimated.
    n_unknown : int
        Models in service whose upkeep nobody has estimated.
    """

    new: float
    upkeep: float
    new_ahead: float
    upkeep_a_year: float
    n_unknown: int

    @property
    def share_new(self) -> float | None:
        """Share of the hours reported that went into new models; None if none were."""
        whole = self.new + self.upkeep
        return self.new / whole if whole else None


@dataclass(frozen=True)
class Portfolio:
    """All models of a database.

    Attributes
    ----------
    lines : tuple of ModelLine
        By currency, that of most models first; within one, the dearest errors first. Those whose
        cost is not known follow, in service before not in service.
    totals : tuple of Totals
        One a currency, in the same order.
    hours : TeamHours
        Of all projects together.
    n_in_service, n_late : int
        Models in service; of these, past the day they were due.
    at : datetime
        The moment it was made.
    """

    lines: tuple[ModelLine, ...]
    totals: tuple[Totals, ...]
    hours: TeamHours
    n_in_service: int
    n_late: int
    at: datetime


def portfolio(workspace: Workspace, *, now: datetime | None = None) -> Portfolio:
    """Every project of the database that a workspace keeps its record in.

    Parameters
    ----------
    workspace : Workspace
        One of the projects.
    now : datetime or None, default=None
        The moment from which dates are late, with a time zone; None: now.
    """
    require(workspace, Action.COMPARE_PROJECTS)
    return portfolio_of(workspace.record.all_projects, now=now)


def portfolio_of(projects: AllProjects, *, now: datetime | None = None) -> Portfolio:
    """Every project of a database.

    Parameters
    ----------
    projects : AllProjects
        The database.
    now : datetime or None, default=None
        As of `portfolio`.
    """
    at = utc(now)
    lines, works = [], []
    for project in projects.newest(READS):
        works.append(work_items(project.work))
        lines.append(model_line(project, works[-1], at))
    currencies = _currencies(lines)
    in_service = [line for line in lines if line.since is not None]
    return Portfolio(
        lines=tuple(sorted(lines, key=lambda line: _order(line, currencies))),
        totals=tuple(_totals(lines, currency) for currency in currencies),
        hours=_hours(works, in_service, at),
        n_in_service=len(in_service),
        n_late=sum(line.due is not None and line.due.is_late for line in in_service),
        at=at,
    )


def _currencies(lines: Iterable[ModelLine]) -> tuple[str, ...]:
    """That of most models first."""
    counts = Counter(_currency(line) for line in lines)
    del counts[""]
    return tuple(sorted(counts, key=lambda each: (-counts[each], each)))


def _currency(line: ModelLine) -> str:
    return line.errors.currency or line.saves.currency


def _order(line: ModelLine, currencies: Sequence[str]) -> tuple[int, float, float, bool, str]:
    currency = _currency(line)
    group = currencies.index(currency) if currency else len(currencies)
    errors, saves = line.errors.estimate, line.saves.estimate
    return (
        group,
        float("inf") if errors is None else -errors,
        float("inf") if saves is None else -saves,
        line.since is None,
        line.name.casefold(),
    )


def _totals(lines: Iterable[ModelLine], currency: str) -> Totals:
    mine = [line for line in lines if _currency(line) == currency]
    errors = [line.errors.estimate for line in mine if line.errors.estimate is not None]
    saves = [
        line.saves.estimate
        for line in mine
        if line.saves.estimate is not None and line.saves.currency == currency
    ]
    return Totals(currency, sum(errors), len(errors), sum(saves), len(saves))


def _hours(
    works: Iterable[Sequence[WorkItem]], in_service: Sequence[ModelLine], now: datetime
) -> TeamHours:
    reported = {stage.value: 0.0 for stage in Stage}
    ahead = 0.0
    for item in (item for items in works for item in items if item.is_stated):
        for done in item.finished:
            if done.at > now - _YEAR:
                reported[done.stage] += done.hours
        is_new = item.stage == Stage.SHIP and is_scheduled(item) and not item.is_assumed
        ahead += item.estimate.mean if item.estimate and is_new else 0.0
    known = [line.upkeep.hours for line in in_service if line.upkeep.hours is not None]
    return TeamHours(
        new=reported[Stage.SHIP],
        upkeep=reported[Stage.WATCH],
        new_ahead=ahead,
        upkeep_a_year=sum(known),
        n_unknown=len(in_service) - len(known),
    )
