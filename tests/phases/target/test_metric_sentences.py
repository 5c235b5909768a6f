"""Every metric has a plain sentence, and the number in it is true of what it says."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from leadline.phases.scoring import SCORINGS
from leadline.phases.target.metric_sentences import metric_sentence
from leadline.phases.vocabulary.project_words import Words
from leadline.stats.metric import METRICS, ClassProbabilities

WORDS = Words(
    unit="order",
    units="orders",
    positive="late",
    negative="on time",
    label="delay",
    measured_in="minutes",
)
_RNG = np.random.default_rng(5)
Y = (_RNG.random(300) < 0.3).astype(int)
SCORES = _RNG.normal(Y, 1.0)
SAID = (SCORES > 0.6).astype(int)
SHARES = ClassProbabilities(np.array([0, 1]), np.column_stack([1 - SCORES**2 / 20, SCORES**2 / 20]))
DELAYS = _RNG.normal(30.0, 9.0, 300)
GUESSES = DELAYS + _RNG.normal(0.0, 4.0, 300)


def pairs_in_order() -> float:
    """Of all pairs of a late and an on-time order, those with the late one higher."""
    gaps = SCORES[Y == 1][:, None] - SCORES[Y == 0][None, :]
    return float(np.mean(gaps > 0))


def late_on_the_way() -> float:
    """Down the ranking to each late order: the share that is late of those passed, averaged."""
    ranked = Y[np.argsort(-SCORES)]
    return float(np.mean([ranked[: place + 1].mean() for place in np.flatnonzero(ranked)]))


def on_both_lists() -> float:
    late, said = set(np.flatnonzero(Y)), set(np.flatnonzero(SAID))
    return 2 * len(late & said) / (len(late) + len(said))


def typical_chance() -> float:
    own = np.where(Y == 1, SHARES.values[:, 1], SHARES.values[:, 0])
    return float(np.prod(own) ** (1 / Y.size))


def squared_errors_against_the_average() -> float:
    ours, average = np.sum((DELAYS - GUESSES) ** 2), np.sum((DELAYS - DELAYS.mean()) ** 2)
    return float(ours / average)


RIGHT = SAID == Y
TRUTHS: dict[str, tuple[Any, Any, Callable[[], float]]] = {
    "roc_auc": (Y, SCORES, pairs_in_order),
    "average_precision": (Y, SCORES, late_on_the_way),
    "accuracy": (Y, SAID, lambda: float(RIGHT.mean())),
    "error_rate": (Y, SAID, lambda: float(1 - RIGHT.mean())),
    "balanced_accuracy": (
        Y,
        SAID,
        lambda: float((RIGHT[Y == 1].mean() + RIGHT[Y == 0].mean()) / 2),
    ),
    "f1": (Y, SAID, on_both_lists),
    "log_loss": (Y, SHARES, typical_chance),
    "r2": (DELAYS, GUESSES, squared_errors_against_the_average),
}


@pytest.mark.parametrize("name", list(TRUTHS))
def test_the_number_of_100_is_what_the_sentence_counts(name: str) -> None:
    truth, response, counted = TRUTHS[name]
    metric = METRICS[name]
    assert metric.of_100(metric.compute(truth, response)) == pytest.approx(100 * counted())


def test_every_metric_is_held_against_its_sentence_or_says_an_amount() -> None:
    amounts = {name for name, metric in METRICS.items() if "{n}" not in metric.plain}
    assert all("{amount}" in METRICS[name].plain for name in amounts)
    assert set(TRUTHS) == set(METRICS) - amounts


@pytest.mark.parametrize("name", list(SCORINGS))
def test_a_sentence_is_whole_and_knows_the_project(name: str) -> None:
    said = metric_sentence(name, 0.625, WORDS)
    assert said.endswith(".")
    assert not re.search(r"[{}]| {2}", said)
    assert any(word in said for word in ("order", "late", "delay", "minutes", "chance"))


@pytest.mark.parametrize(
    ("score", "told"),
    [(0.9999, "more than 99"), (0.0001, "fewer than 1"), (1.0, "100"), (0.0, "0"), (0.5, "50")],
)
def test_all_and_none_are_said_only_of_all_and_none(score: float, told: str) -> None:
    assert f"right for {told} of 100 orders" in metric_sentence("accuracy", score, WORDS)
