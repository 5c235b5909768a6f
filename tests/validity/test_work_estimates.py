"""Do nine of ten simulated teams finish within the range that their own past gives?"""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.work_estimates import PastRatios, draw_hours, past_ratios
from leadline.stats.yearly_costs import amount_per_row

N_TEAMS = 1_500
N_AHEAD = 6


def covered(n_past: int, *, by_past: bool) -> float:
    """Share of teams whose next six pieces take hours within the middle 90 % of what is drawn.

    Each team has a habit (it takes 0.8 to 2.5 times as long as it holds likely) and a spread.
    """
    rng = np.random.default_rng(n_past)
    inside = 0
    for _ in range(N_TEAMS):
        habit, spread = rng.uniform(np.log(0.8), np.log(2.5)), rng.uniform(0.2, 0.7)
        likely = rng.uniform(1, 10, n_past + N_AHEAD)
        took = likely * np.exp(habit + spread * rng.standard_normal(likely.size))
        past: PastRatios | None = past_ratios(took[:n_past], likely[:n_past])
        ahead = likely[n_past:]
        drawn = draw_hours(
            ahead / 2, ahead, ahead * 3, past=past if by_past else None, n_draws=1_000, rng=rng
        )
        low, high = np.quantile(drawn.sum(axis=1), [0.05, 0.95])
        inside += bool(low <= took[n_past:].sum() <= high)
    return inside / N_TEAMS


@pytest.mark.parametrize("n_past", [5, 8, 20])
def test_a_team_is_foretold_by_its_own_past(n_past: int) -> None:
    assert covered(n_past, by_past=True) == pytest.approx(0.9, abs=0.025)


def test_three_points_alone_promise_too_much() -> None:
    assert covered(5, by_past=False) < 0.5


@pytest.mark.parametrize("n_blocks", [4, 10, 40])
def test_the_cost_of_errors_lies_within_its_interval(n_blocks: int) -> None:
    rng = np.random.default_rng(n_blocks)
    inside = 0
    for _ in range(N_TEAMS):
        rows = rng.integers(200, 400, n_blocks)
        # errors cluster: the rate of a block moves about its mean
        rate = np.clip(rng.normal(0.1, 0.03, n_blocks), 0, 1)
        costs = 5.0 * rng.binomial(rows, rate)
        _, interval = amount_per_row(costs, rows)
        assert interval is not None
        inside += bool(interval.low <= 0.5 <= interval.high)
    assert inside / N_TEAMS == pytest.approx(0.9, abs=0.03)
