"""Recall and precision as watched rates: exact where all is labelled, and what they see."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from leadline.stats.monitoring.error_monitor import Monitor, MonitorState
from leadline.stats.monitoring.self_test import run_false_alarms
from leadline.stats.monitoring.watched_rates import RATES, WatchedRate, untold, withheld

Block = tuple[np.ndarray, np.ndarray, np.ndarray]


def block(rng: np.random.Generator, *, lost: float = 0.0, share: float = 0.04) -> Block:
    """A rare class, of which some rows that used to be found score as the others do."""
    truth = rng.random(300) < share
    found = truth & (rng.random(300) >= lost)
    odds = -3.2 + 2.4 * rng.normal(np.where(found, 2.4, 0.0), 1.0) - 2.88
    scores = 1 / (1 + np.exp(-odds))
    return scores, (scores >= 0.25).astype(float), truth.astype(float)


def last(rates: tuple[str, ...], n: int, **changed: float) -> MonitorState:
    rng = np.random.default_rng(0)
    monitor = Monitor([block(rng) for _ in range(20)], run_length=156, rng=rng, rates=rates)
    assert monitor.watched == rates
    for _ in range(n):
        scores, said, truth = block(rng, **changed)
        rows = monitor.ask(scores, said)
        state = monitor.update(scores, said, rows, truth[rows])
    return state


def test_a_rare_class_that_is_no_longer_found_raises_an_alarm() -> None:
    """The share wrong rises from 3 to 4 %, which says nothing yet."""
    state = last(RATES, 25, lost=0.9)
    assert state.alarm
    assert "recall" in state.worse
    assert not last(("error",), 25, lost=0.9).alarm


def test_more_positive_rows_are_no_loss_of_recall() -> None:
    assert last(("recall",), 25, share=0.10).evidence < 20
    assert last(("recall",), 25, share=0.02).evidence < 20


@pytest.mark.parametrize("name", RATES)
def test_a_block_that_is_labelled_whole_is_known(name: str) -> None:
    rng = np.random.default_rng(1)
    rate = WatchedRate.of(name, [block(rng) for _ in range(5)])
    assert rate is not None
    scores, said, truth = block(rng, lost=0.5)
    wrong = (said != truth).astype(float)
    seen = rate.seen(np.clip(scores, 0.01, 0.99), said, np.arange(300), wrong)
    assert seen is not None
    missed, false, n = truth @ (1 - said), said @ (1 - truth), truth.size
    of = {
        "error": (missed + false) / n,
        "recall": (missed - rate.level * truth.sum()) / n,
        "precision": (false - rate.level * said.sum()) / n,
    }
    assert seen[0] == pytest.approx(of[name])
    assert rate.whole(said, truth) == pytest.approx(of[name])


def test_the_self_test_is_of_all_that_is_watched() -> None:
    """The mean of three e-values is another than each of them."""
    rng = np.random.default_rng(2)
    made = [block(rng, lost=0.7 * (number % 2)) for number in range(24)]
    error, recall, together = (
        run_false_alarms(
            made, [300], rng=np.random.default_rng(0), run_length=12.0, n_runs=80, rates=rates
        ).rate
        for rates in (("error",), ("recall",), RATES)
    )
    assert len({error, recall, together}) == 3
    assert together <= max(error, recall)


def test_labels_of_flagged_rows_say_nothing_of_what_is_missed() -> None:
    rng = np.random.default_rng(3)
    blocks = [block(rng) for _ in range(5)]
    rate = WatchedRate.of("recall", blocks)
    assert rate is not None
    scores, said, truth = blocks[0]
    flagged = np.flatnonzero(said)
    assert untold(said, flagged) == ("recall",)
    assert untold(said, np.flatnonzero(said == 0)) == ("precision",)
    assert untold(np.ones(5), np.arange(2)) == ()
    # of a flagged row or two none has a label now and then, though nobody chose
    rare = (np.arange(300) < 2).astype(float)
    assert untold(rare, np.arange(50, 100)) == ("precision",)
    assert withheld(rare, np.arange(50, 100)) == ()
    assert withheld(said, flagged) == ("recall",)
    assert rate.seen(scores, said, flagged, (said != truth)[flagged].astype(float)) is None


def test_of_too_few_rows_a_rate_is_not_watched() -> None:
    rng = np.random.default_rng(4)
    few = [(scores, said, np.zeros(300)) for scores, said, _ in (block(rng) for _ in range(4))]
    assert WatchedRate.of("recall", few) is None
    assert "recall" not in Monitor(few, rates=RATES).watched


def test_the_first_error_after_a_reference_without_any_is_no_alarm() -> None:
    """All blocks of such a reference are alike, and that tells no spread."""
    truth = (np.arange(100) < 2).astype(float)
    monitor = Monitor([(truth, truth, truth)] * 12, run_length=156, rates=RATES)
    missed = np.where(np.arange(100) < 1, 1.0, 0.0)
    state = monitor.update(truth, missed, np.arange(100), truth)
    assert not state.alarm
    for _ in range(5):
        state = monitor.update(truth, missed, np.arange(100), truth)
    assert state.alarm
    assert "recall" in state.worse


def test_where_errors_are_few_blocks_differ_by_chance_at_least() -> None:
    wholes = np.array([0.1, 0.101, 0.102])
    many, few = (WatchedRate("recall", 0.1, 0.25, 100.0, n_wrong) for n_wrong in (10.0, 9.0))
    assert many.spread(wholes) == pytest.approx(0.001)
    assert few.spread(wholes) == pytest.approx(np.sqrt(0.1 * 0.9 * 0.25 / 100))


@pytest.mark.parametrize("name", RATES)
def test_a_smaller_block_differs_more_by_chance(name: str) -> None:
    rng = np.random.default_rng(1)
    rate = WatchedRate.of(name, [block(rng) for _ in range(5)])
    assert rate is not None
    scores, said, truth = block(rng, lost=0.5)
    its = (np.clip(scores, 0.01, 0.99), said, np.arange(300), (said != truth).astype(float))
    # usual blocks of a row, and of so many that they have no chance of their own
    small, large = (replace(rate, n_usual=n).seen(*its) for n in (1.0, 1e12))
    assert small is not None
    assert large is not None
    rows = {"error": 300.0, "recall": truth.sum(), "precision": said.sum()}[name]
    chance = rate.level * (1 - rate.level) * rows / 300**2
    assert small[1] >= 0
    assert large[1] - small[1] == pytest.approx(chance)


def test_ten_rows_are_a_rate_and_no_flagged_row_tells_no_precision() -> None:
    said = np.zeros(300)
    for n_rows in (9, 10):
        truth = (np.arange(300) < n_rows).astype(float)
        rate = WatchedRate.of("recall", [(said, said, truth)])
        assert (rate is not None) == (n_rows == 10)
    precision = WatchedRate("precision", 0.1, 0.1, 300.0, 20.0)
    rows = np.arange(50)
    assert precision.seen(np.full(300, 0.1), said, rows, np.zeros(50)) is None


def test_the_evidence_is_the_mean_of_the_rates() -> None:
    evidence = {}
    for rates in (*((name,) for name in RATES), RATES):
        rng = np.random.default_rng(5)
        monitor = Monitor([block(rng) for _ in range(20)], run_length=156, rates=rates)
        for _ in range(4):
            scores, said, truth = block(rng, lost=0.5)
            evidence[rates] = monitor.update(scores, said, np.arange(300), truth).evidence
    alone = [evidence[name,] for name in RATES]
    assert len(set(alone)) == 3
    assert evidence[RATES] == pytest.approx(np.mean(alone))


def test_a_tolerance_is_a_share_of_the_rows_of_a_rate() -> None:
    """Nine of ten positive rows are lost, where one in ten may be; then all is as it was."""
    rng = np.random.default_rng(0)
    made = [block(rng) for _ in range(20)]
    monitor = Monitor(made, tolerance=0.1, run_length=156, rng=rng, rates=("error", "recall"))
    for lost in (0.9,) * 25:
        scores, said, truth = block(rng, lost=lost)
        state = monitor.update(scores, said, np.arange(300), truth)
    assert state.worse == ("recall",)
    monitor.restart()
    scores, said, truth = block(rng)
    assert monitor.update(scores, said, np.arange(300), truth).worse == ()


def test_blocks_without_an_error_reach_as_far_as_chance() -> None:
    truth = (np.arange(100) < 2).astype(float)
    monitor = Monitor([(truth, truth, truth)] * 12, run_length=156)
    level = 0.5 / 1201
    chance = np.sqrt(level * (1 - level) / 100)
    # Student's t of 11 degrees of freedom
    assert monitor.usual_reach == pytest.approx(2.201 * chance * np.sqrt(13 / 12), rel=1e-4)
