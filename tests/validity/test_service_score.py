"""Coverage of the score in service, where rows are labelled by strata of the predicted error."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from leadline.monitoring.labelled_rows import rows_stood_for
from leadline.stats.metric import ClassProbabilities, metric_of
from leadline.stats.metric.service_score import LabelledRows, service_score
from leadline.stats.monitoring.labelled_error import stratified_rows

N_STREAMS, N_BLOCKS, N_ROWS, N_LABELS = 60, 8, 300, 50


def rows(n: int, share: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and the probabilities of a model that is worth something."""
    y = rng.random(n) < share
    return y.astype(np.int64), expit(rng.normal(-1.5, 1, n) + 2.5 * y)


def response(scoring: str, scores: np.ndarray) -> np.ndarray | ClassProbabilities:
    if scoring == "f1":
        return (scores >= 0.5).astype(np.int64)
    if scoring == "log_loss":
        return ClassProbabilities(np.array([0, 1]), np.column_stack([1 - scores, scores]))
    return scores


@pytest.mark.parametrize(
    ("scoring", "share"),
    [
        ("roc_auc", 0.3),
        ("roc_auc", 0.06),
        ("average_precision", 0.06),
        ("log_loss", 0.06),
        ("f1", 0.3),
    ],
)
def test_an_interval_holds_the_score_of_the_stream(scoring: str, share: float) -> None:
    rng = np.random.default_rng(4)
    truth, scores = rows(200_000, share, rng)
    true, n_held = metric_of(scoring).compute(truth, response(scoring, scores)), 0
    for _ in range(N_STREAMS):
        told = []
        for block in range(N_BLOCKS):
            y, s = rows(N_ROWS, share, rng)
            is_labelled = np.zeros(N_ROWS, dtype=bool)
            is_labelled[stratified_rows(np.clip(np.minimum(s, 1 - s), 0.01, 1), N_LABELS, rng)] = 1
            weights = rows_stood_for(s, is_labelled)
            told.append((y[is_labelled], s[is_labelled], weights, np.full(weights.size, block)))
        y, s, weights, blocks = (np.concatenate(part) for part in zip(*told, strict=True))
        labelled = LabelledRows(y, response(scoring, s), weights, blocks)
        found = service_score(scoring, labelled, rng=rng)
        assert found is not None
        n_held += found.low <= true <= found.high
    # 95 % asked for; by chance alone .95 comes out below .88 once in a hundred times
    assert n_held / N_STREAMS >= 0.88
