"""train / forecast: rows, money and hours until the target is met; buy more, stop, or unreachable?

The curve is extrapolated by `leadline.stats.curves`; "cannot be promised" is an answer. Where it
should not be trusted is said among the findings.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Any, ClassVar

from leadline.phases.forecast.advice import (
    Recommendation,
    StopRule,
    recommend,
    stop_rule,
    stop_words,
)
from leadline.phases.forecast.evidence import Evidence
from leadline.phases.forecast.purchase import (
    Need,
    PurchasePlan,
    chances,
    need_of,
    no_purchase,
    plan_of,
    rows_in_time,
)
from leadline.phases.forecast.region import Regions, regions_of
from leadline.phases.forecast.remarks import notes, summary, warnings
from leadline.phases.forecast.verification import verification_words
from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Answer, Bounds, Verdict
from leadline.stats.decision_levels import MAX_GROWTH, SURE

if TYPE_CHECKING:
    from leadline.stats.curves import CurvePosterior
    from leadline.stats.machines.fit_time import TimeLaw

__all__ = ["QUANTILES", "Evidence", "Forecast", "QuantileLine", "assess", "posterior_of"]

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_PROBABILITIES = (0.5, 0.8, 0.9)
_GRID_POINTS = 40
_UNCLEAR = (Recommendation.TOO_CLOSE, Recommendation.NO_MORE, Recommendation.SEARCH_LONGER)
_SEEN_NEEDS = 4.0  # multiple of its end up to which the grid is extended to show a need


@dataclass(frozen=True, kw_only=True)
class QuantileLine:
    """One quantile of the forecast error along the grid of train sizes."""

    q: float
    errors: tuple[float, ...]


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
    plan : PurchasePlan or None
        Rows to buy, in rounds. This and what follows is None in verdicts of version 1.
    regions : Regions or None
        Where on the curve the rows there are stand, and those that can be bought.
    fit_hours : Bounds or None
        Hours of machine time of one fit on the rows that can be bought; 90 % range.
    stop : StopRule or None
        The rule by which buying ends; None while it goes on.
    """

    VERSION: ClassVar[int] = 2

    grid: tuple[float, ...]
    lines: tuple[QuantileLine, ...]
    p_now: float
    p_affordable: float
    needs: tuple[Need, ...]
    recommendation: Recommendation
    plan: PurchasePlan | None
    regions: Regions | None
    fit_hours: Bounds | None
    stop: StopRule | None = None

    @property
    def badge(self) -> str:
        """The recommendation."""
        return self.recommendation.badge

    @property
    def stop_words(self) -> str:
        """Why buying ends, and what would change that; empty while it goes on."""
        return " ".join(stop_words(self.stop)).strip() if self.stop else ""

    def score(self, error: float) -> float:
        """The score that an error stands for."""
        return scoring_of(self.scoring).score(error)

    @property
    def verification(self) -> str:
        """How earlier forecasts did, in a sentence; empty where none can be judged yet."""
        return verification_words(self.checks)

    @classmethod
    def upgrade(cls, payload: Mapping[str, Any], version: int) -> dict[str, Any]:
        """Read a verdict of version 1, which knew neither plan nor regions nor machine time."""
        assert version == 1
        return {**payload, "plan": None, "regions": None, "fit_hours": None}


