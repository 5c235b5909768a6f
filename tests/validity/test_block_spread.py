"""How often anything counts as beyond the spread of blocks where nothing has changed."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray

from leadline.stats.monitoring.block_spread import beyond_spread

Draw = Callable[[np.random.Generator, int], NDArray[np.float64]]
N_STATISTICS = 12
SCALES = np.geomspace(0.01, 1, N_STATISTICS)
NOISE = 0.2 * SCALES


def statistics(rng: np.random.Generator, n_blocks: int) -> NDArray[np.float64]:
    """Skew, dependent in groups, of very different scales, some of them 0 in most blocks."""
    common = rng.normal(size=(n_blocks, 3))[:, np.arange(N_STATISTICS) % 3]
    values = np.exp(0.6 * common + 0.6 * rng.normal(size=(n_blocks, N_STATISTICS)))
    values *= SCALES
    values[:, :3] *= rng.random((n_blocks, 3)) < 0.3
    return values


def milder(rng: np.random.Generator, n_blocks: int) -> NDArray[np.float64]:
    """Distances as they are: of means, of distributions, and some with a longer tail."""
    normal = np.abs(rng.normal(size=(n_blocks, N_STATISTICS)))
    tails = rng.exponential(size=(n_blocks, N_STATISTICS))
    kind = np.arange(N_STATISTICS) % 3
    return np.where(kind == 0, normal, np.where(kind == 1, 0.9 + 0.5 * normal, tails)) * SCALES


def share_named(draw: Draw, n_blocks: int, n_runs: int) -> float:
    named = 0
    for run in range(n_runs):
        blocks = draw(np.random.default_rng([run, n_blocks]), n_blocks + 1)
        # rows say that all have changed, as they do on most streams
        found = beyond_spread(blocks[-1], blocks[:-1], np.zeros(N_STATISTICS), noise=NOISE)
        named += bool(found.is_beyond.any())
    return named / n_runs


@pytest.mark.parametrize("n_blocks", [19, 30, 60])
def test_of_many_blocks_one_in_twenty_has_anything_beyond(n_blocks: int) -> None:
    n_runs = 1_500
    rate, expected = (
        share_named(statistics, n_blocks, n_runs),
        1 - np.ceil(0.95 * (n_blocks + 1)) / (n_blocks + 1),
    )
    # exact: the rank of the new block's largest among all is uniform
    assert abs(rate - expected) <= 3 * np.sqrt(0.05 * 0.95 / n_runs)


@pytest.mark.parametrize("n_blocks", [3, 5, 9, 14, 18])
def test_of_few_blocks_no_more(n_blocks: int) -> None:
    assert share_named(milder, n_blocks, 600) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / 600)


@pytest.mark.parametrize(("n_blocks", "least"), [(4, 0.8), (6, 0.9), (19, 0.95), (40, 0.95)])
def test_what_is_far_beyond_is_seen(n_blocks: int, least: float) -> None:
    seen = 0
    for run in range(200):
        blocks = statistics(np.random.default_rng([run, n_blocks, 1]), n_blocks + 1)
        blocks[-1, 5] *= 100
        found = beyond_spread(blocks[-1], blocks[:-1], np.zeros(N_STATISTICS), noise=NOISE)
        seen += bool(found.is_beyond[5])
    assert seen / 200 >= least
