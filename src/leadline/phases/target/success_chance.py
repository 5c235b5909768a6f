"""Chance of success: one number with its day and its basis, and those it has taken the place of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import log
from statistics import NormalDist
from typing import Protocol

from leadline.phases.feasibility import Feasibility
from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import Stage, Standing, State, decision_of
from leadline.phases.number_format import money, percent
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.phases.search.trial import Expected
from leadline.phases.target.measured_target import target_now
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Answer, Severity, Verdict
from leadline.phases.wording import day, plural

_SOURCES = ("tuning", "forecast", "search")
_STDS_OF_INTERVAL = 2 * NormalDist().inv_cdf(0.95)
_LEAST = 1e-12


class Told(Protocol):
    """A verdict with its number and its time, as an entry of the record has them."""

    @property
    def number(self) -> int:
        """Number of the entry."""

    @property
    def row(self) -> str:
        """Row of the life cycle."""

    @property
    def verdict(self) -> Verdict:
        """What was concluded."""

    @property
    def at(self) -> datetime:
        """When."""


@dataclass(frozen=True, kw_only=True)
class Chance:
    """The chance that the target is met, as one verdict has it.

    Attributes
    ----------
    row : str
        Row of the verdict.
    entry : int
        Its number.
    at : datetime
        When it was made.
    now : float in [0, 1]
        With the rows there are.
    basis : str
        What it rests on.
    bought : float in [0, 1] or None
        With the rows that can still be bought; None where none can.
    purchase : str
        What these are, and their price; empty where there are none.
    advice : str
        What the verdict advises.
    caution : str
        How far the split flatters it, else the first warning that came with it; empty if none.
    past : str
        Why it no longer counts; empty where it does.
    """

    row: str
    entry: int
    at: datetime
    now: float
    basis: str
    bought: float | None = None
    purchase: str = ""
    advice: str = ""
    caution: str = ""
    past: str = ""

    @property
    def words(self) -> str:
        """The number, its day and its basis."""
        return f"{percent(self.now)} with today's rows, as of {day(self.at)}, by {self.basis}"

    @property
    def purchase_words(self) -> str:
        """What buying adds, with its price; empty where nothing can be bought."""
        return f"{percent(self.bought)} with {self.purchase}" if self.bought is not None else ""


@dataclass(frozen=True, kw_only=True)
class SuccessChance:
    """How likely success is.

    Attributes
    ----------
    target : str
        The target in words.
    current : Chance or None
        The one that counts; None where nothing that is up to date tells it.
    superseded : tuple of Chance
        Those of before, the newest first, each with the reason.
    """

    target: str
    current: Chance | None
    superseded: tuple[Chance, ...]

    @property
    def words(self) -> str:
        """The number that counts, and what buying adds."""
        if self.current is None:
            return "Not known: nothing that is up to date tells it."
        bought = f" {self.current.purchase_words}." if self.current.purchase_words else ""
        return f"{self.current.words}.{bought}"


def chance_of_success(
    told: Iterable[Told], standing: Mapping[str, Standing]
) -> SuccessChance | None:
    """The chance of success of a project.

    What was measured on rows set aside counts before a forecast from the learning curve, and that
    before the search's first guess. What stands on something that has changed since does not count.

    Parameters
    ----------
    told : iterable of Told
        The newest entry of each row; those of the other rows may be left out.
    standing : mapping of str to Standing
        Where each row stands.

    Returns
    -------
    SuccessChance or None
        None where nothing has said it yet.
    """
    latest = {each.row: each for each in told}
    found = [each for row in _SOURCES if row in latest for each in _chance(latest, row, standing)]
    if flattery := _flattery(latest, standing):
        found = [replace(each, caution=f"{flattery} {each.caution}".strip()) for each in found]
    if not found:
        return None
    counting = [each for each in found if standing[each.row].state is State.CURRENT]
    current = counting[0] if counting else None
    past = [
        replace(each, past=_reason(each, current, standing)) for each in found if each != current
    ]
    return SuccessChance(
        target=_target_words(latest, found[0]), current=current, superseded=tuple(past)
    )


def without_chance(standing: Mapping[str, Standing]) -> str:
    """Why nothing says yet how likely success is.

    Parameters
    ----------
    standing : mapping of str to Standing
        Where each row stands.
    """
    asked = [standing[row] for row in ("data", "feasibility", decision_of(Stage.DEFINE))]
    closed = standing["search"].closed
    if closed and any(each.state is State.CURRENT and each.answer is Answer.NO for each in asked):
        return f"Nothing is forecast: {closed[0].lower()}{closed[1:]}"
    return "Not known yet: the row 'forecast' says it, once it has been run."


def _flattery(latest: Mapping[str, Told], standing: Mapping[str, Standing]) -> str:
    """How far the split of the rows flatters every score, where that is known and still so."""
    told = latest.get("feasibility")
    if told is None or standing["feasibility"].state is not State.CURRENT:
        return ""
    verdict = told.verdict
    if not isinstance(verdict, Feasibility) or verdict.past_only is None:
        return ""
    return "" if verdict.past_only.is_answered else verdict.flattery


def _chance(
    latest: Mapping[str, Told], row: str, standing: Mapping[str, Standing]
) -> Iterator[Chance]:
    """The chance that the newest verdict of a row tells, if it does."""
    entry = latest[row]
    verdict = entry.verdict
    if isinstance(verdict, Tuning):
        check = target_now({name: each.verdict for name, each in latest.items()}, standing)
        if check is not None and check.chance is not None:
            basis = f"the score measured on {check.measured_on}"
            yield Chance(row=row, entry=entry.number, at=entry.at, now=check.chance, basis=basis)
    elif isinstance(verdict, Forecast):
        yield _of_forecast(entry, verdict)
    elif isinstance(verdict, Search):
        yield from _of_search(entry, verdict)


def _of_forecast(entry: Told, forecast: Forecast) -> Chance:
    n_rows, bought, purchase = plural(forecast.n_available, "row"), None, ""
    if forecast.n_reached > forecast.n_available:
        bought = forecast.p_affordable
        more = forecast.to_label(forecast.n_reached)
        price = "which cost nothing"
        if forecast.label_cost > 0:
            price = f"for {money(more * forecast.label_cost, forecast.currency)}"
        learnt = forecast.n_reached - forecast.n_available
        # the others become test rows
        those = f"{learnt:,} of them to learn from, " if learnt < more else ""
        purchase = f"{plural(more, 'more row')}, {those}{price}"
    cautions = (each.what for each in forecast.findings if each.severity is Severity.WARNING)
    return Chance(
        row=entry.row,
        entry=entry.number,
        at=entry.at,
        now=forecast.p_now,
        basis=f"the learning curve of {forecast.candidate} on {n_rows}",
        bought=bought,
        purchase=purchase,
        advice=forecast.recommendation.value,
        caution=next(cautions, ""),
    )


def _of_search(entry: Told, search: Search) -> Iterator[Chance]:
    """What the search expects of its candidate, with the rows there are and with more."""
    if not search.chosen or search.target_score is None or search.chance_target is None:
        return
    trial = search.chosen_trial
    has_more = search.n_affordable > search.n_rows
    target = scoring_of(search.scoring).error(search.target_score)
    now = _between_sizes(trial.expected, search.n_rows, target) if has_more else None
    yield Chance(
        row=entry.row,
        entry=entry.number,
        at=entry.at,
        now=search.chance_target if now is None else now,
        basis=f"the search's first curve of {trial.name} on {plural(search.n_rows, 'row')}",
        bought=search.chance_target if has_more else None,
        purchase=search.rows_ahead if has_more else "",
        advice=search.advice.value,
    )


def _between_sizes(expected: Sequence[Expected], n_rows: int, target: float) -> float | None:
    """Chance of a target error at a size between those of a trial's forecast.

    Log error is taken as normal, with a mean and a width that change evenly with log size.
    """
    before = [each for each in expected if each.n_train <= n_rows] or [*expected[:1]]
    after = [each for each in expected if each.n_train >= n_rows] or [*expected[-1:]]
    if not before or not after:
        return None
    first, last = before[-1], after[0]
    width = log(last.n_train / first.n_train)
    share = log(n_rows / first.n_train) / width if width else 0.0

    def at(one: float, other: float) -> float:
        return (1 - share) * log(max(one, _LEAST)) + share * log(max(other, _LEAST))

    std = (at(first.high, last.high) - at(first.low, last.low)) / _STDS_OF_INTERVAL
    short = log(max(target, _LEAST)) - at(first.error, last.error)
    return NormalDist().cdf(short / std) if std > 0 else float(short >= 0)


def _reason(past: Chance, current: Chance | None, standing: Mapping[str, Standing]) -> str:
    """Why a chance no longer counts."""
    if standing[past.row].state is not State.CURRENT:
        return "out of date: what it stood on has changed since"
    assert current is not None
    names = {"tuning": "measured", "forecast": "forecast from the learning curve"}
    return f"{names[current.row]} since, on {day(current.at)}"


def _target_words(latest: Mapping[str, Told], found: Chance) -> str:
    problem, source = latest.get("problem"), latest[found.row].verdict
    if problem is not None and isinstance(problem.verdict, Problem):
        return problem.verdict.good_enough
    target = source.target_score if isinstance(source, Forecast | Search) else None
    metric = scoring_of(getattr(source, "scoring", ""))
    return metric.words if target is None else f"{metric.words} of {metric.target_words(target)}"
