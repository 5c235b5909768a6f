"""Retraining: when it is due, its period, and the forecast of what age adds."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.retraining import Retraining


def ageing(n: int, a_block: float, rng: np.random.Generator | None = None) -> np.ndarray:
    """Errors that rise by so much a block of age, on blocks that are harder or easier."""
    errors = np.full((n, n), np.nan)
    hard = np.zeros(2 * n) if rng is None else rng.normal(0, 0.03, 2 * n)
    for origin in range(n):
        for delay in range(1, n - origin + 1):
            noise = 0.0 if rng is None else rng.normal(0, 0.004)
            errors[origin, delay - 1] = 0.2 + a_block * (delay - 1) + hard[origin + delay] + noise
    return errors


def plan(errors: np.ndarray, cost: float) -> Retraining:
    return Retraining(errors, cost_retrain=cost, cost_error=2.0, n_block=50)


def test_it_is_due_when_what_it_would_have_saved_reaches_its_price() -> None:
    due = plan(ageing(6, 0.01), cost=10.0)
    # 100 in money a block: .04 of error is 4
    assert [due.step(0.24, 0.20) for _ in range(3)] == [False, False, True]
    assert (due.excess, due.age) == (0.0, 0)


def test_a_model_that_is_as_good_as_new_is_never_due() -> None:
    due = plan(ageing(6, 0.0), cost=0.01)
    assert not any(due.step(0.3, 0.3) for _ in range(50))


def test_the_period_balances_price_and_age() -> None:
    """Cost a block (C + 100 a T (T - 1) / 2) / T is least near sqrt(2 C / (100 a))."""
    assert plan(ageing(30, 0.01), cost=8.0).period == 4
    assert plan(ageing(30, 0.01), cost=32.0).period == 8
    # it never ages, so no period is the best
    assert plan(ageing(30, 0.0), cost=8.0).period == 0
    low, high = plan(ageing(30, 0.01), cost=32.0).flat
    assert low <= 8 <= high


def test_what_age_adds_is_paired_on_the_block() -> None:
    errors = ageing(30, 0.01, np.random.default_rng(0))
    found = plan(errors, cost=1.0).forecast([2, 6, 11])
    assert found.estimate == pytest.approx([0.01, 0.05, 0.10], abs=0.004)
    # hard and easy blocks differ by .03, and none of it is in the bands
    assert np.all(found.high - found.low < 0.03)
    assert np.all(found.high - found.low > 0.004)


def test_the_forecast_holds_what_one_model_adds() -> None:
    held = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        errors = ageing(26, 0.006, rng)
        known = errors[:18, :18].copy()
        known[np.add.outer(np.arange(18), np.arange(1, 19)) > 18] = np.nan
        delays = np.arange(2, 8)
        found = plan(known, cost=1.0).forecast(delays)
        added = errors[18, delays - 1] - errors[18 + delays - 1, 0]
        held.append((found.low <= added) & (added <= found.high))
    assert 0.74 < np.mean(held) < 0.97


def test_beyond_what_was_measured_the_band_is_wider() -> None:
    found = plan(ageing(10, 0.01, np.random.default_rng(1)), cost=1.0).forecast([6, 40])
    widths = found.high - found.low
    assert widths[1] > widths[0]


@pytest.mark.parametrize(
    ("errors", "given"),
    [([], {}), ([[0.1]], {"cost_retrain": 0.0}), ([[0.1]], {"n_block": -1.0})],
)
def test_what_cannot_be_is_refused(errors: list[list[float]], given: dict[str, float]) -> None:
    costs = {"cost_retrain": 1.0, "cost_error": 1.0, "n_block": 1.0} | given
    with pytest.raises(ValueError, match=r"origin|finite number"):
        Retraining(errors, **costs)
    with pytest.raises(ValueError, match="at least 1"):
        plan(ageing(4, 0.0), cost=1.0).forecast([0])


def test_an_error_that_is_not_known_is_no_reason_to_retrain() -> None:
    due = plan(ageing(6, 0.01), cost=1.0)
    with pytest.raises(ValueError, match="finite"):
        due.step(float("nan"), 0.2)
    assert (due.excess, due.age) == (0.0, 0)


def test_where_no_age_was_measured_anything_may_be() -> None:
    found = plan(np.array([[0.1]]), cost=1.0).forecast([1, 5])
    assert (found.low.tolist(), found.high.tolist()) == ([0.0, -1.0], [0.0, 1.0])


def test_no_band_is_narrower_than_a_row_can_show() -> None:
    errors = ageing(20, 0.0)
    exact, counted = (
        Retraining(errors, cost_retrain=1.0, cost_error=1.0, n_block=1.0, n_tested=n)
        for n in (None, 100)
    )
    assert np.ptp(exact.forecast([2, 5]).high) == 0
    found = counted.forecast([2, 5])
    assert np.all(found.high - found.low > 0.02)
    with pytest.raises(ValueError, match="n_tested"):
        Retraining(errors, cost_retrain=1.0, cost_error=1.0, n_block=1.0, n_tested=0)


def test_few_labels_make_nothing_due_before_they_can_tell() -> None:
    sure, unsure = plan(ageing(6, 0.0), cost=3.0), plan(ageing(6, 0.0), cost=3.0)
    # 100 in money a block: .04 of error is 4, with a standard error of 5
    assert sure.step(0.24, 0.20)
    assert not unsure.step(0.24, 0.20, 0.05)
    assert unsure.chance > unsure.excess == pytest.approx(4.0)
    n_more = next(n for n in range(1, 100) if unsure.step(0.24, 0.20, 0.05))
    assert 5 < n_more < 20
    assert unsure.chance == unsure.excess == 0


def test_what_chance_brings_grows_as_the_root_of_the_blocks() -> None:
    due = plan(ageing(6, 0.0), cost=1e6)
    for _ in range(100):
        due.step(0.2, 0.2, 0.01)
    # a hundred blocks of standard error 1, looked at each time
    assert 2.5 * 10 < due.chance < 4 * 10
    with pytest.raises(ValueError, match="stderr"):
        due.step(0.2, 0.2, float("nan"))


def test_it_is_due_at_its_price() -> None:
    assert plan(ageing(6, 0.01), cost=25.0).step(0.5, 0.25)
    assert not plan(ageing(6, 0.01), cost=25.5).step(0.5, 0.25)


def test_after_a_retraining_chance_begins_anew() -> None:
    due, new = plan(ageing(6, 0.0), cost=1.0), plan(ageing(6, 0.0), cost=1.0)
    assert due.step(0.9, 0.2, 0.05)
    for each in (due, new):
        assert not each.step(0.2, 0.2, 0.01)
    assert due.chance == new.chance > 0
