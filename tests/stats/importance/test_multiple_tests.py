from __future__ import annotations

import numpy as np
from scipy.special import ndtr
from scipy.stats import false_discovery_control

from leadline.stats.importance.multiple_tests import benjamini_yekutieli, holm


def test_holm_steps_down_and_never_goes_back() -> None:
    assert holm([0.2, 0.01, 0.02]).round(3).tolist() == [0.2, 0.03, 0.04]
    assert holm([0.9, 0.8]).tolist() == [1.0, 1.0]
    assert holm([]).size == 0


def test_holm_keeps_the_family_error_of_tests_that_go_together() -> None:
    rng = np.random.default_rng(0)
    shared = rng.normal(size=(2000, 1))
    draws = np.sqrt(0.7) * shared + np.sqrt(0.3) * rng.normal(size=(2000, 8))
    wrong = [holm(ndtr(-each)).min() <= 0.05 for each in draws]
    assert np.mean(wrong) <= 0.055


def test_benjamini_yekutieli_is_what_scipy_has() -> None:
    for n in (1, 2, 7, 30):
        p = np.random.default_rng(n).random(n) ** 3
        expected = false_discovery_control(p, method="by")
        np.testing.assert_allclose(benjamini_yekutieli(p), expected)
    assert benjamini_yekutieli([]).size == 0
