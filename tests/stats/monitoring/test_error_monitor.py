"""Monitor of the error: what it asks, what it says, and what it refuses."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from leadline.stats.monitoring.error_monitor import Monitor

Block = tuple[np.ndarray, np.ndarray, np.ndarray]


def block(rng: np.random.Generator, n: int = 300, flipped: float = 0.0) -> Block:
    """Scores that are true shares, and labels of which some are flipped."""
    scores = rng.beta(0.6, 0.6, n)
    truth = (rng.random(n) < scores) ^ (rng.random(n) < flipped)
    return scores, scores >= 0.5, truth


def monitor(rng: np.random.Generator, n: int = 12, **given: Any) -> Monitor:
    return Monitor([block(rng) for _ in range(n)], rng=rng, **given)


def test_it_asks_most_where_errors_are_likely() -> None:
    rng = np.random.default_rng(0)
    watch = monitor(rng)
    scores, said, _ = block(rng, 2_000)
    rows = watch.ask(scores, said)
    assert np.unique(rows).size == 50
    doubtful = np.abs(scores - 0.5) < 0.25
    assert doubtful[rows].mean() > doubtful.mean() + 0.1
    # and some everywhere, or what is sure could not be found wrong
    assert np.any(np.abs(scores[rows] - 0.5) > 0.4)
    assert watch.ask(scores[:20], said[:20]).size == 20


def test_an_estimate_is_nearer_than_that_of_as_many_rows_at_random() -> None:
    rng = np.random.default_rng(1)
    watch, ours, plain, held = monitor(rng), [], [], []
    for _ in range(60):
        scores, said, truth = block(rng, 400)
        wrong = said != truth
        rows = watch.ask(scores, said)
        error = watch.update(scores, said, rows, truth[rows]).error
        ours.append(error.estimate - wrong.mean())
        plain.append(wrong[rng.permutation(400)[:50]].mean() - wrong.mean())
        held.append(error.low <= wrong.mean() <= error.high)
    assert np.std(ours) < 0.75 * np.std(plain)
    assert np.mean(held) >= 0.9


def test_without_labels_the_scores_and_the_past_speak() -> None:
    rng = np.random.default_rng(2)
    watch = monitor(rng)
    scores, said, truth = block(rng)
    state = watch.update(scores, said, [], [])
    assert state.n_labels == 0
    assert state.error.low <= np.mean(said != truth) <= state.error.high
    assert not state.alarm


def test_a_rise_raises_an_alarm_and_a_tolerated_one_does_not() -> None:
    rng = np.random.default_rng(3)
    strict, lenient = monitor(rng), monitor(rng, tolerance=0.2)
    for _ in range(25):
        scores, said, truth = block(rng, flipped=0.25)
        for watch in (strict, lenient):
            rows = watch.ask(scores, said)
            state = watch.update(scores, said, rows, truth[rows])
            if watch is strict:
                seen = state
    assert seen.alarm
    assert not state.alarm
    strict.restart()
    scores, said, truth = block(rng)
    rows = strict.ask(scores, said)
    assert not strict.update(scores, said, rows, truth[rows]).alarm


def test_scores_need_be_no_shares() -> None:
    rng = np.random.default_rng(4)
    blocks = [
        (6 * scores - 3, said, truth) for scores, said, truth in (block(rng) for _ in range(6))
    ]
    watch = Monitor(blocks, rng=rng)
    scores, said, truth = blocks[0]
    rows = watch.ask(scores, said)
    error = watch.update(scores, said, rows, truth[rows]).error
    assert error.low <= np.mean(said != truth) <= error.high


def test_what_cannot_be_is_refused() -> None:
    rng = np.random.default_rng(5)
    with pytest.raises(ValueError, match="at least 3"):
        Monitor([block(rng)] * 2)
    for given in ({"labels": 0}, {"tolerance": 1.0}, {"run_length": 1.0}):
        with pytest.raises(ValueError, match=next(iter(given))):
            monitor(rng, **given)


@pytest.mark.parametrize(
    ("rows", "truth", "why"),
    [
        ([1, 1], [0, 1], "twice"),
        ([-1], [1], "between 0 and"),
        ([300], [1], "between 0 and"),
        ([1, 2], [1], "one value a score"),
        ([1], [2], "other than 0 and 1"),
    ],
)
def test_labels_that_cannot_be_change_nothing(rows: list[int], truth: list[int], why: str) -> None:
    rng = np.random.default_rng(6)
    watch, other = (monitor(np.random.default_rng(7)) for _ in range(2))
    scores, said, real = block(rng)
    with pytest.raises(ValueError, match=why):
        watch.update(scores, said, rows, truth)
    known = np.arange(50)
    assert watch.update(scores, said, known, real[known]) == other.update(
        scores, said, known, real[known]
    )


def test_blocks_that_cannot_be_are_refused() -> None:
    rng = np.random.default_rng(8)
    watch = monitor(rng)
    with pytest.raises(ValueError, match="at least 1"):
        watch.ask([], [])
    with pytest.raises(ValueError, match="not finite"):
        watch.ask([0.2, float("nan")], [0, 1])
    with pytest.raises(ValueError, match="at least 1"):
        Monitor([block(rng), block(rng), ([], [], [])])


def test_a_few_wrong_rows_of_a_tiny_block_are_chance() -> None:
    """All its rows are labelled, so its error is known; the world's is not."""
    rng = np.random.default_rng(9)
    watch = monitor(rng)
    for n in (1, 3):
        scores = np.full(n, 0.9)
        state = watch.update(scores, np.ones(n), np.arange(n), np.zeros(n))
        assert state.error.estimate > 0.9
        assert not state.alarm


def test_a_few_labels_that_are_all_wrong_are_no_proof() -> None:
    rng = np.random.default_rng(5)
    for n_labels in (1, 2, 5):
        watch = monitor(rng)
        scores, said, truth = block(rng)
        wrong = np.flatnonzero(said != truth)[:n_labels]
        state = watch.update(scores, said, wrong, truth[wrong])
        assert state.evidence < 20
        assert state.error.low < 0.4
