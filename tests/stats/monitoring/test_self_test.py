"""Self-test of the monitor: rates of a run, and what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring import watched_rates
from leadline.stats.monitoring.labelled_error import Gap
from leadline.stats.monitoring.self_test import _labelled, _looked_at, run_false_alarms
from leadline.stats.monitoring.watched_rates import WatchedRate

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


def test_the_recall_of_single_classes_counts_beside_all_rows() -> None:
    rng = np.random.default_rng(4)
    noisy = blocks(rng, 24, 0.2)
    right = [(scores, said, said) for scores, said, _ in noisy]
    alone, with_class = (
        run_false_alarms(right, [50], rng=np.random.default_rng(0), run_length=14.0, views=views)
        for views in ([], [noisy])
    )
    assert alone.rate == 0.0
    assert with_class.rate > 0.03


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


def test_a_run_counts_once_however_often_it_alarms() -> None:
    made = blocks(np.random.default_rng(3), 7, 0.02)
    tested = run_false_alarms(made, [50], rng=np.random.default_rng(0), run_length=1.01)
    assert 0.9 < tested.rate <= 1
    assert tested.n_blocks == 3, "of seven blocks four are the reference"


def test_of_a_small_block_chance_says_more() -> None:
    made = _labelled(blocks(np.random.default_rng(4), 6, 0.02))
    scores, said, truth = made[0]
    made[0] = scores[:50], said[:50], truth[:50]
    rate = WatchedRate.of("error", made)
    assert rate is not None
    known, seen = _looked_at(rate, made, np.array([200.0]), np.random.default_rng(0))
    assert seen[:, :, 0] == pytest.approx(np.broadcast_to(known[:, None], (6, 12)))
    share = (sum(np.sum(says != is_so) for _, says, is_so in made) + 0.5) / 1051
    # 175 rows a block on average, all of them labelled
    assert seen[0, :, 1] == pytest.approx(share * (1 - share) * (1 / 50 - 1 / 175))
    assert seen[1:, :, 1].max() < 1e-8


@pytest.mark.parametrize(("variance", "usual"), [(0.04, 0.01), (0.01, 0.04)])
def test_of_two_variances_the_larger_counts(
    monkeypatch: pytest.MonkeyPatch, variance: float, usual: float
) -> None:
    monkeypatch.setattr(watched_rates, "gap_of", lambda *_: Gap(0.0, variance, usual))
    made = _labelled(blocks(np.random.default_rng(5), 6, 0.02))
    rate = WatchedRate.of("error", made)
    assert rate is not None
    _, seen = _looked_at(rate, made, np.array([20.0]), np.random.default_rng(0))
    assert seen[:, :, 1] == pytest.approx(0.04)
