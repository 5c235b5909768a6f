"""train / forecast: rows, money and hours until the target is met; buy more, stop, or unreachable?

The curve is extrapolated by `leadline.stats.curves`; "cannot be promised" is an answer. Where it
should not be trusted is said among the findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.phases.purchase import (
    FAR,
    LIKELY,
    SURE,
    Need,
    Plan,
    Prices,
    chances,
    need_of,
    no_purchase,
    plan_of,
)
from leadline.phases.region import Regions, regions_of
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Answer, Bounds, Finding, Verdict, note, warning
from leadline.phases.wording import chance, plural

if TYPE_CHECKING:
    from collections.abc import Mapping

    from leadline.stats.curves import CurvePosterior
    from leadline.stats.timing import TimeLaw

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_PROBABILITIES = (0.5, 0.8, 0.9)
_UNLIKELY = 0.2
_GRID_POINTS = 40
_SEEN_NEEDS = 4.0  # how far beyond its end the grid is stretched to show where a need is met


class Recommendation(StrEnum):
    """What to do next with money and time."""

    GOOD_ENOUGH = "good enough"
    BUY = "buy more rows"
    TOO_CLOSE = "too close to call"
    STOP = "stop: the target costs more than was granted"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, kw_only=True)
class QuantileLine:
    """One quantile of the forecast error along the grid of train sizes."""

    q: float
    errors: tuple[float, ...]


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A measured curve, a target, and prices.

    Attributes
    ----------
    scoring : str
        The metric; errors are as it declares.
    target_score : float
        Good enough.
    candidate : str
        Whose curve it is.
    train_sizes : tuple of int
        Rows learnt from, ascending.
    errors, stderrs : tuple of float
        Mean error and its standard error at each size; no standard errors where each size was
        measured once.
    fit_seconds : tuple of float
        Mean seconds of a fit at each size.
    n_available : int
        Train rows there are.
    train_share : float in (0, 1]
        Share of newly labelled rows that may be learnt from; the rest are test rows.
    label_cost : float
        Money for one more labelled row, people and fees.
    label_s : float
        Seconds a person needs for it.
    machine_per_hour : float
        Price of the machine.
    budget, spent : float
        Money granted, money gone.
    currency : str
        Of all money here.
    seed : int
        Of the split behind the curve; the forecast itself draws nothing at random.
    n_repeats : int or None
        Fewest repeats behind a standard error; None: not known.
    family : str
        Kind of learner of the candidate; empty: not known.
    chance_error : float or None
        Error of a model that learns nothing; None: not known.
    n_rounds : int >= 1
        Rounds in which rows may be bought.
    """

    scoring: str
    target_score: float
    candidate: str
    train_sizes: tuple[int, ...]
    errors: tuple[float, ...]
    stderrs: tuple[float, ...]
    fit_seconds: tuple[float, ...]
    n_available: int
    train_share: float = 1.0
    label_cost: float
    label_s: float
    machine_per_hour: float
    budget: float
    spent: float
    currency: str
    seed: int = 0
    n_repeats: int | None = None
    family: str = ""
    chance_error: float | None = None
    n_rounds: int = 3

    @property
    def target_error(self) -> float:
        """The error that the target score stands for."""
        return scoring_of(self.scoring).error(self.target_score)

    @property
    def prices(self) -> Prices:
        """What rows and fits cost, and the money there is."""
        return Prices(
            n_available=self.n_available,
            train_share=self.train_share,
            label_cost=self.label_cost,
            label_s=self.label_s,
            machine_per_hour=self.machine_per_hour,
            granted=self.budget,
            left=max(self.budget - self.spent, 0.0),
        )

    @property
    def n_affordable(self) -> int | None:
        """Train rows the rest of the budget can reach; None where rows cost nothing."""
        return self.prices.n_reached(self.budget - self.spent)

    @property
    def n_reached(self) -> int:
        """Train rows up to which the forecast is asked: what is affordable, or 64 times today's."""
        affordable = self.n_affordable
        return round(self.n_available * FAR) if affordable is None else affordable


