from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.purchases.lookahead import Lookahead
from leadline.stats.purchases.round_costs import cheapest_steps

COST = np.array([0.0, 1.0, 4.0, 10.0])
# three curves that stay where they are, and one that goes on falling
ERRORS = np.array(
    [[9.0, 8.9, 8.9, 8.9], [9.0, 8.8, 8.8, 8.8], [9.0, 8.7, 8.7, 8.7], [9.0, 7, 5, 1]]
)
EVEN = np.full(4, 0.25)
TARGET = 2.0


def step(
    n_rounds: int, penalty: float, weights: np.ndarray = EVEN, at: int = 0, target: float = TARGET
) -> int:
    found = Lookahead(COST, ERRORS)
    return found.next_step(target, n_rounds, penalty, at=at, weights=weights)


def test_a_look_is_bought_where_the_whole_way_is_not_worth_its_price() -> None:
    missed = np.array([1.0, 1.0, 1.0, 0.75])
    assert cheapest_steps(COST, missed, 2, 30.0) == [], "a chance of a fourth, for a third"
    # 1 for the look; then 9 and no penalty for one of four, and the penalty for three
    assert step(2, 30.0) == 1
    assert step(1, 30.0) == 0


@pytest.mark.parametrize(("penalty", "bought"), [(12.9, 0), (13.1, 1)])
def test_a_look_is_bought_from_the_penalty_on_that_pays_for_it(penalty: float, bought: int) -> None:
    """Nothing costs the penalty; the look 1 + 9 / 4 + 3 / 4 of the penalty."""
    assert step(2, penalty) == bought


def test_what_is_known_after_a_round_counts() -> None:
    assert step(2, 30.0, np.array([0.0, 0.0, 0.0, 1.0]), at=1) > 1
    assert step(2, 30.0, np.array([0.4, 0.3, 0.3, 0.0]), at=1) == 1


def test_nothing_is_bought_without_rounds_at_the_end_or_once_the_target_is_shown() -> None:
    assert step(0, 1e9) == 0
    assert step(2, 1e9, at=3) == 3
    assert step(2, 1e9, target=9.5) == 0


def test_the_last_round_goes_to_the_cheapest_of_all_steps() -> None:
    assert step(1, 50.0) == 3
    assert step(1, 39.0) == 0


def test_errors_that_tell_nothing_are_no_reason_to_look() -> None:
    """Every curve is as likely to fall, whatever is measured on the way."""
    rng = np.random.default_rng(0)
    errors = np.full((1500, 4), 9.0)
    errors[:, 1:3] -= rng.random((1500, 2))
    errors[:, 3] = np.where(rng.random(1500) < 0.25, 1.0, 9.0)
    even = np.full(1500, 1 / 1500)
    assert Lookahead(COST, errors).next_step(TARGET, 3, 30.0, weights=even) == 0


def test_a_look_counts_with_ending_once_the_target_is_nearly_sure() -> None:
    """One of twenty in every second part has not met it: nobody goes on, and a miss is dear."""
    errors = np.tile([9.0, 1.0, 1.0, 1.0], (160, 1))
    errors[5::40, 1:3] = 5.0
    even = np.full(160, 1 / 160)
    found = Lookahead(COST, errors, np.zeros_like(errors))
    assert found.next_step(TARGET, 2, 1000.0, weights=even) == 3
    assert found.next_step(TARGET, 2, 100.0, weights=even) == 1, "1 + 100 / 40 is less than 10"


def test_an_error_that_is_measured_badly_is_no_reason_to_look() -> None:
    """The curve that goes on falling is 8.9 after the look, of 9; it may as well be read as 8.5."""
    rng = np.random.default_rng(0)
    errors = np.repeat(ERRORS, 400, axis=0)
    even, noise = np.full(1600, 1 / 1600), rng.standard_normal(errors.shape)
    exact, good, bad = (
        Lookahead(COST, errors, errors + sd * noise).next_step(TARGET, 2, 30.0, weights=even)
        for sd in (0.0, 0.1, 50.0)
    )
    assert exact == good == 1
    assert bad == 0
