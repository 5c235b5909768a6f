"""Does the interval of a test score hold near its best, where many test sets show no error?

    python benchmarks/apply/perfect_scores.py [--sets 2000]

Seeded. Each line draws test sets of 400 rows. Scores of the two classes are normal, shifted so far
that the area under the ROC curve is the level; for the accuracy rows are right with that
probability. "Without bound" is the interval from the standard error alone; of a ranking without an
error there is none. "Worst case" takes the bound of rows without an error also where rows show
one, if it reaches further: no bound that holds whatever the model is can be nearer. The mean of the
lower ends stands beside both.
"""

from __future__ import annotations

import argparse

import numpy as np
from scipy.stats import norm

from leadline.stats.metric import METRICS, Metric
from leadline.stats.metric.score_interval import score_interval
from leadline.stats.metric.unseen_error import unseen_error

N_ROWS = 400
N_ENDLESS = 400_000
LEVELS = (0.9, 0.95, 0.98, 0.995, 0.999, 0.9999)
CASES = (("accuracy", 0.5), ("roc_auc", 0.05), ("roc_auc", 0.5), ("average_precision", 0.05),
         ("average_precision", 0.5))  # fmt: skip


def drawn(
    metric: Metric, share: float, level: float, n_rows: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Labels and answers of a model whose score is about the level."""
    y = (np.arange(n_rows) < share * n_rows).astype(int)
    if metric.name == "accuracy":
        return y, np.where(rng.random(n_rows) < level, y, 1 - y)
    return y, rng.normal(size=n_rows) + y * norm.ppf(level) * np.sqrt(2)


def main() -> None:
    """Print how often an interval holds the truth, and how many test sets show no error."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sets", type=int, default=2_000)
    n_sets = parser.parse_args().sets
    rng = np.random.default_rng(0)
    print(
        "| metric | positives | level | sets without an error | without bound | Leadline "
        "| worst case |\n|---|---:|---:|---:|---:|---:|---:|"
    )
    for name, share in CASES:
        metric = METRICS[name]
        for level in LEVELS:
            truth = level
            if name == "average_precision":
                truth = metric.compute(*drawn(metric, share, level, N_ENDLESS, rng))
            n_perfect, n_alone, ends, worst = 0, 0, [], []
            for _ in range(n_sets):
                y, said = drawn(metric, share, level, N_ROWS, rng)
                score, error = metric.compute(y, said), metric.standard_error(y, said)
                alone = score_interval(name, score, error) if error else None
                n_alone += alone is not None and alone.low <= truth <= alone.high
                bound = 1 - metric.unseen(y, np.arange(y.size), 0.05)
                n_perfect += (is_perfect := unseen_error(metric, score, y) is not None)
                low, high = bound, 1.0
                if not is_perfect and error:
                    found = score_interval(name, score, error, n_rows=N_ROWS)
                    low, high = found.low, found.high
                ends.append((low, high))
                worst.append((min(low, bound), high))
            shares = " | ".join(f"{n / n_sets:.2f}" for n in (n_perfect, n_alone))
            held = " | ".join(
                f"{np.mean((found[:, 0] <= truth) & (truth <= found[:, 1])):.2f} "
                f"({found[:, 0].mean():.3f})"
                for found in (np.array(ends), np.array(worst))
            )
            line = f"| {metric.words} | {share * N_ROWS:.0f} | {level} | {shares} | {held} |"
            print(line, flush=True)


if __name__ == "__main__":
    main()
