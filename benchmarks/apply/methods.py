"""Ours and its peers: each draws its rows, looks up the truth of those alone, and answers.

* simple random: rows at random; Jeffreys intervals of hits among alerts and among positives.
* PPI++: rows at random; means corrected by the scores, tuned as in Angelopoulos, Duchi and Zrnic
  (2023), arXiv:2311.01453; ratios by the delta method.
* importance sampling: rows in proportion to sqrt(s (1 - s)) plus a floor, with replacement;
  self-normalised ratios and their normal intervals.
* stratified Jeffreys: our rows; each band has a posterior of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from streams import Stream

from leadline.stats.interval import jeffreys_interval
from leadline.stats.judgments import Bands, estimate, sample
from leadline.stats.judgments.bands import upwards

_Z = 1.6448536269514722
_N_DRAWS = 3000


@dataclass(frozen=True)
class Answer:
    """90 % intervals, shape (2, n_thresholds): low and high."""

    precision: np.ndarray
    recall: np.ndarray


Method = Callable[[Stream, int, np.random.Generator], Answer]


def ours(stream: Stream, n: int, rng: np.random.Generator) -> Answer:
    rows = sample(stream.scores, stream.thresholds, n, rng)
    found = estimate(stream.scores, stream.thresholds, rows, stream.truth[rows])
    return Answer(
        np.stack([found.precision.low, found.precision.high]),
        np.stack([found.recall.low, found.recall.high]),
    )


def stratified(stream: Stream, n: int, rng: np.random.Generator) -> Answer:
    rows = sample(stream.scores, stream.thresholds, n, rng)
    bands = Bands.of(stream.scores, stream.thresholds)
    band = bands.bands[bands.slice_of(stream.scores[rows])]
    judged = np.bincount(band, minlength=bands.n_bands)
    yes = np.bincount(band[stream.truth[rows]], minlength=bands.n_bands)
    shares = rng.beta(yes + 0.5, judged - yes + 0.5, size=(_N_DRAWS, bands.n_bands))
    real = upwards(yes + rng.binomial(bands.band_sizes - judged, shares))
    hits = real[:, bands.first_alerts]
    ends = [0.05, 0.95]
    return Answer(
        np.quantile(hits / bands.n_alerts, ends, axis=0),
        np.quantile(hits / np.maximum(real[:, :1], 1), ends, axis=0),
    )


def simple(stream: Stream, n: int, rng: np.random.Generator) -> Answer:
    rows = rng.choice(stream.scores.size, n, replace=False)
    alerts = stream.scores[rows, None] >= stream.thresholds
    truth = stream.truth[rows]
    hits = (alerts & truth[:, None]).sum(axis=0)
    precision = jeffreys_interval(hits, alerts.sum(axis=0))
    recall = jeffreys_interval(hits, np.full(hits.size, truth.sum()))
    return Answer(np.stack([precision.low, precision.high]), np.stack([recall.low, recall.high]))


def ppi(stream: Stream, n: int, rng: np.random.Generator) -> Answer:
    rows = rng.choice(stream.scores.size, n, replace=False)
    truth = stream.truth[rows].astype(float)
    everywhere = _as_shares(stream.scores)
    guess, scores = everywhere[rows], stream.scores[rows]
    total, total_parts = _corrected(truth, guess, everywhere)
    precision, recall = [], []
    for threshold in stream.thresholds:
        is_in, are_in = scores >= threshold, stream.scores >= threshold
        hits, parts = _corrected(truth * is_in, guess * is_in, everywhere * are_in)
        error = np.std(parts) / np.sqrt(n)
        precision.append(_around(hits, error) / are_in.mean())
        ratio = hits / total if total > 0 else np.nan
        spread = np.std(parts - ratio * total_parts) / np.sqrt(n) / max(total, 1e-12)
        recall.append(_around(ratio, spread))
    return Answer(np.clip(np.transpose(precision), 0, 1), np.clip(np.transpose(recall), 0, 1))


def _as_shares(scores: np.ndarray) -> np.ndarray:
    """Scores, or their places in the order where they are no shares."""
    if scores.min() >= 0 and scores.max() <= 1:
        return scores
    return scores.argsort().argsort() / scores.size


def _corrected(
    truth: np.ndarray, guess: np.ndarray, everywhere: np.ndarray
) -> tuple[float, np.ndarray]:
    """Mean, with the guesses' mean known exactly; and what each row adds to it."""
    weight = np.cov(truth, guess)[0, 1] / max(np.var(guess), 1e-12)
    parts = truth - weight * guess
    return float(parts.mean() + weight * everywhere.mean()), parts


def _around(middle: float, error: float) -> np.ndarray:
    return np.array([middle - _Z * error, middle + _Z * error])


def importance(stream: Stream, n: int, rng: np.random.Generator) -> Answer:
    shares = _as_shares(stream.scores)
    pull = np.sqrt(shares * (1 - shares)) + 0.02
    pull = pull / pull.sum()
    rows = rng.choice(stream.scores.size, n, p=pull)
    weights = 1 / (pull[rows] * stream.scores.size)
    truth = stream.truth[rows]
    answers = []
    for threshold in stream.thresholds:
        is_in = stream.scores[rows] >= threshold
        answers.append(
            (_ratio(truth & is_in, is_in, weights), _ratio(truth & is_in, truth, weights))
        )
    precision, recall = zip(*answers, strict=True)
    return Answer(np.transpose(precision), np.transpose(recall))


def _ratio(above: np.ndarray, below: np.ndarray, weights: np.ndarray) -> np.ndarray:
    size = float(np.sum(weights * below))
    if size == 0:
        return np.array([0.0, 1.0])
    ratio = float(np.sum(weights * above)) / size
    error = float(np.sqrt(np.sum((weights * (above - ratio * below)) ** 2))) / size
    return np.clip(_around(ratio, error), 0, 1)


METHODS: dict[str, Method] = {
    "simple random + Jeffreys": simple,
    "PPI++": ppi,
    "importance sampling": importance,
    "stratified Jeffreys": stratified,
    "Leadline": ours,
}
