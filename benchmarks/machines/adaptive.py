"""Held-out scores under attack: does a 90 % interval still cover, what does an honest agent lose?

    python benchmarks/machines/adaptive.py [--projects 100] [--tries 500] [--seed 0]

Labels are fair coins, so the truth of every answer to them is one half. Agents try to find luck in
the hold-out: in an open one, which tells every score, and in ours
(`leadline.stats.adaptive_holdout`, the object that answers the tool 'look').

* majority: has random guesses told, and votes with those that score better than half;
* climber: changes some of its best guess, keeps what scores better;
* forger: as the climber, and forges what is foretold to look as good as it hopes;
* prober: asks the cheap question only, and forges what is foretold so that the answer is a coin's;
* patient: asks the cheap question about changes of its best guess, and keeps clear surprises.

The last two have the vote, or their best guess, told at the end. An honest agent tries candidates
of growing truth, picks the best by cross-validation that the hold-out confirms, and has it told.

Printed: in how many projects the interval at the end holds the truth, its half width in units of
one single look's, how many looks were answered, and the truth of what was chosen.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from leadline.stats.adaptive_holdout import AdaptiveHoldout, Answered

N_TEST = 1_000
N_TRAIN = 4_000
STDERR = 0.5 / math.sqrt(N_TEST)
ONE_LOOK = 1.6449


@dataclass(frozen=True)
class End:
    """What an agent has at its end: whether the interval holds, its half width, its truth."""

    covers: bool
    half: float
    truth: float
    looks: int


class Open:
    """A hold-out that tells every score, with the interval of one look."""

    def __init__(self) -> None:
        self.n_looks, self.interval = 0, (0.0, 1.0)

    def told(self, found: float, foretold: float = 0.5) -> float | None:
        del foretold
        self.n_looks += 1
        reach = ONE_LOOK * math.sqrt(max(found * (1 - found), 1e-9) / N_TEST)
        self.interval = (found - reach, found + reach)
        return found


class Referee:
    """Ours: answers until its budget is spent."""

    def __init__(self) -> None:
        self.holdout, self.interval = AdaptiveHoldout(stderr=STDERR), (-math.inf, math.inf)

    @property
    def n_looks(self) -> int:
        return self.holdout.n_looks

    def told(self, found: float, foretold: float = 0.5) -> float | None:
        if self.holdout.is_spent:
            return None
        self.holdout, said = self.holdout.look(
            found, foretold=foretold, foretold_stderr=STDERR / 2, is_told=True
        )
        assert said.low is not None
        assert said.high is not None
        self.interval = (said.low, said.high)
        return said.score

    def asked(self, found: float, foretold: float) -> Answered | None:
        """The cheap question; None once what is left is needed to have something told."""
        if self.holdout.nats > 4.0:
            return None
        self.holdout, said = self.holdout.look(found, foretold=foretold, foretold_stderr=STDERR / 2)
        return said.kind


Labels = np.ndarray[tuple[int], np.dtype[np.int64]]
Agent = Callable[[Any, Labels, int, np.random.Generator], End]


def score(guess: Labels, y: Labels) -> float:
    return float(np.mean(guess == y))


def changed(guess: Labels, rng: np.random.Generator) -> Labels:
    return np.where(rng.random(len(guess)) < 0.1, rng.integers(0, 2, len(guess)), guess)


def majority(holdout: Open | Referee, y: Labels, tries: int, rng: np.random.Generator) -> End:
    kept: list[Labels] = []
    for _ in range(tries - 1):
        if isinstance(holdout, Referee) and holdout.holdout.nats > 7.0:
            break  # what is left is needed to have the vote told
        guess = rng.integers(0, 2, len(y))
        told = holdout.told(score(guess, y))
        assert told is not None
        kept.append(guess if told >= 0.5 else 1 - guess)
    return _voted(holdout, kept, y)


def climber(
    holdout: Open | Referee,
    y: Labels,
    tries: int,
    rng: np.random.Generator,
    *,
    is_forged: bool = False,
) -> End:
    best, best_told, interval = rng.integers(0, 2, len(y)), -math.inf, holdout.interval
    for _ in range(tries):
        other = changed(best, rng)
        foretold = max(best_told, 0.5) + STDERR if is_forged else 0.5
        told = holdout.told(score(other, y), foretold)
        if told is None:
            break
        if told > best_told:
            best, best_told, interval = other, told, holdout.interval
    return _end(interval, holdout.n_looks)


def forger(holdout: Open | Referee, y: Labels, tries: int, rng: np.random.Generator) -> End:
    return climber(holdout, y, tries, rng, is_forged=True)


def prober(holdout: Referee, y: Labels, tries: int, rng: np.random.Generator) -> End:
    kept: list[Labels] = []
    edge = 0.5 - 3 * math.hypot(STDERR, STDERR / 2)  # above it by three: scores above a half
    for _ in range(tries - 1):
        guess = rng.integers(0, 2, len(y))
        said = holdout.asked(score(guess, y), edge)
        if said is None:
            break
        kept.append(guess if said is Answered.ABOVE else 1 - guess)
    return _voted(holdout, kept, y)


def patient(holdout: Referee, y: Labels, tries: int, rng: np.random.Generator) -> End:
    best = rng.integers(0, 2, len(y))
    for _ in range(tries - 1):
        other = changed(best, rng)
        said = holdout.asked(score(other, y), 0.5)
        if said is None:
            break
        best = best if said is Answered.BELOW else other
    holdout.told(score(best, y))
    return _end(holdout.interval, holdout.n_looks)


def _voted(holdout: Open | Referee, kept: list[Labels], y: Labels) -> End:
    """The end of whoever votes with what was kept."""
    vote = (np.mean(kept, axis=0) > 0.5).astype(int)
    holdout.told(score(vote, y))
    return _end(holdout.interval, holdout.n_looks)


def _end(interval: tuple[float, float], looks: int) -> End:
    low, high = interval
    return End(low <= 0.5 <= high, (high - low) / 2, 0.5, looks)


def honest(tries: int, rng: np.random.Generator) -> tuple[End, End]:
    """The end with an open hold-out, by its best score; and with ours, by cross-validation."""
    truth = np.minimum(0.70 + 0.12 * (1 - np.exp(-np.arange(tries) / 8)), 0.95)
    truth = truth + rng.normal(0, 0.01, tries)
    spread, cv_spread = (np.sqrt(truth * (1 - truth) / n) for n in (N_TEST, N_TRAIN))
    # scores on the same rows err together
    found, foretold = (
        truth + s * (0.8 * rng.normal() + 0.6 * rng.normal(size=tries)) for s in (spread, cv_spread)
    )
    top = int(np.argmax(found))
    off = ONE_LOOK * spread[top]
    seen = End(bool(abs(found[top] - truth[top]) <= off), off, truth[top], tries)
    holdout = AdaptiveHoldout(stderr=float(spread.max()))
    chosen = 0
    for n in range(tries):
        if holdout.nats > 4.0:
            break  # what is left is needed to have one told
        holdout, said = holdout.look(
            found[n], foretold=foretold[n], foretold_stderr=float(cv_spread[n])
        )
        if said.kind is Answered.CONFIRMED and foretold[n] > foretold[chosen]:
            chosen = n
    holdout, said = holdout.look(
        found[chosen], foretold=foretold[chosen], foretold_stderr=float(cv_spread[chosen]),
        is_told=True,
    )  # fmt: skip
    assert said.low is not None
    assert said.high is not None
    covers = said.low <= truth[chosen] <= said.high
    return seen, End(covers, (said.high - said.low) / 2, truth[chosen], holdout.n_looks)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--projects", type=int, default=100)
    parser.add_argument("--tries", type=int, default=500)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    begun = time.process_time()
    one = ONE_LOOK * STDERR
    print(f"{given.projects} projects, {N_TEST:,} test rows, {given.tries} tries of each agent")
    print(f"{'agent':<14} {'hold-out':<9} {'covers':>7} {'width':>7} {'looks':>6} {'truth':>6}")
    attacks: tuple[Agent, ...] = (majority, climber, forger, prober, patient)
    for agent in attacks:
        for kind in (Open, Referee) if agent in attacks[:3] else (Referee,):
            ends = []
            for project in range(given.projects):
                rng = np.random.default_rng([given.seed, project])
                ends.append(agent(kind(), rng.integers(0, 2, N_TEST), given.tries, rng))
            _print(agent.__name__, kind.__name__.lower(), ends, one)
    for tries in (5, 20, 100, given.tries):
        pairs = [
            honest(tries, np.random.default_rng([given.seed, p])) for p in range(given.projects)
        ]
        for place, name in enumerate(("open", "referee")):
            _print(f"honest, {tries}", name, [pair[place] for pair in pairs], None)
    print(f"{time.process_time() - begun:.0f} processor seconds")


def _print(agent: str, kind: str, ends: list[End], one: float | None) -> None:
    n, width = len(ends), float(np.mean([end.half for end in ends]))
    unit = one or ONE_LOOK * math.sqrt(0.82 * 0.18 / N_TEST)
    looks, truth = (np.mean([getattr(end, name) for end in ends]) for name in ("looks", "truth"))
    covers = sum(end.covers for end in ends)
    print(
        f"{agent:<14} {kind:<9} {covers:>3}/{n:<3} {width / unit:>6.2f}x {looks:>6.0f}"
        f" {truth:>6.3f}"
    )


if __name__ == "__main__":
    main()
