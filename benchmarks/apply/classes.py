"""How few judgments tell precision and recall of several classes, and the errors of numbers.

    python benchmarks/apply/classes.py [--repetitions 100] [--only classes,numbers]
        [--settings "digits, forest;tweets"] [--seed 0] [--processes 1]

Seeded. Each repetition learns from other rows, takes the rest as the stream, hides its truth, and
lets each method ask for 300 judgments (numbers: 200). Needs ../shared/data but for digits. How far
it is goes to stderr.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from repeating import repeat
from scipy.stats import t as student_t
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from leadline.stats.interval import jeffreys_interval, wilson_interval
from leadline.stats.judgments import (
    estimate_classes,
    estimate_values,
    sample_classes,
    sample_values,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))
sys.path.insert(0, str(Path(__file__).parents[1] / "find"))

import data_sets
from scoring import markdown

_SHARED = Path(__file__).resolve().parents[3] / "shared" / "data"
_N_CLASSES, _N_NUMBERS = 300, 200
_HEAD = ["method", "held: precision", "recall", "least held of a class"]
_HEAD += ["width: precision", "recall", "accuracy held", "cuts held, all at once"]


@dataclass(frozen=True)
class Stream:
    """What the model says of each row of the stream, and the truth."""

    said: np.ndarray
    truth: np.ndarray


def _tables() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    wine = data_sets.wine(10_000).frame
    quality = np.clip(wine["quality"].to_numpy().astype(int), 4, 7) - 4
    crop = data_sets.crop(10_000).frame
    names, crops = np.unique(crop["crop"].to_numpy(), return_inverse=True)
    assert names.size > 10
    return {
        "wine": (wine.drop("quality").cast(float).to_numpy(), quality),
        "crop": (crop.drop("crop").cast(float).to_numpy(), crops),
    }


def _digits(rng: np.random.Generator, model: object, *, shifted: bool = False) -> Stream:
    X, y = load_digits(return_X_y=True)
    order = rng.permutation(y.size)
    train, stream = order[:300], order[300:]
    if shifted:
        stream = stream[(y[stream] < 6) | (rng.random(stream.size) < 0.25)]
    return _fitted(model, X, y, train, stream)


def _fitted(
    model: object, X: np.ndarray, y: np.ndarray, train: np.ndarray, stream: np.ndarray
) -> Stream:
    fitted = model.fit(X[train], y[train])  # type: ignore[attr-defined]
    codes = np.searchsorted(fitted.classes_, y[stream])
    return Stream(fitted.predict_proba(X[stream]), codes)


def _tweets(rng: np.random.Generator) -> Stream:
    """Three classes by the mean of some twenty ratings."""
    with gzip.open(_SHARED / "crowd" / "tweets_ratings.csv.gz", "rt", encoding="utf-8") as file:
        lines = list(csv.DictReader(file))
    texts = np.array([line["text"] for line in lines])
    means = np.array([np.mean([float(n) for n in line["ratings"].split()]) for line in lines])
    y = np.digitize(means, [-0.5, 1.0])
    order = rng.permutation(y.size)
    model = make_pipeline(TfidfVectorizer(sublinear_tf=True), LogisticRegression(C=10))
    return _fitted(model, texts, y, order[:1000], order[1000:])


def _table(rng: np.random.Generator, name: str, n_train: int) -> Stream:
    X, y = _tables()[name]
    order = rng.permutation(y.size)
    model = RandomForestClassifier(100, random_state=0)
    return _fitted(model, X, y, order[:n_train], order[n_train:])


SETTINGS: dict[str, Callable[[np.random.Generator], Stream]] = {
    "digits, forest": lambda rng: _digits(rng, RandomForestClassifier(100, random_state=0)),
    "digits, naive Bayes": lambda rng: _digits(rng, GaussianNB(var_smoothing=1e-3)),
    "digits, other shares": lambda rng: _digits(
        rng, RandomForestClassifier(100, random_state=0), shifted=True
    ),
    "tweets": _tweets,
    "wine": lambda rng: _table(rng, "wine", 500),
    "crop, 22 classes": lambda rng: _table(rng, "crop", 440),
}


@dataclass(frozen=True)
class Seen:
    """Which intervals hold the truth, shape (2, n_classes), NaN where there is none to hold."""

    held: np.ndarray
    widths: np.ndarray
    accuracy: float
    cuts: float


def _seen(stream: Stream, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    k = stream.said.shape[1]
    said = stream.said.argmax(axis=1)[:, None] == np.arange(k)
    real = stream.truth[:, None] == np.arange(k)
    below = np.stack([said.sum(axis=0), real.sum(axis=0)]).astype(float)
    below[below == 0] = np.nan
    truth = (said & real).sum(axis=0) / below
    held = np.where(np.isnan(truth), np.nan, (low <= truth + 1e-9) & (truth <= high + 1e-9))
    return held, (high - low).mean(axis=1)


def ours(stream: Stream, rng: np.random.Generator) -> Seen:
    rows = sample_classes(stream.said, _N_CLASSES, rng)
    found = estimate_classes(stream.said, rows, stream.truth[rows], rng=rng)
    low = np.stack([found.precision.low, found.recall.low])
    high = np.stack([found.precision.high, found.recall.high])
    is_right = stream.said.argmax(axis=1) == stream.truth
    sure = stream.said.max(axis=1)
    shares = [is_right[sure >= cut.confidence].mean() for cut in found.cuts]
    cuts = [
        cut.right.low - 1e-9 <= share <= cut.right.high + 1e-9
        for cut, share in zip(found.cuts, shares, strict=True)
    ]
    accuracy = found.accuracy.low <= is_right.mean() <= found.accuracy.high
    return Seen(*_seen(stream, low, high), float(accuracy), float(all(cuts)))


def plain(interval: Callable[..., object]) -> Callable[[Stream, np.random.Generator], Seen]:
    """Rows drawn by chance, each class by itself."""

    def method(stream: Stream, rng: np.random.Generator) -> Seen:
        rows = rng.choice(stream.truth.size, _N_CLASSES, replace=False)
        k = stream.said.shape[1]
        said = stream.said[rows].argmax(axis=1)[:, None] == np.arange(k)
        real = stream.truth[rows][:, None] == np.arange(k)
        found = interval((said & real).sum(axis=0), np.stack([said.sum(axis=0), real.sum(axis=0)]))
        right = stream.said.argmax(axis=1) == stream.truth
        total = interval(int(right[rows].sum()), _N_CLASSES)
        accuracy = total.low <= right.mean() <= total.high  # type: ignore[attr-defined]
        both = np.asarray(found.low), np.asarray(found.high)  # type: ignore[attr-defined]
        return Seen(*_seen(stream, *both), float(accuracy), np.nan)

    return method


METHODS = {
    "Leadline": ours,
    "by chance, Jeffreys": plain(jeffreys_interval),
    "by chance, Wilson": plain(wilson_interval),
}


def classes(given: argparse.Namespace) -> None:
    """Coverage and width of each method on each stream."""
    for name, make in SETTINGS.items():
        if given.settings and name not in given.settings.split(";"):
            continue

        def once(rng: np.random.Generator, make: Callable[..., Stream] = make) -> list[Seen]:
            stream = make(rng)
            return [method(stream, rng) for method in METHODS.values()]

        seen = repeat(once, given.repetitions, given.seed, name=name, n_processes=given.processes)
        rows = []
        for method, each in zip(METHODS, zip(*seen, strict=True), strict=True):
            held = np.nanmean([one.held for one in each], axis=0)
            widths = np.mean([one.widths for one in each], axis=0)
            cuts = np.mean([one.cuts for one in each])
            figures = (*held.mean(axis=1), held.min(), *widths)
            accuracy = np.mean([one.accuracy for one in each])
            shown = [f"{figure:.3f}" for figure in (*figures, accuracy)]
            rows.append([method, *shown, "–" if np.isnan(cuts) else f"{cuts:.3f}"])
        print(f"\n### {name}, {_N_CLASSES} judgments\n\n{markdown(_HEAD, rows)}", flush=True)


def _predicted(rng: np.random.Generator, name: str) -> tuple[Stream, float]:
    case = getattr(data_sets, name)(8_000)
    y = case.frame[case.label].cast(float).to_numpy()
    features = case.frame.drop(case.label)
    numeric = [column for column in features.columns if features[column].dtype.is_numeric()]
    X = np.nan_to_num(features.select(numeric).cast(float).to_numpy(), nan=-1.0)
    order = rng.permutation(y.size)
    train, stream = order[: y.size // 4], order[y.size // 4 :]
    model = RandomForestRegressor(50, min_samples_leaf=3, random_state=0).fit(X[train], y[train])
    tolerance = float(np.median(np.abs(y[train] - np.median(y[train]))))
    return Stream(model.predict(X[stream]), y[stream]), tolerance


def _numbers_once(name: str) -> Callable[[np.random.Generator], np.ndarray]:
    """Whether each interval holds, and how wide it is: within, error, bias; ours, then plain."""

    def once(rng: np.random.Generator) -> np.ndarray:
        stream, tolerance = _predicted(rng, name)
        errors = stream.truth - stream.said
        truth = (np.mean(np.abs(errors) <= tolerance), np.abs(errors).mean(), errors.mean())
        rows = sample_values(stream.said, _N_NUMBERS, rng)
        found = estimate_values(stream.said, rows, stream.truth[rows], tolerance, rng=rng)
        assert found.mean_absolute_error is not None
        assert found.bias is not None
        ours = [
            (each.low, each.high) for each in (found.within, found.mean_absolute_error, found.bias)
        ]
        picked = errors[rng.choice(errors.size, min(_N_NUMBERS, errors.size), replace=False)]
        share = wilson_interval(int(np.sum(np.abs(picked) <= tolerance)), picked.size)
        plain = [(share.low, share.high), _by_t(np.abs(picked)), _by_t(picked)]
        ends = np.array([ours, plain], dtype=float)
        held = (ends[..., 0] <= np.array(truth) + 1e-9) & (np.array(truth) <= ends[..., 1] + 1e-9)
        return np.stack([held, ends[..., 1] - ends[..., 0]])

    return once


def _by_t(values: np.ndarray) -> tuple[float, float]:
    reach = student_t.ppf(0.95, values.size - 1) * values.std(ddof=1) / np.sqrt(values.size)
    return float(values.mean() - reach), float(values.mean() + reach)


def numbers(given: argparse.Namespace) -> None:
    """The same for predicted numbers."""
    head = ["stream", "method", "held: within", "error", "bias", "width: within", "error", "bias"]
    rows = []
    for name in ("wine", "bike", "air", "diabetes"):
        if given.settings and name not in given.settings.split(";"):
            continue
        seen = repeat(
            _numbers_once(name),
            given.repetitions,
            given.seed,
            name=f"numbers of {name}",
            n_processes=given.processes,
        )
        held, widths = np.mean(seen, axis=0)
        for place, method in enumerate(("Leadline", "by chance, Wilson and t")):
            figures = [f"{each:.3f}" for each in held[place]]
            figures += [f"{each:.3g}" for each in widths[place]]
            rows.append([name, method, *figures])
    print(f"\n### Numbers, {_N_NUMBERS} judgments\n\n{markdown(head, rows)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=100)
    parser.add_argument("--only", default="classes,numbers")
    parser.add_argument("--settings", default="", help="separated by ;")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    parts = {"classes": classes, "numbers": numbers}
    for name in given.only.split(","):
        parts[name](given)


if __name__ == "__main__":
    main()
