from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from tests.examples import example_forecast

from leadline.phases.forecast import posterior_of
from leadline.phases.forecast.budget_outcome import (
    BudgetOutcome,
    play,
    share_budget,
    simulate_budget,
)
from leadline.phases.forecast.costs import LabellingCosts
from leadline.phases.forecast.label_choice import LabelChoice, MachineOffer, choose_labels
from leadline.phases.verdict import Bounds
from leadline.stats.machines.fit_time import fit_time_law
from leadline.stats.purchases.path_chance import Belief

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


OFFER = MachineOffer(
    name="small",
    label_cost=0.001,
    label_s=0.1,
    factor=Bounds(estimate=0.4, low=0.3, high=0.55),
    n_open=20_000,
)


def simulated(budget: float, costs: LabellingCosts = COSTS) -> BudgetOutcome:
    posterior = posterior_of(FORECAST)
    law = fit_time_law(FORECAST.train_sizes, FORECAST.fit_seconds)
    return simulate_budget(posterior, law, costs, FORECAST.target_error, budget)


def shared(
    budget: float, offer: MachineOffer, alone: BudgetOutcome, costs: LabellingCosts = COSTS
) -> BudgetOutcome:
    law = fit_time_law(FORECAST.train_sizes, FORECAST.fit_seconds)
    known = (posterior_of(FORECAST), law, costs, FORECAST.target_error, budget)
    return share_budget(*known, offers=[offer], alone=alone)


def chosen(budget: float, offer: MachineOffer, costs: LabellingCosts = COSTS) -> LabelChoice:
    posterior = posterior_of(FORECAST)
    law = fit_time_law(FORECAST.train_sizes, FORECAST.fit_seconds)
    return choose_labels(posterior, law, costs, FORECAST.target_error, budget, [offer])


def test_a_budget_is_never_exceeded_and_more_of_it_never_hurts() -> None:
    outcomes = [simulated(budget) for budget in (0.0, 200.0, 800.0, 3000.0)]
    for outcome in outcomes:
        assert outcome.money.q95 <= max(outcome.budget - COSTS.spent, 0.0)
        assert outcome.labels.q05 <= outcome.labels.q50 <= outcome.labels.q95
    assert outcomes[0].buys_nothing, "nor is a model fitted again"
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
    assert outcome.rounds
    assert sum(each.cost for each in outcome.rounds) == 0, "a row is no unit of money"


def test_days_are_those_of_people_and_of_machines() -> None:
    slow = replace(COSTS, run_s=86_400.0, time_box_s=None, machine_per_hour=0.0)
    outcome = simulated(800.0, slow)
    assert outcome.machine_hours.q50 > 24
    machine_days = outcome.machine_hours.q50 / 24
    assert outcome.days.q50 > outcome.people_hours.q50 / 8 + 0.7 * machine_days


def test_a_machine_shares_the_work_where_that_is_cheaper() -> None:
    alone = simulated(800.0)
    helped = shared(800.0, OFFER, alone)
    assert (helped.machine, alone.machine) == ("small", "")
    assert helped.machine_labels.q50 > 1000
    assert helped.money.q50 < 0.8 * alone.money.q50
    assert helped.p_met > alone.p_met - 0.03
    assert helped.money.q95 <= 800.0 - COSTS.spent
    assert helped.chance is not None
    assert helped.chance.low <= helped.p_met <= helped.chance.high
    assert helped.chance.high - helped.chance.low > 0.02


@pytest.mark.parametrize(
    "offer",
    [
        replace(OFFER, label_cost=0.09),
        replace(OFFER, factor=Bounds(estimate=0.0, low=0.0, high=0.0)),
        replace(OFFER, n_open=0),
        replace(OFFER, n_most=0),
    ],
    ids=["dear", "worthless", "no rows", "no money"],
)
def test_people_alone_where_a_machine_saves_nothing(offer: MachineOffer) -> None:
    assert chosen(800.0, offer).machine is None
    alone = simulated(800.0)
    assert shared(800.0, offer, alone) is alone


