"""Coverage for several classes from 300 judgments, and for numbers from 200.

Classes are a normal mixture whose exact probabilities are known; they are told as they are, three
times too sure, or for a world in which classes had other shares. More streams, real ones among
them, are in benchmarks/apply/classes.py; the limits below leave room for chance in few.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import softmax

from leadline.stats.judgments import (
    estimate_classes,
    estimate_values,
    sample_classes,
    sample_values,
)
from leadline.stats.operating.class_costs import cheapest_classes, mean_cost, mean_saving

_N_STREAMS = 20


def stream(
    rng: np.random.Generator, n_classes: int, sharpness: float, *, is_shifted: bool
) -> tuple[np.ndarray, np.ndarray]:
    """Log odds that a model would claim, and the truth."""
    prior = np.exp(-0.35 * np.arange(n_classes))
    prior /= prior.sum()
    truth = rng.choice(n_classes, 4000, p=prior[::-1] if is_shifted else prior)
    x = rng.normal(size=(truth.size, n_classes))
    x[np.arange(truth.size), truth] += sharpness
    return np.log(prior) + sharpness * x, truth


@pytest.mark.parametrize(
    ("n_classes", "sharpness", "boast", "is_shifted"),
    [(3, 2.0, 1.0, False), (8, 2.6, 1.0, False), (8, 2.6, 3.0, False), (5, 2.2, 1.0, True)],
)
def test_precision_and_recall_of_each_class_are_covered(
    n_classes: int, sharpness: float, boast: float, is_shifted: bool
) -> None:
    rng = np.random.default_rng(0)
    held, all_cuts = [], []
    for _ in range(_N_STREAMS):
        log_odds, truth = stream(rng, n_classes, sharpness, is_shifted=is_shifted)
        shares = softmax(boast * log_odds, axis=1)
        said, sure = shares.argmax(axis=1), shares.max(axis=1)
        rows = sample_classes(shares, 300, rng)
        found = estimate_classes(shares, rows, truth[rows], rng=rng)
        is_said = said[:, None] == np.arange(n_classes)
        is_real = truth[:, None] == np.arange(n_classes)
        hits = (is_said & is_real).sum(axis=0)
        pairs = (
            (found.precision, hits / is_said.sum(axis=0)),
            (found.recall, hits / is_real.sum(axis=0)),
        )
        held.append([(each.low <= share) & (share <= each.high) for each, share in pairs])
        right = [np.mean((said == truth)[sure >= cut.confidence]) for cut in found.cuts]
        ends = [(cut.right.low, cut.right.high) for cut in found.cuts]
        all_cuts.append(
            all(low <= share <= high for share, (low, high) in zip(right, ends, strict=True))
        )
    cells = np.mean(held, axis=0)
    assert np.all(cells.mean(axis=1) > 0.83)
    assert cells.min() > 0.6
    assert np.mean(all_cuts) > 0.73


@pytest.mark.parametrize("boast", [1.0, 2.0])
def test_the_cost_of_a_row_is_covered(boast: float) -> None:
    """One confusion costs fifty times another: on the stream, and on a test set of 400 rows."""
    rng = np.random.default_rng(3)
    costs = np.array([[0.0, 2.0, 1.0], [1.0, 0.0, 1.0], [50.0, 10.0, 0.0]])
    log_odds, truth = stream(rng, 3, 2.0, is_shifted=False)
    shares = softmax(boast * log_odds, axis=1)
    said, cheapest = shares.argmax(axis=1), cheapest_classes(shares, costs)
    real = [costs[truth, answers].mean() for answers in (said, cheapest)]
    held = []
    for _ in range(2 * _N_STREAMS):
        rows = sample_classes(shares, 300, rng, costs=costs)
        found = estimate_classes(shares, rows, truth[rows], costs=costs, rng=rng)
        assert found.cost is not None
        assert found.least_cost is not None
        assert found.least_cost.cost is not None
        test = rng.choice(truth.size, 400)
        tested = [mean_cost(truth[test], each[test], costs) for each in (said, cheapest)]
        saved = mean_saving(truth[test], said[test], cheapest[test], costs)
        ends = [found.cost, found.least_cost.cost, *tested, saved]
        truths = [*real, *real, real[0] - real[1]]
        held.append([e.low <= each <= e.high for e, each in zip(ends, truths, strict=True)])
    covered = np.mean(held, axis=0)
    assert np.all(covered > 0.8)
    assert np.all(covered < 1)


@pytest.mark.parametrize("heavy", [False, True])
def test_numbers_are_covered(heavy: bool) -> None:
    rng = np.random.default_rng(1)
    held = []
    for _ in range(60):
        said = rng.gamma(2, 50, 3000)
        noise = rng.standard_t(2.5, 3000) if heavy else rng.normal(0.2, 1, 3000)
        errors = 20 * noise
        rows = sample_values(said, 200, rng)
        found = estimate_values(said, rows, (said + errors)[rows], 25.0)
        assert found.mean_absolute_error is not None
        assert found.bias is not None
        pairs = (
            (found.within, np.mean(np.abs(errors) <= 25)),
            (found.mean_absolute_error, np.mean(np.abs(errors))),
            (found.bias, np.mean(errors)),
        )
        held.append([each.low <= share <= each.high for each, share in pairs])
    assert np.all(np.mean(held, axis=0) > 0.8)
