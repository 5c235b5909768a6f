from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.arrays import as_labels, as_vector, check_positive, check_share


def test_a_vector_is_flat_finite_and_long_enough() -> None:
    assert as_vector([1, 2], "x").dtype == np.float64
    with pytest.raises(ValueError, match="2 dimensions"):
        as_vector([[1, 2]], "x")
    with pytest.raises(ValueError, match="holds 1 values, at least 2"):
        as_vector([1], "x", min_size=2)
    with pytest.raises(ValueError, match="x holds 2 values that are not finite"):
        as_vector([1, np.nan, np.inf], "x")


def test_labels_are_zero_or_one_and_as_many_as_rows() -> None:
    assert as_labels([0, 1, True], "y", n_samples=3).tolist() == [False, True, True]
    with pytest.raises(ValueError, match=r"\(3,\) is needed"):
        as_labels([0, 1], "y", n_samples=3)
    with pytest.raises(ValueError, match="other than 0 and 1"):
        as_labels([0, 2], "y", n_samples=2)


@pytest.mark.parametrize("value", [0, 1, -0.1, 90.0, float("nan")])
def test_a_share_lies_inside_zero_and_one(value: float) -> None:
    with pytest.raises(ValueError, match="must lie in"):
        check_share(value, "target")


@pytest.mark.parametrize("value", [0, -1, float("inf"), float("nan")])
def test_a_positive_number_is_finite_and_above_zero(value: float) -> None:
    with pytest.raises(ValueError, match="must be a finite number above 0"):
        check_positive(value, "cost")