def test_a_machine_that_comes_off_no_better_when_played_through_is_declined() -> None:
    alone = simulated(800.0)
    helped = shared(800.0, OFFER, alone)
    assert helped.value < alone.value - 0.05 * alone.mean_money
    assert alone.mean_money != alone.money.q50
    # people alone who come off just short of a twentieth worse
    near = replace(alone, value=helped.value + 0.0499 * alone.mean_money)
    assert shared(800.0, OFFER, near) == replace(near, declined=replace(helped, chance=None))
    far = replace(alone, value=helped.value + 0.0501 * alone.mean_money)
    assert shared(800.0, OFFER, far) == helped


def test_a_missed_target_adds_its_penalty_to_what_is_spent() -> None:
    alone = simulated(800.0)
    penalty = chosen(800.0, OFFER).penalty
    assert penalty == pytest.approx(800 / 0.5)
    assert alone.value == pytest.approx(alone.mean_money + penalty * (1 - alone.p_met))


def test_the_range_of_a_chance_holds_the_chance_itself() -> None:
    """Some labels are worth nothing in the chance, and none at the ends of a range of no width."""
    sure = replace(OFFER, factor=Bounds(estimate=0.4, low=0.4, high=0.4))
    chance = shared(800.0, sure, simulated(800.0)).chance
    assert chance is not None
    assert chance.low == chance.estimate < chance.high


def test_rounds_add_up_to_the_path() -> None:
    choice = chosen(800.0, OFFER)
    rounds = choice.rounds(COSTS.train_share)
    assert choice.machine == OFFER
    assert rounds
    last = choice.steps[-1]
    assert sum(each.machine_labels for each in rounds) == round(choice.path.n_asked[last])
    assert sum(each.cost for each in rounds) == pytest.approx(choice.path.cost[last])
    assert [each.p_met for each in rounds] == sorted(each.p_met for each in rounds)
    assert choice.expected_cost <= choice.path.cost[last]


def test_a_machine_labels_in_a_round_of_its_own_before_people_s() -> None:
    weak = replace(OFFER, factor=Bounds(estimate=0.1, low=0.05, high=0.15))
    choice = chosen(800.0, weak)
    first, *others = choice.rounds(COSTS.train_share)
    assert first.labels == 0
    assert others
    assert not any(each.machine_labels for each in others)
    assert len(others) <= COSTS.n_rounds == choice.n_rounds - 1


def test_further_rows_for_a_machine_have_a_price() -> None:
    few = replace(OFFER, n_open=50)
    sold = replace(COSTS, row_cost=0.002)
    choice = chosen(800.0, few, sold)
    assert choice.machine == few
    assert choice.path.n_asked[-1] > 50
    law = fit_time_law(FORECAST.train_sizes, FORECAST.fit_seconds)
    posterior = posterior_of(FORECAST)
    belief = Belief(posterior, FORECAST.target_error, posterior.noise, few.worth)
    ends = play(choice, belief, law, sold, 800.0, rng=np.random.default_rng(0), size=20)
    paid = ends.votes * 0.05 + ends.machine_hours * 0.1 + ends.machine_labels * 0.001
    bought = np.maximum(ends.machine_labels - 50, 0)
    assert bought.max() > 0
    assert ends.money == pytest.approx(paid + bought * 0.002)
    outcome = shared(800.0, few, simulated(800.0, sold), sold)
    assert outcome.money.q95 <= 800.0 - COSTS.spent


def test_labels_of_people_that_cost_nothing_leave_no_work_for_a_machine() -> None:
    free = replace(COSTS, vote_cost=0.0)
    assert chosen(800.0, OFFER, free).machine is None


def test_answers_take_their_time() -> None:
    slow, alone = replace(OFFER, label_s=60.0), simulated(800.0)
    quick, late = (shared(800.0, offer, alone) for offer in (OFFER, slow))
    days = 59.9 * quick.machine_labels.q50 / 86_400
    assert late.days.q50 == pytest.approx(quick.days.q50 + days, rel=0.1)
