"""Is the cheapest of three thresholds found by 200 judgments, and is "clear" said only where it is?

    python benchmarks/apply/choosing.py [--repetitions 300] [--seed 7] [--processes 2]

Seeded. Each repetition draws a stream, hides the truth, and judges 200 rows between the
thresholds. Only they decide: loosening pays where the share of positives between two thresholds
exceeds the break-even. "Nearest" is how far from it the nearest share lies, and "best possible" how
often that side is found by one who knows which gap is the nearest, spends all judgments there, and
goes by their mean: no method that trusts judgments alone can do better.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
from repeating import repeat
from scipy.special import ndtr
from streams import Stream, normal

from leadline.phases.review import CLEAR
from leadline.stats.judgments import cheapest, estimate, sample_between

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N = 200


@dataclass(frozen=True)
class Setting:
    """Thresholds on calibrated scores, what a miss is worth, and how scores stray."""

    cuts: tuple[float, ...]
    ratio: float
    shift: float = 0.0
    slope: float = 1.0

    @property
    def name(self) -> str:
        strays = f", log odds + {self.shift:g}" if self.shift else ""
        strays += f", slope {self.slope:g}" if self.slope != 1 else ""
        return " ".join(f"{cut:g}" for cut in self.cuts) + strays

    @property
    def break_even(self) -> float:
        return 1 / (1 + self.ratio)

    def stream(self, rng: np.random.Generator, n: int = 100_000) -> Stream:
        cuts = np.array(self.cuts)
        return normal(rng, n=n, thresholds=cuts, shift=self.shift, slope=self.slope)

    def run(self, rng: np.random.Generator) -> list[float]:
        """Whether the cheapest was picked, how sure that was said to be, and what it lost."""
        stream = self.stream(rng)
        rows = sample_between(stream.scores, stream.thresholds, _N, rng, break_even=self.break_even)
        found = estimate(stream.scores, stream.thresholds, rows, stream.truth[rows])
        picked = cheapest(found, cost_miss=self.ratio, cost_false_alarm=1)
        cost = stream.cost(self.ratio, 1)
        return [
            float(picked.index == np.argmin(cost)),
            picked.probability,
            float(cost[picked.index] / cost.min() - 1),
        ]


_CUTS = ((0.8, 0.5, 0.2), (0.8, 0.4, 0.15), (0.8, 0.4, 0.1), (0.6, 0.3, 0.1))
SETTINGS = (
    *(Setting(cuts, ratio) for cuts in _CUTS for ratio in (2.0, 5.0)),
    *(Setting(_CUTS[1], ratio, shift=1.5) for ratio in (2.0, 5.0)),
    *(Setting(_CUTS[1], ratio, slope=2.0) for ratio in (2.0, 5.0)),
)


def nearest(setting: Setting) -> tuple[float, float]:
    """Distance from break-even of the nearest gap, and the best that _N judgments there can do."""
    # the truth does not depend on how scores stray
    stream = Setting(setting.cuts, setting.ratio).stream(np.random.default_rng(0), n=2_000_000)
    chances = []
    for high, low in pairwise(setting.cuts):
        share = stream.truth[(stream.scores >= low) & (stream.scores < high)].mean()
        away = abs(share - setting.break_even)
        chances.append((float(away), float(ndtr(away * np.sqrt(_N / (share * (1 - share)))))))
    return min(chances, key=lambda chance: chance[1])


def cells(setting: Setting, results: np.ndarray) -> list[str]:
    """One line of the table."""
    right, probability, loss = np.transpose(results)
    clear = probability >= CLEAR
    away, best = nearest(setting)
    return [
        setting.name,
        f"{setting.ratio:g}:1",
        f"{away:.3f}",
        f"{best:.3f}",
        f"{right.mean():.3f}",
        f"{clear.mean():.3f}",
        f"{np.mean(clear & (right == 0)):.3f}",
        f"{loss.mean():.2%}",
        f"{np.max(loss * clear):.1%}",
    ]


HEAD = [
    "thresholds",
    "ratio",
    "nearest",
    "best possible",
    "cheapest picked",
    "said clear",
    "clear and wrong",
    "mean loss",
    "largest loss where clear",
]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=300)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    lines = []
    for setting in SETTINGS:
        name = f"{setting.name} at {setting.ratio:g}:1"
        results = repeat(
            setting.run, given.repetitions, given.seed, name=name, n_processes=given.processes
        )
        lines.append(cells(setting, np.array(results)))
    print(markdown(HEAD, lines), flush=True)


if __name__ == "__main__":
    main()
