"""False alarms of the block test where errors cluster within blocks, and its power."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.drift import block_alarm, effective_false_alarm_rate, number_shift


def block_means(rng: np.random.Generator, n_blocks: int, shift: float = 0.0) -> np.ndarray:
    """Error rates of blocks of 200 rows whose difficulty varies from block to block."""
    difficulty = np.clip(rng.normal(0.15 + shift, 0.03, n_blocks), 0.01, 0.9)
    return rng.binomial(200, difficulty) / 200


@pytest.mark.parametrize("n_reference", [5, 12, 40])
def test_false_alarms_are_as_many_as_asked_for(n_reference: int) -> None:
    rng = np.random.default_rng(n_reference)
    alarms = [
        block_alarm(
            block_means(rng, n_reference),
            float(block_means(rng, 1)[0]),
            200,
            false_alarm_rate=0.05,
        ).alarm
        for _ in range(3000)
    ]
    # measured .045, .052 and .060 for 5, 12 and 40 reference blocks
    assert 0.03 < np.mean(alarms) < 0.075


def test_a_block_much_worse_is_seen() -> None:
    rng = np.random.default_rng(0)
    alarms = [
        block_alarm(block_means(rng, 12), float(block_means(rng, 1, 0.2)[0]), 200).alarm
        for _ in range(300)
    ]
    assert np.mean(alarms) > 0.9


def test_the_self_test_measures_about_the_rate_asked_for() -> None:
    rng = np.random.default_rng(1)
    rates = [
        effective_false_alarm_rate(
            block_means(rng, 24), 200, rng=rng, false_alarm_rate=0.05, n_shuffles=100
        )
        for _ in range(60)
    ]
    per_block = np.mean([rate.per_block for rate in rates])
    assert per_block == pytest.approx(0.05, abs=0.02)
    assert np.mean([rate.per_run for rate in rates]) > 3 * per_block


def test_rows_of_one_block_are_no_independent_evidence() -> None:
    rng = np.random.default_rng(2)
    fired = []
    for _ in range(300):
        reference = np.concatenate([rng.normal(rng.normal(0, 0.5), 1, 100) for _ in range(20)])
        block = rng.normal(rng.normal(0, 0.5), 1, 100)
        fired.append(number_shift(block, reference).p_value < 0.05)
    # why the module calls its p-values information: nothing drifts here
    assert np.mean(fired) > 0.3


def test_number_shift_keeps_its_level_on_independent_rows() -> None:
    rng = np.random.default_rng(3)
    p_values = np.array(
        [number_shift(rng.random(40), rng.random(100)).p_value for _ in range(3000)]
    )
    assert np.mean(p_values < 0.05) == pytest.approx(0.05, abs=0.02)
