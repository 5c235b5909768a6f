"""Tests of rows against scipy's, and against counting by hand."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from scipy.stats import chi2_contingency, ks_2samp

from leadline.stats.monitoring.row_tests import row_p_value, subset_p_values, unseen_p_value


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


def test_rows_chosen_at_random_are_said_to_be_chosen_no_more_often_than_the_level() -> None:
    rng = np.random.default_rng(0)
    n, quiet, by_rule = 200, [], []
    for _ in range(300):
        number = np.where(rng.random(n) < 0.1, np.nan, rng.normal(size=n))
        region = np.array(["north", "south", "east", None], dtype=object)[rng.integers(0, 4, n)]
        columns = [number, number + rng.normal(size=n), region]
        at_random = rng.permutation(n) < 30
        quiet.append(subset_p_values(columns, at_random).min() * 3)
        of_region = np.isin(np.arange(n), rng.permutation(np.flatnonzero(region == "east"))[:30])
        by_rule.append(subset_p_values(columns, of_region)[2])
    assert np.mean(np.array(quiet) <= 0.1) < 0.1 + 2 * (0.1 * 0.9 / 300) ** 0.5
    assert np.mean(np.array(quiet) <= 0.1) > 0.01
    assert max(by_rule) < 1e-6


def test_a_subset_is_tested_exactly_by_each_category_and_by_what_is_missing() -> None:
    # 3 of the 4 rows chosen are of the 4 of "a" among 10: the upper tail doubled, three parts
    values = np.array(["a"] * 4 + ["b"] * 4 + [None] * 2, dtype=object)
    is_chosen = [1, 1, 1, 0, 1, 0, 0, 0, 0, 0]
    tail = sum(comb(4, k) * comb(6, 4 - k) for k in (3, 4)) / comb(10, 4)
    assert subset_p_values([values], is_chosen)[0] == pytest.approx(min(2 * tail * 3, 1.0))
    assert subset_p_values([np.ones(10)], is_chosen)[0] == 1.0
    with pytest.raises(ValueError, match="a column has shape"):
        subset_p_values([np.ones(9)], is_chosen)
