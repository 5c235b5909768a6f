"""Precision, recall and cost of a block from labels of some rows."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.monitoring.error_kinds import ErrorKinds, error_kinds


def kinds(scores: np.ndarray, said: np.ndarray, rows: np.ndarray, truth: np.ndarray) -> ErrorKinds:
    return error_kinds(
        np.clip(np.minimum(scores, 1 - scores), 0.01, 0.99),
        said,
        rows,
        truth,
        cost_miss=5.0,
        cost_false_alarm=1.0,
        rng=np.random.default_rng(0),
    )


def test_a_block_that_is_labelled_whole_is_known_exactly() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random(80)
    said, truth = scores >= 0.6, rng.random(80) < scores
    found = kinds(scores, said, np.arange(80), truth)
    hits = np.sum(said & truth)
    assert found.precision is not None
    assert found.recall is not None
    for estimate, real in (
        (found.precision, hits / said.sum()),
        (found.recall, hits / truth.sum()),
        (found.cost_per_1000, 1000 * (5 * np.sum(~said & truth) + np.sum(said & ~truth)) / 80),
    ):
        assert estimate.low == estimate.high == pytest.approx(real)


def test_fewer_labels_make_wider_intervals() -> None:
    rng = np.random.default_rng(1)
    scores = rng.random(600)
    said, truth = scores >= 0.5, rng.random(600) < scores
    order = rng.permutation(600)
    widths = []
    for n in (20, 80, 300):
        found = kinds(scores, said, order[:n], truth[order[:n]]).cost_per_1000
        widths.append(found.high - found.low)
    assert widths[0] > widths[1] > widths[2]


def test_where_nothing_is_flagged_there_is_no_precision() -> None:
    rng = np.random.default_rng(2)
    scores = rng.random(100) / 3
    found = kinds(scores, np.zeros(100), np.arange(40), rng.random(40) < scores[:40])
    assert found.precision is None
    whole = kinds(scores, np.zeros(100), np.arange(100), np.arange(100) < 30)
    assert (whole.recall and whole.recall.high, whole.n_positive) == (0.0, 30.0)
    assert found.cost_per_1000.estimate > 0


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="expected holds 0"):
        kinds(np.zeros(0), np.zeros(0), np.zeros(0, dtype=int), np.zeros(0))
    with pytest.raises(ValueError, match="truth has shape"):
        kinds(np.array([0.2, 0.3]), np.array([0, 1]), np.array([0]), np.array([0, 1]))


def test_where_there_may_be_no_positive_row_there_is_no_recall() -> None:
    """In some draws there is one, in others none."""
    found = kinds(np.full(30, 0.01), np.zeros(30), np.arange(5), np.zeros(5))
    assert found.recall is None
    assert found.cost_per_1000.low == 0 < found.cost_per_1000.high


def test_rows_with_a_label_are_not_guessed_again() -> None:
    found = kinds(np.full(100, 0.5), np.ones(100), np.arange(50), np.arange(50) % 2)
    assert found.cost_per_1000.estimate == pytest.approx(500, abs=30)


def test_as_labels_are_used_twice_the_interval_is_wider(monkeypatch: pytest.MonkeyPatch) -> None:
    def width() -> float:
        found = kinds(np.full(400, 0.3), np.arange(400) % 2, np.arange(60), np.arange(60) % 4 > 0)
        return found.cost_per_1000.high - found.cost_per_1000.low

    wide = width()
    monkeypatch.setattr("leadline.stats.monitoring.error_kinds._CAUTION", 1.0)
    assert wide == pytest.approx(1.15 * width())
