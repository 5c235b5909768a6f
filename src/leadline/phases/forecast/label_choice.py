"""Choice of who labels: people alone, or a machine first and people after it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from leadline.phases.forecast.purchase import reach, rows_in_time
from leadline.phases.verdict import Bounds
from leadline.stats.decision_levels import LIKELY
from leadline.stats.interval import Estimate
from leadline.stats.purchases.labelling_path import (
    LabellingPath,
    PathPrices,
    machine_path,
    people_path,
    purchase_sizes,
)
from leadline.stats.purchases.path_chance import Belief, chance_along_path
from leadline.stats.purchases.planning import planned_steps
from leadline.stats.purchases.round_costs import expected_cost

if TYPE_CHECKING:
    from leadline.phases.forecast.costs import LabellingCosts
    from leadline.stats.arrays import Floats
    from leadline.stats.curves import CurvePosterior
    from leadline.stats.machines.fit_time import TimeLaw

SAVES = 0.05
"""A machine is worth its trouble where people alone cost a twentieth more."""

# of the rows that a machine may be given, those it is tried with
_SHARES = (1.0, 0.25, 0.0625)


@dataclass(frozen=True, kw_only=True)
class MachineOffer:
    """A machine that may label, and what its labels cost and are worth.

    Attributes
    ----------
    name : str
        What the settings call it.
    label_cost : float >= 0
        Money for a label, in the currency of the project.
    label_s : float >= 0, default=0.0
        Seconds a label takes, many being asked for at once.
    factor : Bounds
        How far one row that it is asked about goes along the curve, where a clean row goes 1; from
        0 to 1, 90 % range. Less where it is not sure enough of some of them, and where its earlier
        labels are part of the curve.
    n_open : int >= 0
        Rows without a label that it may be asked about, and that may be learnt from.
    n_most : int or None, default=None
        Labels that its own budget pays for; None: no such budget.
    """

    name: str
    label_cost: float
    label_s: float = 0.0
    factor: Bounds
    n_open: int
    n_most: int | None = None

    @property
    def worth(self) -> Estimate[float]:
        """The factor, as statistics take it."""
        return Estimate(self.factor.low, self.factor.estimate, self.factor.high)


@dataclass(frozen=True, kw_only=True)
class LabelRound:
    """One purchase, made only if the target is still missed after the one before.

    Attributes
    ----------
    labels : int
        Rows that people label, test rows among them.
    machine_labels : int
        Rows that the machine labels.
    cost : float
        Money for both.
    p_met : float
        Chance that the target is met after it, as seen today.
    """

    labels: int
    machine_labels: int
    cost: float
    p_met: float


@dataclass(frozen=True)
class LabelChoice:
    """Who labels, in which order, and what to buy first.

    Attributes
    ----------
    path : LabellingPath
        What is bought, in money.
    chance : ndarray of float of shape (n_steps,)
        Chance today that each step meets the target.
    penalty : float
        What a miss costs, in the unit of the path's cost.
    steps : tuple of int
        Steps to buy up to, one a round; empty: buy nothing.
    value : float
        Expected money and penalty.
    n_rounds : int >= 1
        Rounds in which labels may be bought. Where a machine labels it is one more than people are
        granted: it does so in one before theirs.
    machine : MachineOffer or None
        Who labels beside people; None: nobody.
    is_free : bool
        Whether labels cost nothing: the unit of all costs is then a row.
    """

    path: LabellingPath
    chance: Floats
    penalty: float
    steps: tuple[int, ...]
    value: float
    n_rounds: int
    machine: MachineOffer | None = None
    is_free: bool = False

    @property
    def expected_cost(self) -> float:
        """Money that is spent on average, as later rounds may not be needed."""
        last = self.steps[-1] if self.steps else 0
        return self.value - self.penalty * float(1 - self.chance[last])

    @property
    def next_cost(self) -> float:
        """Money of the first purchase, which is made whatever comes of it."""
        return float(self.path.cost[self.steps[0]]) if self.steps else 0.0

    def rounds(self, train_share: float) -> tuple[LabelRound, ...]:
        """Say what to buy in each round.

        Parameters
        ----------
        train_share : float in (0, 1]
            Share of people's labels that may be learnt from.
        """
        its, found = self.path, []
        for before, after in zip((0, *self.steps), self.steps, strict=False):
            people = its.n_person[after] - its.n_person[before]
            found.append(
                LabelRound(
                    labels=ceil(people / train_share - 1e-6),
                    machine_labels=round(its.n_asked[after] - its.n_asked[before]),
                    cost=0.0 if self.is_free else float(its.cost[after] - its.cost[before]),
                    p_met=float(self.chance[after]),
                )
            )
        return tuple(found)


def choose_labels(
    posterior: CurvePosterior,
    law: TimeLaw,
    costs: LabellingCosts,
    target_error: float,
    budget: float,
    offers: Sequence[MachineOffer] = (),
) -> LabelChoice:
    """Choose who labels with a budget, by least expected money and penalty of a miss.

    A miss is taken to cost what `plan_of` takes it to: the budget over one half.

    Parameters
    ----------
    posterior : CurvePosterior
        Posterior of the learning curve.
    law : TimeLaw
        Fit time by train size.
    costs : LabellingCosts
        Costs of votes and rows, and people.
    target_error : float
        Error to reach.
    budget : float >= 0
        Money granted in all.
    offers : sequence of MachineOffer, default=()
        Machines that may label.

    Returns
    -------
    LabelChoice
        People alone, unless a machine saves a twentieth of what they are expected to cost, or of
        a miss.
    """
    alone = _alone(posterior, law, costs, target_error, budget)
    if costs.label_cost <= 0:
        return alone
    helped = [
        choice
        for offer in offers
        for path in _paths(law, costs, budget, offer)
        if (choice := _valued(posterior, target_error, path, alone.penalty, costs, offer)).steps
    ]
    if not helped:
        return alone
    best = min(helped, key=lambda choice: choice.value)
    return best if best.value <= alone.value - SAVES * max(alone.expected_cost, 0.0) else alone


def run_hours(costs: LabellingCosts, law: TimeLaw, n_rows: Floats) -> Floats:
    """Hours of searching and measuring again at some sizes, as the fits grow."""
    today = float(law.predict(costs.n_available))
    sizes, places = np.unique(n_rows, return_inverse=True)  # few, and each takes its time
    grown = costs.run_s * law.predict(sizes)[places].reshape(n_rows.shape) / max(today, 1e-9)
    longest = np.inf if costs.time_box_s is None else max(2 * costs.time_box_s, costs.run_s)
    hours: Floats = np.minimum(grown, longest) / 3600
    return hours


def _alone(
    posterior: CurvePosterior,
    law: TimeLaw,
    costs: LabellingCosts,
    target_error: float,
    budget: float,
) -> LabelChoice:
    """What people alone can do."""
    purchase = costs.with_budget(budget)
    n_most, worth = reach(law, purchase, costs.n_rounds)
    n_most = rows_in_time(law, costs.n_available, n_most, costs.time_box_s)
    paid = purchase.rows_for(purchase.money_left - _runs_cost(costs, law, n_most, costs.n_rounds))
    n_most = n_most if paid is None else min(n_most, paid)
    first = float(costs.n_available)
    sizes = purchase_sizes(first, n_most)
    # where labels cost nothing, a row is the unit
    unit = costs.label_cost / costs.train_share or 1.0
    path = people_path(sizes, unit)
    penalty = max(worth, 1.0) / LIKELY * unit
    return _valued(posterior, target_error, path, penalty, costs)


def _runs_cost(costs: LabellingCosts, law: TimeLaw, n_most: float, n_rounds: int) -> float:
    """Money for the machine hours of all rounds, at the most rows."""
    hours = float(run_hours(costs, law, np.array([n_most]))[0])
    return n_rounds * hours * costs.machine_per_hour


def _paths(
    law: TimeLaw, costs: LabellingCosts, budget: float, offer: MachineOffer
) -> list[LabellingPath]:
    """Paths on which the machine labels all that it may, or a part."""
    money = costs.with_budget(budget).money_left
    person = costs.label_cost / costs.train_share
    prices = PathPrices(person, offer.label_cost, costs.row_cost)
    n_asked = offer.n_open
    if costs.row_cost:
        n_asked += int(money / (offer.label_cost + costs.row_cost))
    if offer.n_most is not None:
        n_asked = min(n_asked, offer.n_most)
    found = []
    for share in _SHARES:
        n_machine = int(share * n_asked)
        far = costs.n_available + n_machine + int(money / person)
        n_most = rows_in_time(law, costs.n_available, far, costs.time_box_s)
        left = money - _runs_cost(costs, law, n_most, costs.n_rounds + 1)
        if left > 0:
            path = machine_path(
                costs.n_available,
                left,
                prices,
                n_machine=n_machine,
                n_open=offer.n_open,
                n_most=n_most,
            )
            found += [] if path is None else [path]
    return found


def _valued(
    posterior: CurvePosterior,
    target_error: float,
    path: LabellingPath,
    penalty: float,
    costs: LabellingCosts,
    machine: MachineOffer | None = None,
) -> LabelChoice:
    """The least expected cost of a path, and the steps that have it."""
    worth = None if machine is None else machine.worth
    belief = Belief(posterior, target_error, posterior.noise, worth)
    chance = chance_along_path(belief, path)
    missed = 1 - chance
    steps = planned_steps(belief, path, missed, costs.n_rounds, penalty)
    n_rounds = costs.n_rounds + (machine is not None)
    value = expected_cost(path.cost, missed, steps) + penalty * float(missed[[0, *steps][-1]])
    choice = LabelChoice(
        path, chance, penalty, tuple(steps), value, n_rounds, machine, costs.label_cost <= 0
    )
    # a path on which people do all that is bought is theirs alone
    asks = machine is not None and any(path.n_asked[step] for step in steps)
    return choice if asks or machine is None else replace(choice, steps=())
