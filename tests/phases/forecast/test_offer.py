from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from tests.examples import example_forecast

from leadline.phases.forecast import posterior_of
from leadline.phases.forecast.offer import Offer, Terms, offer_of
from leadline.stats.machines.fit_time import fit_time_law

FORECAST = example_forecast()
TERMS = Terms(
    n_available=4_800,
    train_share=0.8,
    vote_cost=0.05,
    vote_s=10.0,
    vote_s_doubt=0.3,
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


def offered(budget: float, terms: Terms = TERMS) -> Offer:
    posterior = posterior_of(FORECAST)
    law = fit_time_law(FORECAST.train_sizes, FORECAST.fit_seconds)
    return offer_of(posterior, law, terms, FORECAST.target_error, budget, noise=0.01)


def test_a_budget_is_never_exceeded_and_more_of_it_never_hurts() -> None:
    offers = [offered(budget) for budget in (0.0, 200.0, 800.0, 3000.0)]
    for offer in offers:
        assert offer.money.q95 <= max(offer.budget - TERMS.spent, 0.0)
        assert offer.labels.q05 <= offer.labels.q50 <= offer.labels.q95
    assert offers[0].labels.q95 == 0
    chances = [offer.p_met for offer in offers]
    assert all(b > a - 0.03 for a, b in pairwise(chances))
    assert chances[-1] > chances[0] + 0.5


def test_votes_hours_and_days_follow_from_labels() -> None:
    offer = offered(800.0)
    assert TERMS.votes_per_label == pytest.approx(2.2)
    assert offer.votes.q50 == pytest.approx(2.2 * offer.labels.q50, rel=0.1)
    assert offer.people_hours.q50 == pytest.approx(offer.votes.q50 * 10 / 3600, rel=0.3)
    assert offer.days.q50 == pytest.approx(offer.people_hours.q50 / 8, rel=0.2)


def test_hidden_items_are_paid_for_and_make_no_label() -> None:
    hidden = replace(TERMS, hidden=0.15)
    assert hidden.votes_per_label == pytest.approx(2.2 / 0.85)
    offer = offered(800.0, hidden)
    assert offer.votes.q50 == pytest.approx(2.2 / 0.85 * offer.labels.q50, rel=0.1)


def test_machines_that_eat_the_money_leave_less_for_labels() -> None:
    dear = replace(TERMS, machine_per_hour=40.0, run_s=7200.0, time_box_s=None)
    cheap = replace(dear, machine_per_hour=0.01)
    plenty, scarce = offered(1000.0, cheap), offered(1000.0, dear)
    assert scarce.labels.q95 < plenty.labels.q95
    assert scarce.p_met < plenty.p_met


def test_more_people_take_fewer_days_and_no_less_money() -> None:
    alone, many = offered(800.0), offered(800.0, replace(TERMS, people=8.0))
    assert many.days.q50 < alone.days.q50
    assert many.money == alone.money


def test_no_more_is_bought_than_a_fit_can_learn_from_in_time() -> None:
    law = fit_time_law(FORECAST.train_sizes, FORECAST.fit_seconds)
    limit_s = float(law.predict(15_000))
    offer = offered(3000.0, replace(TERMS, time_box_s=limit_s))
    assert 0 < offer.labels.q95 <= (15_000 * 1.01 - 4_800) / 0.8
    assert offered(3000.0).labels.q95 > offer.labels.q95


def test_labels_that_cost_nothing_are_not_bounded_by_money() -> None:
    offer = offered(0.0, replace(TERMS, vote_cost=0.0, machine_per_hour=0.0, spent=0.0))
    assert offer.labels.q95 > 0
    assert offer.money.q95 == 0.0
