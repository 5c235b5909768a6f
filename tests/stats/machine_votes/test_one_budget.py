from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtr

from leadline.stats.interval import Estimate
from leadline.stats.machine_votes.one_budget import RowPrices, Spending, plan_budget

PRICES = RowPrices(person=0.5, machine=0.01)
FACTOR = Estimate(0.3, 0.4, 0.5)


def chance_at(n: float) -> float:
    """Half at 8,000 clean rows."""
    return float(ndtr(np.log(max(n, 1.0) / 8000)))


def bill(way: Spending, prices: RowPrices, n_free: int) -> float:
    n_person = way.n_checked + way.n_person
    n_rows = n_person + way.n_machine
    return (
        n_person * prices.person
        + way.n_machine * prices.machine
        + max(n_rows - n_free, 0) * prices.row
    )


def test_cheap_labels_are_bought_where_they_are_worth_it() -> None:
    plan = plan_budget(2000, PRICES, FACTOR, chance_at, n_free=1_000_000)
    assert plan.without_machine.n_person == 4000
    assert plan.without_machine.chance == Estimate(*[chance_at(4000)] * 3)
    # all but the check to the machine would be 195,000 labels, worth 78,000; half will do nearly
    assert 80_000 < plan.best.n_machine <= 195_000
    assert plan.best.chance.estimate > 0.97


def test_chance_is_between_its_ends_and_the_rows_are_those_said() -> None:
    best = plan_budget(300, PRICES, FACTOR, chance_at, n_labelled=500, n_free=9000).best
    assert best.chance.low < best.chance.estimate < best.chance.high
    clean = 500 + best.n_checked + best.n_person
    assert best.clean_rows.low == pytest.approx(clean + 0.3 * best.n_machine)
    assert best.chance.high == chance_at(best.clean_rows.high)


@pytest.mark.parametrize("row", [0.0, 0.004, 2.0])
@pytest.mark.parametrize("n_free", [0, 50, 3000])
@pytest.mark.parametrize("budget", [20.0, 700.0, 2000.0])
def test_budget_is_never_passed(row: float, n_free: int, budget: float) -> None:
    prices = RowPrices(0.5, 0.01, row)
    plan = plan_budget(budget, prices, FACTOR, chance_at, n_free=n_free)
    for way in (plan.best, plan.without_machine):
        assert way.cost == pytest.approx(bill(way, prices, n_free))
        assert way.cost <= budget + 1e-6
    # people alone leave less than the price of a row
    alone = plan.without_machine
    assert budget - alone.cost < 0.5 + row + 1e-6


@pytest.mark.parametrize(
    ("prices", "factor"),
    [
        (PRICES, Estimate(0.0, 0.0, 0.0)),
        (RowPrices(person=0.5, machine=0.4), FACTOR),
    ],
)
def test_machine_that_does_not_pay_gets_nothing(prices: RowPrices, factor: Estimate[float]) -> None:
    plan = plan_budget(2000, prices, factor, chance_at, n_free=100_000)
    assert plan.best == plan.without_machine
    assert plan.best.n_machine == 0


def test_scarce_rows_are_for_people_as_far_as_the_money_goes() -> None:
    # a row labelled by the machine is lost to people; there are 3,000 rows and money for 2,000
    plan = plan_budget(1000, PRICES, FACTOR, chance_at, n_free=3000, n_checked=100)
    scarce = plan_budget(1000, RowPrices(0.5, 0.01, 1e6), FACTOR, chance_at, n_free=3000)
    assert scarce.best.n_machine + scarce.best.n_person + scarce.best.n_checked <= 3000
    assert scarce.best.n_person > 1000
    assert plan.best.n_machine > scarce.best.n_machine


def test_check_that_cannot_be_paid_leaves_people_alone() -> None:
    plan = plan_budget(40, PRICES, FACTOR, chance_at, n_free=5000, n_checked=100)
    assert plan.best == plan.without_machine
    assert plan.best.n_person == 80


def test_enough_is_enough() -> None:
    plan = plan_budget(2000, PRICES, FACTOR, lambda n: float(n >= 100), n_free=10**6)
    assert plan.best.chance.estimate == pytest.approx(1.0)
    assert plan.best == plan.without_machine
    assert plan.best.cost == pytest.approx(200)  # a tenth of the budget is the least step


def test_machine_that_saves_money_is_taken() -> None:
    plan = plan_budget(10_000, PRICES, FACTOR, lambda n: float(n >= 5000), n_free=10**6)
    assert plan.best.chance.estimate == plan.without_machine.chance.estimate == 1.0
    assert plan.best.cost < plan.without_machine.cost / 2


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="budget must be"):
        plan_budget(0, PRICES, FACTOR, chance_at)
    with pytest.raises(ValueError, match="machine must be"):
        plan_budget(1, RowPrices(0.5, 0.0), FACTOR, chance_at)
    with pytest.raises(ValueError, match="factor must"):
        plan_budget(1, PRICES, Estimate(0.5, 0.4, 0.6), chance_at)
    with pytest.raises(ValueError, match="0 or more"):
        plan_budget(1, RowPrices(0.5, 0.1, -1.0), FACTOR, chance_at)
