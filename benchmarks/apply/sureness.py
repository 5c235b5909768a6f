"""How sure "the cheapest threshold" is, held against how often it is, on streams kept apart.

    python benchmarks/apply/sureness.py [--half test] [--every 4] [--draws 6]

Streams of the library, the thresholds at .3, .8 and 1.8 times the positives, 150 judgments; a miss
costs .5 to 16 false alarms, drawn anew each time.
"""

from __future__ import annotations

import argparse
import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
from library import library

from leadline.stats.judgments import cheapest, estimate, sample

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N = 150
_RATIOS = (0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
_EDGES = (0.0, 0.5, 0.7, 0.85, 0.95, 1.01)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--half", default="test", choices=("test", "learning"))
    parser.add_argument("--every", type=int, default=4)
    parser.add_argument("--draws", type=int, default=6)
    given = parser.parse_args()
    rng = np.random.default_rng(0)
    claimed, right, extra = [], [], []
    for one in library(given.half)[:: given.every]:
        for _ in range(given.draws):
            stream, miss = one.stream, float(rng.choice(_RATIOS))
            rows = sample(stream.scores, stream.thresholds, _N, rng)
            found = estimate(stream.scores, stream.thresholds, rows, stream.truth[rows], rng=rng)
            choice = cheapest(found, cost_miss=miss, cost_false_alarm=1.0)
            cost = stream.cost(miss, 1.0)
            claimed.append(choice.probability)
            right.append(cost[choice.index] <= cost.min() * (1 + 1e-12))
            extra.append(cost[choice.index] / cost.min() - 1)
    p, is_right = np.array(claimed), np.array(right)
    rows = [
        [
            f"{low:g} to {min(high, 1):g}",
            str(n),
            f"{p[at].mean():.3f}",
            f"{is_right[at].mean():.3f}",
        ]
        for low, high in pairwise(_EDGES)
        if (n := int((at := (p >= low) & (p < high)).sum()))
    ]
    rows.append(["all", str(p.size), f"{p.mean():.3f}", f"{is_right.mean():.3f}"])
    print(markdown(["probability", "choices", "claimed", "right"], rows))
    print(f"\nmean extra cost {np.mean(extra):.2%}")


if __name__ == "__main__":
    main()
