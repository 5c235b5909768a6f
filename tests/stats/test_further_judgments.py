"""Widths to expect after further judgments, against those that come true."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit

from leadline.stats.judgments import Bands, estimate, sample
from leadline.stats.judgments.further_judgments import expected_widths

CUTS = np.array([0.7, 0.4, 0.2])


def test_what_is_expected_comes_true_on_average() -> None:
    ratios = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        logits = rng.normal(-2.5, 1.7, 20_000)
        scores, truth = expit(logits), rng.random(20_000) < expit(rng.normal(0, 0.7) + logits)
        first = sample(scores, CUTS, 100, rng)
        said = truth[first].astype(float)
        now = estimate(scores, CUTS, first, said)
        bands = Bands.of(scores, CUTS)
        (then,) = expected_widths(bands, scores[first], said, now, [100])
        more = sample(scores, CUTS, 100, rng, rows=first, is_positive=said)
        rows = np.concatenate([first, more])
        real = estimate(scores, CUTS, rows, truth[rows])
        for figure in ("precision", "recall"):
            width = getattr(real, figure).high - getattr(real, figure).low
            ratios.append(np.median(width / getattr(then, figure)))
    # measured over 200 streams: 1.04 for precision, 1.03 for recall
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.1)


def test_no_more_judgments_change_nothing_and_all_of_them_everything() -> None:
    rng = np.random.default_rng(0)
    scores = rng.random(500)
    rows = sample(scores, CUTS, 100, rng)
    said = (rng.random(100) < scores[rows]).astype(float)
    now = estimate(scores, CUTS, rows, said)
    bands = Bands.of(scores, CUTS)
    same, every = expected_widths(bands, scores[rows], said, now, [0, 10_000])
    assert same.recall == pytest.approx(now.recall.high - now.recall.low)
    assert np.all(every.recall < 0.02)
    assert np.all(every.precision < 0.02)
