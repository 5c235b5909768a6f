from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import isotonic_regression

from leadline.stats.monitoring.isotonic import isotonic


@pytest.mark.parametrize("n", [1, 2, 7, 25])
def test_it_agrees_with_scipy_row_by_row(n: int) -> None:
    rng = np.random.default_rng(n)
    values, weights = rng.standard_normal((20, n)), rng.uniform(0.1, 5, (20, n))
    fitted = isotonic(values, weights)
    for row, value, weight in zip(fitted, values, weights, strict=True):
        assert row == pytest.approx(isotonic_regression(value, weights=weight).x)
