from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.interval import Estimate
from leadline.stats.purchases.labelling_path import (
    LabellingPath,
    PathPrices,
    machine_path,
    people_path,
    purchase_sizes,
)
from leadline.stats.purchases.lookahead import Lookahead
from leadline.stats.purchases.path_chance import Belief, chance_along_path, draw_errors
from leadline.stats.purchases.simulation import (
    PathLimits,
    PathResult,
    PurchaseBudget,
    SimulationResult,
    Truth,
    _Simulation,
    simulate_path,
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
    ends = simulated(curve, 0.01, PurchaseBudget(n_most=20_000, penalty=4e4))
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
    assert np.unique(second).size > 3


def test_a_project_that_believes_to_have_met_the_target_mostly_has(curve: CurvePosterior) -> None:
    ends = simulated(curve, 0.13, PurchaseBudget(n_most=60_000, penalty=1e5), 400)
    assert ends.is_shown.mean() > 0.3
    assert ends.is_met[ends.is_shown].mean() > 0.85


def test_what_cannot_be_is_refused(curve: CurvePosterior) -> None:
    with pytest.raises(ValueError, match="n_rounds"):
        simulated(curve, 0.1, PurchaseBudget(n_most=2000, penalty=1, n_rounds=0))
    with pytest.raises(ValueError, match="penalty"):
        simulated(curve, 0.1, PurchaseBudget(n_most=2000, penalty=0))


def simulation() -> _Simulation:
    """One curve that is the truth, so that only the noise is left."""
    path = people_path(np.array([100.0, 400.0, 1600.0]))
    return _Simulation(
        path=path,
        first_step=None,
        lookahead=Lookahead(path.cost, np.zeros((1, 3))),
        truths=np.zeros((40_000, 3)),
        target=-1.0,
        penalty=1e6,
        noise=0.1,
    )


def test_four_fifths_of_a_measurement_s_variance_are_shared_by_all_sizes() -> None:
    rng, places = np.random.default_rng(0), np.ones(40_000, dtype=np.int64)
    log_likelihoods = simulation()._log_likelihoods(np.arange(40_000), places, rng)
    assert -2 * log_likelihoods.mean() == pytest.approx(0.2, rel=0.03)
    steps = simulation()._shared_error_step(np.full(40_000, 100.0), np.full(40_000, 400.0), rng)
    assert steps.var() == pytest.approx(0.8 * 0.1**2 * (1 - 100 / 400), rel=0.03)


def test_the_first_purchase_is_the_one_that_is_planned(curve: CurvePosterior) -> None:
    path, belief = people_path(purchase_sizes(1600, 60_000)), Belief(curve, 0.13, 0.01)
    rng = np.random.default_rng(0)
    ends = simulate_path(belief, path, PathLimits(1e5), size=20, rng=rng, first_step=7)
    assert ends.visited[:, 0].tolist() == [7] * 20
    none = simulate_path(belief, path, PathLimits(1e5), size=20, rng=rng, first_step=0)
    assert not none.places.any()


FACTOR = Estimate(0.3, 0.4, 0.5)
PRICES = PathPrices(person=0.5, machine=0.001)


def path_with(n_machine: int, money: float = 20_000.0) -> LabellingPath:
    path = machine_path(
        1600, money, PRICES, n_machine=n_machine, n_open=100_000, n_most=float("inf")
    )
    assert path is not None
    return path


def ends_of(
    curve: CurvePosterior, path: LabellingPath, truth: Truth | None = None, target: float = 0.12
) -> PathResult:
    belief, limits = Belief(curve, target, 0.01, FACTOR), PathLimits(penalty=1e5)
    return simulate_path(belief, path, limits, size=200, rng=np.random.default_rng(0), truth=truth)


def test_people_alone_are_the_same_projects_along_a_path(curve: CurvePosterior) -> None:
    rounds = simulated(curve, 0.13, PurchaseBudget(n_most=60_000, penalty=1e5))
    path = people_path(purchase_sizes(1600, 60_000), price=0.5)
    belief, limits = Belief(curve, 0.13, 0.01), PathLimits(penalty=0.5e5)
    ends = simulate_path(belief, path, limits, size=200, rng=np.random.default_rng(0))
    assert path.n_person[ends.places] == pytest.approx(rounds.n_rows)
    assert ends.is_met.tolist() == rounds.is_met.tolist()


def test_cheap_labels_of_a_machine_save_money_and_misses(curve: CurvePosterior) -> None:
    sizes = np.geomspace(1600, 1600 + 40_000, 80)
    belief, limits = Belief(curve, 0.12, 0.01), PathLimits(penalty=1e5)
    people = people_path(sizes, price=0.5)
    alone = simulate_path(belief, people, limits, size=200, rng=np.random.default_rng(0))
    path = path_with(100_000)
    ends = ends_of(curve, path)
    assert path.cost[ends.places].mean() < 0.5 * people.cost[alone.places].mean()
    assert ends.is_met.mean() > alone.is_met.mean() - 0.02


def test_a_machine_that_is_worth_less_than_believed_leads_to_more_labels_of_people(
    curve: CurvePosterior,
) -> None:
    path = path_with(100_000)
    poor, good = (ends_of(curve, path, Truth(factor=f)) for f in (0.02, 0.5))
    assert path.n_person[poor.places].mean() > path.n_person[good.places].mean()
    assert poor.is_met.mean() < good.is_met.mean()


def test_a_replay_goes_along_the_curve_that_it_is_given(curve: CurvePosterior) -> None:
    path = path_with(100_000)
    errors = np.full((200, path.cost.size), 0.2)
    ends = ends_of(curve, path, Truth(errors=errors))
    assert not ends.is_met.any()
    assert ends.errors == pytest.approx(0.2, rel=0.05)


def test_the_chance_of_a_path_is_that_of_the_rows_it_is_worth(curve: CurvePosterior) -> None:
    path = path_with(50_000)
    narrow = Belief(curve, 0.12, 0.01, Estimate(0.4, 0.4, 0.4))
    expected = np.maximum.accumulate(curve.cdf(path.clean_rows(0.4), 0.12))
    assert chance_along_path(narrow, path) == pytest.approx(expected, abs=0.01)


def test_a_path_without_a_factor_for_its_machine_is_refused(curve: CurvePosterior) -> None:
    belief = Belief(curve, 0.12, 0.01)
    with pytest.raises(ValueError, match="factor is missing"):
        simulate_path(belief, path_with(10), PathLimits(1e5), size=1, rng=np.random.default_rng(0))


@pytest.mark.parametrize("more", [60_500, 400_000])
def test_more_money_moves_no_curve(curve: CurvePosterior, more: float) -> None:
    belief, shares = Belief(curve, 0.12, 0.01, FACTOR), np.linspace(0.3, 0.5, 20)
    sizes = purchase_sizes(1600, 60_000)
    longer = np.append(sizes, more)
    first, second = (
        draw_errors(belief, people_path(its), shares, np.random.default_rng(0))
        for its in (sizes, longer)
    )
    assert np.array_equal(first, second[:, :-1])
    assert not np.array_equal(first[:, -1], second[:, -1])


def test_a_project_that_ends_earlier_changes_the_luck_of_no_other(curve: CurvePosterior) -> None:
    """Else two plans would part for good where one of their projects does."""
    path = people_path(purchase_sizes(1600, 60_000), price=0.5)
    belief, limits = Belief(curve, 0.12, 0.01), PathLimits(penalty=1e5)
    errors = np.tile(0.1 + 2 * path.n_person**-0.5, (50, 1))
    better = errors.copy()
    better[0] = 0.05

    def ends(errors: np.ndarray) -> PathResult:
        rng, truth = np.random.default_rng(0), Truth(errors=errors)
        return simulate_path(belief, path, limits, size=50, rng=rng, truth=truth)

    first, second = ends(errors), ends(better)
    assert second.n_rounds[0] < first.n_rounds[0]
    assert second.visited[1:].tolist() == first.visited[1:].tolist()
    assert np.array_equal(second.errors[1:], first.errors[1:])
