"""What rows cost, and how many to buy next: the part of the forecast that speaks of money."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.stats.curves import CurvePosterior
    from leadline.stats.machines.fit_time import TimeLaw

SURE = 0.9
"""Probability from which a target counts as promised."""
LIKELY = 0.5
FAR = 64.0
"""Multiple of the rows there are up to which a forecast is read where no budget ends it."""
_N_TIMED = 40


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
class Round:
    """One purchase, made only if the target is still missed after the one before.

    Attributes
    ----------
    n_rows : int
        Train rows there are after it.
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
class Plan:
    """Which rows to buy, in rounds; after each the curve is measured and the plan is made anew.

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


@dataclass(frozen=True, kw_only=True)
class Prices:
    """What rows and fits cost, and the money there is.

    Attributes
    ----------
    n_available : int
        Train rows there are.
    train_share : float in (0, 1]
        Share of newly labelled rows that may be learnt from.
    label_cost, label_s : float
        Money and a person's seconds for one more labelled row.
    machine_per_hour : float
        Price of the machine.
    granted, left : float
        Money granted for the project, and what is left of it.
    """

    n_available: int
    train_share: float
    label_cost: float
    label_s: float
    machine_per_hour: float
    granted: float
    left: float

    def n_reached(self, money: float) -> int | None:
        """Train rows there are once some money is spent on rows; None where rows cost nothing."""
        if self.label_cost <= 0:
            return None
        n_bought = int(max(money, 0.0) / self.label_cost + 1e-9)
        return self.n_available + int(self.train_share * n_bought + 1e-9)

    def to_label(self, n_rows: float) -> int:
        """Rows to buy, so that this many can be learnt from.

        Examples
        --------
        >>> prices = Prices(
        ...     n_available=100,
        ...     train_share=0.8,
        ...     label_cost=0.5,
        ...     label_s=10,
        ...     machine_per_hour=0,
        ...     granted=100,
        ...     left=100,
        ... )
        >>> prices.n_reached(100), prices.to_label(260)
        (260, 200)
        """
        return ceil(max(n_rows - self.n_available, 0) / self.train_share - 1e-9)

    def fit_cost(self, law: TimeLaw, n_rows: float) -> float:
        """Money for the machine time of one fit."""
        return float(law.predict(n_rows)) / 3600 * self.machine_per_hour


def need_of(
    posterior: CurvePosterior,
    law: TimeLaw,
    prices: Prices,
    target_error: float,
    probability: float,
) -> Need:
    """What reaching the target with a probability takes."""
    wanted = posterior.rows_for(target_error, probability)
    if wanted is None:
        return Need(probability=probability)
    n_rows = ceil(float(wanted))
    n_more = prices.to_label(n_rows)
    return Need(
        probability=probability,
        n_rows=n_rows,
        n_more=n_more,
        cost=n_more * prices.label_cost + prices.fit_cost(law, n_rows),
        hours=n_more * prices.label_s / 3600,
    )


def chances(
    posterior: CurvePosterior, target_error: float, n_rows: Sequence[float]
) -> tuple[float, ...]:
    """Chance that the target has been met by each of some ascending sizes.

    Once met it stays met: who has met it stops buying, so the chance never falls.
    """
    chance, best = [], 0.0
    for p in posterior.cdf(list(n_rows), target_error):
        best = max(best, float(p))
        chance.append(best)
    return tuple(chance)


def plan_of(
    posterior: CurvePosterior,
    law: TimeLaw,
    prices: Prices,
    target_error: float,
    *,
    n_rounds: int,
    n_limit: int | None = None,
) -> Plan:
    """Plan the rounds that are left: least expected cost plus penalty of missing.

    No setting says what a miss costs, but the budget does. Who grants money for a target and buys
    where success is likelier than not holds success to be worth at least the money by the odds:
    a miss costs the budget granted divided by one half. What has been spent of it is gone and
    makes success worth no less, so the whole budget counts. Where rows cost nothing, the money is
    taken to reach as far as the forecast is read, 64 times the rows there are. More than `n_limit`
    train rows are never planned, whatever the money.

    Returns
    -------
    Plan
        Without rounds where more rows are worth less than they cost, or no money is left.

    References
    ----------
    R. Mahmood, J. Lucas, J. M. Alvarez, S. Fidler, M. T. Law (2022), Optimizing data collection
    for machine learning. NeurIPS.
    """
    from leadline.stats.curves.buying import plan_rounds

    n_most, worth = reach(law, prices, n_rounds)
    n_most = n_most if n_limit is None else min(n_most, n_limit)
    if n_most <= prices.n_available:
        (p_now,) = chances(posterior, target_error, [prices.n_available])
        return no_purchase(p_now, can_promise=p_now >= SURE)
    plan = plan_rounds(
        posterior,
        target_error,
        prices.n_available,
        n_rounds=n_rounds,
        penalty_rows=worth / LIKELY,
        n_most=n_most,
    )
    sizes = [min(ceil(size - 1e-6), n_most) for size in plan.sizes]
    p_met = chances(posterior, target_error, [prices.n_available, *sizes])
    rounds = tuple(
        _round(law, prices, before, after, p)
        for before, after, p in zip([prices.n_available, *sizes], sizes, p_met[1:], strict=False)
    )
    bought = list(zip(rounds, p_met, strict=False))  # with the chance that it was met before
    return Plan(
        rounds=rounds,
        p_met=p_met[-1],
        expected_rows=sum(each.n_more * (1 - before) for each, before in bought),
        expected_cost=sum(each.cost * (1 - before) for each, before in bought),
        can_promise=plan.can_promise,
    )


def no_purchase(p_now: float, *, can_promise: bool) -> Plan:
    """Buy nothing."""
    return Plan(
        rounds=(), p_met=p_now, expected_rows=0.0, expected_cost=0.0, can_promise=can_promise
    )


def reach(law: TimeLaw, prices: Prices, n_rounds: int) -> tuple[int, float]:
    """How far the money goes.

    Parameters
    ----------
    law : TimeLaw
        How long fits take.
    prices : Prices
        What rows and fits cost, and the money there is.
    n_rounds : int >= 1
        Rounds, each with a fit to be paid.

    Returns
    -------
    n_most : int
        Train rows that what is left reaches; where rows cost nothing, `FAR` times those there are.
    worth : float
        Train rows that the money granted would pay.
    """
    n_affordable = prices.n_reached(prices.left)
    if n_affordable is None:
        far = int(prices.n_available * FAR)
        return far, float(far - prices.n_available)
    fits = n_rounds * prices.fit_cost(law, n_affordable)
    n_most = prices.n_reached(prices.left - fits) or prices.n_available
    return n_most, prices.granted * prices.train_share / prices.label_cost


def rows_in_time(law: TimeLaw, n_now: int, n_most: int, limit_s: float | None) -> int:
    """How many rows a fit can learn from in time.

    Parameters
    ----------
    law : TimeLaw
        How long fits take.
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


def _round(law: TimeLaw, prices: Prices, before: int, after: int, p_met: float) -> Round:
    n_more = prices.to_label(after) - prices.to_label(before)
    return Round(
        n_rows=after,
        n_more=n_more,
        cost=n_more * prices.label_cost + prices.fit_cost(law, after),
        hours=n_more * prices.label_s / 3600,
        p_met=p_met,
    )
