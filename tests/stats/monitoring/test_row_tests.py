"""Tests of rows against scipy's, and against counting by hand."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from leadline.stats.monitoring.row_tests import row_p_value, unseen_p_value


def test_two_bins_are_tested_exactly() -> None:
    # 3 of 4 rows of the block are of the first bin, 1 of 6 before: the upper tail, doubled
    tail = sum(comb(4, k) * comb(6, 4 - k) for k in (3, 4)) / comb(10, 4)
    assert row_p_value([3, 1], [1, 5], is_ordered=False) == pytest.approx(2 * tail)
    assert row_p_value([3, 1], [1, 5], is_ordered=True) == pytest.approx(2 * tail)


def test_many_bins_are_compared_as_numbers_are() -> None:
    rng = np.random.default_rng(0)
    new, old = rng.integers(0, 40, 300), rng.integers(4, 44, 900)
    counts = [np.bincount(each, minlength=44) for each in (new, old)]
    exact = ks_2samp(new, old, method="asymp").pvalue
    assert row_p_value(*counts, is_ordered=True) == pytest.approx(exact, rel=0.3)


def test_categories_are_compared_by_chi_square() -> None:
    new, old = [30, 40, 30], [400, 300, 300]
    exact = chi2_contingency(np.array([new, old]), correction=False).pvalue
    assert row_p_value(new, old, is_ordered=False) == pytest.approx(exact)


def test_nothing_to_compare_shows_nothing() -> None:
    assert row_p_value([0, 0], [5, 5], is_ordered=True) == 1.0
    assert row_p_value([5, 0], [9, 0], is_ordered=False) == 1.0


def test_an_unseen_category_is_tested_exactly_and_corrected() -> None:
    # all three rows of it among the ten of the block, of 30 rows; two categories have three rows
    exact = comb(27, 7) / comb(30, 10)
    assert unseen_p_value({"new": 3, "old": 7}, {"old": 20}) == pytest.approx(2 * exact)
    assert unseen_p_value({"new": 2, "old": 8}, {"old": 20}) == 1.0, "two rows show nothing"
    assert unseen_p_value({"old": 8}, {"old": 20}) == 1.0


def test_of_columns_with_a_new_value_in_each_row_none_is_named() -> None:
    ids = {f"id{row}": 1 for row in range(500)}
    assert unseen_p_value(ids, {f"was{row}": 1 for row in range(2_000)}) == 1.0
