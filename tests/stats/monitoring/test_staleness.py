from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.staleness import staleness


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
    result = staleness(backtest(12, 6, 0.01, 0.0, 0))
    assert result.added_error.estimate == pytest.approx(0.01 * np.arange(6))
    assert result.added_error.low == pytest.approx(result.added_error.high)
    assert result.delays.tolist() == [1, 2, 3, 4, 5, 6]
    assert result.n_pairs.tolist() == [11, 11, 10, 9, 8, 7]
    assert result.probability_ages > 0.9999


def test_added_error_starts_at_zero_and_never_falls() -> None:
    result = staleness(backtest(12, 6, 0.0, 0.02, 1))
    added = result.added_error
    assert added.low[0] == added.estimate[0] == added.high[0] == 0
    assert np.all(np.diff(added.estimate) >= -1e-12)
    assert np.all(added.low[1:] < added.estimate[1:])
    assert np.all(added.estimate[1:] < added.high[1:])


def test_missing_pairs_are_left_out() -> None:
    errors = backtest(10, 5, 0.02, 0.0, 2)
    errors[3, 0] = errors[5, 2] = np.nan
    errors[:, 4] = np.nan
    result = staleness(errors)
    assert result.added_error.estimate == pytest.approx(0.02 * np.arange(4))
    assert result.n_pairs[1:].tolist() == [8, 6, 6]


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="1 dimensions"):
        staleness([0.1, 0.2])
    with pytest.raises(ValueError, match="no block that an old and a fresh"):
        staleness([[0.1, 0.2]])
    with pytest.raises(ValueError, match="no block that an old and a fresh"):
        staleness([[0.1], [0.1]])
    with pytest.raises(ValueError, match="n_tested"):
        staleness(np.full((4, 3), 0.1), n_tested=0)


def test_neighbouring_blocks_go_together() -> None:
    """Gaps that come in runs of three tell less than the same gaps in turn."""

    def likely(gaps: np.ndarray) -> float:
        errors = np.full((gaps.size + 1, 2), 0.2)
        errors[:-1, 1] += 0.005 + gaps
        return staleness(errors).probability_ages

    in_runs = likely(np.tile(np.repeat([0.02, -0.02], 3), 5))
    assert 0.7 < in_runs < likely(np.tile([0.02, -0.02], 15))


def test_the_interval_is_that_of_a_mean_to_come() -> None:
    """One delay: 1.25 times t times the spread over origins, however many those are."""
    gaps = np.random.default_rng(5).normal(0.03, 0.01, 40)
    errors = np.full((41, 2), 0.2)
    errors[:-1, 1] += gaps
    added = staleness(errors).added_error
    half = 1.25 * 1.729 * gaps.std(ddof=1)
    assert added.high[1] - added.estimate[1] == pytest.approx(half, rel=1e-3)
    assert added.estimate[1] - added.low[1] == pytest.approx(half, rel=1e-3)


def test_an_age_met_once_borrows_the_spread_of_those_near_it() -> None:
    added = staleness(backtest(12, 11, 0.0, 0.02, 6)).added_error
    widths = added.high - added.low
    assert widths[-1] > 0.5 * widths[1] > 0
    assert widths[-1] < 0.4


def test_a_spread_that_nobody_saw_may_be_anything() -> None:
    added = staleness([[0.2, 0.25], [0.2, np.nan]]).added_error
    assert (added.low[1], added.high[1]) == (-1.0, 1.0)


def test_no_interval_is_narrower_than_a_row_can_show() -> None:
    errors = backtest(30, 6, 0.0, 0.0, 4)
    added = staleness(errors, n_tested=50).added_error
    assert np.all(added.high[1:] - added.low[1:] > 0.02)


def test_without_ageing_models_that_differ_by_chance_are_not_told_to_age() -> None:
    """A bad old model errs on every block it meets: those are no independent proofs."""
    rng = np.random.default_rng(3)
    n_blocks, likely = 20, []
    for _ in range(150):
        block, model = rng.normal(0, 0.03, n_blocks), rng.normal(0, 0.03, n_blocks)
        errors = np.full((n_blocks, n_blocks - 1), np.nan)
        for t in range(6, n_blocks - 1):
            for d in range(1, n_blocks - t):
                errors[t, d - 1] = 0.2 + model[t] + block[t + d] + rng.normal(0, 0.05)
        likely.append(staleness(errors).probability_ages)
    assert 0.04 < np.mean(np.array(likely) > 0.9) < 0.14, ".1 is meant"


def test_blocks_that_meet_the_same_old_models_go_together() -> None:
    """Gaps that each old model carries along tell less than the same gaps at random."""
    n_blocks, n_delays = 24, 6
    origins = np.arange(n_blocks)[:, None] * np.ones(n_delays)
    gaps = 0.004 + np.where(origins % 2 == 0, 0.02, -0.02)

    def likely(gaps: np.ndarray) -> float:
        errors = np.full((n_blocks, n_delays), 0.2)
        errors[:, 1:] += gaps[:, 1:]
        return staleness(errors).probability_ages

    mixed = np.random.default_rng(0).permutation(gaps.ravel()).reshape(gaps.shape)
    assert 0.6 < likely(gaps) < likely(mixed) - 0.03
