from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.permutation import (
    permutation_test,
    power_to_detect,
    smallest_detectable_effect,
)


def test_p_value_counts_the_observed_order_as_one() -> None:
    test = permutation_test(0.7, [0.4, 0.5, 0.6, 0.7, 0.8])
    assert test.p_value == pytest.approx(3 / 6)
    assert test.null_mean == pytest.approx(0.6)
    assert test.effect == pytest.approx(0.1)
    assert test.null_std == pytest.approx(np.std([0.4, 0.5, 0.6, 0.7, 0.8], ddof=1))


def test_p_value_is_never_zero() -> None:
    assert permutation_test(1.0, np.zeros(99)).p_value == pytest.approx(0.01)


def test_scores_equal_but_for_rounding_count_as_equal() -> None:
    assert permutation_test(0.1 + 0.2, [0.3, 0.0, 0.0]).p_value == pytest.approx(0.5)


def test_power_grows_from_the_level_to_one() -> None:
    assert power_to_detect(0.0, 0.02) == pytest.approx(0.05)
    assert power_to_detect(0.0, 0.02, confidence_level=0.5) == pytest.approx(0.25)
    assert power_to_detect(1.644854 * 0.02, 0.02) == pytest.approx(0.5, abs=1e-6)
    assert power_to_detect(1.0, 0.02) == pytest.approx(1.0)
    assert power_to_detect(0.1, 0.0) == 1.0
    assert power_to_detect(0.0, 0.0) == 0.0


@pytest.mark.parametrize("power", [0.5, 0.8, 0.99])
def test_the_smallest_detectable_effect_is_detected_with_its_power(power: float) -> None:
    for level in (0.8, 0.9, 0.99):
        effect = smallest_detectable_effect(0.03, power=power, confidence_level=level)
        assert power_to_detect(effect, 0.03, confidence_level=level) == pytest.approx(power)
    assert smallest_detectable_effect(0.0, power=power) == 0.0


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="at least 2"):
        permutation_test(0.5, [0.5])
    with pytest.raises(ValueError, match="observed holds"):
        permutation_test(float("nan"), [0.5, 0.6])
    with pytest.raises(ValueError, match="null_std"):
        power_to_detect(0.1, -0.1)
    with pytest.raises(ValueError, match="null_std"):
        smallest_detectable_effect(-0.1)
    with pytest.raises(ValueError, match="power"):
        smallest_detectable_effect(0.1, power=1.0)
