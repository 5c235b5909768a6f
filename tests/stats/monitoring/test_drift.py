from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from leadline.stats.monitoring.drift import number_shift, share_shift


def test_share_shift_agrees_with_scipy() -> None:
    block, reference = [30, 50, 20], [400, 350, 250]
    shift = share_shift(block, reference)
    oracle = chi2_contingency([block, reference], correction=False)
    assert shift.p_value == pytest.approx(oracle.pvalue)
    assert shift.total_variation == pytest.approx(0.15)


def test_categories_that_occur_nowhere_do_not_count() -> None:
    assert share_shift([30, 70, 0], [50, 50, 0]) == share_shift([30, 70], [50, 50])
    assert share_shift([5], [9]).p_value == 1
    assert share_shift([5, 0], [0, 9]).total_variation == 1


@pytest.mark.parametrize("shift", [0.0, 0.2, 1.0])
def test_number_shift_agrees_with_scipy(shift: float) -> None:
    rng = np.random.default_rng(0)
    block, reference = rng.normal(shift, 1, 120), rng.normal(0, 1, 400)
    ours, oracle = number_shift(block, reference), ks_2samp(block, reference, method="exact")
    assert ours.statistic == pytest.approx(oracle.statistic)
    assert ours.p_value == pytest.approx(oracle.pvalue, abs=0.02)


def test_ties_are_counted_once() -> None:
    rng = np.random.default_rng(1)
    block, reference = rng.integers(0, 4, 50), rng.integers(0, 4, 70)
    assert number_shift(block, reference).statistic == pytest.approx(
        ks_2samp(block, reference).statistic
    )


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="as many"):
        share_shift([1, 2], [1])
    with pytest.raises(ValueError, match="no rows"):
        share_shift([0, 0], [1, 2])
    with pytest.raises(ValueError, match="block holds 0"):
        number_shift([], [1.0])