@dataclass(frozen=True, kw_only=True)
class Forecast(Verdict, Evidence):
    """How far it is to the target.

    Attributes
    ----------
    grid : tuple of float
        Train sizes of the forecast, ascending.
    lines : tuple of QuantileLine
        Forecast error along the grid.
    p_now, p_affordable : float
        Chance that the target is met with the rows there are, and by those that can be bought.
    needs : tuple of Need
        What each probability of success takes.
    recommendation : Recommendation
        What to do next.
    plan : Plan or None
        Which rows to buy, in rounds. This and what follows is None in verdicts of version 1.
    regions : Regions or None
        Where on the curve the rows there are stand, and those that can be bought.
    fit_hours : Bounds or None
        Hours of machine time of one fit on the rows that can be bought; 90 % range.
    """

    VERSION: ClassVar[int] = 2

    grid: tuple[float, ...]
    lines: tuple[QuantileLine, ...]
    p_now: float
    p_affordable: float
    needs: tuple[Need, ...]
    recommendation: Recommendation
    plan: Plan | None
    regions: Regions | None
    fit_hours: Bounds | None

    @classmethod
    def upgrade(cls, payload: Mapping[str, Any], version: int) -> dict[str, Any]:
        """Read a verdict of version 1, which knew neither plan nor regions nor machine time."""
        assert version == 1
        return {**payload, "plan": None, "regions": None, "fit_hours": None}


def assess(evidence: Evidence) -> Forecast:
    """Forecast the curve and turn it into rows, money and hours."""
    # here, so that asking where a project stands does not wait for SciPy
    from leadline.stats.timing import fit_time_law

    posterior = _posterior(evidence)
    law = fit_time_law(evidence.train_sizes, evidence.fit_seconds)
    p_now, p_affordable, p_far = _chances(evidence, posterior)
    needs = tuple(
        need_of(posterior, law, evidence.prices, evidence.target_error, p) for p in _PROBABILITIES
    )
    plan = _plan(evidence, posterior, law)
    recommendation = _recommend(p_now, p_affordable, p_far, plan)
    if recommendation not in {Recommendation.BUY, Recommendation.TOO_CLOSE}:
        plan = no_purchase(p_now, can_promise=plan.can_promise)
    grid = _grid(evidence, needs)
    regions = regions_of(
        posterior, grid, evidence.n_available, evidence.n_reached, evidence.chance_error
    )
    fit_hours = _fit_hours(evidence, law)
    answers = {Recommendation.GOOD_ENOUGH: Answer.GO, Recommendation.BUY: Answer.GO}
    answers[Recommendation.TOO_CLOSE] = Answer.UNCLEAR
    return Forecast(
        answer=answers.get(recommendation, Answer.NO),
        summary=_summary(evidence, recommendation, p_now, p_affordable, needs),
        findings=(
            *_warnings(evidence, posterior, needs, regions),
            *_notes(evidence, recommendation, plan, regions, fit_hours),
        ),
        grid=tuple(grid),
        lines=tuple(
            QuantileLine(q=q, errors=tuple(float(e) for e in posterior.quantile(grid, q)))
            for q in QUANTILES
        ),
        p_now=p_now,
        p_affordable=p_affordable,
        needs=needs,
        recommendation=recommendation,
        plan=plan,
        regions=regions,
        fit_hours=fit_hours,
        **vars(evidence),
    )


def _posterior(evidence: Evidence) -> CurvePosterior:
    from leadline.stats.curves import fit

    return fit(
        evidence.train_sizes,
        evidence.errors,
        evidence.stderrs or None,
        metric=evidence.scoring,
        family=evidence.family or None,
        n_repeats=evidence.n_repeats,
    )


def _chances(evidence: Evidence, posterior: CurvePosterior) -> tuple[float, float, float]:
    """Chance that the target is met today, by what can be bought, and by any number of rows."""
    today, reached = evidence.n_available, evidence.n_reached
    near = _ratios(today, reached, _GRID_POINTS)
    beyond = _ratios(reached, max(reached, today * FAR), _GRID_POINTS)
    met = chances(posterior, evidence.target_error, [*near, *beyond])
    return met[0], met[len(near) - 1], met[-1]


def _ratios(start: float, end: float, n_sizes: int) -> list[float]:
    """Sizes at equal ratios, both ends among them."""
    step = (end / start) ** (1 / (n_sizes - 1))
    return [start * step**index for index in range(n_sizes - 1)] + [float(end)]


def _grid(evidence: Evidence, needs: tuple[Need, ...]) -> list[float]:
    """Train sizes from the smallest measured to those that may be bought, or are needed."""
    largest = max(evidence.train_sizes[-1], evidence.n_available)
    end = min(evidence.n_affordable or largest * 10, largest * 64)
    end = max(end, largest * 4)
    needed = [need.n_rows for need in needs if need.n_rows and need.n_rows <= end * _SEEN_NEEDS]
    return _ratios(evidence.train_sizes[0], max([end, *needed]), _GRID_POINTS)


