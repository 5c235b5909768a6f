"""How few judgments tell precision and recall on a stream.

    python benchmarks/apply/judgments.py [--repetitions 400] [--only intervals,votes,looks]
        [--judges ".02,.1,0 .1,.1,0"]
        [--settings calibrated,SMS,flights] [--methods Leadline] [--seed 0] [--processes 2]

Seeded. Each repetition draws a stream (or, for real classifiers, other rows to judge), hides the
truth, and lets each method ask for 200 judgments. How far it is goes to stderr.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from methods import METHODS, Answer
from repeating import repeat
from streams import Stream, normal, settings

from leadline.phases.review import CLEAR
from leadline.stats.judgments import (
    StreamEstimate,
    cheapest,
    estimate,
    estimate_votes,
    sample,
    surprising,
)

sys.path.insert(0, str(Path(__file__).parents[1] / "curves"))

from scoring import markdown

_N = 200
# how often they say yes to a negative, and no to a positive; positives in the tail
_JUDGES = "0,0,0 .02,.1,0 .1,.1,0 0,0,.02"
Make = Callable[[np.random.Generator], Stream]
# mean coverage of precision and recall from and to, worst cell, mean widths; None: not asked
Target = tuple[float, float, float, float, float, float | None, float | None]
# widths: at most a tenth above those of the method that was tuned on these very streams
_MAIN: Target = (0.86, 0.94, 0.86, 0.97, 0.80, 0.173, 0.26)
_MOVED: Target = (0.86, 1.0, 0.86, 1.0, 0.78, None, None)
_REAL: Target = (0.86, 1.0, 0.86, 1.0, 0.0, 0.12, 0.12)
_RARE: Target = (0.0, 1.0, 0.90, 1.0, 0.0, None, None)
_TARGETS = {
    "calibrated": _MAIN,
    "thresholds .8 .5 .2": _MAIN,
    "SMS": _REAL,
    "flights": _REAL,
    "prevalence 1 %": _RARE,
}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--repetitions", type=int, default=400)
    parser.add_argument("--only", default="intervals,votes,looks")
    parser.add_argument("--settings", default=",".join(name for name, _ in settings()))
    parser.add_argument("--methods", default=",".join(METHODS))
    parser.add_argument("--judges", default=_JUDGES)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--processes", type=int, default=1)
    given = parser.parse_args()
    parts = {"intervals": intervals, "votes": votes, "looks": looks}
    for name in given.only.split(","):
        parts[name](given)


def intervals(given: argparse.Namespace) -> None:
    """Coverage and width of every method in every setting."""
    wanted, methods = given.settings.split(","), given.methods.split(",")
    for name, make in settings():
        if name not in wanted:
            continue
        make(np.random.default_rng(0))  # real classifiers are fitted once, before work is shared

        def once(rng: np.random.Generator, make: Make = make) -> list[Seen]:
            stream = make(rng)
            return [Seen.of(stream, METHODS[method](stream, _N, rng)) for method in methods]

        seen = repeat(once, given.repetitions, given.seed, name=name, n_processes=given.processes)
        tallies = [Tally(each) for each in zip(*seen, strict=True)]
        target = _TARGETS.get(name, _MOVED)
        rows = [[m, *tally.cells(target)] for m, tally in zip(methods, tallies, strict=True)]
        print(f"\n### {name}\n\n{markdown(_HEAD, rows)}", flush=True)


def votes(given: argparse.Namespace) -> None:
    """Judges who say yes to some of the negatives, and no to some of the positives."""
    names = (
        "one vote, taken at its word",
        "one vote, errors as the prior has them",
        "and two more on 25",
        "two votes, what both say taken at its word",
        "two votes",
    )
    for kind in given.judges.split():
        false_yes, misses, floor = map(float, kind.split(","))
        once = partial(_voted, false_yes=false_yes, misses=misses, floor=floor)
        told = f"yes to {false_yes:.0%} of negatives, no to {misses:.0%} of positives"
        told += f"; {floor:.0%} hidden in the tail" if floor else ""
        seen = repeat(once, given.repetitions, given.seed, name=told, n_processes=given.processes)
        tallies = [Tally(each) for each in zip(*seen, strict=True)]
        rows = [[name, *tally.cells(_MOVED)] for name, tally in zip(names, tallies, strict=True)]
        print(f"\n### Judges who say {told}\n\n{markdown(_HEAD, rows)}", flush=True)


def _voted(
    rng: np.random.Generator, *, false_yes: float, misses: float, floor: float
) -> list[Seen]:
    found = normal(rng)
    hidden = (found.scores < found.thresholds.min()) & (rng.random(found.scores.size) < floor)
    stream = Stream(found.scores, found.thresholds, found.truth | hidden)
    rows = sample(stream.scores, stream.thresholds, _N, rng)
    p = np.where(stream.truth[rows], 1 - misses, false_yes)
    given = stream.scores, stream.thresholds

    first = (rng.random(_N) < p).astype(int)
    asked = np.isin(rows, surprising(*given, rows, first, 25))
    again = first + rng.binomial(2 * asked, p)
    both = first + rng.binomial(1, p)
    answers = (
        estimate(*given, rows, first),
        estimate_votes(*given, rows, first, 1 - first),
        estimate_votes(*given, rows, again, 1 + 2 * asked - again),
        estimate(*given, rows[both != 1], both[both != 1] == 2),
        estimate_votes(*given, rows, both, 2 - both),
    )
    return [Seen.of(stream, _ends(each)) for each in answers]


def looks(given: argparse.Namespace) -> None:
    """Coverage at the moment at which somebody who looks after every 20 judgments stops."""
    found = repeat(
        _stopped, given.repetitions, given.seed, name="looks", n_processes=given.processes
    )
    seen, asked, wrong = zip(*found, strict=True)
    print(
        f"\n### Stopping when it is clear (mean {np.mean(asked):.0f} judgments; clear and wrong "
        f"in {np.mean(wrong):.3f})\n"
    )
    print(markdown(_HEAD, [["Leadline", *Tally(seen).cells(_MOVED)]]), flush=True)


def _stopped(rng: np.random.Generator) -> tuple[Seen, int, bool]:
    """What is seen at the moment of stopping, after how many judgments, and whether it is wrong."""
    stream = normal(rng)
    rows = sample(stream.scores, stream.thresholds, 400, rng)
    for n in range(40, 401, 20):
        found = estimate(stream.scores, stream.thresholds, rows[:n], stream.truth[rows[:n]])
        picked = cheapest(found, cost_miss=2, cost_false_alarm=1)
        is_clear = picked.probability >= CLEAR
        if is_clear:
            break
    is_wrong = is_clear and picked.index != int(np.argmin(stream.cost(2, 1)))
    return Seen.of(stream, _ends(found)), n, is_wrong


@dataclass(frozen=True)
class Seen:
    """Which intervals hold the truth, shape (2, n_thresholds), and their mean widths."""

    held: np.ndarray
    widths: np.ndarray

    @classmethod
    def of(cls, stream: Stream, answer: Answer) -> Seen:
        both = np.stack([answer.precision, answer.recall])
        truth = np.stack([stream.precision, stream.recall])
        held = (both[:, 0] <= truth + 1e-12) & (truth <= both[:, 1] + 1e-12)
        return cls(held, (both[:, 1] - both[:, 0]).mean(axis=1))


class Tally:
    """Hits and widths of intervals."""

    def __init__(self, seen: Iterable[Seen]) -> None:
        self.held, self.widths = zip(*((one.held, one.widths) for one in seen), strict=True)

    def cells(self, target: Target) -> list[str]:
        cells = np.mean(self.held, axis=0)
        precision, recall = cells.mean(axis=1)
        width = np.nanmean(self.widths, axis=0)
        low_p, high_p, low_r, high_r, worst, width_p, width_r = target
        met = (
            low_p <= precision <= high_p
            and low_r <= recall <= high_r
            and cells.min() >= worst
            and (width_p is None or width[0] <= width_p)
            and (width_r is None or width[1] <= width_r)
        )
        numbers = (precision, recall, cells.min(), *width)
        return [*(f"{number:.3f}" for number in numbers), "yes" if met else "no"]


_HEAD = [
    "method",
    "precision covered",
    "recall covered",
    "worst cell",
    "width of precision",
    "width of recall",
    "target met",
]


def _ends(found: StreamEstimate) -> Answer:
    precision, recall = found.precision, found.recall
    return Answer(np.stack([precision.low, precision.high]), np.stack([recall.low, recall.high]))


if __name__ == "__main__":
    main()
