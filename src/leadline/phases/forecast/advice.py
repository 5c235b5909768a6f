"""Recommendation of a forecast: buy or stop, and the rule that stops."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from leadline.stats.decision_levels import LIKELY, SURE, UNLIKELY

if TYPE_CHECKING:
    from leadline.phases.forecast.purchase import PurchasePlan


class Recommendation(StrEnum):
    """What to do next with money and time."""

    GOOD_ENOUGH = "good enough"
    BUY = "buy more rows"
    TOO_CLOSE = "too close to call"
    """Success is unlikely, and a round of rows is still worth its price."""
    NO_MORE = "buy no more rows; go on, or lower the target"
    """More rows are not worth their price, or cannot be had, and success is not ruled out."""
    SEARCH_LONGER = "search longer before a stop"
    """The search was too short for this forecast to be a reason to stop."""
    STOP = "stop: what was granted is unlikely to reach the target"
    UNREACHABLE = "unreachable"

    @classmethod
    def _missing_(cls, value: object) -> Recommendation | None:
        """Read a stop as verdicts said it before."""
        return cls.STOP if value == "stop: the target costs more than was granted" else None

    @property
    def badge(self) -> str:
        """The same in a word or two.

        Examples
        --------
        >>> Recommendation.STOP.badge, Recommendation.NO_MORE.badge
        ('stop', 'buy no more rows')
        """
        return self.value.split(":")[0].split(";")[0]


class StopRule(StrEnum):
    """Why no more rows are bought."""

    SHOWN = "target shown"
    NOT_WORTH_IT = "not worth it"
    OUT_OF_MONEY = "out of money"
    OUT_OF_TIME = "out of time"
    OUT_OF_ROUNDS = "out of rounds"
    UNREACHABLE = "unreachable"


_WORDS = {
    StopRule.SHOWN: "the rows there are meet the target with a chance of nine in ten or more.",
    StopRule.NOT_WORTH_IT: "more rows are worth less than they cost: buy none.",
    StopRule.OUT_OF_MONEY: "what is left of the budget is unlikely to reach the target.",
    StopRule.OUT_OF_TIME: "a model on the rows it takes could not be fitted within the time box.",
    StopRule.OUT_OF_ROUNDS: "all rounds of buying that were granted are over.",
    StopRule.UNREACHABLE: "no number of rows is likely to meet the target.",
}
_NEXT = {
    StopRule.OUT_OF_MONEY: "A larger [problem] budget, or a lower target, may change that.",
    StopRule.OUT_OF_TIME: "A longer [problem] time_box_s would change that.",
    StopRule.OUT_OF_ROUNDS: "Raise [labels] rounds to grant another.",
}


def recommend(
    p_now: float,
    p_bought: float,
    p_far: float,
    plan: PurchasePlan,
    *,
    is_search_starved: bool = False,
    is_waiting: bool = False,
) -> Recommendation:
    """The next step for money and time.

    Parameters
    ----------
    p_now, p_bought, p_far : float in [0, 1]
        Chance that the target is met with the rows there are, by those that money, time and
        rounds can still buy, and by any number.
    plan : PurchasePlan
        The cheapest purchase; without rounds where none is worth its price.
    is_search_starved : bool
        Whether another candidate may do better, as the search was too short: nothing says stop.
    is_waiting : bool
        Whether the curve is at chance and has not begun to fall: where it ends is not known, so
        no target is called unreachable.
    """
    found = _by_chances(p_now, p_bought, p_far, plan)
    if is_waiting and found is Recommendation.UNREACHABLE:
        found = Recommendation.STOP
    is_stop = found in {Recommendation.STOP, Recommendation.UNREACHABLE}
    return Recommendation.SEARCH_LONGER if is_stop and is_search_starved else found


def _by_chances(p_now: float, p_bought: float, p_far: float, plan: PurchasePlan) -> Recommendation:
    if p_now >= SURE:
        return Recommendation.GOOD_ENOUGH
    if p_far < 1 - SURE:
        return Recommendation.UNREACHABLE
    if plan.rounds:
        return Recommendation.BUY if p_bought >= LIKELY else Recommendation.TOO_CLOSE
    return Recommendation.STOP if p_bought < UNLIKELY else Recommendation.NO_MORE


def stop_rule(
    recommendation: Recommendation,
    plan: PurchasePlan,
    *,
    has_rounds: bool,
    has_money: bool,
    p_affordable: float,
) -> StopRule | None:
    """The rule by which buying ends; None while it goes on.

    Parameters
    ----------
    recommendation : Recommendation
        What to do next.
    plan : PurchasePlan
        The purchase that goes with it.
    has_rounds, has_money : bool
        Whether a round is left, and money for a row.
    p_affordable : float in [0, 1]
        Chance of the target by all rows that the money can buy, whatever the time.
    """
    if recommendation is Recommendation.GOOD_ENOUGH:
        return StopRule.SHOWN
    if recommendation is Recommendation.UNREACHABLE:
        return StopRule.UNREACHABLE
    if plan.rounds or recommendation is Recommendation.SEARCH_LONGER:
        return None
    if not has_rounds:
        return StopRule.OUT_OF_ROUNDS
    if recommendation is Recommendation.STOP:
        return StopRule.OUT_OF_MONEY if p_affordable < UNLIKELY else StopRule.OUT_OF_TIME
    return StopRule.NOT_WORTH_IT if has_money else StopRule.OUT_OF_MONEY


def stop_words(rule: StopRule) -> tuple[str, str]:
    """Meaning of a rule, and what would change it; the second may be empty.

    Examples
    --------
    >>> stop_words(StopRule.NOT_WORTH_IT)
    ('Not worth it: more rows are worth less than they cost: buy none.', '')
    """
    return f"{rule.value.capitalize()}: {_WORDS[rule]}", _NEXT.get(rule, "")
