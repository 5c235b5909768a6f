"""A score in service: what it must be where all is known, and where nothing can be said."""

from __future__ import annotations

import numpy as np
import pytest

from leadline.stats.metric import ClassProbabilities, metric_of
from leadline.stats.metric.service_score import LabelledRows, falls_short, service_score

RNG = np.random.default_rng(0)
Y = (RNG.random(300) < 0.3).astype(np.int64)
SCORES = RNG.normal(0, 1, 300) + Y
ONE = np.ones(300)
BLOCKS = np.arange(300) % 3


def scored(
    scoring: str,
    y: np.ndarray,
    response: np.ndarray | ClassProbabilities,
    *,
    weights: np.ndarray | None = None,
    blocks: np.ndarray | None = None,
) -> tuple[float, float, float]:
    """Score rows that stand for one each, in three blocks, unless given otherwise."""
    weights = np.ones(y.size) if weights is None else weights
    blocks = np.arange(y.size) % 3 if blocks is None else blocks
    found = service_score(
        scoring, LabelledRows(y, response, weights, blocks), rng=np.random.default_rng(0)
    )
    assert found is not None
    return found.low, found.estimate, found.high


@pytest.mark.parametrize("scoring", ["roc_auc", "average_precision"])
def test_rows_that_stand_for_one_each_score_as_they_are(scoring: str) -> None:
    low, score, high = scored(scoring, Y, SCORES)
    # 300 rows are shown as 2,000, nearly seven times each
    assert score == pytest.approx(metric_of(scoring).compute(Y, SCORES), abs=0.01)
    assert low < score < high


def test_numbers_and_probabilities_are_scored_as_well() -> None:
    truth = RNG.normal(0, 2, 400)
    low, found, high = scored("root_mean_squared_error", truth, truth + RNG.normal(0, 1, 400))
    assert low < 1 < high
    assert found == pytest.approx(1, abs=0.15)
    shares = ClassProbabilities(np.array([0, 1]), np.column_stack([1 - 0.3 * ONE, 0.3 * ONE]))
    assert scored("log_loss", Y, shares)[1] == pytest.approx(
        metric_of("log_loss").compute(Y, shares), abs=0.02
    )


def test_a_row_counts_as_the_rows_that_it_stands_for() -> None:
    """Labels are asked for where the model is in doubt: counted alike, they make it look worse."""
    said = np.tile([1, 0, 1, 0], 100)
    y = np.tile([1, 0, 0, 1], 100)
    weights = np.tile([9.0, 9.0, 1.0, 1.0], 100)
    _, score, _ = scored("balanced_accuracy", y, said, weights=weights)
    assert score == pytest.approx(0.9)
    assert scored("balanced_accuracy", y, said)[1] == pytest.approx(0.5)


def test_blocks_that_differ_widen_the_interval() -> None:
    truth = RNG.normal(0, 1, 300)
    off = RNG.normal(0, 1, 300)
    apart = np.where(BLOCKS == 0, 4.0, 1.0) * off
    sorted_out = scored("mean_absolute_error", truth, truth + apart)
    mixed = scored("mean_absolute_error", truth, truth + apart, blocks=np.arange(300) // 100)
    assert sorted_out[1] == pytest.approx(mixed[1])
    assert sorted_out[2] - sorted_out[0] > 2 * (mixed[2] - mixed[0])


@pytest.mark.parametrize(
    ("y", "blocks"),
    [
        (Y[:19], BLOCKS[:19]),
        (np.zeros(300, dtype=np.int64), BLOCKS),
        (np.arange(300) // 291, BLOCKS),
        (Y, np.arange(300) % 2),
    ],
    ids=["few labels", "one class", "nine of a class", "two blocks"],
)
def test_what_too_little_is_known_of_is_not_said(y: np.ndarray, blocks: np.ndarray) -> None:
    scores, weights = SCORES[: y.size], ONE[: y.size]
    rows, rng = LabelledRows(y, scores, weights, blocks), np.random.default_rng(0)
    assert service_score("roc_auc", rows, rng=rng) is None
    assert not falls_short("roc_auc", rows, 0.99, rng=rng, chance=0.01)


@pytest.mark.parametrize(
    ("scoring", "said", "ends"),
    [
        ("f1", np.zeros(400), (0.0, 0.18)),
        ("balanced_accuracy", np.zeros(400), (0.495, 0.546)),
        ("accuracy", np.arange(400) % 10 == 0, (0.991, 1.0)),
        ("roc_auc", np.where(np.arange(400) % 10 == 0, 0.9, 0.1), (0.912, 1.0)),
    ],
    ids=["flags nothing", "says one class", "no error", "perfect ranking"],
)
def test_a_score_that_no_draw_changes_is_bounded_by_what_the_rows_hide(
    scoring: str, said: np.ndarray, ends: tuple[float, float]
) -> None:
    """A model that flags nothing misses its target, and is not one of which too little is known."""
    y = (np.arange(400) % 10 == 0).astype(np.int64)
    low, score, high = scored(scoring, y, said.astype(float))
    assert (low, high) == pytest.approx(ends, abs=0.001)
    assert low <= score <= high


@pytest.mark.parametrize("scoring", ["roc_auc", "mean_absolute_error"])
def test_a_model_falls_short_of_what_lies_beyond_its_interval(scoring: str) -> None:
    """One end of it, at twice the chance: the low one of a loss, the high one of a score."""
    y = Y if scoring == "roc_auc" else SCORES + RNG.normal(0, 1, 300)
    rows, chance = LabelledRows(y, SCORES, ONE, BLOCKS), 0.01
    found = service_score(
        scoring, rows, rng=np.random.default_rng(0), confidence_level=1 - 2 * chance
    )
    assert found is not None
    is_loss = metric_of(scoring).is_loss
    end, worse = (found.low, 1e-6) if is_loss else (found.high, -1e-6)
    for bound, is_short in ((end + worse, False), (end - worse, True)):
        rng = np.random.default_rng(0)
        assert falls_short(scoring, rows, bound, rng=rng, chance=chance) == is_short


@pytest.mark.parametrize(
    ("scoring", "said"),
    [("balanced_accuracy", np.zeros(400)), ("roc_auc", np.arange(400) % 10 == 0)],
)
def test_rows_that_stand_for_more_hide_more(scoring: str, said: np.ndarray) -> None:
    y = (np.arange(400) % 10 == 0).astype(np.int64)
    heavy = np.where(np.arange(400) % 20 == 0, 3.0, 1.0)
    widths = []
    for weights in (np.ones(400), heavy):
        low, _, high = scored(scoring, y, said.astype(float), weights=weights)
        widths.append(high - low)
    assert widths[1] > 1.2 * widths[0]
