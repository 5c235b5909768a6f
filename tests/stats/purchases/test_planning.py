from __future__ import annotations

from itertools import combinations_with_replacement
from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy.special import ndtr

from leadline.stats.curves import CurvePosterior, fit
from leadline.stats.purchases.labelling_path import purchase_sizes
from leadline.stats.purchases.planning import RoundPlan, plan_rounds
from leadline.stats.purchases.round_costs import cheapest_steps

GRID = purchase_sizes(1000, 64_000)


def posterior(
    middle: float = 3000.0, spread: float = 0.8, top: float = 1.0, noise: float = 0.0
) -> CurvePosterior:
    """The size that meets the target is log-normal; with some probability none does."""

    def cdf(n: ArrayLike, error: ArrayLike) -> np.ndarray:
        return np.asarray(top * ndtr((np.log(np.asarray(n)) - np.log(middle)) / spread))

    def sample(n: ArrayLike, size: int, rng: np.random.Generator) -> np.ndarray:
        meets = middle * np.exp(spread * rng.standard_normal(size))
        meets[rng.random(size) > top] = 1e9
        return np.asarray(0.1 * np.sqrt(meets[:, None] / np.asarray(n)))

    return cast("CurvePosterior", SimpleNamespace(cdf=cdf, sample=sample, noise=noise))


def plan(curve: CurvePosterior, **options: float) -> RoundPlan:
    settings = {"n_rounds": 2, "penalty_rows": 2e4, "n_most": 64_000.0} | options
    return plan_rounds(
        curve,
        0.1,
        1000.0,
        n_rounds=int(settings["n_rounds"]),
        penalty_rows=settings["penalty_rows"],
        n_most=settings["n_most"],
    )


def cost_of(sizes: tuple[float, ...], curve: CurvePosterior, penalty: float) -> float:
    """By the formula: rows of a round if the one before has missed, penalty if all have."""
    stops = np.array([1000.0, *sizes])
    missed = 1 - np.asarray(curve.cdf(stops, 0.1))
    return float(np.diff(stops) @ missed[:-1] + penalty * missed[-1])


@pytest.mark.parametrize("n_rounds", [1, 2, 3])
@pytest.mark.parametrize("penalty", [500.0, 5_000.0, 50_000.0])
@pytest.mark.parametrize("top", [1.0, 0.7])
def test_no_steps_on_the_grid_are_cheaper(n_rounds: int, penalty: float, top: float) -> None:
    curve = posterior(top=top)
    missed = 1 - np.asarray(curve.cdf(GRID, 0.1))
    every = np.array(list(combinations_with_replacement(range(GRID.size), n_rounds)))
    stops = np.column_stack([np.zeros(len(every), dtype=int), every])
    rows = np.sum(np.diff(GRID[stops], axis=1) * missed[stops[:, :-1]], axis=1)
    least = float(np.min(rows + penalty * missed[stops[:, -1]]))
    steps = cheapest_steps(GRID, missed, n_rounds, penalty)
    assert cost_of(tuple(GRID[steps]), curve, penalty) == pytest.approx(least)
    assert steps == sorted(set(steps))
    assert len(steps) <= n_rounds


def test_the_last_round_has_nothing_to_wait_for() -> None:
    missed = 1 - np.asarray(posterior().cdf(GRID, 0.1))
    (last,) = plan(posterior(), n_rounds=1).sizes
    assert last == pytest.approx(GRID[cheapest_steps(GRID, missed, 1, 2e4)[0]])
    assert cheapest_steps(GRID, np.ones(GRID.size), 3, 2e4) == [], "nothing is worth its price"


def test_a_first_round_is_small_where_its_error_tells_how_far_to_go() -> None:
    """By the sum alone the first round is three times as large, and is the last of them."""
    missed = 1 - np.asarray(posterior().cdf(GRID, 0.1))
    first = plan(posterior(), n_rounds=2).sizes[0]
    assert first < 0.7 * GRID[cheapest_steps(GRID, missed, 2, 2e4)[0]]


