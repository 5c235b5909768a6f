"""Self-test of the monitor: rates of a run, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.self_test import run_false_alarms

Block = tuple[np.ndarray, np.ndarray, np.ndarray]


def blocks(rng: np.random.Generator, n: int, spread: float) -> list[Block]:
    made = []
    for _ in range(n):
        scores = rng.random(200)
        flipped = rng.random(200) < np.clip(rng.normal(0.1, spread), 0, 1)
        made.append((scores, scores >= 0.5, (rng.random(200) < scores) ^ flipped))
    return made


def test_alike_blocks_hardly_alarm() -> None:
    rng = np.random.default_rng(0)
    tested = run_false_alarms(blocks(rng, 24, 0.02), [50, 30], rng=rng)
    assert (tested.n_runs, tested.n_blocks) == (300, 12)
    assert tested.rate <= 0.05


def test_a_short_run_length_alarms_more_often() -> None:
    rng = np.random.default_rng(1)
    made = blocks(rng, 24, 0.05)
    strict, lenient = (
        run_false_alarms(made, [50], rng=np.random.default_rng(0), run_length=length).rate
        for length in (3.0, 1_000.0)
    )
    assert strict > lenient
    tolerated = run_false_alarms(
        made, [50], rng=np.random.default_rng(0), run_length=3.0, tolerance=0.3
    )
    assert tolerated.rate < strict


def test_bad_input_is_refused() -> None:
    rng = np.random.default_rng(2)
    made = blocks(rng, 6, 0.02)
    with pytest.raises(ValueError, match="at least 6"):
        run_false_alarms(made[:5], [50], rng=rng)
    with pytest.raises(ValueError, match="labels holds 0"):
        run_false_alarms(made, [], rng=rng)
    with pytest.raises(ValueError, match="at least 1"):
        run_false_alarms(made, [0], rng=rng)
    with pytest.raises(ValueError, match="tolerance"):
        run_false_alarms(made, [50], rng=rng, tolerance=1.0)
    with pytest.raises(ValueError, match="run_length"):
        run_false_alarms(made, [50], rng=rng, run_length=1.0)
