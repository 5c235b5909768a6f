"""Challenges made by hand, for pages, words and reports."""

from __future__ import annotations

from leadline.phases.monitor.challenge import Challenge, ChallengedBlock, MoreRows
from leadline.phases.verdict import Bounds

ERRORS = ((0.21, 0.19), (0.24, 0.2), (0.27, 0.19))


def example_challenge() -> Challenge:
    """Three weeks of 300 rows, in which the released model costs ever more."""
    blocks, excess = [], 0.0
    for week, (released, fresh) in enumerate(ERRORS):
        excess += 300 * (released - fresh)
        blocks.append(
            ChallengedBlock(
                name=f"2025-01-{13 + 7 * week}",
                n_labelled=50,
                released=released,
                challenger=fresh,
                stderr=0.03,
                excess=excess,
                n_learnt=50 + 50 * week,
                cpu_s=1.5,
                key=f"{week:064x}",
            )
        )
    return Challenge(
        blocks=tuple(blocks),
        difference=Bounds(estimate=0.0467, low=0.011, high=0.083),
        n_recent=3,
        chance=31.0,
        price=100.0,
        cpu_s=4.5,
        cost=0.000125,
        currency="USD",
        block="week",
        retrain_every=8,
        age=5,
        more=MoreRows(
            n_now=200, n_later=200, gain_now=0.0042, gain_later=0.0031, scoring="roc_auc"
        ),
    )
