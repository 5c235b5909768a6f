"""Monitor of the error: false alarms of whole runs, coverage, and delay, in simulation."""

from __future__ import annotations

import numpy as np

from leadline.stats.monitoring.error_monitor import Monitor

Block = tuple[np.ndarray, np.ndarray, np.ndarray]


def block(rng: np.random.Generator, worse: float = 0.0) -> Block:
    """Blocks that are a little harder or easier, by a few points of error."""
    scores = rng.beta(0.7, 0.7, 400)
    flipped = np.clip(0.05 + rng.normal(0, 0.02) + worse, 0, 1)
    truth = (rng.random(400) < scores) ^ (rng.random(400) < flipped)
    return scores, scores >= 0.5, truth


def run(rng: np.random.Generator, n: int, labels: int, worse: float = 0.0) -> tuple[int, float]:
    """Blocks until an alarm, n where there is none, and how often the error was held."""
    monitor = Monitor([block(rng) for _ in range(20)], labels=labels, rng=rng)
    held, first = [], n
    for number in range(n):
        scores, said, truth = block(rng, worse)
        rows = monitor.ask(scores, said)
        state = monitor.update(scores, said, rows, truth[rows])
        held.append(state.error.low <= np.mean(said != truth) <= state.error.high)
        if state.alarm:
            first = min(first, number)
    return first, float(np.mean(held))


def test_few_runs_alarm_where_nothing_changes() -> None:
    """With 12 labels a block most of what is seen is chance: it must not count as a rise."""
    for labels in (12, 50):
        alarms = [run(np.random.default_rng([labels, seed]), 60, labels)[0] for seed in range(40)]
        assert np.mean(np.array(alarms) < 60) <= 0.10


def test_intervals_hold_while_the_error_rises() -> None:
    held = [run(np.random.default_rng([7, seed]), 12, 50, worse=0.15)[1] for seed in range(30)]
    # .95 is meant; the first block or two of a jump are still taken for chance
    assert np.mean(held) >= 0.85


def test_a_rise_is_found() -> None:
    delays = [run(np.random.default_rng([8, seed]), 60, 50, worse=0.15)[0] for seed in range(20)]
    assert np.median(delays) <= 15
