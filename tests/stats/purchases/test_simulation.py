from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.purchases.simulation import PurchaseBudget, SimulationResult, simulate_rounds

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


def test_rounds_save_rows(curve: CurvePosterior) -> None:
    once = simulated(curve, 0.13, PurchaseBudget(n_most=60_000, penalty=1e5, n_rounds=1), 400)
    thrice = simulated(curve, 0.13, PurchaseBudget(n_most=60_000, penalty=1e5), 400)
    assert thrice.n_rows.mean() < once.n_rows.mean()
    assert thrice.is_met.mean() > once.is_met.mean() - 0.05


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
