"""train / forecast: rows, money and hours until the target is met; buy more, stop, or unreachable?

The curve is extrapolated by `leadline.stats.curves`; what its interval is worth is said among
the findings.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import ceil
from typing import TYPE_CHECKING

from leadline.phases.scoring import scoring_of
from leadline.phases.verdict import Answer, Finding, Verdict, note, warning
from leadline.phases.wording import chance

if TYPE_CHECKING:
    from leadline.stats.curves import CurvePosterior
    from leadline.stats.timing import TimeLaw

QUANTILES = (0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95)
_PROBABILITIES = (0.5, 0.8, 0.9)
_SURE = 0.9
_LIKELY = 0.5
_UNLIKELY = 0.2
_FAR = 100.0
_TRUSTED_RATIO = 8.0
_GRID_POINTS = 40


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
class Need:
    """What reaching the target with a probability takes.

    Attributes
    ----------
    probability : float in (0, 1)
        Of the target being met.
    n_rows : int or None
        Train rows; None: cannot be promised.
    n_more, cost, hours : int, float, float or None
        Rows to buy, test rows among them, and the money and people's hours they cost; machine
        time is included in the money.
    """

    probability: float
    n_rows: int | None = None
    n_more: int | None = None
    cost: float | None = None
    hours: float | None = None


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
        Mean error and its standard error at each size.
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
        Of the bootstrap.
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
    seed: int

    @property
    def target_error(self) -> float:
        """The error that the target score stands for."""
        return scoring_of(self.scoring).error(self.target_score)

    @property
    def n_affordable(self) -> int | None:
        """Train rows the rest of the budget can reach; None where rows cost nothing."""
        if self.label_cost <= 0:
            return None
        return self.n_available + int(
            self.train_share * max(self.budget - self.spent, 0.0) / self.label_cost
        )


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
        Chance that the target is met with the rows there are, and with those that can be bought.
    needs : tuple of Need
        What each probability of success takes.
    recommendation : Recommendation
        What to do next.
    """

    grid: tuple[float, ...]
    lines: tuple[QuantileLine, ...]
    p_now: float
    p_affordable: float
    needs: tuple[Need, ...]
    recommendation: Recommendation


def assess(evidence: Evidence) -> Forecast:
    """Forecast the curve and turn it into rows, money and hours."""
    # here, so that asking where a project stands does not wait for SciPy
    import numpy as np

    from leadline.stats.curves import fit
    from leadline.stats.timing import fit_time_law

    posterior = fit(
        np.asarray(evidence.train_sizes, dtype=float),
        np.asarray(evidence.errors),
        np.asarray(evidence.stderrs),
        rng=np.random.default_rng(evidence.seed),
    )
    law = fit_time_law(np.asarray(evidence.train_sizes), np.asarray(evidence.fit_seconds))
    grid = _grid(evidence)
    far = evidence.n_affordable or int(evidence.n_available * _FAR)
    p_now, p_affordable, p_far = (
        float(posterior.cdf(n, evidence.target_error))
        for n in (evidence.n_available, far, max(far, evidence.n_available * _FAR))
    )
    needs = tuple(_need(evidence, posterior, law, p) for p in _PROBABILITIES)
    recommendation = _recommend(p_now, p_affordable, p_far)
    answers = {Recommendation.GOOD_ENOUGH: Answer.GO, Recommendation.BUY: Answer.GO}
    answers[Recommendation.TOO_CLOSE] = Answer.UNCLEAR
    return Forecast(
        answer=answers.get(recommendation, Answer.NO),
        summary=_summary(evidence, recommendation, p_now, p_affordable, needs),
        findings=tuple(_findings(evidence, posterior, far)),
        grid=tuple(grid),
        lines=tuple(
            QuantileLine(q=q, errors=tuple(float(e) for e in posterior.quantile(grid, q)))
            for q in QUANTILES
        ),
        p_now=p_now,
        p_affordable=p_affordable,
        needs=needs,
        recommendation=recommendation,
        **vars(evidence),
    )


def _grid(evidence: Evidence) -> list[float]:
    """Train sizes at equal ratios, from the smallest measured to those that may be bought."""
    largest = max(evidence.train_sizes[-1], evidence.n_available)
    end = min(evidence.n_affordable or largest * 10, largest * 64)
    end = max(end, largest * 4)
    start = evidence.train_sizes[0]
    step = (end / start) ** (1 / (_GRID_POINTS - 1))
    return [start * step**index for index in range(_GRID_POINTS)]


def _recommend(p_now: float, p_affordable: float, p_far: float) -> Recommendation:
    if p_now >= _SURE:
        return Recommendation.GOOD_ENOUGH
    if p_far < 1 - _SURE:
        return Recommendation.UNREACHABLE
    if p_affordable >= _LIKELY:
        # money that buys nothing is no reason to buy
        return Recommendation.BUY if p_affordable > p_now else Recommendation.TOO_CLOSE
    if p_affordable < _UNLIKELY:
        return Recommendation.STOP
    return Recommendation.TOO_CLOSE


def _need(evidence: Evidence, posterior: CurvePosterior, law: TimeLaw, probability: float) -> Need:
    n_rows = posterior.rows_for(evidence.target_error, probability)
    if n_rows is None:
        return Need(probability=probability)
    n_learnt = max(ceil(float(n_rows)) - evidence.n_available, 0)
    n_more = ceil(n_learnt / evidence.train_share)
    fit_hours = float(law.predict(float(n_rows))) / 3600
    return Need(
        probability=probability,
        n_rows=ceil(float(n_rows)),
        n_more=n_more,
        cost=n_more * evidence.label_cost + fit_hours * evidence.machine_per_hour,
        hours=n_more * evidence.label_s / 3600,
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
        rows = (
            f"an even chance takes {likely.n_more:,} more rows, "
            f"about {likely.cost:,.0f} {evidence.currency}"
        )
    return (
        f"{recommendation.value.capitalize()}: the chance of meeting the target is {chance(p_now)} "
        f"with today's rows and {chance(p_affordable)} with those the budget can buy; {rows}."
    )


def _findings(evidence: Evidence, posterior: CurvePosterior, far: int) -> list[Finding]:
    findings = [warning(sentence) for sentence in posterior.caution]
    ratio = far / evidence.train_sizes[-1]
    if ratio > _TRUSTED_RATIO:
        findings.append(
            warning(
                f"The forecast reaches {ratio:.0f} times beyond the largest measured size.",
                f"Trust it to {_TRUSTED_RATIO:.0f} times; buy in rounds and measure again.",
            )
        )
    if evidence.label_cost <= 0:
        findings.append(
            note("More rows cost nothing according to leadline.toml, so the budget does not bind.")
        )
    return findings
