from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp
from scipy.stats import t as student

from leadline.stats.monitoring.drift import (
    alarm_limit,
    block_alarm,
    effective_false_alarm_rate,
    number_shift,
    share_shift,
)


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


def test_block_alarm_is_a_prediction_interval() -> None:
    reference = [0.10, 0.14, 0.08, 0.12, 0.11]
    result = block_alarm(reference, 0.16, n_block=100_000)
    z = (0.16 - np.mean(reference)) / (np.std(reference, ddof=1) * np.sqrt(1 + 1 / 5))
    assert result.z == pytest.approx(z)
    assert result.p_value == pytest.approx(student.sf(z, 4))
    assert not result.alarm
    assert block_alarm(reference, 0.16, 100_000, false_alarm_rate=0.06).alarm


def test_only_a_rise_beyond_the_tolerance_alarms() -> None:
    reference = [0.10, 0.11, 0.10, 0.11, 0.10]
    assert block_alarm(reference, 0.2, 5000).alarm
    assert not block_alarm(reference, 0.2, 5000, tolerance=0.1).alarm
    assert not block_alarm(reference, 0.0, 5000).alarm


def test_a_small_block_is_given_its_own_scatter() -> None:
    reference = [0.10, 0.101, 0.099, 0.10, 0.10]
    assert block_alarm(reference, 0.16, 10_000).alarm
    assert not block_alarm(reference, 0.16, 50).alarm
    assert not block_alarm([0.0, 0.0, 0.0, 0.0], 0.02, 50).alarm


@pytest.mark.parametrize("n_block", [50, 5000])
@pytest.mark.parametrize("rate", [0.001, 0.01, 0.2])
def test_the_limit_is_where_the_alarm_begins(n_block: int, rate: float) -> None:
    reference = [0.10, 0.14, 0.08, 0.12, 0.11]
    limit = alarm_limit(reference, n_block, false_alarm_rate=rate)
    assert block_alarm(reference, limit + 1e-9, n_block, false_alarm_rate=rate).alarm
    assert not block_alarm(reference, limit - 1e-9, n_block, false_alarm_rate=rate).alarm


def test_few_blocks_or_few_rows_raise_the_limit() -> None:
    assert alarm_limit([0.4, 0.5, 0.6], 5000) == 1.0  # no block can alarm
    assert alarm_limit([0.1] * 5, 20) > alarm_limit([0.1] * 5, 2000)


def test_a_short_reference_without_errors_does_not_claim_to_be_exact() -> None:
    """0 of 112 against 7 of 119 is p = .014 by Fisher's exact test: no reason to alarm."""
    spotless = [0.0] * 7
    assert not block_alarm(spotless, 7 / 119, 119, n_reference=16).alarm
    assert block_alarm(spotless, 40 / 119, 119, n_reference=16).alarm


def test_bad_input_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="as many"):
        share_shift([1, 2], [1])
    with pytest.raises(ValueError, match="no rows"):
        share_shift([0, 0], [1, 2])
    with pytest.raises(ValueError, match="block holds 0"):
        number_shift([], [1.0])
    with pytest.raises(ValueError, match="at least 3"):
        block_alarm([0.1, 0.2], 0.1, 50)
    with pytest.raises(ValueError, match=r"must lie in \[0, 1\]"):
        block_alarm([10, 20, 30], 0.1, 50)
    with pytest.raises(ValueError, match="n_block"):
        block_alarm([0.1, 0.2, 0.1], 0.1, 0)
    with pytest.raises(ValueError, match="tolerance"):
        block_alarm([0.1, 0.2, 0.1], 0.1, 50, tolerance=-1)
    with pytest.raises(ValueError, match="at least 6"):
        effective_false_alarm_rate([0.1] * 5, 50, rng=rng)
    with pytest.raises(ValueError, match="n_shuffles"):
        effective_false_alarm_rate([0.1] * 6, 50, rng=rng, n_shuffles=0)
    with pytest.raises(ValueError, match="at least 3"):
        alarm_limit([0.1, 0.2], 50)
