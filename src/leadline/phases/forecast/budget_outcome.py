"""Outcome of a budget before it is spent: labels, votes, hours, money, days, each with a range.

Projects are simulated in which the curve, the people's speed and their disagreement are drawn from
their distributions of today, and so is what a machine's label is worth; rows are bought as planned.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from leadline.phases.forecast.label_choice import (
    SAVES,
    LabelChoice,
    LabelRound,
    choose_labels,
    run_hours,
)
from leadline.phases.verdict import Bounds
from leadline.stats.purchases.path_chance import Belief
from leadline.stats.purchases.simulation import PathLimits, PathResult, Truth, simulate_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from leadline.phases.forecast.costs import LabellingCosts
    from leadline.phases.forecast.label_choice import MachineOffer
    from leadline.stats.arrays import Floats
    from leadline.stats.curves import CurvePosterior
    from leadline.stats.machines.fit_time import TimeLaw

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
_N_PROJECTS = 400
_DAY_S = 86_400.0


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


NOTHING = Range(q05=0.0, q25=0.0, q50=0.0, q75=0.0, q95=0.0)


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
        What is still to be spent; days are of the calendar. Labels and votes are those of people.
    machine : str
        Who labels beside people; empty: nobody.
    machine_labels : Range
        Labels of that machine.
    chance : Bounds or None
        The chance, and what it is at both ends of what a machine label is worth; None: no machine.
    score : Range or None
        Score at the end, as it will be measured.
    rounds : tuple of LabelRound
        What to buy, as seen today; empty: nothing.
    mean_money : float
        Money still to be spent, on average.
    value : float
        That and the penalty of a miss, on average: the less the better.
    declined : BudgetOutcome or None
        With a machine that was played through as well, and came off no better.
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
    machine: str = ""
    machine_labels: Range = NOTHING
    chance: Bounds | None = None
    score: Range | None = None
    rounds: tuple[LabelRound, ...] = ()
    mean_money: float = 0.0
    value: float = 0.0
    declined: BudgetOutcome | None = None

    @property
    def buys_nothing(self) -> bool:
        """Whether next to no project buys a label or an hour with it."""
        return not (self.votes.q95 or self.machine_hours.q95 or self.machine_labels.q95)


@dataclass(frozen=True)
class Ends:
    """The ends of simulated projects; each array has an entry a project.

    Attributes
    ----------
    on_path : PathResult
        Where on the path each ended.
    labels, votes, machine_labels, machine_hours, money : ndarray of float
        What was bought, and paid.
    """

    on_path: PathResult
    labels: Floats
    votes: Floats
    machine_labels: Floats
    machine_hours: Floats
    money: Floats


def simulate_budget(
    posterior: CurvePosterior,
    law: TimeLaw,
    costs: LabellingCosts,
    target_error: float,
    budget: float,
    *,
    seed: int = 0,
) -> BudgetOutcome:
    """Simulate projects with a budget in which people alone label.

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
    seed : int, default=0
        Of the simulation.
    """
    known = _Known(posterior, law, costs, target_error, budget)
    return known.outcome(known.choose(), seed)


def share_budget(
    posterior: CurvePosterior,
    law: TimeLaw,
    costs: LabellingCosts,
    target_error: float,
    budget: float,
    *,
    offers: Sequence[MachineOffer],
    alone: BudgetOutcome,
    seed: int = 0,
) -> BudgetOutcome:
    """Simulate projects whose budget people and a machine may share, beside people alone.

    `choose_labels` adds up what rounds cost as if only whether the target is met were learnt from
    them; where it is hardly known what a label is worth, what is learnt decides. So both are played
    with the same luck, and along the same curves.

    Parameters
    ----------
    posterior, law, costs, target_error, budget, seed
        As of `simulate_budget`.
    offers : sequence of MachineOffer
        Machines that may label.
    alone : BudgetOutcome
        The same with people alone.

    Returns
    -------
    BudgetOutcome
        With a machine if that saves a twentieth of what people alone spend on average, or as much
        of a miss; else of people alone, with what was declined.
    """
    known = _Known(posterior, law, costs, target_error, budget)
    choice = known.choose(offers)
    if choice.machine is None:
        return alone
    shared = known.outcome(choice, seed)
    if shared.value > alone.value - SAVES * alone.mean_money:
        return replace(alone, declined=shared)
    p_met = shared.p_met
    low, high = (
        known.chance(choice, factor, seed)
        for factor in (choice.machine.factor.low, choice.machine.factor.high)
    )
    chance = Bounds(estimate=p_met, low=min(low, p_met), high=max(high, p_met))
    return replace(shared, chance=chance)


@dataclass(frozen=True)
class _Known:
    """What is known of a project that is granted a budget."""

    posterior: CurvePosterior
    law: TimeLaw
    costs: LabellingCosts
    target_error: float
    budget: float

    def choose(self, offers: Sequence[MachineOffer] = ()) -> LabelChoice:
        """Who labels."""
        its = (self.posterior, self.law, self.costs, self.target_error, self.budget)
        return choose_labels(*its, offers)

    def outcome(self, choice: LabelChoice, seed: int) -> BudgetOutcome:
        """What comes of it; nothing is said of the chance by what a machine label is worth."""
        costs, machine, rng = self.costs, choice.machine, np.random.default_rng(seed)
        ends = self._play(choice, rng)
        pace = np.exp(costs.log_vote_s_stderr * rng.standard_normal(_N_PROJECTS))
        people_hours = ends.votes * costs.vote_s * pace / 3600
        days = people_hours / (costs.people * costs.hours_per_day) + ends.machine_hours / 24
        if machine is not None:
            days = days + ends.machine_labels * machine.label_s / _DAY_S
        errors = ends.on_path.errors
        return BudgetOutcome(
            budget=self.budget,
            p_met=float(np.mean(ends.on_path.is_met)),
            p_shown=float(np.mean(ends.on_path.is_shown)),
            labels=Range.of(ends.labels),
            votes=Range.of(ends.votes),
            people_hours=Range.of(people_hours),
            machine_hours=Range.of(ends.machine_hours),
            money=Range.of(ends.money),
            days=Range.of(days),
            machine="" if machine is None else machine.name,
            machine_labels=Range.of(ends.machine_labels),
            score=Range.of(np.array([self.posterior.metric.score(e) for e in errors])),
            rounds=choice.rounds(costs.train_share),
            mean_money=float(np.mean(ends.money)),
            value=mean_cost(choice, ends),
        )

    def chance(self, choice: LabelChoice, factor: float, seed: int) -> float:
        """The chance where a machine label is worth so much, without anybody's knowing."""
        ends = self._play(choice, np.random.default_rng(seed), Truth(factor=factor))
        return float(np.mean(ends.on_path.is_met))

    def _play(
        self, choice: LabelChoice, rng: np.random.Generator, truth: Truth | None = None
    ) -> Ends:
        worth = None if choice.machine is None else choice.machine.worth
        belief = Belief(self.posterior, self.target_error, self.posterior.noise, worth)
        return play(choice, belief, self.law, self.costs, self.budget, rng=rng, truth=truth)


