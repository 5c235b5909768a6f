"""Evidence of a rise, block by block."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm, t

from leadline.stats.monitoring.alarm_evidence import AlarmEvidence


def test_one_block_is_a_mixture_over_rises() -> None:
    """Half a normal law of variance rho over sizes of the rise: checked by integration."""
    evidence = AlarmEvidence(mean=0.2, sd=0.05, n_reference=25)
    evidence.add(0.36, variance=0.002)
    z = (0.36 - 0.2 - 0.05 / 5) / (1.15 * np.sqrt(0.05**2 + 0.002))
    # the spread of blocks, known from 25, is 5 parts of 9 of the variance
    z = norm.ppf(t.cdf(z, 24 * (9 / 5) ** 2))

    def weighed(rise: float) -> float:
        return float(2 * norm.pdf(rise, scale=0.5) * np.exp(rise * z - rise**2 / 2))

    assert evidence.value == pytest.approx(quad(weighed, 0, np.inf)[0], rel=1e-6)


def test_noise_and_tolerance_take_from_it_and_a_restart_takes_all() -> None:
    plain = AlarmEvidence(mean=0.2, sd=0.05, n_reference=25)
    noisy, lenient = (
        AlarmEvidence(mean=0.2, sd=0.05, n_reference=25, tolerance=rise) for rise in (0.0, 0.1)
    )
    for _ in range(3):
        plain.add(0.35, 0.0)
        noisy.add(0.35, 0.01)
        lenient.add(0.35, 0.0)
    assert plain.value > noisy.value > 1
    assert plain.value > lenient.value
    plain.restart()
    assert plain.value == 0.0


def test_it_stays_near_the_number_of_blocks_or_below_while_nothing_changes() -> None:
    rng = np.random.default_rng(0)
    ends = []
    for _ in range(200):
        evidence = AlarmEvidence(mean=0.2, sd=0.05, n_reference=1_000)
        for error in rng.normal(0.2, 0.05, 30):
            evidence.add(float(error), 0.0)
        ends.append(evidence.value)
    assert np.mean(ends) < 30


@pytest.mark.parametrize("draw", ["normal", "exponential"])
def test_a_reference_of_three_blocks_promises_nothing_that_its_spread_does_not(draw: str) -> None:
    """A run of eight quiet blocks of 36 between two false alarms: at most two of nine alarm."""
    rng = np.random.default_rng(0)
    n_alarms = 0
    for _ in range(300):
        blocks = getattr(rng, draw)(size=3 + 8)
        usual = blocks[:3]
        evidence = AlarmEvidence(float(usual.mean()), float(usual.std(ddof=1)), n_reference=3)
        for error in blocks[3:]:
            evidence.add(float(error), 0.0)
            if evidence.value >= 36:
                n_alarms += 1
                break
    # with tails as of a spread that is known: .13 and .28
    assert n_alarms / 300 < 0.11


def test_what_is_too_rare_for_a_score_still_counts() -> None:
    evidence = AlarmEvidence(mean=0.1, sd=0.001, n_reference=10_000)
    for error in (0.9, 0.9):
        evidence.add(error, 0.0)
    assert np.isfinite(evidence.value)
    assert evidence.value > 1e300
    for sd in (0.0, 1e-200):
        still = AlarmEvidence(mean=0.1, sd=sd, n_reference=5)
        still.add(0.1, 0.0)
        assert np.isfinite(still.value)
