from __future__ import annotations

import math

import pytest
from scipy.stats import ttest_1samp

from leadline.stats.candidate_comparison import (
    corrected_resampled_t,
    probability_of_loss_within,
)

DIFFERENCES = [0.02, 0.01, 0.03, -0.01, 0.02, 0.015]


def test_without_overlap_it_is_the_plain_t_test() -> None:
    oracle = ttest_1samp(DIFFERENCES, 0)
    # a vanishing test set leaves 1 / n_splits alone
    t, p_value = corrected_resampled_t(DIFFERENCES, n_train=10**12, n_test=1)
    assert t == pytest.approx(oracle.statistic)
    assert p_value == pytest.approx(oracle.pvalue)


def test_the_correction_divides_t_by_the_enlarged_spread() -> None:
    plain = ttest_1samp(DIFFERENCES, 0).statistic
    corrected = corrected_resampled_t(DIFFERENCES, n_train=80, n_test=20).t
    assert corrected == pytest.approx(plain / math.sqrt(1 + len(DIFFERENCES) * 20 / 80))


def test_without_spread_the_answer_is_certain() -> None:
    assert corrected_resampled_t([0.0, 0.0], 80, 20) == (0.0, 1.0)
    assert corrected_resampled_t([-0.25, -0.25], 80, 20) == (-math.inf, 0.0)


def test_a_loss_is_within_what_is_accepted_as_students_t_says() -> None:
    # on four degrees of freedom the distribution has a closed form
    t = (0.002 - 0.001) / 0.004
    share = t / math.sqrt(4 + t**2)
    expected = 0.5 + 0.75 * (share - share**3 / 3)
    assert probability_of_loss_within(0.001, 0.004, 5, 0.002) == pytest.approx(expected)
    assert probability_of_loss_within(-0.1, 0.0, 5, 0.0) == 1.0
    assert probability_of_loss_within(0.1, 0.0, 5, 0.0) == 0.0


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        corrected_resampled_t([0.1], 80, 20)
    with pytest.raises(ValueError, match="n_train"):
        corrected_resampled_t([0.1, 0.2], 0, 20)
    with pytest.raises(ValueError, match="at least 2 and 0"):
        probability_of_loss_within(0.1, 0.1, 1, 0.1)
    with pytest.raises(ValueError, match="at least 2 and 0"):
        probability_of_loss_within(0.1, -0.1, 5, 0.1)