def mean_cost(choice: LabelChoice, ends: Ends) -> float:
    """Money and penalty of a miss, the mean of projects that were played through."""
    return float(np.mean(ends.money + choice.penalty * ~ends.on_path.is_met))


def play(
    choice: LabelChoice,
    belief: Belief,
    law: TimeLaw,
    costs: LabellingCosts,
    budget: float,
    *,
    rng: np.random.Generator,
    size: int = _N_PROJECTS,
    truth: Truth | None = None,
) -> Ends:
    """Play projects through to their ends.

    Parameters
    ----------
    choice : LabelChoice
        Who labels.
    belief : Belief
        What is known today.
    law, costs, budget
        As of `simulate_budget`.
    rng : Generator
        Source of chance.
    size : int >= 1
        Projects.
    truth : Truth, optional
        What is true in all of them; drawn if not given.
    """
    path, limits = choice.path, PathLimits(choice.penalty, choice.n_rounds)
    first = choice.steps[0] if choice.steps else 0
    ends = simulate_path(belief, path, limits, size=size, rng=rng, truth=truth, first_step=first)
    money_left = costs.with_budget(budget).money_left
    hours = _machine_hours(costs, law, path.n_rows[ends.visited], ends)
    asked = path.n_asked[ends.places]
    paid = hours * costs.machine_per_hour
    if choice.machine is not None:
        rows = np.maximum(asked - choice.machine.n_open, 0) * costs.row_cost
        paid = paid + asked * choice.machine.label_cost + rows
    paid = np.minimum(paid, money_left)
    labels, votes = _bought(costs, path.n_person[ends.places], money_left - paid, rng)
    return Ends(ends, labels, votes, asked, hours, paid + votes * costs.vote_cost)


def _machine_hours(
    costs: LabellingCosts, law: TimeLaw, visited: Floats, ends: PathResult
) -> Floats:
    """Hours of all runs, one after each round in which rows were bought."""
    is_bought = np.arange(visited.shape[1]) < ends.n_rounds[:, None]
    total: Floats = np.sum(run_hours(costs, law, visited) * is_bought, axis=1)
    return total


def _bought(
    costs: LabellingCosts, n_rows: Floats, money: Floats, rng: np.random.Generator
) -> tuple[Floats, Floats]:
    """Labels and the votes they take, more where people disagree; no more than the money pays."""
    grown = np.ceil(n_rows - 1e-6) - costs.n_available
    wanted = np.maximum(np.ceil(grown / costs.train_share - 1e-9), 0.0)
    share = rng.beta(1 + costs.n_disagreed, 4 + costs.n_agreed, wanted.size)
    asked_again = rng.binomial(wanted.astype(np.int64), share)
    asked = wanted * costs.n_first + asked_again * (costs.n_most - costs.n_first)
    votes = asked / (1 - costs.hidden)
    price = votes * costs.vote_cost
    kept = np.minimum(np.divide(money, price, out=np.ones_like(price), where=price > 0), 1.0)
    return np.floor(wanted * kept), np.floor(votes * kept)
