"""Outcome of a budget before it is spent: labels, votes, hours, money, days, each with a range.

Projects are simulated in which the curve, the people's speed and their disagreement are drawn from
their distributions of today; rows are bought as the forecast plans them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from leadline.phases.forecast.purchase import reach, rows_in_time
from leadline.stats.decision_levels import LIKELY

if TYPE_CHECKING:
    from leadline.phases.forecast.costs import LabellingCosts
    from leadline.stats.arrays import Floats
    from leadline.stats.curves import CurvePosterior
    from leadline.stats.machines.fit_time import TimeLaw
    from leadline.stats.purchases.simulation import SimulationResult

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_N_PROJECTS = 400
_LEAST_NOISE = 0.005


@dataclass(frozen=True, kw_only=True)
class Range:
    """Quantiles of a quantity: half of all projects lie between `q25` and `q75`."""

    q05: float
    q25: float
    q50: float
    q75: float
    q95: float

    @classmethod
    def of(cls, values: Floats) -> Range:
        """Of some draws."""
        q05, q25, q50, q75, q95 = (float(each) for each in np.quantile(values, LEVELS))
        return cls(q05=q05, q25=q25, q50=q50, q75=q75, q95=q95)


@dataclass(frozen=True, kw_only=True)
class BudgetOutcome:
    """The outcome of simulated projects that are granted a budget.

    Attributes
    ----------
    budget : float
        Money granted in all, what is spent included.
    p_met : float
        Chance that the target is met at the end.
    p_shown : float
        Chance that the project will then know it: nine of ten sure.
    labels, votes, people_hours, machine_hours, money, days : Range
        What is still to be spent; days are of the calendar.
    """

    budget: float
    p_met: float
    p_shown: float
    labels: Range
    votes: Range
    people_hours: Range
    machine_hours: Range
    money: Range
    days: Range

    @property
    def buys_nothing(self) -> bool:
        """Whether next to no project buys a label or an hour with it."""
        return not (self.votes.q95 or self.machine_hours.q95)


def simulate_budget(
    posterior: CurvePosterior,
    law: TimeLaw,
    costs: LabellingCosts,
    target_error: float,
    budget: float,
    *,
    noise: float,
    seed: int = 0,
) -> BudgetOutcome:
    """Simulate projects with a budget.

    Parameters
    ----------
    posterior : CurvePosterior
        Posterior of the learning curve.
    law : TimeLaw
        Fit time by train size.
    costs : LabellingCosts
        Costs of votes, and people.
    target_error : float
        Error to reach.
    budget : float >= 0
        Money granted in all.
    noise : float
        Standard error of a measured log error.
    seed : int, default=0
        Of the simulation.
    """
    from leadline.stats.purchases.simulation import PurchaseBudget, simulate_rounds

    rng = np.random.default_rng(seed)
    purchase = costs.with_budget(budget)
    n_most, worth = reach(law, purchase, costs.n_rounds)
    n_most = rows_in_time(law, costs.n_available, n_most, costs.time_box_s)
    runs = costs.n_rounds * float(_run_hours(costs, law, np.array([n_most]))[0])
    paid = purchase.rows_for(purchase.money_left - runs * costs.machine_per_hour)
    n_most = n_most if paid is None else min(n_most, paid)
    ends = simulate_rounds(
        posterior,
        target_error,
        costs.n_available,
        PurchaseBudget(n_most, max(worth, 1.0) / LIKELY, costs.n_rounds),
        noise=max(noise, _LEAST_NOISE),
        size=_N_PROJECTS,
        rng=rng,
    )
    machine_hours = _machine_hours(costs, law, ends)
    machine = np.minimum(machine_hours * costs.machine_per_hour, purchase.money_left)
    labels, votes = _bought(costs, ends, purchase.money_left - machine, rng)
    money = machine + votes * costs.vote_cost
    pace = np.exp(costs.log_vote_s_stderr * rng.standard_normal(_N_PROJECTS))
    people_hours = votes * costs.vote_s * pace / 3600
    days = people_hours / (costs.people * costs.hours_per_day) + machine_hours / 24
    return BudgetOutcome(
        budget=budget,
        p_met=float(np.mean(ends.is_met)),
        p_shown=float(np.mean(ends.is_shown)),
        labels=Range.of(labels),
        votes=Range.of(votes),
        people_hours=Range.of(people_hours),
        machine_hours=Range.of(machine_hours),
        money=Range.of(money),
        days=Range.of(days),
    )


def _run_hours(costs: LabellingCosts, law: TimeLaw, n_rows: Floats) -> Floats:
    """Hours of searching and measuring again at some sizes, as the fits grow."""
    today = float(law.predict(costs.n_available))
    sizes, places = np.unique(n_rows, return_inverse=True)  # few, and each takes its time
    grown = costs.run_s * law.predict(sizes)[places].reshape(n_rows.shape) / max(today, 1e-9)
    longest = np.inf if costs.time_box_s is None else max(2 * costs.time_box_s, costs.run_s)
    hours: Floats = np.minimum(grown, longest) / 3600
    return hours


def _machine_hours(costs: LabellingCosts, law: TimeLaw, ends: SimulationResult) -> Floats:
    """Hours of all runs, one after each round in which rows were bought."""
    hours = _run_hours(costs, law, ends.visited)
    is_bought = np.arange(ends.visited.shape[1]) < ends.n_rounds[:, None]
    total: Floats = np.sum(hours * is_bought, axis=1)
    return total


def _bought(
    costs: LabellingCosts, ends: SimulationResult, money: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Labels and the votes they take, more where people disagree; no more than the money pays."""
    grown = np.ceil(ends.n_rows - 1e-6) - costs.n_available
    wanted = np.maximum(np.ceil(grown / costs.train_share - 1e-9), 0.0)
    share = rng.beta(1 + costs.n_disagreed, 4 + costs.n_agreed, wanted.size)
    asked_again = rng.binomial(wanted.astype(np.int64), share)
    asked = wanted * costs.n_first + asked_again * (costs.n_most - costs.n_first)
    votes = asked / (1 - costs.hidden)
    price = votes * costs.vote_cost
    kept = np.minimum(np.divide(money, price, out=np.ones_like(price), where=price > 0), 1.0)
    return np.floor(wanted * kept), np.floor(votes * kept)
