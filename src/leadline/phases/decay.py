"""watch / decay: how fast will the model age, and when does retraining cost least?"""

from __future__ import annotations

from dataclasses import dataclass

from leadline.phases.number_format import money, percent
from leadline.phases.verdict import Answer, Bounds, Finding, Verdict, note, warning
from leadline.phases.wording import plural, three_digits
from leadline.stats.operating.error_prices import ErrorPrices

AGES = 0.9
"""Probability of ageing from which a schedule is advised."""
_FEWEST_BLOCKS = 6


@dataclass(frozen=True, kw_only=True)
class Staleness:
    """Error added by age.

    Attributes
    ----------
    delay : int >= 1
        Blocks between the end of the training rows and the rows predicted.
    added_error : Bounds
        Error beyond that of a model one block old.
    n_pairs : int or None
        Blocks on which a model of that age met a fresh one; None where nobody counted.
    added_cost : Bounds or None
        Money a row beyond what that model's errors cost; None where every error costs alike.
    """

    delay: int
    added_error: Bounds
    n_pairs: int | None = None
    added_cost: Bounds | None = None


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """A time-split backtest.

    Attributes
    ----------
    is_dated : bool
        False if the rows carry no time, so that nothing could be measured.
    block : str
        day, week or month.
    blocks : tuple of str
        First day of each block, ISO.
    scoring : str
        Metric whose error is meant.
    errors : tuple of tuple of float or None
        `errors[t][d]`: error, `d + 1` blocks later, of the model trained up to block t; empty
        where none was.
    staleness : tuple of Staleness
        By delay, from 1: what age adds on average, with the 90 % interval of that average over
        as many blocks to come.
    forecast : tuple of Staleness
        By delay, from 2: what age will add to one model trained now, in 80 % of cases.
    p_ages : float
        Probability that the model ages at all: that older ones cost more by their errors.
    retrain_every, flat_low, flat_high : int or None
        Blocks between trainings at least cost, and the range that costs nearly as little;
        None: no need to retrain by schedule.
    cost_retrain : float
        Money for one retraining.
    cost_error : float or None
        Money for any error; None where a miss and a false alarm cost what the problem has.
    cost_miss, cost_false_alarm : float or None
        Money for one error of each kind, as the problem has it; None where it has no two kinds, and
        in entries from before it was kept.
    n_per_block : float
        Rows a block.
    currency : str
        Of the costs.
    tolerance : float or None
        Numbers off by more than this count as errors; None for classes.
    n_trainings, n_left_out : int
        Models of the past that were fitted, the newest ones; earlier ones that were not for
        want of time.
    limit_s, spent_s : float
        Seconds that the fits were granted, and took.
    """

    is_dated: bool
    block: str
    blocks: tuple[str, ...] = ()
    scoring: str
    errors: tuple[tuple[float | None, ...], ...] = ()
    staleness: tuple[Staleness, ...] = ()
    forecast: tuple[Staleness, ...] = ()
    p_ages: float = 0.0
    retrain_every: int | None = None
    flat_low: int | None = None
    flat_high: int | None = None
    cost_retrain: float
    cost_error: float | None
    cost_miss: float | None = None
    cost_false_alarm: float | None = None
    n_per_block: float = 0.0
    currency: str
    tolerance: float | None = None
    n_trainings: int = 0
    n_left_out: int = 0
    limit_s: float = 0.0
    spent_s: float = 0.0

    @property
    def prices(self) -> ErrorPrices:
        """What an error of each kind is counted as."""
        if self.cost_error is not None:
            return ErrorPrices.alike(self.cost_error)
        return ErrorPrices(miss=self.cost_miss or 0.0, false_alarm=self.cost_false_alarm or 0.0)

    @property
    def price_words(self) -> str:
        """What an error of each kind is counted as, in words."""
        return error_price_words(self.prices, self.currency)


@dataclass(frozen=True, kw_only=True)
class Decay(Verdict, Evidence):
    """How fast it ages, before it is in service."""

    @property
    def by_age(self) -> tuple[tuple[Staleness, Staleness | None], ...]:
        """Ages for a table, each with its forecast: all up to eight, then ever fewer."""
        ahead = {each.delay: each for each in self.forecast}
        named = {self.retrain_every, self.staleness[-1].delay if self.staleness else None}
        return tuple(
            (each, ahead.get(each.delay))
            for each in self.staleness
            if each.delay in named or _is_shown(each.delay)
        )


def _is_shown(delay: int) -> bool:
    step = 1
    while delay > 8 * step:
        step *= 2
    return delay % step == 0


def assess(evidence: Evidence) -> Decay:
    """Say how fast the model ages."""
    if not evidence.is_dated:
        # no decision would make it known
        return Decay(
            answer=Answer.GO,
            summary=(
                "How fast the model ages cannot be known, as the rows carry no time; the monitor "
                "says when to retrain."
            ),
            findings=(
                note("The rows carry no time.", "If they have one, name it under [data] time."),
            ),
            **vars(evidence),
        )
    if why := _unmeasured(evidence):
        return Decay(
            answer=Answer.UNCLEAR,
            summary=f"How fast the model ages cannot be measured. {why.what}",
            findings=(why,),
            **vars(evidence),
        )
    return Decay(
        answer=Answer.GO,
        summary=_summary(evidence),
        findings=tuple(_findings(evidence)),
        **vars(evidence),
    )


