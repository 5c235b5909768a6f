from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.staleness import retrain_period, staleness


def backtest(n_blocks: int, n_delays: int, ageing: float, noise: float, seed: int) -> np.ndarray:
    """Errors of models on later blocks: the block's difficulty, plus age, plus noise."""
    rng = np.random.default_rng(seed)
    difficulty = rng.normal(0.2, 0.05, n_blocks + n_delays)
    block = np.arange(n_blocks)[:, None] + np.arange(1, n_delays + 1)
    errors = difficulty[block] + ageing * np.arange(n_delays)
    errors += noise * rng.standard_normal(errors.shape)
    # the data end: models trained late have few later blocks
    return np.where(block <= n_blocks, errors, np.nan)


def test_the_difficulty_of_blocks_cancels_exactly() -> None:
    result = staleness(backtest(12, 6, 0.01, 0.0, 0), rng=np.random.default_rng(0))
    assert result.added_error.estimate == pytest.approx(0.01 * np.arange(6))
    assert result.added_error.low == pytest.approx(result.added_error.high)
    assert result.delays.tolist() == [1, 2, 3, 4, 5, 6]
    assert result.n_pairs.tolist() == [11, 11, 10, 9, 8, 7]
    assert result.probability_ages == 1


def test_added_error_starts_at_zero_and_never_falls() -> None:
    result = staleness(backtest(12, 6, 0.0, 0.02, 1), rng=np.random.default_rng(0))
    for part in (result.added_error.low, result.added_error.estimate, result.added_error.high):
        assert part[0] == 0
        assert np.all(np.diff(part) >= -1e-12)
    assert np.all(result.added_error.low <= result.added_error.high)


def test_missing_pairs_are_left_out() -> None:
    errors = backtest(10, 5, 0.02, 0.0, 2)
    errors[3, 0] = errors[5, 2] = np.nan
    errors[:, 4] = np.nan
    result = staleness(errors, rng=np.random.default_rng(0))
    assert result.added_error.estimate == pytest.approx(0.02 * np.arange(4))
    assert result.n_pairs[1:].tolist() == [8, 6, 6]


def test_the_period_minimises_the_cost() -> None:
    result = staleness(backtest(30, 12, 0.01, 0.0, 3), rng=np.random.default_rng(0))
    plan = retrain_period(result, cost_retrain=100, cost_error=1, n_block=1000)
    periods = np.arange(1, 13)
    cost = (100 + 1000 * 0.01 * periods * (periods - 1) / 2) / periods
    assert plan.cost_per_block == pytest.approx(cost)
    # C(4) = C(5) = 40, and C(6) = 41.7 is within 5 %
    assert plan.period in {4, 5}
    assert (plan.low, plan.high) == (4, 6)
    assert not plan.at_edge
    assert plan.probability_ages == result.probability_ages


def test_the_flat_range_holds_every_period_within_five_percent() -> None:
    result = staleness(backtest(30, 20, 0.001, 0.0, 3), rng=np.random.default_rng(0))
    plan = retrain_period(result, cost_retrain=100, cost_error=1, n_block=1000)
    inside = plan.cost_per_block[plan.low - 1 : plan.high]
    assert np.all(inside <= 1.05 * plan.cost_per_block.min())
    assert plan.low < plan.period < plan.high


def test_what_does_not_age_is_retrained_as_rarely_as_was_measured() -> None:
    result = staleness(backtest(12, 6, 0.0, 0.0, 4), rng=np.random.default_rng(0))
    plan = retrain_period(result, cost_retrain=100, cost_error=1, n_block=1000)
    assert plan.period == 6
    assert plan.at_edge


def test_bad_input_is_refused() -> None:
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="1 dimensions"):
        staleness([0.1, 0.2], rng=rng)
    with pytest.raises(ValueError, match="no block that an old and a fresh"):
        staleness([[0.1, 0.2]], rng=rng)
    with pytest.raises(ValueError, match="no block that an old and a fresh"):
        staleness([[0.1], [0.1]], rng=rng)
    with pytest.raises(ValueError, match="n_bootstrap"):
        staleness(np.full((4, 3), 0.1), rng=rng, n_bootstrap=1)
    with pytest.raises(ValueError, match="cost_retrain"):
        retrain_period(staleness(np.full((4, 3), 0.1), rng=rng), 0, 1, 1)


def test_neighbouring_blocks_are_redrawn_together() -> None:
    """Gaps that come in runs of three tell less than the same gaps in turn."""

    def width(gaps: np.ndarray) -> float:
        errors = np.full((gaps.size + 1, 2), 0.2)
        errors[:-1, 1] += 0.05 + gaps
        aged = staleness(errors, rng=np.random.default_rng(0), n_bootstrap=2000).added_error
        return float(aged.high[1] - aged.low[1])

    assert width(np.tile(np.repeat([0.02, -0.02], 3), 5)) > 1.5 * width(np.tile([0.02, -0.02], 15))
