"""One budget: how much of it goes to people's labels, and how much to machine labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from leadline.stats.arrays import check_positive
from leadline.stats.interval import Estimate

# weights of the 5 %, 50 % and 95 % quantiles that keep the mean of most distributions
_WEIGHTS = (0.185, 0.63, 0.185)
_N_PARTS = 20
_N_LEVELS = 10
# of chances that are so near to the best the cheaper is taken
_ALIKE = 0.99
# a machine is worth its trouble where people alone cost a twentieth more
_SAVES = 1.05


@dataclass(frozen=True)
class RowPrices:
    """What a labelled row costs, in the currency of the budget.

    Parameters
    ----------
    person, machine : float
        Of the label of one row, all its votes or answers together; above 0.
    row : float, default=0.0
        Of getting one more row that has no label yet.
    """

    person: float
    machine: float
    row: float = 0.0


@dataclass(frozen=True)
class Spending:
    """One way to spend the budget.

    Parameters
    ----------
    n_checked : int
        Rows that people label to check the machine; they are trained on, too.
    n_person, n_machine : int
        Further rows, labelled by people and by the machine.
    cost : float
        Of all of them.
    clean_rows : Estimate of float
        What they are worth in rows labelled without error, those that there are already included.
    chance : Estimate of float
        Chance of the target: on average, and at both ends of what a machine label is worth.
    """

    n_checked: int
    n_person: int
    n_machine: int
    cost: float
    clean_rows: Estimate[float]
    chance: Estimate[float]


@dataclass(frozen=True)
class BudgetPlan:
    """The best way to spend, beside people alone."""

    best: Spending
    without_machine: Spending


def plan_budget(
    budget: float,
    prices: RowPrices,
    factor: Estimate[float],
    chance_at: Callable[[float], float],
    *,
    n_labelled: int = 0,
    n_free: int = 0,
    n_checked: int = 100,
) -> BudgetPlan:
    """Split a budget between people's labels and machine labels, for the best chance of a target.

    Parameters
    ----------
    budget : float
        Most that may be spent, above 0.
    prices : RowPrices
        Of rows and labels.
    factor : Estimate of float in [0, 1]
        Clean rows that a machine label is worth, with its 90 % range: `noisy_worth`.
    chance_at : callable
        From a number of clean rows to the chance that a model trained on them meets the target;
        of a forecast, ``lambda n: curve.cdf(n, target)``. It must not fall.
    n_labelled : int, default=0
        Rows that people have labelled already.
    n_free : int, default=0
        Rows without a label that are there already; further ones are paid for.
    n_checked : int, default=100
        Rows that people must label before the machine may.

    Returns
    -------
    BudgetPlan
        `best` spends no more than it takes; it is people alone unless the machine raises the chance
        or saves a twentieth. `without_machine` is the best of people alone.

    Raises
    ------
    ValueError
        If budget or the price of a label is not above 0, anything else is below 0, or the factor is
        outside [0, 1].

    Examples
    --------
    >>> plan = plan_budget(
    ...     2000,
    ...     RowPrices(person=0.5, machine=0.01),
    ...     Estimate(0.3, 0.4, 0.5),
    ...     lambda n: float(n / (n + 8000)),
    ...     n_free=100_000,
    ... )
    >>> plan.best.n_machine > 50_000, plan.without_machine.n_person
    (True, 4000)
    """
    check_positive(budget, "budget")
    check_positive(prices.person, "prices.person")
    check_positive(prices.machine, "prices.machine")
    if not (prices.row >= 0 and min(n_labelled, n_free, n_checked) >= 0):
        raise ValueError("prices.row and the numbers of rows must be 0 or more; some are below.")
    if not 0 <= factor.low <= factor.estimate <= factor.high <= 1:
        raise ValueError(f"factor must rise within [0, 1]; got {factor}. Take it of noisy_worth.")

    def spend(money: float, checked: int, to_machine: float) -> Spending:
        """Check the machine, give it a part of what is left, and people the rest."""
        spent = _cost(checked, prices.person, prices.row, n_free)
        free = max(n_free - checked, 0)
        n_machine = _affordable(to_machine * (money - spent), prices.machine, prices.row, free)
        spent += _cost(n_machine, prices.machine, prices.row, free)
        free = max(free - n_machine, 0)
        n_person = _affordable(money - spent, prices.person, prices.row, free)
        spent += _cost(n_person, prices.person, prices.row, free)
        clean = n_labelled + checked + n_person
        rows = [clean + x * n_machine for x in (factor.low, factor.estimate, factor.high)]
        chances = [chance_at(n) for n in rows]
        mean = float(np.dot(_WEIGHTS, chances))
        return Spending(
            n_checked=checked,
            n_person=n_person,
            n_machine=n_machine,
            cost=spent,
            clean_rows=Estimate(*rows),
            chance=Estimate(chances[0], mean, chances[2]),
        )

    levels = budget * np.linspace(0, 1, _N_LEVELS + 1)[1:]
    alone = [spend(money, 0, 0.0) for money in levels]
    check = _cost(n_checked, prices.person, prices.row, n_free)
    helped = [
        spend(money, n_checked, part)
        for money in levels
        if check < money
        for part in np.linspace(0, 1, _N_PARTS + 1)[1:]
    ]
    without = _cheapest(alone)
    best = _cheapest([*alone, *helped])
    as_good = without.chance.estimate >= best.chance.estimate * _ALIKE
    return BudgetPlan(
        best=without if as_good and without.cost <= best.cost * _SAVES else best,
        without_machine=without,
    )


def _cheapest(ways: list[Spending]) -> Spending:
    """Return the cheapest of those whose chance is like the best."""
    most = max(way.chance.estimate for way in ways)
    alike = [way for way in ways if way.chance.estimate >= most * _ALIKE]
    return min(alike, key=lambda way: way.cost)


def _cost(n: int, label: float, row: float, n_free: int) -> float:
    """Price of so many labelled rows, of which the first are there already."""
    return n * label + max(n - n_free, 0) * row


def _affordable(money: float, label: float, row: float, n_free: int) -> int:
    """Rows that the money pays for; a hair above whole numbers counts as whole."""
    if money <= n_free * label:
        return int(money / label + 1e-9)
    return n_free + int((money - n_free * label) / (label + row) + 1e-9)
