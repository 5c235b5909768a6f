"""Chance of success: one number with its day and its basis, and those it has taken the place of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import exp, log
from statistics import NormalDist
from typing import Protocol

from leadline.phases.forecast import Forecast
from leadline.phases.lifecycle import Standing, State
from leadline.phases.measured_target import target_now
from leadline.phases.problem import Problem
from leadline.phases.scoring import scoring_of
from leadline.phases.search import Search
from leadline.phases.tuning import Tuning
from leadline.phases.verdict import Severity, Verdict
from leadline.phases.wording import chance, day, money, plural

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
        The first warning that came with it; empty if none.
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
        return f"{chance(self.now)} with today's rows, as of {day(self.at)}, by {self.basis}"

    @property
    def purchase_words(self) -> str:
        """What buying adds, with its price; empty where nothing can be bought."""
        return f"{chance(self.bought)} with {self.purchase}" if self.bought is not None else ""


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


def _chance(
    latest: Mapping[str, Told], row: str, standing: Mapping[str, Standing]
) -> Iterator[Chance]:
    """The chance that the newest verdict of a row tells, if it does."""
    entry = latest[row]
    verdict = entry.verdict
    known = {"row": row, "entry": entry.number, "at": entry.at}
    if isinstance(verdict, Tuning):
        check = target_now({name: each.verdict for name, each in latest.items()}, standing)
        if check is not None and check.chance is not None:
            yield Chance(
                **known, now=check.chance, basis=f"the score measured on {check.measured_on}"
            )
    elif isinstance(verdict, Forecast):
        yield Chance(**known, **_of_forecast(verdict))
    elif isinstance(verdict, Search):
        now = _of_search(verdict)
        if now is not None:
            yield Chance(**known, **now)


def _of_forecast(forecast: Forecast) -> dict[str, object]:
    n_rows = plural(forecast.n_available, "row")
    bought, purchase = None, ""
    if forecast.n_reached > forecast.n_available:
        bought = forecast.p_affordable
        more = forecast.to_label(forecast.n_reached)
        price = "which cost nothing"
        if forecast.label_cost > 0:
            price = f"for {money(more * forecast.label_cost, forecast.currency)}"
        purchase = f"{plural(more, 'more row')}, {price}"
    caution = (each.what for each in forecast.findings if each.severity is Severity.WARNING)
    return {
        "now": forecast.p_now,
        "basis": f"the learning curve of {forecast.candidate} on {n_rows}",
        "bought": bought,
        "purchase": purchase,
        "advice": forecast.advice_words,
        "caution": next(caution, ""),
    }


def _of_search(search: Search) -> dict[str, object] | None:
    """What the search expects of its candidate, with the rows there are and with more."""
    if not search.chosen or search.target_score is None or search.chance_target is None:
        return None
    trial = search.chosen_trial
    has_more = search.n_affordable > search.n_rows
    now: float | None = search.chance_target
    if has_more:
        now = _interpolated(trial.expected, search.n_rows, search.scoring, search.target_score)
    if now is None:
        return None
    return {
        "now": now,
        "basis": f"the search's first curve of {trial.name} on {plural(search.n_rows, 'row')}",
        "bought": search.chance_target if has_more else None,
        "purchase": f"the {search.n_affordable:,} rows that can be afforded" if has_more else "",
        "advice": search.advice.value,
    }


def _interpolated(
    expected: Sequence[object], n_rows: int, scoring: str, target_score: float
) -> float | None:
    """Chance at a size between those of a trial's forecast; log error is taken as normal."""
    from leadline.phases.search.trial import Expected

    known = [each for each in expected if isinstance(each, Expected)]
    before = [each for each in known if each.n_train <= n_rows]
    after = [each for each in known if each.n_train >= n_rows]
    if not known:
        return None
    first, last = (before or after)[-1 if before else 0], (after or before)[0 if after else -1]
    width = log(last.n_train / first.n_train) if last.n_train > first.n_train else 0.0
    share = log(n_rows / first.n_train) / width if width else 0.0

    def between(one: float, other: float) -> float:
        return (1 - share) * log(max(one, _LEAST)) + share * log(max(other, _LEAST))

    middle = between(first.error, last.error)
    std = (between(first.high, last.high) - between(first.low, last.low)) / _STDS_OF_INTERVAL
    target = log(max(scoring_of(scoring).error(target_score), _LEAST))
    if std <= 0:
        return float(exp(middle) <= exp(target))
    return NormalDist().cdf((target - middle) / std)


def _reason(past: Chance, current: Chance | None, standing: Mapping[str, Standing]) -> str:
    """Why a chance no longer counts."""
    if standing[past.row].state is not State.CURRENT:
        return "out of date: what it stood on has changed since"
    assert current is not None
    names = {"tuning": "measured", "forecast": "forecast from the learning curve"}
    return f"{names[current.row]} since, on {day(current.at)}"


def _target_words(latest: Mapping[str, Told], found: Chance) -> str:
    problem, source = latest.get("problem"), latest[found.row].verdict
    target: float | None = None
    scoring = getattr(source, "scoring", "")
    if problem is not None and isinstance(problem.verdict, Problem):
        scoring, target = problem.verdict.scoring, problem.verdict.target_score
    elif isinstance(source, Forecast | Search):
        target = source.target_score
    metric = scoring_of(scoring)
    limit = "at most" if metric.is_loss else "at least"
    return metric.words if target is None else f"{metric.words} of {limit} {target:g}"
