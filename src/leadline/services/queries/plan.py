"""Budget plan: the outcomes of some budgets before any of them is spent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from leadline.errors import NotReadyError, SettingsError
from leadline.labelling.cost_estimates import labelling_costs
from leadline.phases.data import Data
from leadline.phases.forecast import Forecast, posterior_of
from leadline.phases.forecast.budget_answer import beside_people, budget_answer
from leadline.phases.forecast.budget_outcome import (
    LEVELS,
    BudgetOutcome,
    Range,
    share_budget,
    simulate_budget,
)
from leadline.phases.forecast.costs import LabellingCosts
from leadline.phases.forecast.distillation import Distillation
from leadline.phases.forecast.label_choice import SAVES, LabelRound, MachineOffer
from leadline.phases.lifecycle import State
from leadline.phases.number_format import granted_money, money
from leadline.phases.permissions import Action
from leadline.phases.search.trial import PROMPTED
from leadline.phases.target.success_chance import SuccessChance
from leadline.phases.verdict import Finding, Severity
from leadline.phases.wording import plural
from leadline.services.delegation.distilling import distillation_of
from leadline.services.delegation.machine_offers import MachineStanding, machine_standings
from leadline.services.identity.permission import require
from leadline.services.queries.project_state import ProjectState
from leadline.services.queries.success_chance_now import success_chance
from leadline.settings import Machine
from leadline.stats.machines.fit_time import fit_time_law
from leadline.stats.machines.interruptions import interrupted_hours
from leadline.workspace import Workspace

_SHARES = (0.25, 0.5, 1.0, 2.0, 4.0)
_FEWEST_FOR_CURVE = 200
# beyond it the rows that it pays are no numbers that can be counted with
_MOST_MONEY = 1e12
_N_DRAWS = 4000
_SEED = 0


@dataclass(frozen=True)
class MachineCosts:
    """The costs of a plan's machine hours on one kind of machine.

    Attributes
    ----------
    machine : Machine
        Its prices.
    on_demand : Range
        Money where the machine is never taken away.
    spot, spot_hours : Range or None
        Money and hours where the machine may be taken away; None without a spot price.
    p_cheaper : float or None
        Chance that spot costs less in the end.
    """

    machine: Machine
    on_demand: Range
    spot: Range | None
    spot_hours: Range | None
    p_cheaper: float | None


@dataclass(frozen=True)
class BudgetPlan:
    """Budgets, and the outcomes of projects that are granted them.

    Attributes
    ----------
    answer : str
        Whether money changes the outcome, and how much would.
    question, scoring, currency, priced_at : str
        Of the project.
    target_score : float
        What is good enough.
    forecast : int
        Number of the entry it was made from.
    is_current : bool
        Whether that entry is current.
    chance : SuccessChance or None
        How likely success is now, whatever is bought.
    costs : LabellingCosts
        Costs of votes, and people.
    outcomes : tuple of BudgetOutcome
        By ascending budget.
    granted : BudgetOutcome
        Of the budget in ``leadline.toml``; where it grants none, of the largest compared.
    machine_costs : tuple of MachineCosts
        Of the machine hours of the granted budget, on the machines in the settings.
    machines : tuple of MachineStanding
        Language models that are declared, and whether this plan may hold their labels.
    without_machine : tuple of BudgetOutcome
        The same budgets with people alone; empty where no machine may label.
    beside : tuple of str
        A sentence a budget: what it buys, and what people alone come to.
    rounds : tuple of LabelRound
        What to buy with the budget of `granted`, round by round.
    distillations : tuple of Distillation
        Of each machine that may label: how a cheap model takes its place.
    warnings : tuple of Finding
        Of the forecast: why not to trust it, nor a plan that is made from it.
    """

    answer: str
    question: str
    scoring: str
    target_score: float
    currency: str
    priced_at: str
    forecast: int
    is_current: bool
    chance: SuccessChance | None
    costs: LabellingCosts
    outcomes: tuple[BudgetOutcome, ...]
    granted: BudgetOutcome
    machine_costs: tuple[MachineCosts, ...]
    machines: tuple[MachineStanding, ...] = ()
    without_machine: tuple[BudgetOutcome, ...] = ()
    beside: tuple[str, ...] = ()
    rounds: tuple[LabelRound, ...] = ()
    distillations: tuple[Distillation, ...] = ()
    warnings: tuple[Finding, ...] = ()


def budget_plan(workspace: Workspace, budgets: Sequence[float] = ()) -> BudgetPlan:
    """Simulate projects with some budgets.

    Parameters
    ----------
    workspace : Workspace
        The project; its record must have a forecast.
    budgets : sequence of float, default=()
        Money granted in all; without any, shares and multiples of the budget in the settings.

    Raises
    ------
    NotReadyError
        If there is no forecast, or it is of another currency.
    SettingsError
        If a budget is negative or beyond all that is counted with, or none is known.
    """
    require(workspace, Action.VIEW)
    number, forecast = _planned(workspace)
    granted = workspace.settings.problem.budget
    wanted = _budgets(budgets, granted)
    granted = granted or wanted[-1]
    costs = labelling_costs(workspace, forecast)
    project = _Project(forecast, costs)
    machines = machine_standings(workspace, forecast, costs)
    offered = tuple(each.offer for each in machines if each.offer is not None)
    # a prompted candidate learns from no row of a machine; what could take its place does
    offers = () if forecast.family == PROMPTED else offered
    amounts = sorted({*wanted, granted})
    alone = {each: project.outcome(each) for each in amounts}
    outcomes = {
        each: project.shared(each, offers, its) if offers else its for each, its in alone.items()
    }
    now = ProjectState.of(workspace.record)
    prices = workspace.settings.prices
    rng = np.random.default_rng(_SEED)
    hours = outcomes[granted].machine_hours
    planned = tuple(outcomes[each] for each in wanted)
    return BudgetPlan(
        answer=budget_answer(project.outcome(costs.spent), planned, forecast.currency),
        question=workspace.settings.problem.question,
        scoring=forecast.scoring,
        target_score=forecast.target_score,
        currency=forecast.currency,
        priced_at=prices.priced_at,
        forecast=number,
        is_current=now.standings["forecast"].state is State.CURRENT,
        chance=success_chance(workspace.record, now),
        costs=costs,
        outcomes=planned,
        granted=outcomes[granted],
        machine_costs=tuple(_machine_costs(machine, hours, rng) for machine in prices.machines),
        machines=tuple(_weighed(each, alone[granted], forecast.currency) for each in machines),
        without_machine=tuple(alone[each] for each in wanted if offers),
        beside=tuple(
            beside_people(outcomes[each], alone[each], forecast.currency)
            for each in wanted
            if offers
        ),
        rounds=outcomes[granted].rounds,
        distillations=tuple(
            plan
            for offer in offered
            if (plan := distillation_of(workspace, offer, forecast, costs)) is not None
        ),
        warnings=tuple(each for each in forecast.findings if each.severity is Severity.WARNING),
    )


def has_budget(workspace: Workspace) -> bool:
    """Whether a plan needs no amounts of money to be named, as a budget is granted.

    Raises
    ------
    NotReadyError
        If there is no forecast, so that there is no plan whatever is named.
    """
    require(workspace, Action.VIEW)
    _planned(workspace)
    return workspace.settings.problem.budget > 0


def _planned(workspace: Workspace) -> tuple[int, Forecast]:
    """The forecast that plans are made from, and the number of its entry."""
    entry = workspace.record.latest("forecast")
    if entry is None or not isinstance(entry.verdict, Forecast):
        data = workspace.record.latest_of(Data)
        n_rows = data.n_rows if data else 0
        run = "run 'leadline run'"
        raise NotReadyError(
            "There is no forecast on the record.",
            "A plan is made from a learning curve.",
            f"Label some hundred rows, then {run}."
            if n_rows < _FEWEST_FOR_CURVE
            else f"There are {n_rows:,} labelled rows to measure one on: {run}.",
        )
    its, now = entry.verdict.currency, workspace.settings.problem.currency
    if its != now:
        raise NotReadyError(
            f"The forecast on the record is in {its}, and [problem] currency is {now}.",
            "A plan adds money of one currency.",
            "Run 'leadline run' first.",
        )
    return entry.number, entry.verdict


class _Project:
    """What is known of a project whose budgets are compared."""

    def __init__(self, forecast: Forecast, costs: LabellingCosts) -> None:
        law = fit_time_law(forecast.train_sizes, forecast.fit_seconds)
        self._known = (posterior_of(forecast), law, costs, forecast.target_error)

    def outcome(self, budget: float) -> BudgetOutcome:
        """Simulate it with a budget, people alone."""
        return simulate_budget(*self._known, budget, seed=_SEED)

    def shared(
        self, budget: float, offers: Sequence[MachineOffer], alone: BudgetOutcome
    ) -> BudgetOutcome:
        """Simulate it with a budget and the machines that may label, beside people alone."""
        return share_budget(*self._known, budget, offers=offers, alone=alone, seed=_SEED)


def _weighed(machine: MachineStanding, alone: BudgetOutcome, currency: str) -> MachineStanding:
    """Say how many rows may be judged, so that a "no" makes a project a twentieth dearer at most.

    Votes that make the labels of rows which are bought next are paid in any case.

    Parameters
    ----------
    machine : MachineStanding
        The machine.
    alone : BudgetOutcome
        What people alone buy with the budget, the next purchase of it whatever comes of that.
    currency : str
        Of the money.
    """
    check = machine.check
    if check is None or not check.cost:
        return machine
    granted = f"{granted_money(alone.budget)} {currency}"
    if not alone.rounds:
        told = f"With {granted} people alone would buy nothing today."
        return replace(machine, why=f"{machine.why} {told}")
    next_cost = alone.rounds[0].cost
    spent = money(check.cost - check.rest(check.cost, next_cost), currency)
    purchase = f"what people alone buy next with {granted}, for {money(next_cost, currency)}"
    told = f"Of that {spent} are spent in any case, on labels of {purchase}."
    n_rows = check.rows_within(SAVES * next_cost, next_cost)
    if n_rows < check.n_least:
        told += f" The rest is more than a twentieth of it, even of {plural(check.n_least, 'row')}."
    elif n_rows < check.n_rows:
        told += f" The rest of {plural(n_rows, 'row')} is a twentieth of it."
    return replace(machine, why=f"{machine.why} {told}")


def _budgets(budgets: Sequence[float], granted: float) -> list[float]:
    """Those asked for, or shares and multiples of what is granted; ascending."""
    wanted = sorted(set(budgets) or {granted * share for share in _SHARES})
    strange = [each for each in wanted if not 0 <= each <= _MOST_MONEY]
    if strange:
        raise SettingsError(
            f"A budget is {strange[0]:g}.",
            f"Amounts of at least 0 and at most {_MOST_MONEY:,.0f} are needed.",
            "Write an amount.",
        )
    if not budgets and granted <= 0:
        raise SettingsError(
            "No budget is granted.",
            "A plan compares budgets.",
            "Set [problem] budget in leadline.toml, or name some: 'leadline plan 200 500 1000'.",
        )
    return wanted


def _machine_costs(machine: Machine, hours: Range, rng: np.random.Generator) -> MachineCosts:
    """Price the hours of a plan on a machine; its speed is taken to be that of today's."""
    known = [hours.q05, hours.q25, hours.q50, hours.q75, hours.q95]
    work = np.interp(rng.random(_N_DRAWS), LEVELS, known)
    certain = work * machine.on_demand
    costs = MachineCosts(machine, Range.of(certain), None, None, None)
    if not machine.spot:
        return costs
    taken = np.concatenate(
        [
            interrupted_hours(
                float(each),
                per_hour=machine.interruptions_per_hour,
                restart=machine.restart_s / 3600,
                checkpoint=machine.checkpoint_s / 3600,
                size=1,
                rng=rng,
            )
            for each in work
        ]
    )
    paid = taken * machine.spot
    return replace(
        costs,
        spot=Range.of(paid),
        spot_hours=Range.of(taken),
        p_cheaper=float(np.mean(paid < certain)),
    )
