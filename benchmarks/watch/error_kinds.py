"""Coverage and width of precision, recall and cost from 50 labels a block.

Streams are simulated, so that the truth is known: nothing changes, hits become likelier than the
scores say, or a tenth of the truth is turned round. Beside it what a textbook does with the same
labels, as if they were drawn at random: Wilson's interval of the hits among the flagged, and of the
flagged among the hits. It gives no cost.

    python benchmarks/watch/error_kinds.py [--seeds 200]
"""

from __future__ import annotations

import argparse
from collections import defaultdict

import numpy as np

from leadline.stats.interval import wilson_interval
from leadline.stats.monitoring.error_kinds import error_kinds
from leadline.stats.monitoring.error_monitor import Monitor

Block = tuple[np.ndarray, np.ndarray, np.ndarray]
_CHANGES = {"nothing": (0.0, 0.0), "more hits": (1.0, 0.0), "a tenth turned": (0.0, 0.1)}
_COST_MISS, _COST_FALSE = 3.0, 1.0
_LEVEL = 0.95


def block(rng: np.random.Generator, n: int, base: float, drift: float, flipped: float) -> Block:
    """Scores, what was said, and the truth."""
    odds = rng.normal(base, 1.6, n)
    scores = 1 / (1 + np.exp(-odds))
    real = 1 / (1 + np.exp(-(odds + drift + rng.normal(0, 0.2))))
    truth = (rng.random(n) < real) ^ (rng.random(n) < flipped)
    return scores, scores >= 0.4, truth


def told(base: float, change: str, seed: int) -> dict[tuple[str, str], tuple[bool, float]]:
    """Method and figure to whether its interval holds the truth, and its width."""
    rng = np.random.default_rng([seed, 9])
    monitor = Monitor([block(rng, 300, base, 0.0, 0.0) for _ in range(12)], rng=rng)
    scores, said, truth = block(rng, 400, base, *_CHANGES[change])
    rows = monitor.ask(scores, said)
    hits = np.sum(said & truth)
    real = {
        "precision": hits / max(said.sum(), 1),
        "recall": hits / max(truth.sum(), 1),
        "cost": 1000 * (_COST_MISS * np.sum(truth & ~said) + np.sum(said & ~truth)) / said.size,
    }
    ours = error_kinds(
        monitor.predicted(scores, said.astype(float)),
        said,
        rows,
        truth[rows],
        cost_miss=_COST_MISS,
        cost_false_alarm=_COST_FALSE,
        rng=rng,
        confidence_level=_LEVEL,
    )
    found = {
        ("Leadline", "precision"): ours.precision,
        ("Leadline", "recall"): ours.recall,
        ("Leadline", "cost"): ours.cost_per_1000,
    }
    flagged, real_here = said[rows], truth[rows]
    for figure, among in (("precision", flagged), ("recall", real_here)):
        if among.any():
            both = int(np.sum(flagged & real_here))
            found["Wilson", figure] = wilson_interval(
                both, int(among.sum()), confidence_level=_LEVEL
            )
    return {
        (method, figure): (
            bool(each.low - 1e-9 <= real[figure] <= each.high + 1e-9),
            float(each.high - each.low),
        )
        for (method, figure), each in found.items()
        if each is not None
    }


def main() -> None:
    """Print a line a stream and method."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seeds", type=int, default=200)
    seeds = parser.parse_args().seeds
    print("| hits | change | method | precision | width | recall | width | cost | width |")
    print("|---|---|---|---:|---:|---:|---:|---:|---:|")
    for base, hits in ((0.0, "half"), (-2.5, "few")):
        for change in _CHANGES:
            held: dict[tuple[str, str], list[tuple[bool, float]]] = defaultdict(list)
            for seed in range(seeds):
                for key, each in told(base, change, seed).items():
                    held[key].append(each)
            for method in ("Leadline", "Wilson"):
                cells = []
                for figure in ("precision", "recall", "cost"):
                    each = held.get((method, figure))
                    cells += ["–", "–"] if each is None else _cells(each, figure)
                print("|", " | ".join([hits, change, method, *cells]), "|", flush=True)


def _cells(each: list[tuple[bool, float]], figure: str) -> list[str]:
    held, widths = zip(*each, strict=True)
    width = float(np.mean(widths))
    return [f"{np.mean(held):.3f}", f"{width:.0f}" if figure == "cost" else f"{width:.3f}"]


if __name__ == "__main__":
    main()
