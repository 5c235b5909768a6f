"""Is "precision of at least .9, with 90 % confidence" kept in 90 of 100 test sets?

    python benchmarks/apply/promises.py [--resamples 500]

Seeded. The scored rows are the world. A test set is drawn from it again and again, with
replacement; a threshold is promised on it, and the promise is held against the world. Where
nothing can be promised, nothing is broken, and how often something was promised stands beside
it. Bounds at every threshold at once are held against it too.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
from streams import Stream, flights, sms

from leadline.stats.operating.promises import promise_precision, promise_recall
from leadline.stats.operating.simultaneous import simultaneous_points

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_SETS = ((sms, 800, (0.9, 0.95), (0.9, 0.8)), (flights, 3000, (0.5, 0.6), (0.9, 0.8)))


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--resamples", type=int, default=500)
    n = parser.parse_args().resamples
    lines = []
    for make, size, precisions, recalls in _SETS:
        stream = make()
        aims = [(True, aim) for aim in precisions] + [(False, aim) for aim in recalls]
        for is_precision, aim in aims:
            words = f"{'precision' if is_precision else 'recall'} {aim}"
            kept = _kept(stream, size, aim, n, is_precision)
            lines.append([make.__name__, words, *kept])
        print(
            f"{make.__name__}: all bounds at once held in {_held(stream, size, n):.3f}", flush=True
        )
    head = [
        "data",
        "promise",
        "promised",
        "kept",
        "chosen on the estimate, kept",
        "mean other measure",
    ]
    print(markdown(head, lines))


def _kept(stream: Stream, size: int, aim: float, n: int, is_precision: bool) -> list[str]:
    rng = np.random.default_rng(4)
    promise = promise_precision if is_precision else promise_recall
    made, kept, naive, other = 0, 0, 0, []
    for _ in range(n):
        test = rng.integers(0, stream.scores.size, size)
        found = promise(stream.truth[test], stream.scores[test], aim)
        truth, scores = stream.truth, stream.scores
        guess = _plain(stream.truth[test], stream.scores[test], aim, is_precision)
        naive += _measured(truth, scores, guess, is_precision)[0] >= aim
        if found is None:
            continue
        made += 1
        ours, beside = _measured(truth, scores, found.threshold, is_precision)
        kept += ours >= aim
        other.append(beside)
    mean = f"{np.mean(other):.3f}" if other else "-"
    share = f"{(kept + n - made) / n:.3f}"
    return [f"{made / n:.3f}", share, f"{naive / n:.3f}", mean]


def _measured(
    truth: np.ndarray, scores: np.ndarray, threshold: float, is_precision: bool
) -> tuple[float, float]:
    alerts = scores >= threshold
    hits = int((alerts & truth).sum())
    both = (hits / max(int(alerts.sum()), 1), hits / int(truth.sum()))
    return both if is_precision else both[::-1]


def _plain(truth: np.ndarray, scores: np.ndarray, aim: float, is_precision: bool) -> float:
    """What is done without a promise: the best threshold whose estimate reaches the aim."""
    order = np.argsort(-scores)
    hits = np.cumsum(truth[order])
    share = hits / np.arange(1, scores.size + 1) if is_precision else hits / hits[-1]
    fits = np.flatnonzero(share >= aim)
    place = (fits[-1] if is_precision else fits[0]) if fits.size else 0
    return float(scores[order][place])


def _held(stream: Stream, size: int, n: int) -> float:
    rng = np.random.default_rng(5)
    held = 0
    for _ in range(n):
        test = rng.integers(0, stream.scores.size, size)
        points = simultaneous_points(stream.truth[test], stream.scores[test])
        alerts = stream.scores[:, None] >= points.thresholds
        hits = (alerts & stream.truth[:, None]).sum(axis=0)
        n_alerts = alerts.sum(axis=0)
        precision = np.where(n_alerts > 0, hits / np.maximum(n_alerts, 1), points.precision.low)
        recall = hits / stream.truth.sum()
        held += bool(
            np.all(points.precision.low <= precision)
            and np.all(precision <= points.precision.high)
            and np.all(points.recall.low <= recall)
            and np.all(recall <= points.recall.high)
        )
    return held / n


if __name__ == "__main__":
    main()
