from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.allocation import expected_value_of_information, probability_best


def test_the_value_of_knowing_a_normal_arm_is_its_closed_form() -> None:
    rng = np.random.default_rng(0)
    n, gap, sd = 400_000, 0.3, 0.5
    draws = np.column_stack([np.zeros(n), gap + sd * rng.standard_normal(n)])
    # E max(-x, 0) of a normal x about gap: sd * (phi(z) - z * Phi(-z)), z = gap / sd
    z = gap / sd
    phi = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    tail = 0.2742531177500736  # Phi(-0.6)
    value = expected_value_of_information(draws)
    assert value[1] == pytest.approx(sd * (phi - z * tail), rel=0.01)
    assert value[0] == 0, "the best is known for sure already"


def test_the_best_is_worth_knowing_where_it_may_be_overtaken() -> None:
    rng = np.random.default_rng(1)
    best = 0.2 + 0.1 * rng.standard_normal(200_000)
    value = expected_value_of_information(np.column_stack([best, np.full(200_000, 0.25)]))
    z = 0.5
    expected = 0.1 * (np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi) - z * 0.3085375387259869)
    assert value[0] == pytest.approx(expected, rel=0.02)


def test_one_arm_is_chosen_whatever_it_is() -> None:
    assert expected_value_of_information(np.ones((10, 1))).tolist() == [0.0]
    assert probability_best(np.ones((10, 1))).tolist() == [1.0]


def test_chances_are_shares_of_the_draws() -> None:
    rng = np.random.default_rng(2)
    draws = rng.standard_normal((100_000, 3))
    assert probability_best(draws) == pytest.approx([1 / 3] * 3, abs=0.01)


@pytest.mark.parametrize("draws", [np.zeros((0, 2)), np.zeros((3, 0)), np.zeros(4)])
def test_a_table_of_draws_is_needed(draws: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one row a draw"):
        expected_value_of_information(draws)


def test_ties_and_hopeless_arms() -> None:
    draws = np.array([[0.1, 0.1, 0.9], [0.2, 0.1, 0.9], [0.1, 0.2, 0.9]])
    # the first of equals is best; the last arm never is
    assert probability_best(draws) == pytest.approx([2 / 3, 1 / 3, 0.0])
    assert expected_value_of_information(draws)[2] == 0.0


def test_knowing_the_best_counts_against_the_second_best_and_not_against_itself() -> None:
    # means 0.3, 0.4, 0.8: knowing the first, 0.4 is taken instead where it is 0.5
    draws = np.array([[0.1, 0.4, 0.8], [0.5, 0.4, 0.8]])
    value = expected_value_of_information(draws)
    assert value == pytest.approx([0.3 - (0.1 + 0.4) / 2, 0.0, 0.0])


@pytest.mark.parametrize("draws", [np.zeros((0, 2)), np.zeros(4)])
def test_probabilities_need_a_table_too(draws: np.ndarray) -> None:
    with pytest.raises(ValueError, match="one row a draw"):
        probability_best(draws)


@pytest.mark.parametrize("seed", range(20))
def test_the_value_of_knowing_is_never_below_zero(seed: int) -> None:
    # the best column is ahead by far; means taken in two orders differ in their last digits
    draws = np.random.default_rng(seed).random((10, 3)) * [0.1, 1.0, 1.0]
    assert (expected_value_of_information(draws) >= 0).all()
