"""Streams whose truth is known, and hidden from the methods."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.special import expit, logit, ndtri

sys.path.insert(0, str(Path(__file__).parents[1] / "find"))

import data_sets

N = 100_000
AREA = 0.95
BASE = np.array([0.6, 0.3, 0.1])
_N_SMS, _N_FLIGHTS = 1_000, 20_000


@dataclass(frozen=True)
class Stream:
    """Scores, the thresholds on offer and the truth."""

    scores: np.ndarray
    thresholds: np.ndarray
    truth: np.ndarray

    @property
    def precision(self) -> np.ndarray:
        return self._hits / np.maximum(self._alerts.sum(axis=0), 1)

    @property
    def recall(self) -> np.ndarray:
        return self._hits / self.truth.sum()

    def cost(self, miss: float, false_alarm: float) -> np.ndarray:
        missed = self.truth.sum() - self._hits
        return miss * missed + false_alarm * (self._alerts.sum(axis=0) - self._hits)

    @property
    def _alerts(self) -> np.ndarray:
        return self.scores[:, None] >= self.thresholds

    @property
    def _hits(self) -> np.ndarray:
        return (self._alerts & self.truth[:, None]).sum(axis=0)


def normal(
    rng: np.random.Generator,
    *,
    n: int = N,
    prevalence: float = 0.05,
    thresholds: np.ndarray = BASE,
    shift: float = 0.0,
    slope: float = 1.0,
) -> Stream:
    """A normal mixture with area .95 under the ROC curve; its log odds shifted and stretched."""
    truth = rng.random(n) < prevalence
    distance = np.sqrt(2) * ndtri(AREA)
    signal = rng.standard_normal(n) + distance * truth
    odds = distance * signal - distance**2 / 2 + logit(prevalence)
    return Stream(expit(shift + slope * odds), expit(shift + slope * logit(thresholds)), truth)


def ranked(rng: np.random.Generator) -> Stream:
    """The same, of which only the order is known: scores are no probabilities."""
    stream = normal(rng)
    ranks = (np.argsort(np.argsort(stream.scores)) + 0.5) / N
    cuts = np.searchsorted(np.sort(stream.scores), stream.thresholds) / N
    return Stream(ranks, cuts, stream.truth)


def sms() -> Stream:
    """Messages scored by a linear model on counted words; thresholds by a test set."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    frame = data_sets.sms(6_000).frame.sample(fraction=1, shuffle=True, seed=0)
    texts = frame["message"].to_numpy()
    truth = (frame["label"] == "spam").to_numpy()
    model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=30))
    return _scored(model, texts, truth, _N_SMS)


def flights() -> Stream:
    """Departures of July scored by boosted trees that saw some of January to June."""
    from leadline.demo import flights as demo

    with tempfile.TemporaryDirectory() as folder:
        story = demo.write_files(Path(folder))
        pool = pl.read_parquet(Path(folder) / story.files[0])
        july = pl.read_parquet(Path(folder) / story.stream[0])
    past = pool.drop_nulls("late").sample(2 * _N_FLIGHTS, shuffle=True, seed=0)
    said = pl.Series("late", [str(value) for value in story.truth])
    every = pl.concat([past, july.with_columns(said).select(past.columns)], how="vertical_relaxed")
    truth = (every["late"] == "yes").to_numpy()
    return _scored(_trees(), _numbers(every), truth, _N_FLIGHTS)


def _trees() -> object:
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(max_iter=80, random_state=0)


def _numbers(frame: pl.DataFrame) -> np.ndarray:
    """Columns as numbers; words by how common they are."""
    columns = []
    for name in frame.columns:
        column = frame[name]
        if name == "late" or column.dtype.is_temporal():
            continue
        if not column.dtype.is_numeric():
            column = column.cast(pl.String).rank("dense")
        columns.append(column.cast(pl.Float64).to_numpy())
    return np.column_stack(columns)


def _scored(model: object, rows: np.ndarray, truth: np.ndarray, n: int) -> Stream:
    """Learn from n rows, choose thresholds on the next n, and score all others."""
    from leadline.stats.operating.points import propose_points

    model.fit(rows[:n], truth[:n])  # type: ignore[attr-defined]
    scores = model.predict_proba(rows[n:])[:, 1]  # type: ignore[attr-defined]
    points = propose_points(truth[n : 2 * n], scores[:n], cost_miss=2, cost_false_alarm=1)
    thresholds = np.array([point.threshold for point in points])
    return Stream(scores[n:], thresholds, truth[2 * n :])


def repeated(make: Callable[[], Stream]) -> Callable[[np.random.Generator], Stream]:
    """The same rows each time: what is drawn anew is which of them are judged."""
    known: list[Stream] = []

    def again(_: np.random.Generator) -> Stream:
        if not known:
            known.append(make())
        return known[0]

    return again


def settings() -> Iterator[tuple[str, Callable[[np.random.Generator], Stream]]]:
    """Every setting of the benchmark, by name."""
    yield "calibrated", normal
    yield "thresholds .8 .5 .2", lambda rng: normal(rng, thresholds=np.array([0.8, 0.5, 0.2]))
    yield "log odds + 1.5", lambda rng: normal(rng, shift=1.5)
    yield "log odds - 1.5", lambda rng: normal(rng, shift=-1.5)
    yield "slope halved", lambda rng: normal(rng, slope=0.5)
    yield "slope doubled", lambda rng: normal(rng, slope=2.0)
    yield "ranks only", ranked
    yield "prevalence 1 %", lambda rng: normal(rng, prevalence=0.01)
    yield "SMS", repeated(sms)
    yield "flights", repeated(flights)
