from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.paired_errors import mean_difference, paired_difference


def test_only_rows_on_which_they_differ_count() -> None:
    wrong, other = [1, 1, 1, 0, 0, 1, 0, 0, 0, 0], [1, 0, 0, 1, 0, 1, 0, 0, 0, 0]
    found = paired_difference(wrong, other)
    assert found.difference == pytest.approx(0.1)
    # (b + c + 1) / (n + 2) - ((b - c) / (n + 2))^2, over n + 2, with b = 2 and c = 1
    assert found.stderr == pytest.approx(np.sqrt((4 / 12 - (1 / 12) ** 2) / 12))


def test_rows_that_agree_prove_nothing_for_sure() -> None:
    few, many = (paired_difference(np.zeros(n), np.zeros(n)) for n in (10, 1000))
    assert few.difference == many.difference == 0
    assert few.stderr > 0.08 > many.stderr > 0


def test_a_row_counts_as_often_as_it_stands_for_others() -> None:
    found = paired_difference([1, 0, 0, 0], [0, 0, 0, 0], [7.0, 1.0, 1.0, 1.0])
    assert found.difference == pytest.approx(0.7)
    # four rows that weigh so unevenly tell less than four
    assert found.stderr > paired_difference([1, 0, 0, 0], [0, 0, 0, 0]).stderr


def test_the_interval_of_a_mean_holds_the_truth() -> None:
    rng = np.random.default_rng(0)
    held = []
    for _ in range(400):
        found = []
        for _ in range(6):
            moved = rng.normal(0.04, 0.02)
            wrong, other = rng.random(50) < 0.1 + moved, np.zeros(50)
            other[:5] = 1
            found.append(paired_difference(wrong, other))
        interval = mean_difference(
            [each.difference for each in found], [each.stderr for each in found]
        )
        held.append(interval.low <= 0.04 <= interval.high)
    assert np.mean(held) > 0.88


def test_one_block_has_the_width_of_its_labels() -> None:
    found = mean_difference([0.1], [0.02])
    assert (found.low, found.high) == pytest.approx((0.0671, 0.1329), abs=1e-4)


def test_what_cannot_be_is_refused() -> None:
    with pytest.raises(ValueError, match="2, 1 and 2 rows"):
        paired_difference([1, 0], [1])
    with pytest.raises(ValueError, match="at least 1"):
        paired_difference([], [])
    with pytest.raises(ValueError, match="at least 1"):
        mean_difference([], [])


def test_rows_that_weigh_unevenly_count_as_fewer() -> None:
    found = paired_difference([1, 0, 0, 0], [0, 0, 0, 0], [7.0, 1.0, 1.0, 1.0])
    # (sum of weights)^2 over the sum of their squares
    n = 10**2 / (7**2 + 3)
    differing = (0.7 * n + 1) / (n + 2)
    variance = (differing - (0.7 * n / (n + 2)) ** 2) / (n + 2)
    assert found.stderr == pytest.approx(np.sqrt(variance))


def test_blocks_that_agree_by_chance_are_as_wide_as_their_labels() -> None:
    found = mean_difference([0.1] * 4, [0.02] * 4)
    assert found.high - found.estimate == pytest.approx(1.645 * 0.02 / 2, abs=1e-4)
    assert found.estimate - found.low == pytest.approx(1.645 * 0.02 / 2, abs=1e-4)
