"""Statistics beyond the spread of blocks: limits by hand, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.block_spread import beyond_spread


def test_of_nineteen_blocks_the_largest_is_the_limit() -> None:
    blocks = np.arange(1.0, 20.0)[:, None]
    below = beyond_spread([18.9], blocks, [0.0], noise=[0.1])
    above = beyond_spread([19.1], blocks, [1.0], noise=[0.1])
    assert not below.is_beyond[0]
    assert above.is_beyond[0]
    assert above.limit[0] == pytest.approx(19.0)


def test_one_wild_statistic_sets_the_limit_of_all_in_its_own_scale() -> None:
    rng = np.random.default_rng(0)
    blocks = rng.normal(0, [1.0, 100.0], (39, 2))
    found = beyond_spread([3.0, 3.0], blocks, [0, 0], noise=[0.1, 0.1])
    assert found.limit[1] > 50 * found.limit[0]


def test_what_is_not_known_is_never_beyond() -> None:
    blocks = np.random.default_rng(0).normal(size=(30, 2))
    blocks[:10, 0] = np.nan
    found = beyond_spread([np.nan, 9.0], blocks, [0, 0], noise=[0.1, 0.1])
    assert found.is_beyond.tolist() == [False, True]
    few = beyond_spread([np.nan, 9.0], blocks[:5], [0, 0], noise=[0.1, 0.1])
    assert few.is_beyond.tolist() == [False, True]


def test_without_blocks_rows_speak_by_holm() -> None:
    found = beyond_spread([1, 1, 1], np.zeros((0, 3)), [0.012, 0.04, 0.02], noise=[1, 1, 1])
    assert found.is_beyond.all(), "as .012 * 3, .02 * 2 and .04 * 1 are below .05"
    found = beyond_spread([1, 1, 1], np.zeros((0, 3)), [0.012, 0.04, 0.03], noise=[1, 1, 1])
    assert found.is_beyond.tolist() == [True, False, False]
    assert np.isnan(found.limit).all()


def test_of_few_blocks_the_margin_is_by_their_number() -> None:
    usual = np.array([[1.0], [2.0], [2.0]])
    scale = np.sqrt(3.0) + 0.5
    found = beyond_spread([9.0], usual, [0.0], noise=[0.5])
    assert found.limit[0] == pytest.approx(scale * (2.0 / scale) * (1 + 11 / 3))
    assert not found.is_beyond[0]
    assert beyond_spread([9.4], usual, [0.0], noise=[0.5]).is_beyond[0]


def test_of_few_blocks_both_rows_and_blocks_must_show_it() -> None:
    usual = np.full((6, 1), 0.1) + np.linspace(-0.01, 0.01, 6)[:, None]
    assert beyond_spread([0.9], usual, [1e-9], noise=[0.01]).is_beyond[0]
    assert not beyond_spread([0.9], usual, [0.5], noise=[0.01]).is_beyond[0]
    assert not beyond_spread([0.1], usual, [1e-9], noise=[0.01]).is_beyond[0]


def test_the_input_is_checked() -> None:
    with pytest.raises(ValueError, match="as many, noise above 0"):
        beyond_spread([1.0], np.ones((30, 1)), [0.5], noise=[0.0])
    with pytest.raises(ValueError, match="as many"):
        beyond_spread([1.0, 2.0], np.ones((30, 2)), [0.5], noise=[0.1, 0.1])
    with pytest.raises(ValueError, match="level"):
        beyond_spread([1.0], np.ones((30, 1)), [0.5], noise=[0.1], level=1.0)


def test_without_blocks_what_is_not_known_is_not_beyond_either() -> None:
    found = beyond_spread([np.nan, 1], np.zeros((0, 2)), [0.0, 0.0], noise=[1, 1])
    assert found.is_beyond.tolist() == [False, True]


def test_what_never_varied_is_beyond_by_more_than_noise_only() -> None:
    varied = np.random.default_rng(0).normal(size=39)
    blocks = np.column_stack([np.full(39, 0.1), varied])
    assert not beyond_spread([0.105, 0.0], blocks, [0, 0], noise=[0.01, 0.1]).is_beyond.any()
    found = beyond_spread([0.15, 0.0], blocks, [0, 0], noise=[0.01, 0.1])
    assert found.is_beyond.tolist() == [True, False]
