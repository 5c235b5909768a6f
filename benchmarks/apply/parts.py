"""200 judgments at once, beside 100 and 100 more placed by what the first 100 said.

    python benchmarks/apply/parts.py [--repetitions 100] [--seed 7] [--processes 2]

Seeded; three thresholds, 90 % intervals. "Stops" draws no second part where after the first every
interval spans at most 20 points. "Came" is the width after the second part over what was expected
of it after the first, the median of six figures.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from repeating import repeat
from streams import Stream, normal

from leadline.phases.performance.stream_point import ENOUGH
from leadline.stats.judgments import Bands, StreamEstimate, estimate, sample
from leadline.stats.judgments.further_judgments import expected_widths

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N = 200
_WAYS = ("at once", "in two parts", "stops")


@dataclass(frozen=True)
class Setting:
    """A stream: share of positives, and how its scores stray."""

    name: str
    prevalence: float = 0.05
    shift: float = 0.0
    slope: float = 1.0
    floor: float = 0.0

    def stream(self, rng: np.random.Generator) -> Stream:
        found = normal(
            rng, n=20_000, prevalence=self.prevalence, shift=self.shift, slope=self.slope
        )
        hidden = (found.scores < found.thresholds.min()) & (rng.random(20_000) < self.floor)
        return Stream(found.scores, found.thresholds, found.truth | hidden)

    def run(self, rng: np.random.Generator) -> list[list[float]]:
        """Of each way: coverage and width of both, judgments, came over expected."""
        stream = self.stream(rng)
        scores, cuts, truth = stream.scores, stream.thresholds, stream.truth
        once = sample(scores, cuts, _N, rng)
        first = sample(scores, cuts, _N // 2, rng)
        said = truth[first].astype(float)
        half = estimate(scores, cuts, first, said)
        bands = Bands.of(scores, cuts)
        (then,) = expected_widths(bands, scores[first], said, half, [_N // 2])
        second = sample(scores, cuts, _N // 2, rng, rows=first, is_positive=said)
        both = np.concatenate([first, second])
        is_enough = max(w.max() for w in _widths(half)) <= ENOUGH
        found = []
        for rows in (once, both, first if is_enough else both):
            result = estimate(scores, cuts, rows, truth[rows])
            widths = _widths(result)
            ratio = np.median([*(widths[0] / then.precision), *(widths[1] / then.recall)])
            found.append([*_covered(result, stream), *map(np.mean, widths), rows.size, ratio])
        return found


def _widths(result: StreamEstimate) -> tuple[np.ndarray, np.ndarray]:
    precision, recall = result.precision, result.recall
    return precision.high - precision.low, recall.high - recall.low


def _covered(result: StreamEstimate, stream: Stream) -> list[float]:
    pairs = (result.precision, stream.precision), (result.recall, stream.recall)
    return [
        float(np.mean((each.low <= real + 1e-9) & (real <= each.high + 1e-9)))
        for each, real in pairs
    ]


SETTINGS = (
    Setting("calibrated, 5 %"),
    Setting("log odds + 1.5", shift=1.5),
    Setting("slope 2", slope=2.0),
    Setting("1 %", prevalence=0.01),
    Setting("20 %", prevalence=0.2),
    Setting("2 % hidden in the tail", floor=0.02),
)
HEAD = [
    "stream",
    "drawn",
    "precision held",
    "recall held",
    "precision width",
    "recall width",
    "judgments",
    "came",
]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=100)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    lines = []
    for setting in SETTINGS:
        results = np.array(
            repeat(
                setting.run,
                given.repetitions,
                given.seed,
                name=setting.name,
                n_processes=given.processes,
            )
        )
        for way, told in zip(_WAYS, results.mean(axis=0), strict=True):
            *shares, judged, _ = told
            came = f"{np.median(results[:, 1, 5]):.2f}" if way == _WAYS[1] else "–"
            lines.append([setting.name, way, *(f"{x:.3f}" for x in shares), f"{judged:.0f}", came])
    print(markdown(HEAD, lines), flush=True)


if __name__ == "__main__":
    main()
