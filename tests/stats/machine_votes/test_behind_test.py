from __future__ import annotations

import math

import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from leadline.stats.machine_votes.behind_test import behind_p_value


def test_score_test_has_the_likeliest_shares() -> None:
    behind, ahead, rest, epsilon = 3, 2, 15, 0.15

    def loss(share: float) -> float:
        still = 1 - 2 * share - epsilon
        return -(
            behind * math.log(share + epsilon) + ahead * math.log(share) + rest * math.log(still)
        )

    share = float(minimize_scalar(loss, bounds=(1e-6, 0.42), method="bounded").x)
    variance = 2 * share + epsilon - epsilon**2
    z = (behind - ahead - 20 * epsilon) / math.sqrt(20 * variance)
    outcome = [1] * behind + [-1] * ahead + [0] * rest
    assert behind_p_value(outcome, epsilon) == pytest.approx(norm.cdf(z), rel=1e-4)


def test_one_who_never_differs_is_not_behind() -> None:
    assert behind_p_value([0] * 40, 0.1) == 0.0
    assert behind_p_value([1] * 40, 0.1) == 1.0
    assert behind_p_value([0] * 12, 0.0) == 1.0