def test_a_small_purchase_is_made_where_a_large_one_is_not_worth_its_price() -> None:
    unlikely = posterior(middle=20_000, spread=0.3, top=0.15)
    missed = 1 - np.asarray(unlikely.cdf(GRID, 0.1))
    assert cheapest_steps(GRID, missed, 3, 1e5) == []
    found = plan(unlikely, n_rounds=3, penalty_rows=1e5)
    assert 1000 < found.sizes[0] < 2000


def test_a_first_round_is_larger_where_errors_are_measured_badly() -> None:
    first = [plan(posterior(noise=noise), n_rounds=2).sizes[0] for noise in (0.0, 0.1, 1.0)]
    assert first == sorted(first)
    assert first[0] < 0.6 * first[1] < 0.5 * first[2]


def test_rows_and_probability_are_those_of_the_plan() -> None:
    curve = posterior()
    found = plan(curve, n_rounds=3)
    assert found.p_met == pytest.approx(float(curve.cdf(found.sizes[-1], 0.1)))
    assert found.expected_rows == pytest.approx(cost_of(found.sizes, curve, 0.0))
    assert found.next_size == found.sizes[0]


def test_more_rounds_buy_less_at_first_and_never_cost_more() -> None:
    plans = [plan(posterior(), n_rounds=n) for n in (1, 2, 4)]
    first = [p.sizes[0] for p in plans]
    assert first == sorted(first, reverse=True)
    cost = [p.expected_rows + 2e4 * (1 - p.p_met) for p in plans]
    assert cost == sorted(cost, reverse=True)
    assert cost[0] > cost[2]


def test_what_is_not_worth_its_price_is_not_bought() -> None:
    found = plan(posterior(middle=50_000), penalty_rows=100)
    assert found.sizes == ()
    assert found.next_size is None
    assert found.expected_rows == pytest.approx(0, abs=1e-9)
    assert found.can_promise is False


def test_a_promise_is_kept_nine_times_in_ten() -> None:
    assert plan(posterior(top=0.91)).can_promise is True
    assert plan(posterior(top=0.89)).can_promise is False


def test_money_ends_the_plan() -> None:
    found = plan(posterior(), n_most=2000.0, penalty_rows=1e9)
    assert found.sizes[-1] == pytest.approx(2000)
    assert plan(posterior(), n_most=500.0).sizes == ()
    # 64 times what there is, if nobody says how far it reaches
    far = plan_rounds(posterior(1e5), 0.1, 1000, n_rounds=1, penalty_rows=1e9)
    assert list(far.sizes) == pytest.approx([64_000])


def test_more_rows_never_make_it_less_likely_that_they_were_enough() -> None:
    def cdf(n: ArrayLike, error: ArrayLike) -> np.ndarray:
        at = np.asarray(n)
        return np.where((at > 3000) & (at < 4000), 0.95, 0.2)

    found = plan(cast("CurvePosterior", SimpleNamespace(cdf=cdf, noise=0.0)), n_rounds=1)
    assert found.p_met == pytest.approx(0.95)
    assert found.can_promise
    assert 3000 < found.sizes[0] < 4000


def test_a_real_forecast_is_planned_with() -> None:
    n = np.array([100.0, 200, 400, 800, 1600])
    curve = fit(n, 0.1 + 2 * n**-0.5, np.full(5, 0.001), n_repeats=5)
    found = plan_rounds(curve, 0.13, 1600, n_rounds=3, penalty_rows=1e5)
    assert 1600 < found.sizes[0] < found.sizes[-1]
    assert found.p_met == pytest.approx(float(curve.cdf(found.sizes[-1], 0.13)), abs=0.02)


@pytest.mark.parametrize(
    ("n_now", "n_rounds", "penalty"), [(1000, 0, 1.0), (1000, 1, 0.0), (0, 1, 1.0), (1000, 1, -1.0)]
)
def test_bad_questions_are_refused(n_now: float, n_rounds: int, penalty: float) -> None:
    with pytest.raises(ValueError, match="n_rounds must be at least 1"):
        plan_rounds(posterior(), 0.1, n_now, n_rounds=n_rounds, penalty_rows=penalty)
