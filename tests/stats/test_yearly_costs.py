"""Yearly costs: the ratio of sums with Student's interval, and what a schedule spares."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import t

from leadline.stats.yearly_costs import amount_per_row, saved_errors


def test_rows_count_the_same_in_whatever_block_they_come() -> None:
    ratio, _ = amount_per_row([100.0, 10.0], [1000, 10])
    assert ratio == pytest.approx(110 / 1010)


def test_of_equal_blocks_the_interval_is_that_of_a_mean() -> None:
    amounts = np.array([10.0, 14.0, 9.0, 13.0, 12.0])
    ratio, interval = amount_per_row(amounts, [100] * 5)
    assert interval is not None
    wide = t.ppf(0.95, 4) * amounts.std(ddof=1) / np.sqrt(5) / 100
    assert interval.estimate == ratio == pytest.approx(0.116)
    assert (interval.low, interval.high) == pytest.approx((ratio - wide, ratio + wide))


def test_two_blocks_have_no_interval_and_none_no_ratio() -> None:
    ratio, interval = amount_per_row([1.0, 2.0], [10, 10])
    assert ratio == pytest.approx(0.15)
    assert interval is None
    with pytest.raises(ValueError, match="a block with rows"):
        amount_per_row([], [])
    with pytest.raises(ValueError, match="a block with rows"):
        amount_per_row([1.0], [0])


def test_what_is_spared_is_the_sum_without_less_the_sum_with() -> None:
    added = np.array([0.0, 0.01, 0.03, 0.04])
    # eight blocks: 0, .01, .03, .04 and then .04 four times; with two cycles of four
    assert saved_errors(added, period=4, n_blocks=8) == pytest.approx(0.24 - 0.16)
    assert saved_errors(added, period=1, n_blocks=8) == pytest.approx(0.24)
    assert saved_errors(added, period=8, n_blocks=8) == pytest.approx(0.0)


def test_a_model_that_does_not_age_has_nothing_to_spare() -> None:
    assert saved_errors(np.zeros(5), period=2, n_blocks=52) == 0.0


def test_a_period_longer_than_the_year_counts_its_whole_cycle() -> None:
    assert saved_errors([0.0, 0.1], period=4, n_blocks=2) == pytest.approx(0.1 - 0.5 * 0.3)


def test_nothing_measured_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one delay"):
        saved_errors([], period=1, n_blocks=1)
    with pytest.raises(ValueError, match="period must be"):
        saved_errors([0.0], period=0, n_blocks=1)
