"""Does staleness see ageing where there is some, and none where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.staleness import Staleness, staleness


def backtested(rng: np.random.Generator, ageing: float, n_blocks: int = 20) -> Staleness:
    """Backtest in which blocks differ widely in difficulty, six delays."""
    delay = np.arange(1, 7)
    block = np.arange(n_blocks)[:, None] + delay
    difficulty = rng.normal(0.2, 0.05, n_blocks + 7)
    errors = difficulty[block] + ageing * (delay - 1) + 0.01 * rng.standard_normal(block.shape)
    return staleness(np.where(block <= n_blocks, errors, np.nan))


def test_nothing_ages_and_nothing_is_found() -> None:
    rng = np.random.default_rng(0)
    results = [backtested(rng, 0.0) for _ in range(200)]
    last = np.array([result.added_error.estimate[-1] for result in results])
    # it cannot be negative, so what is left is the noise of a mean of 15 differences
    assert np.mean(last) < 0.004
    ages = np.array([result.probability_ages for result in results])
    assert np.mean(ages) == pytest.approx(0.5, abs=0.08)
    # measured .057 over 600 backtests
    assert np.mean(ages > 0.95) < 0.11


def test_ageing_is_found_at_its_size_and_covered() -> None:
    rng = np.random.default_rng(1)
    results = [backtested(rng, 0.01) for _ in range(200)]
    truth = 0.01 * np.arange(6)
    mean = np.mean([result.added_error.estimate for result in results], axis=0)
    assert mean == pytest.approx(truth, abs=0.001)
    held = [
        (result.added_error.low[1:] <= truth[1:]) & (truth[1:] <= result.added_error.high[1:])
        for result in results
    ]
    # made for ageing that comes and goes, wide where it is steady
    assert np.mean(held) > 0.97
    assert np.mean([result.probability_ages > 0.95 for result in results]) > 0.95


@pytest.mark.parametrize("step", [0.0, 0.03, 0.08])
def test_what_later_blocks_show_is_held_where_ageing_comes_and_goes(step: float) -> None:
    """What is to be learnt walks at random; the first half says what the second will show."""
    rng = np.random.default_rng(2)
    held = []
    for _ in range(60):
        errors = walking(rng, 61, step)
        early, late = errors[:30, :29].copy(), errors[30:, :29]
        early[np.add.outer(np.arange(30), np.arange(1, 30)) > 30] = np.nan
        added = staleness(early).added_error
        for delay in range(2, 21):
            truth = np.mean(late[: 30 - delay, delay - 1] - late[delay - 1 : 29, 0])
            held.append(added.low[delay - 1] <= truth <= added.high[delay - 1])
    assert np.mean(held) > 0.87


def walking(rng: np.random.Generator, n: int, step: float) -> np.ndarray:
    """Errors of models that learnt the mean of ten blocks, by how far the concept has moved."""
    concept = np.cumsum(rng.normal(0, step, n + 10))
    learnt = np.convolve(concept, np.full(10, 0.1), "valid")[:n]
    errors = np.full((n, n), np.nan)
    for origin in range(n):
        apart = np.abs(concept[origin + 10 : n + 10] - learnt[origin])
        errors[origin, : apart.size] = 0.2 + 0.2 * apart / (1 + apart)
        errors[origin, : apart.size] += rng.normal(0, 0.006, apart.size)
    return errors
