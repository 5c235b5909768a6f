from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from tests.examples import example_forecast

from leadline.phases.forecast import posterior_of
from leadline.phases.forecast.budget_outcome import BudgetOutcome, simulate_budget
from leadline.phases.forecast.costs import LabellingCosts
from leadline.stats.machines.fit_time import fit_time_law

FORECAST = example_forecast()
COSTS = LabellingCosts(
    n_available=4_800,
    train_share=0.8,
    vote_cost=0.05,
    vote_s=10.0,
    log_vote_s_stderr=0.3,
    n_first=2,
    n_most=3,
    hidden=0.0,
    n_agreed=80.0,
    n_disagreed=20.0,
    people=2.0,
    hours_per_day=4.0,
    machine_per_hour=0.1,
    run_s=60.0,
    time_box_s=60.0,
    spent=10.0,
    n_rounds=3,
)


def simulated(budget: float, costs: LabellingCosts = COSTS) -> BudgetOutcome:
    posterior = posterior_of(FORECAST)
    law = fit_time_law(FORECAST.train_sizes, FORECAST.fit_seconds)
    return simulate_budget(posterior, law, costs, FORECAST.target_error, budget, noise=0.01)


def test_a_budget_is_never_exceeded_and_more_of_it_never_hurts() -> None:
    outcomes = [simulated(budget) for budget in (0.0, 200.0, 800.0, 3000.0)]
    for outcome in outcomes:
        assert outcome.money.q95 <= max(outcome.budget - COSTS.spent, 0.0)
        assert outcome.labels.q05 <= outcome.labels.q50 <= outcome.labels.q95
    assert outcomes[0].labels.q95 == 0
    chances = [outcome.p_met for outcome in outcomes]
    assert all(b > a - 0.03 for a, b in pairwise(chances))
    assert chances[-1] > chances[0] + 0.5


def test_votes_hours_and_days_follow_from_labels() -> None:
    outcome = simulated(800.0)
    assert COSTS.votes_per_label == pytest.approx(2.2)
    assert outcome.votes.q50 == pytest.approx(2.2 * outcome.labels.q50, rel=0.1)
    assert outcome.people_hours.q50 == pytest.approx(outcome.votes.q50 * 10 / 3600, rel=0.3)
    assert outcome.days.q50 == pytest.approx(outcome.people_hours.q50 / 8, rel=0.2)


def test_hidden_items_are_paid_for_and_make_no_label() -> None:
    hidden = replace(COSTS, hidden=0.15)
    assert hidden.votes_per_label == pytest.approx(2.2 / 0.85)
    outcome = simulated(800.0, hidden)
    assert outcome.votes.q50 == pytest.approx(2.2 / 0.85 * outcome.labels.q50, rel=0.1)


def test_machines_that_eat_the_money_leave_less_for_labels() -> None:
    dear = replace(COSTS, machine_per_hour=40.0, run_s=7200.0, time_box_s=None)
    cheap = replace(dear, machine_per_hour=0.01)
    plenty, scarce = simulated(1000.0, cheap), simulated(1000.0, dear)
    assert scarce.labels.q95 < plenty.labels.q95
    assert scarce.p_met < plenty.p_met


def test_more_people_take_fewer_days_and_no_less_money() -> None:
    alone, many = simulated(800.0), simulated(800.0, replace(COSTS, people=8.0))
    assert many.days.q50 < alone.days.q50
    assert many.money == alone.money


def test_no_more_is_bought_than_a_fit_can_learn_from_in_time() -> None:
    law = fit_time_law(FORECAST.train_sizes, FORECAST.fit_seconds)
    limit_s = float(law.predict(15_000))
    outcome = simulated(3000.0, replace(COSTS, time_box_s=limit_s))
    assert 0 < outcome.labels.q95 <= (15_000 * 1.01 - 4_800) / 0.8
    assert simulated(3000.0).labels.q95 > outcome.labels.q95


def test_labels_that_cost_nothing_are_not_bounded_by_money() -> None:
    outcome = simulated(0.0, replace(COSTS, vote_cost=0.0, machine_per_hour=0.0, spent=0.0))
    assert outcome.labels.q95 > 0
    assert outcome.money.q95 == 0.0


def test_days_are_those_of_people_and_of_machines() -> None:
    slow = replace(COSTS, run_s=86_400.0, time_box_s=None, machine_per_hour=0.0)
    outcome = simulated(800.0, slow)
    assert outcome.machine_hours.q50 > 24
    machine_days = outcome.machine_hours.q50 / 24
    assert outcome.days.q50 > outcome.people_hours.q50 / 8 + 0.7 * machine_days