def _unmeasured(evidence: Evidence) -> Finding | None:
    """Why nothing could be measured."""
    if len(evidence.blocks) < _FEWEST_BLOCKS:
        shorter = "" if evidence.block == "day" else ", or set a shorter block under [watch]"
        return warning(
            f"The rows cover {plural(len(evidence.blocks), evidence.block)} only.",
            f"Bring rows of {_FEWEST_BLOCKS} {evidence.block}s or more{shorter}.",
        )
    if not evidence.staleness:
        return warning(
            "Too few models of the past could be fitted: the rows before most blocks hold one "
            "class only.",
            "Bring older rows of the rarest class.",
        )
    return None


def _summary(evidence: Evidence) -> str:
    block = evidence.block
    if evidence.p_ages < AGES:
        return (
            f"No clear ageing over {len(evidence.staleness)} {block}s "
            f"(probability that it ages: {evidence.p_ages:.2f}); retrain when the monitor says so."
        )
    if evidence.retrain_every is None:
        return (
            f"It ages (probability {percent(evidence.p_ages)}), but no period up to "
            f"{len(evidence.staleness)} {block}s pays for its retrainings; retrain when the "
            "monitor says so."
        )
    return (
        f"It ages: retrain every {plural(evidence.retrain_every, block)} "
        f"(anything from {evidence.flat_low} to {evidence.flat_high} costs nearly the same)."
    )


def _findings(evidence: Evidence) -> list[Finding]:
    block, last = evidence.block, evidence.staleness[-1]
    findings = [
        note(
            f"A model {plural(last.delay, block)} old makes "
            f"{last.added_error.estimate:+z.4f} more error than one a {block} old "
            f"({last.added_error.low:+z.4f} to {last.added_error.high:+z.4f})"
            + (
                f", and its errors cost {_dearer(last.added_cost, evidence)}."
                if last.added_cost
                else "."
            )
        )
    ]
    if ahead := _ahead(evidence):
        findings.append(
            note(
                f"{plural(ahead.delay - 1, block)} after its first, the age of a model trained now "
                f"will have changed its error by {ahead.added_error.low:+z.4f} to "
                f"{ahead.added_error.high:+z.4f}, four times of five."
            )
        )
    if evidence.n_left_out:
        findings.append(
            warning(
                f"{plural(evidence.n_left_out, 'earlier model')} of the past could not be fitted "
                f"within {evidence.limit_s:,.0f} s: what is said stands on the newest "
                f"{evidence.n_trainings}.",
                "Raise [watch] backtest_s to see further back.",
            )
        )
    if evidence.tolerance is not None:
        findings.append(
            note(
                "A number counts as an error if it is off by more than "
                f"{three_digits(evidence.tolerance)}."
            )
        )
    return [*findings, _prices(evidence)]


def error_price_words(prices: ErrorPrices, currency: str) -> str:
    """What wrong answers are counted as.

    Examples
    --------
    >>> error_price_words(ErrorPrices(miss=30.0, false_alarm=3.0), "EUR")
    '30.00 EUR for a miss and 3.00 EUR for a false alarm'
    """
    if prices.miss == prices.false_alarm:
        return f"{money(prices.miss, currency)} for any wrong answer"
    miss, alarm = (money(each, currency) for each in (prices.miss, prices.false_alarm))
    return f"{miss} for a miss and {alarm} for a false alarm"


def _prices(evidence: Evidence) -> Finding:
    """The prices by which it is said when to retrain, beside those of the problem."""
    counted = f"{money(evidence.cost_retrain, evidence.currency)} for a retraining"
    counted = f"Counted are {counted} and {evidence.price_words}"
    price = evidence.cost_error
    costs = [each for each in (evidence.cost_miss, evidence.cost_false_alarm) if each is not None]
    if price is None:
        how = "Change [watch] retrain_cost and the prices under [problem] where that is not so."
        return note(f"{counted}.", how)
    beside, tell = "", note
    if costs and set(costs) != {price}:
        miss, alarm = (money(each, evidence.currency) for each in costs)
        beside = f"; the problem has {miss} for a miss and {alarm} for a false alarm"
        if not min(costs) <= price <= max(costs):
            # no mix of the two kinds costs that on average
            said = money(price, evidence.currency)
            beside += f", between which an average lies and {said} does not"
            tell = warning
    return tell(
        f"{counted}{beside}.",
        "Change [watch] retrain_cost and error_cost where that is not so"
        + ("; without error_cost those of the problem count." if costs else "."),
    )


def _dearer(added: Bounds, evidence: Evidence) -> str:
    """What age adds to the cost of the errors, with its range; no cents beside hundreds."""
    low, middle, high = (
        f"{three_digits(1000 * each)} {evidence.currency}"
        for each in (added.low, added.estimate, added.high)
    )
    return f"{middle} more per 1,000 rows ({low} to {high})"


def _ahead(evidence: Evidence) -> Staleness | None:
    """What lies ahead at the end of a period; without one, at the longest age."""
    wanted = evidence.retrain_every or len(evidence.staleness)
    within = [each for each in evidence.forecast if each.delay <= max(wanted, 2)]
    return within[-1] if within else None