def assess(evidence: Evidence) -> Forecast:
    """Forecast the curve and turn it into rows, money and hours."""
    # here, so that asking where a project stands does not wait for SciPy
    from leadline.stats.machines.fit_time import fit_time_law

    posterior = posterior_of(evidence)
    law = fit_time_law(evidence.train_sizes, evidence.fit_seconds)
    p_now, p_affordable, p_far = _chances(evidence, posterior)
    needs = tuple(
        need_of(posterior, law, evidence, evidence.target_error, p) for p in _PROBABILITIES
    )
    today, reached = evidence.n_available, evidence.n_reached
    n_timed = rows_in_time(law, today, reached, evidence.time_box_s)
    plan = _plan(evidence, posterior, law, n_timed, can_promise=p_affordable >= SURE)
    p_bought = _p_bought(evidence, posterior, n_timed, p_now)
    grid = _grid(evidence, needs)
    regions = regions_of(
        posterior, grid, evidence.n_available, evidence.n_reached, evidence.chance_error
    )
    recommendation = recommend(
        p_now,
        p_bought,
        p_far,
        plan,
        is_search_starved=evidence.is_search_starved,
        is_waiting=regions.is_waiting,
    )
    if recommendation not in {Recommendation.BUY, Recommendation.TOO_CLOSE}:
        plan = no_purchase(p_now, can_promise=plan.can_promise)
    stop = stop_rule(
        recommendation,
        plan,
        has_rounds=evidence.rounds_left > 0,
        has_money=evidence.n_reached > evidence.n_available,
        p_affordable=p_affordable,
    )
    if evidence.shown_better:
        # as the page of the curve has it
        learns_from = _learns_from(evidence.train_sizes, evidence.shown_better)
        regions = replace(regions, learns_from=learns_from)
    fit_hours = _fit_hours(evidence, law)
    # what a curve at chance promises is weighed by a person
    is_guess = evidence.chance_error is not None and regions.learns_from is None
    go = Answer.UNCLEAR if is_guess else Answer.GO
    answers = {Recommendation.GOOD_ENOUGH: go, Recommendation.BUY: go}
    answers |= dict.fromkeys(_UNCLEAR, Answer.UNCLEAR)
    return Forecast(
        answer=answers.get(recommendation, Answer.NO),
        summary=summary(evidence, recommendation, p_now, p_affordable, needs),
        findings=(
            *warnings(evidence, posterior, needs, regions),
            *notes(evidence, plan, stop, regions, fit_hours),
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
        stop=stop,
        **vars(evidence),
    )


def _learns_from(sizes: tuple[int, ...], is_better: tuple[bool, ...]) -> int | None:
    """First measured size of those, to the last, that are all better than chance."""
    n_last = len(list(takewhile(bool, reversed(is_better))))
    return sizes[-n_last] if n_last else None


def posterior_of(evidence: Evidence) -> CurvePosterior:
    """Posterior of the curve that was measured."""
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
    beyond = _ratios(reached, max(reached, today * MAX_GROWTH), _GRID_POINTS)
    met = chances(posterior, evidence.target_error, [*near, *beyond])
    return met[0], met[len(near) - 1], met[-1]


def _ratios(start: float, end: float, n_sizes: int) -> list[float]:
    """Sizes at equal ratios, both ends among them."""
    step = (end / start) ** (1 / (n_sizes - 1))
    return [start * step**index for index in range(n_sizes - 1)] + [float(end)]


def _grid(evidence: Evidence, needs: tuple[Need, ...]) -> list[float]:
    """Train sizes from the smallest measured to those that may be bought, or are needed."""
    largest = max(evidence.train_sizes[-1], evidence.n_available)
    end = min(evidence.n_affordable or largest * 10, largest * MAX_GROWTH)
    end = max(end, largest * 4)
    needed = [need.n_rows for need in needs if need.n_rows and need.n_rows <= end * _SEEN_NEEDS]
    return _ratios(evidence.train_sizes[0], max([end, *needed]), _GRID_POINTS)


def _plan(
    evidence: Evidence, posterior: CurvePosterior, law: TimeLaw, n_timed: int, *, can_promise: bool
) -> PurchasePlan:
    """Plan the rounds that are left."""
    if not evidence.rounds_left:
        (p_now,) = chances(posterior, evidence.target_error, [evidence.n_available])
        return no_purchase(p_now, can_promise=can_promise)
    return plan_of(
        posterior,
        law,
        evidence,
        evidence.target_error,
        n_rounds=evidence.rounds_left,
        n_limit=n_timed,
    )


def _p_bought(evidence: Evidence, posterior: CurvePosterior, n_timed: int, p_now: float) -> float:
    """Chance of the target by what money, time and rounds can still buy."""
    if not evidence.rounds_left:
        return p_now
    sizes = _ratios(evidence.n_available, n_timed, _GRID_POINTS)
    return chances(posterior, evidence.target_error, sizes)[-1]


def _fit_hours(evidence: Evidence, law: TimeLaw) -> Bounds:
    span = law.interval(evidence.n_reached)
    return Bounds(
        estimate=float(law.predict(evidence.n_reached)) / 3600,
        low=float(span.low) / 3600,
        high=float(span.high) / 3600,
    )
