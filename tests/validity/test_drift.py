"""Shifts of inputs: what their p-values hold for, and what not."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.drift import number_shift


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