def _plan(evidence: Evidence, posterior: CurvePosterior, law: TimeLaw) -> Plan:
    return plan_of(
        posterior, law, evidence.prices, evidence.target_error, n_rounds=evidence.n_rounds
    )


def _recommend(p_now: float, p_affordable: float, p_far: float, plan: Plan) -> Recommendation:
    if p_now >= SURE:
        return Recommendation.GOOD_ENOUGH
    if p_far < 1 - SURE:
        return Recommendation.UNREACHABLE
    if p_affordable >= LIKELY and plan.rounds:
        return Recommendation.BUY
    if p_affordable < _UNLIKELY:
        return Recommendation.STOP
    # also where success is likely, but no more so for money
    return Recommendation.TOO_CLOSE


def _fit_hours(evidence: Evidence, law: TimeLaw) -> Bounds:
    span = law.interval(evidence.n_reached)
    return Bounds(
        estimate=float(law.predict(evidence.n_reached)) / 3600,
        low=float(span.low) / 3600,
        high=float(span.high) / 3600,
    )


def _summary(
    evidence: Evidence,
    recommendation: Recommendation,
    p_now: float,
    p_affordable: float,
    needs: tuple[Need, ...],
) -> str:
    likely = needs[0]
    if likely.n_rows is None:
        rows = "no number of rows can be promised to reach the target"
    elif likely.n_more == 0:
        rows = f"an even chance needs no more than the {evidence.n_available:,} rows there are"
    else:
        rows = f"an even chance takes {likely.n_more:,} more rows"
        if evidence.label_cost > 0:
            rows += f", about {likely.cost:,.0f} {evidence.currency}"
    free = evidence.n_affordable is None
    reached = f"{evidence.n_reached:,} of them" if free else "those the budget can buy"
    return (
        f"{recommendation.value.capitalize()}: the chance of meeting the target is {chance(p_now)} "
        f"with today's rows and {chance(p_affordable)} with {reached}; {rows}."
    )


def _warnings(
    evidence: Evidence, posterior: CurvePosterior, needs: tuple[Need, ...], regions: Regions
) -> list[Finding]:
    """When not to trust it."""
    from leadline.stats.curves.caution import caution_at

    findings = [warning(sentence) for sentence in posterior.caution]
    if evidence.chance_error is not None and regions.learns_from is None:
        findings.append(
            warning(
                f"At {evidence.train_sizes[-1]:,} rows the model is not better than guessing, by a "
                "test at 5%.",
                "A curve that has not begun to fall says little about where it will go.",
            )
        )
    farthest = max([evidence.n_reached, *(need.n_rows or 0 for need in needs)])
    far = caution_at(farthest, posterior.n_largest)
    if far is not None:
        findings.append(warning(far, "Buy in rounds and measure again."))
    return findings


def _notes(
    evidence: Evidence,
    recommendation: Recommendation,
    plan: Plan,
    regions: Regions,
    fit_hours: Bounds,
) -> list[Finding]:
    findings = [note(regions.words(evidence.scoring))]
    if not plan.can_promise:
        findings.append(
            note(
                f"Nobody can promise the target by {evidence.n_reached:,} rows: less than 90% sure."
            )
        )
    if recommendation is Recommendation.TOO_CLOSE and not plan.rounds:
        findings.append(note("More rows are worth less than they cost: buy none."))
    if plan.rounds:
        first = plan.rounds[0]
        findings.append(
            note(
                f"Buy {plural(first.n_more, 'row')} first, then measure again: their chance of "
                f"meeting the target is {chance(first.p_met)}."
            )
        )
    low, middle, high = map(_duration, (fit_hours.low, fit_hours.estimate, fit_hours.high))
    findings.append(
        note(
            f"One fit on {evidence.n_reached:,} rows takes about {middle} of machine time "
            f"(90% range {low} to {high})."
        )
    )
    if evidence.label_cost <= 0:
        findings.append(
            note("More rows cost nothing according to leadline.toml, so the budget does not bind.")
        )
    return findings


def _duration(hours: float) -> str:
    for unit, per_hour in (("second", 3600), ("minute", 60)):
        if hours * per_hour < 100:
            return plural(float(f"{hours * per_hour:.2g}"), unit)
    return plural(float(f"{hours:.2g}"), "hour")
