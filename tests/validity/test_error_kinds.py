"""Coverage of precision, recall and cost from 50 labels a block, also where the world changes."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.error_kinds import error_kinds
from leadline.stats.monitoring.error_monitor import Monitor

Block = tuple[np.ndarray, np.ndarray, np.ndarray]


def block(rng: np.random.Generator, n: int, base: float, drift: float, flipped: float) -> Block:
    odds = rng.normal(base, 1.6, n)
    scores = 1 / (1 + np.exp(-odds))
    real = 1 / (1 + np.exp(-(odds + drift + rng.normal(0, 0.2))))
    truth = (rng.random(n) < real) ^ (rng.random(n) < flipped)
    return scores, scores >= 0.4, truth


@pytest.mark.parametrize("base", [0.0, -2.5])
@pytest.mark.parametrize(("drift", "flipped"), [(0.0, 0.0), (1.0, 0.0), (0.0, 0.1)])
def test_intervals_hold(base: float, drift: float, flipped: float) -> None:
    held = []
    for seed in range(60):
        rng = np.random.default_rng([seed, 7])
        monitor = Monitor([block(rng, 300, base, 0.0, 0.0) for _ in range(12)], rng=rng)
        scores, said, truth = block(rng, 400, base, drift, flipped)
        rows = monitor.ask(scores, said)
        expected = monitor.predicted(scores, said.astype(float))
        found = error_kinds(
            expected, said, rows, truth[rows], cost_miss=3.0, cost_false_alarm=1.0, rng=rng
        )
        hits = np.sum(said & truth)
        cost = 1000 * (3 * np.sum(truth & ~said) + np.sum(said & ~truth)) / 400
        pairs = [(found.cost_per_1000, cost)]
        if found.precision is not None:
            pairs.append((found.precision, hits / said.sum()))
        if found.recall is not None:
            pairs.append((found.recall, hits / truth.sum()))
        held += [each.low - 1e-9 <= real <= each.high + 1e-9 for each, real in pairs]
    # .95 is meant; measured .94 to 1.00, with 200 seeds a setting
    assert np.mean(held) >= 0.9
