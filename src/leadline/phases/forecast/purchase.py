"""Purchases of rows: the rows that a target needs, and a plan of rounds with its costs."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from leadline.stats.decision_levels import LIKELY, MAX_GROWTH, SURE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.phases.forecast.costs import PurchaseCosts
    from leadline.stats.curves import CurvePosterior
    from leadline.stats.machines.fit_time import TimeLaw

_N_TIMED = 40


@dataclass(frozen=True, kw_only=True)
class Need:
    """The rows, money and hours that reach the target with a probability.

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
class Round:
    """One purchase, made only if the target is still missed after the one before.

    Attributes
    ----------
    n_rows : int
        Train rows of the curve that it reaches.
    n_more : int
        Rows to buy in it, test rows among them.
    cost, hours : float
        Money, machine time of a fit included, and people's hours.
    p_met : float
        Chance that the target is met after it, as seen today.
    """

    n_rows: int
    n_more: int
    cost: float
    hours: float
    p_met: float


@dataclass(frozen=True, kw_only=True)
class PurchasePlan:
    """Rows to buy, in rounds; after each the curve is measured and a new plan is made.

    Attributes
    ----------
    rounds : tuple of Round
        Empty: buy nothing.
    p_met : float
        Chance that the target is met at its end.
    expected_rows, expected_cost : float
        Rows to buy and money to spend on average, as later rounds may not be needed.
    can_promise : bool
        Whether what the money can buy meets the target with a probability of .9.
    """

    rounds: tuple[Round, ...]
    p_met: float
    expected_rows: float
    expected_cost: float
    can_promise: bool


def need_of(
    posterior: CurvePosterior,
    law: TimeLaw,
    costs: PurchaseCosts,
    target_error: float,
    probability: float,
) -> Need:
    """The rows, money and hours that reach the target with a probability."""
    wanted = posterior.rows_for(target_error, probability)
    if wanted is None:
        return Need(probability=probability)
    n_rows = ceil(float(wanted))
    n_more = costs.to_label(n_rows)
    return Need(
        probability=probability,
        n_rows=n_rows,
        n_more=n_more,
        cost=n_more * costs.label_cost + costs.fit_cost(law, n_rows),
        hours=n_more * costs.label_s / 3600,
    )


def chances(
    posterior: CurvePosterior, target_error: float, n_rows: Sequence[float]
) -> tuple[float, ...]:
    """Chance that the target has been met by each of some ascending sizes.

    Once met it stays met, as buying stops then; so the chance never falls.
    """
    chance, best = [], 0.0
    for p in posterior.cdf(list(n_rows), target_error):
        best = max(best, float(p))
        chance.append(best)
    return tuple(chance)


def plan_of(
    posterior: CurvePosterior,
    law: TimeLaw,
    costs: PurchaseCosts,
    target_error: float,
    *,
    n_rounds: int,
    n_limit: int | None = None,
) -> PurchasePlan:
    """Plan the rounds that are left: least expected cost plus penalty of missing.

    No setting says what a miss costs, but the budget does. Whoever grants money for a target, and
    buys where success is likelier than not, values success at the money divided by that
    probability: a miss costs the budget granted divided by one half. The whole budget counts, as
    what is spent of it makes success worth no less. Where rows cost nothing, the money is taken to
    reach as far as the forecast is read, 64 times the rows there are. More than `n_limit`
    train rows are never planned, whatever the money.

    Returns
    -------
    PurchasePlan
        Without rounds where more rows are worth less than they cost, or no money is left.

    References
    ----------
    R. Mahmood, J. Lucas, J. M. Alvarez, S. Fidler, M. T. Law (2022), Optimizing data collection
    for machine learning. NeurIPS.
    """
    from leadline.stats.purchases.planning import plan_rounds

    n_most, worth = reach(law, costs, n_rounds)
    n_most = n_most if n_limit is None else min(n_most, n_limit)
    if n_most <= costs.n_available:
        (p_now,) = chances(posterior, target_error, [costs.n_available])
        return no_purchase(p_now, can_promise=p_now >= SURE)
    plan = plan_rounds(
        posterior,
        target_error,
        costs.n_available,
        n_rounds=n_rounds,
        penalty_rows=worth / LIKELY,
        n_most=n_most,
    )
    sizes = [min(ceil(size - 1e-6), n_most) for size in plan.sizes]
    p_met = chances(posterior, target_error, [costs.n_available, *sizes])
    rounds = tuple(
        _round(law, costs, before, after, p)
        for before, after, p in zip([costs.n_available, *sizes], sizes, p_met[1:], strict=False)
    )
    bought = list(zip(rounds, p_met, strict=False))  # with the chance that it was met before
    return PurchasePlan(
        rounds=rounds,
        p_met=p_met[-1],
        expected_rows=sum(each.n_more * (1 - before) for each, before in bought),
        expected_cost=sum(each.cost * (1 - before) for each, before in bought),
        can_promise=plan.can_promise,
    )


def no_purchase(p_now: float, *, can_promise: bool) -> PurchasePlan:
    """Buy nothing."""
    return PurchasePlan(
        rounds=(), p_met=p_now, expected_rows=0.0, expected_cost=0.0, can_promise=can_promise
    )


def reach(law: TimeLaw, costs: PurchaseCosts, n_rounds: int) -> tuple[int, float]:
    """Return the rows that the money reaches.

    Parameters
    ----------
    law : TimeLaw
        Fit time by train size.
    costs : PurchaseCosts
        Costs of rows and fits, and the money there is.
    n_rounds : int >= 1
        Rounds, each with a fit to be paid.

    Returns
    -------
    n_most : int
        Train rows that what is left reaches; where rows cost nothing, 64 times those there are.
    worth : float
        Train rows that the money granted would pay.
    """
    n_affordable = costs.rows_for(costs.money_left)
    if n_affordable is None:
        far = int(costs.n_available * MAX_GROWTH)
        return far, float(far - costs.n_available)
    fits = n_rounds * costs.fit_cost(law, n_affordable)
    n_most = costs.rows_for(costs.money_left - fits) or costs.n_available
    return n_most, costs.budget * costs.train_share / costs.label_cost


def rows_in_time(law: TimeLaw, n_now: int, n_most: int, limit_s: float | None) -> int:
    """Return the rows that a fit can learn from in time.

    Parameters
    ----------
    law : TimeLaw
        Fit time by train size.
    n_now, n_most : int
        Train rows there are, and that can be had.
    limit_s : float or None
        Seconds a fit may take; None: as many as it likes.

    Returns
    -------
    int
        Train rows, between `n_now` and `n_most`; no fewer than there are, however long they take.
    """
    import numpy as np  # here, so that asking where a project stands does not wait for it

    if limit_s is None or n_most <= n_now:
        return max(n_most, n_now)
    sizes = np.geomspace(n_now, n_most, _N_TIMED)
    timed = sizes[law.predict(sizes) <= limit_s]
    return round(float(timed.max(initial=n_now)))


def _round(law: TimeLaw, costs: PurchaseCosts, before: int, after: int, p_met: float) -> Round:
    n_more = costs.to_label(after) - costs.to_label(before)
    return Round(
        n_rows=after,
        n_more=n_more,
        cost=n_more * costs.label_cost + costs.fit_cost(law, after),
        hours=n_more * costs.label_s / 3600,
        p_met=p_met,
    )
