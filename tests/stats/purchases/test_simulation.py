from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.purchases.simulation import (
    PurchaseBudget,
    SimulationResult,
    _Simulation,
    simulate_rounds,
)

SIZES = np.array([100, 200, 400, 800, 1600])


@pytest.fixture(scope="module")
def curve() -> CurvePosterior:
    return fit(SIZES, 0.1 + 2 * SIZES**-0.5, np.full(5, 0.001))


def simulated(
    curve: CurvePosterior, target: float, budget: PurchaseBudget, size: int = 200
) -> SimulationResult:
    rng = np.random.default_rng(0)
    return simulate_rounds(curve, target, 1600, budget, noise=0.01, size=size, rng=rng)


def test_nobody_buys_more_than_the_money_reaches(curve: CurvePosterior) -> None:
    ends = simulated(curve, 0.12, PurchaseBudget(n_most=20_000, penalty=1e6))
    assert ends.n_rows.max() <= 20_000 * (1 + 1e-9)
    assert ends.n_rounds.max() <= 3
    assert np.all(np.diff(ends.visited, axis=1) >= 0)
    assert ends.visited[:, -1].tolist() == ends.n_rows.tolist()


def test_more_money_makes_the_target_likelier(curve: CurvePosterior) -> None:
    shares = [
        simulated(curve, 0.13, PurchaseBudget(n_most=most, penalty=1e6)).is_met.mean()
        for most in (2_000, 6_000, 60_000)
    ]
    assert shares == sorted(shares)
    assert shares[-1] > 0.8


def test_a_target_that_is_met_buys_nothing(curve: CurvePosterior) -> None:
    ends = simulated(curve, 0.3, PurchaseBudget(n_most=20_000, penalty=1e6))
    assert ends.n_rounds.max() == 0
    assert ends.is_shown.all()


def test_a_target_beyond_reach_buys_nothing(curve: CurvePosterior) -> None:
    ends = simulated(curve, 0.01, PurchaseBudget(n_most=20_000, penalty=1e6))
    assert ends.n_rounds.max() == 0
    assert not ends.is_met.any()


def test_rounds_cost_less_in_rows_and_misses_together(curve: CurvePosterior) -> None:
    once = simulated(curve, 0.13, PurchaseBudget(n_most=60_000, penalty=1e5, n_rounds=1), 400)
    thrice = simulated(curve, 0.13, PurchaseBudget(n_most=60_000, penalty=1e5), 400)
    costs = [np.mean(ends.n_rows + 1e5 * ~ends.is_met) for ends in (once, thrice)]
    assert costs[1] < 0.9 * costs[0]
    assert thrice.is_met.mean() > once.is_met.mean()


def test_plans_made_anew_differ_from_project_to_project(curve: CurvePosterior) -> None:
    """The sampling error of the first test rows is diluted, and the posterior moves with it."""
    ends = simulated(curve, 0.13, PurchaseBudget(n_most=60_000, penalty=1e5), 400)
    assert np.unique(ends.visited[:, 0]).size == 1, "today's plan"
    second = ends.visited[ends.n_rounds > 1, 1]
    assert np.unique(second).size > 10


def test_a_project_that_believes_to_have_met_the_target_mostly_has(curve: CurvePosterior) -> None:
    ends = simulated(curve, 0.13, PurchaseBudget(n_most=60_000, penalty=1e5), 400)
    assert ends.is_shown.mean() > 0.3
    assert ends.is_met[ends.is_shown].mean() > 0.85


def test_what_cannot_be_is_refused(curve: CurvePosterior) -> None:
    with pytest.raises(ValueError, match="n_rounds"):
        simulated(curve, 0.1, PurchaseBudget(n_most=2000, penalty=1, n_rounds=0))
    with pytest.raises(ValueError, match="penalty"):
        simulated(curve, 0.1, PurchaseBudget(n_most=2000, penalty=0))


def simulation(penalty: float = 1e6) -> _Simulation:
    """One particle that is the truth, so that only the noise is left."""
    one = np.zeros((1, 3))
    return _Simulation(
        grid=np.array([100.0, 400.0, 1600.0]),
        today=np.zeros(3),
        particles=one,
        truths=np.zeros((40_000, 3)),
        target=-1.0,
        penalty=penalty,
        noise=0.1,
    )


def test_four_fifths_of_a_measurement_s_variance_are_shared_by_all_sizes() -> None:
    rng, places = np.random.default_rng(0), np.ones(40_000, dtype=np.int64)
    log_likelihoods = simulation()._log_likelihoods(np.arange(40_000), places, rng)
    assert -2 * log_likelihoods.mean() == pytest.approx(0.2, rel=0.03)
    steps = simulation()._shared_error_step(np.full(40_000, 100.0), np.full(40_000, 400.0), rng)
    assert steps.var() == pytest.approx(0.8 * 0.1**2 * (1 - 100 / 400), rel=0.03)


@pytest.mark.parametrize(
    ("chance", "step"), [([0.0, 0.1, 0.19], 0), ([0.0, 0.1, 0.21], 2), ([0.91, 0.95, 0.99], 0)]
)
def test_buying_stops_where_the_target_is_shown_or_unlikely(chance: list[float], step: int) -> None:
    assert simulation()._step(np.array(chance), 0, 1) == step
